"""One connection of HTTP/2, by h2: what Google speaks, and what the asynchronous side of firebase-admin sends."""

import asyncio
import contextlib
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RemoteSettingsChanged,
    RequestReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes

from tests.doubles.answers import Answer, Request, Service
from tests.doubles.sockets import reset, split_address

STREAMS = 100
"""At once, as Google allows."""


@dataclass(slots=True)
class _Asked:
    """A request on its way in."""

    headers: dict[str, str]
    body: bytearray = field(default_factory=bytearray)


class Http2:
    def __init__(self, service: Service, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._service, self._reader, self._writer = service, reader, writer
        # our own headers are right by construction; what comes in is checked
        config = H2Configuration(
            client_side=False,
            header_encoding="utf-8",
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
        self._h2 = H2Connection(config)
        self._asked: dict[int, _Asked] = {}
        self._long: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._ended = False
        self._flushing = False

    async def serve(self) -> None:
        self._h2.initiate_connection()
        self._h2.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: STREAMS})
        try:
            while not self._ended:
                self._flush()
                await self._writer.drain()
                come = await self._reader.read(65536)
                if not come:
                    return
                for event in self._h2.receive_data(come):
                    self._happened(event)
        except ProtocolError:
            self._flush()  # h2 has put the GOAWAY that says why
        finally:
            self._ended = True
            for task in self._long:
                task.cancel()
            await asyncio.gather(*self._long, return_exceptions=True)

    def _flush(self) -> None:
        self._flushing = False
        out = self._h2.data_to_send()
        if out:
            self._writer.write(out)

    def _happened(self, event: Event) -> None:
        if self._ended:
            return
        if isinstance(event, RequestReceived):
            self._asked[event.stream_id] = _Asked({str(name): str(value) for name, value in event.headers})
        elif isinstance(event, DataReceived):
            self._asked[event.stream_id].body += event.data
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            self._answer(event.stream_id, self._asked.pop(event.stream_id))
        elif isinstance(event, WindowUpdated | RemoteSettingsChanged):
            self._room.set()
        elif isinstance(event, StreamReset):
            self._asked.pop(event.stream_id, None)
        elif isinstance(event, ConnectionTerminated):
            self._ended = True

    def _answer(self, stream: int, asked: _Asked) -> None:
        path, query = split_address(asked.headers[":path"])
        request = Request(asked.headers[":method"], path, query, asked.headers, bytes(asked.body), "2")
        answer = self._service.answer(request)
        if answer.delay_s:
            asyncio.get_running_loop().call_later(answer.delay_s, self._late, stream, answer)
        else:
            self._begin(stream, answer)

    def _late(self, stream: int, answer: Answer) -> None:
        if not self._ended:
            self._begin(stream, answer)
            if not self._flushing:  # those of one moment leave together
                self._flushing = True
                asyncio.get_running_loop().call_soon(self._flush)

    def _begin(self, stream: int, answer: Answer) -> None:
        with contextlib.suppress(ProtocolError):  # whoever asked has gone
            if answer.ending == "whole" and self._sendable(stream, answer.body) < len(answer.body):
                task = asyncio.create_task(self._send_long(stream, answer))
                self._long.add(task)
                task.add_done_callback(self._long.discard)
            else:
                self._send(stream, answer)

    async def _send_long(self, stream: int, answer: Answer) -> None:
        """Of an answer that takes more than one frame, or more room than there is."""
        body = answer.body
        with contextlib.suppress(ProtocolError):  # whoever asked has gone
            self._h2.send_headers(stream, _headers(answer))
            while len(body) > (size := self._sendable(stream, body)):
                self._h2.send_data(stream, body[:size])
                body = body[size:]
                self._flush()
                if not size:
                    self._room.clear()
                    await self._room.wait()
            self._h2.send_data(stream, body, end_stream=True)
        self._flush()

    def _sendable(self, stream: int, body: bytes) -> int:
        return min(self._h2.local_flow_control_window(stream), self._h2.max_outbound_frame_size, len(body))

    def _send(self, stream: int, answer: Answer) -> None:
        """Of an answer that fits one frame, and of any that does not end well."""
        if answer.ending == "hang":
            return
        if answer.ending == "killed":
            self._ended = True
            reset(self._writer)
        elif answer.ending == "goaway":
            self._ended = True
            self._h2.close_connection(ErrorCodes.INTERNAL_ERROR)
            self._flush()
            self._writer.close()
        elif answer.ending == "cut":
            self._h2.send_headers(stream, _headers(answer))
            self._h2.send_data(stream, answer.body[: len(answer.body) // 2])
            self._h2.reset_stream(stream, ErrorCodes.INTERNAL_ERROR)
        else:
            self._h2.send_headers(stream, _headers(answer))
            self._h2.send_data(stream, answer.body, end_stream=True)


def _headers(answer: Answer) -> list[tuple[str, str]]:
    return [
        (":status", str(answer.status)),
        ("content-type", answer.content_type),
        ("content-length", str(len(answer.body))),
        *((name.lower(), value) for name, value in answer.headers.items()),
    ]
