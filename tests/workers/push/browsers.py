"""Browsers' push messages for tests, and a push service that says exactly what it is told to say."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from commands.vapid import new_private_text
from offers.push import PushMessage, tag_of
from offers.rules.push_subscription import PushServices, PushSubscription
from offers.rules.vapid import VapidKeys
from workers.push.web_push import WebPush

KEYS = VapidKeys.of(new_private_text(), "mailto:push@shop.example")
NUMBERS = count()


def port_to(*origins: str, keys: VapidKeys = KEYS, **more: Any) -> WebPush:
    """The real port, which takes these origins for push services."""
    return WebPush(keys, PushServices.read(",".join(one.partition("://")[2] for one in origins)), **more)


def message_to(subscription: dict[str, Any], **changes: Any) -> PushMessage:
    """An offer that lives for a quarter of an hour, at the subscription that a browser gave."""
    read = PushSubscription.model_validate(subscription)
    number = next(NUMBERS)
    message = PushMessage(
        delivery_id=f"dlv_{number:06}",
        device_id=f"dev_{number:06}",
        push_kind="web_push",
        push_token=PushServices.read(read.origin.partition("://")[2]).address(read),
        platform="web",
        kind="offer",
        tag=tag_of("campaign", str(number)),
        ack_id=f"dlv_{number:06}.0123456789abcdef",
        expires_at=datetime.now(UTC) + timedelta(minutes=15),
        language="nl",
        title="Tulpen",
        body=f"Nog {number} bossen",
        url=f"https://shop.example/o/{number}",
        image=None,
        label="cmp_1",
    )
    return replace(message, **changes)


def said_of(plaintext: str | None) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(plaintext or "null")
    return said


@dataclass(slots=True)
class Scripted:
    """Answers every request with the same bytes, and keeps the head of each."""

    answer: bytes
    origin: str = ""
    heads: list[str] = field(default_factory=list)
    connections: int = 0

    def says(self, status: int, body: str = "", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body.encode())}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.answer = ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def subscription(self, path: str = "/push/x") -> dict[str, Any]:
        example: Any = PushSubscription.model_config["json_schema_extra"]
        return {**example["examples"][0], "endpoint": f"{self.origin}{path}"}

    def serve(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with contextlib.suppress(ConnectionError), connection, connection.makefile("rb") as reading:
            while line := reading.readline():
                head = line
                while (line := reading.readline()) not in {b"\r\n", b""}:
                    head += line
                text = head.decode("latin-1")
                lengths = [one for one in text.lower().splitlines() if one.startswith("content-length:")]
                reading.read(sum(int(one.partition(":")[2]) for one in lengths))  # a CONNECT has none
                self.heads.append(text)
                connection.sendall(self.answer)


@contextmanager
def scripted() -> Iterator[Scripted]:
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        service = Scripted(b"", f"http://127.0.0.1:{listening.getsockname()[1]}")
        service.says(201)
        threading.Thread(target=service.serve, args=(listening,), daemon=True).start()
        try:
            yield service
        finally:
            listening.shutdown(socket.SHUT_RDWR)


@contextmanager
def closing_after(said: bytes) -> Iterator[Scripted]:
    """A service that says this to its one caller, whatever was asked, and then nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection, contextlib.suppress(ConnectionError):
                connection.recv(65_536)
                connection.sendall(said)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65_536):
                    pass

        answering = threading.Thread(target=answer, daemon=True)
        answering.start()
        yield Scripted(said, f"http://127.0.0.1:{listening.getsockname()[1]}")
        answering.join(10)
