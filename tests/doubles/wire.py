"""Connections: TLS or not, and HTTP/1.1. HTTP/2 has a room of its own."""

import asyncio
import contextlib
import socket
import ssl
from http import HTTPStatus

from tests.doubles.answers import Answer, Request, Service
from tests.doubles.http2 import Http2
from tests.doubles.sockets import reset, split_address
from tests.doubles.tls import Certificates

SETTLING = 5
"""Rounds of the loop between the last connection accepted and the server's end: CPython 3.11 loses one that is half-way then, and leaves it open."""
BREAK_S = 0.02
"""Between half an answer and the reset, so that the half arrives."""


class Wire:
    """Serves a service at a port of this machine. `close` ends every connection, also those that hang, and raises what went wrong in here."""

    def __init__(self, service: Service, certificates: Certificates | None) -> None:
        self._service = service
        self._tls = certificates
        self._open: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        self.connections = 0
        """Since the start."""
        self._closing = False
        self._failed: list[Exception] = []

    def answer(self, request: Request) -> Answer:
        """The service's; 500 when the double itself is wrong, which `close` tells of."""
        try:
            return self._service.answer(request)
        except Exception as error:  # noqa: BLE001  # raised by close
            self._failed.append(error)
            return Answer(500, b"The double itself failed.", content_type="text/plain")

    async def open(self, port: int = 0) -> int:
        context = self._tls.server_context("h2", "http/1.1") if self._tls else None
        self._server = await asyncio.start_server(
            self._connected, "127.0.0.1", port, ssl=context, backlog=1024, limit=1 << 20
        )
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def close(self) -> None:
        self._closing = True
        for listening in self._server.sockets:
            asyncio.get_running_loop().remove_reader(listening.fileno())
        for _ in range(SETTLING):
            await asyncio.sleep(0)
        self._server.close()
        tasks = list(self._open.values())
        for writer in list(self._open):
            writer.transport.abort()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()
        if self._failed:
            raise ExceptionGroup("the double failed", self._failed)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Not a coroutine: one that had not begun when the double ends would leave its connection open."""
        self.connections += 1
        if self._closing:
            writer.transport.abort()
        else:
            self._open[writer] = asyncio.create_task(self._speak(reader, writer))

    async def _speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        tls = writer.get_extra_info("ssl_object")
        try:
            if tls is not None and tls.selected_alpn_protocol() == "h2":
                await Http2(self, reader, writer).serve()
            else:
                while await self._exchange(reader, writer):
                    pass
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(OSError, ssl.SSLError, asyncio.CancelledError):
                await writer.wait_closed()
            self._open.pop(writer, None)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request over HTTP/1.1 and its answer; whether the connection goes on."""
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, address, version = first.split(" ", 2)
        parts = (line.partition(":") for line in lines if ":" in line)
        headers = {name.strip().lower(): value.strip() for name, _, value in parts}
        if headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await _body(reader, headers)
        path, query = split_address(address)
        answer = self.answer(Request(method, path, query, headers, body, "1.1"))
        if answer.delay_s:
            await asyncio.sleep(answer.delay_s)
        if answer.ending == "hang":
            await reader.read()
            return False
        if answer.ending == "killed":
            reset(writer)
        if answer.ending in {"goaway", "killed"}:
            return False
        out = _head(answer)
        if answer.ending == "cut":
            writer.write(out + answer.body[: len(answer.body) // 2] if answer.body else out[: len(out) // 2])
            await writer.drain()
            await asyncio.sleep(BREAK_S)
            reset(writer)
            return False
        writer.write(out + answer.body)
        await writer.drain()
        return headers.get("connection", "").lower() != "close" and version != "HTTP/1.0"


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readline()
    return body


def _head(answer: Answer) -> bytes:
    lines = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        f"Content-Type: {answer.content_type}",
        f"Content-Length: {len(answer.body)}",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
