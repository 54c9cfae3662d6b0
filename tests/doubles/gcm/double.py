"""The double: its doors over HTTP, its line, and the switches by which Chromium finds them."""

import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from types import TracebackType
from typing import ClassVar, Self
from urllib.parse import parse_qsl, urlsplit

from tests.doubles.gcm.line import Line
from tests.doubles.gcm.protobuf import field, fixed64
from tests.doubles.tls import certificates

SEND = "/fcm/send/"
"""What Chromium puts before the name that it registered, at a host of Google's."""


@dataclass(frozen=True, slots=True)
class Registered:
    """One page's worker, as its browser registered it."""

    app: str
    subtype: str
    """`wp:`, the page's origin and an id."""
    sender: str
    """The VAPID public key, in base64url."""


class GcmDouble:
    NOT: ClassVar = ("--disable-background-networking",)
    """Switches of Playwright's that keep Chromium from asking at all."""

    def __init__(self) -> None:
        self.registered: dict[str, Registered] = {}
        """By the name that ends the address."""
        self.pushed: list[str] = []
        """The names that were pushed to."""
        self._names = count(1)

    def __enter__(self) -> Self:
        self._line = Line(certificates().server_context())
        self._doors = ThreadingHTTPServer(("127.0.0.1", 0), _doors_of(self))
        self._thread = threading.Thread(target=self._doors.serve_forever, name="gcm-doors", daemon=True)
        self._line.start()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._doors.shutdown()
        self._doors.server_close()
        self._thread.join()
        self._line.close()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._doors.server_port}"

    @property
    def flags(self) -> tuple[str, ...]:
        here = f"http://{self.host}"
        return (
            f"--gcm-checkin-url={here}/checkin",
            f"--gcm-registration-url={here}/register",
            f"--gcm-mcs-endpoint=https://127.0.0.1:{self._line.port}",
            "--ignore-certificate-errors",  # the line's authority is our own
        )

    def at(self, endpoint: str) -> str:
        """Where this double takes what is meant for the address of Google's."""
        return f"http://{self.host}{urlsplit(endpoint).path}"

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if path == "/checkin":
            return 200, field(1, True) + fixed64(7, 0x1234_5678) + fixed64(8, 0x8765_4321) + field(9, False)
        if path == "/register":
            return 200, self._register(dict(parse_qsl(body.decode())))
        return self._push(path.removeprefix(SEND), headers, body) if path.startswith(SEND) else (404, b"")

    def _register(self, form: dict[str, str]) -> bytes:
        """Chromium registers itself too, without a page."""
        one = Registered(form["app"], form.get("X-subtype", ""), form.get("sender", ""))
        if "delete" in form:
            self.registered = {name: kept for name, kept in self.registered.items() if kept.subtype != one.subtype}
            return b"token=" + one.subtype.encode()
        name = f"browser-{next(self._names)}"
        self.registered[name] = one
        return b"token=" + name.encode()

    def _push(self, name: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        to = self.registered.get(name)
        if to is None:
            return 410, b"push subscription has unsubscribed or expired."
        if headers.get("content-encoding") != "aes128gcm" or not headers.get("ttl", "").isdigit():
            return 400, b"Content-Encoding and TTL are needed"
        message = field(2, f"message-{len(self.pushed)}") + field(3, to.sender) + field(5, to.app)
        for key, value in (("subtype", to.subtype), ("content-encoding", "aes128gcm")):
            message += field(7, field(1, key) + field(2, value))
        message += field(9, f"0:{len(self.pushed)}") + field(17, int(headers["ttl"]))
        message += field(18, int(time.time() * 1000)) + field(21, body)
        self.pushed.append(name)
        return (201, b"") if self._line.send(message) else (503, b"no browser is there")


def _doors_of(double: GcmDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:  # its own log has addresses
            return

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, content = double.answer(self.path, headers, body)
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler
