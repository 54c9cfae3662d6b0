"""The line over which messages come to a browser: one at a time counts, the last that has signed in."""

import socket
import ssl
import threading
from typing import BinaryIO

from tests.doubles.gcm.protobuf import field, read_varint, varint

VERSION = 41
HEARTBEAT, HEARTBEAT_ACK, LOGIN, LOGIN_ANSWER, MESSAGE = 0, 1, 2, 3, 8
PATIENCE_S = 20.0


class Line:
    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._signed_in = threading.Event()
        self._writing = threading.Lock()
        self._open: list[socket.socket] = []
        self._last: ssl.SSLSocket | None = None
        self._thread = threading.Thread(target=self._accept, name="gcm-line", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            one.close()
        self._thread.join()

    def send(self, message: bytes) -> bool:
        """Whether a browser was there to be sent it."""
        if not self._signed_in.wait(PATIENCE_S) or self._last is None:
            return False
        return self._write(self._last, MESSAGE, message)

    def _write(self, line: ssl.SSLSocket, tag: int, message: bytes, before: bytes = b"") -> bool:
        try:
            with self._writing:
                line.sendall(before + bytes([tag]) + varint(len(message)) + message)
        except OSError:
            return False
        return True

    def _accept(self) -> None:
        while True:
            try:
                taken, _ = self._listener.accept()
            except OSError:  # it was closed
                return
            self._open.append(taken)
            threading.Thread(target=self._serve, args=(taken,), daemon=True).start()

    def _serve(self, taken: socket.socket) -> None:
        """Until the browser goes. Chromium often opens a second line and drops the first before it has said a word."""
        try:
            with self._context.wrap_socket(taken, server_side=True) as line, line.makefile("rb") as heard:
                self._open.append(line)
                if heard.read(1) == bytes([VERSION]):
                    while self._answer(line, heard):
                        pass
        except OSError:
            return

    def _answer(self, line: ssl.SSLSocket, heard: BinaryIO) -> bool:
        tag = heard.read(1)
        if not tag:
            return False
        heard.read(read_varint(lambda: (heard.read(1) or b"\0")[0]))
        if tag[0] == LOGIN:
            self._last = line
            self._write(line, LOGIN_ANSWER, field(1, "signed-in"), before=bytes([VERSION]))
            self._signed_in.set()
        elif tag[0] == HEARTBEAT:
            self._write(line, HEARTBEAT_ACK, b"")
        return True
