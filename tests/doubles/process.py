"""A double as a process of its own: it survives the senders that a test kills, and is asked over its controls."""

import json
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.doubles.faults import Said

HOUSE = Path(__file__).parents[2]
PATIENCE_S = 60.0


class DoubleProcess:
    """Serves from `__enter__` to `__exit__`. `kill` and `start` again: the same port, the same authority, the same record."""

    module: str

    def __init__(self, folder: Path, *arguments: str, tls: bool, port: int | None = None) -> None:
        self.port = port or _free_port()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.record_file = folder / "received.jsonl"
        self.ca_file = folder / "ca.pem"
        self._tls = tls
        self._words = folder / "words.txt"
        self._arguments = [*arguments, *(["--ca", str(self.ca_file)] if tls else [])]

    def start(self) -> None:
        line = [sys.executable, "-m", self.module, "serve", "--with-parent", "--port", str(self.port)]
        line += ["--record", str(self.record_file), *self._arguments]
        with self._words.open("ab") as out:
            self.process = subprocess.Popen(
                line,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=HOUSE,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE_S
        while not self._is_healthy():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{self.module} does not serve: {self._words.read_text('utf-8')}")
            time.sleep(0.05)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        code = self._ended()
        if code:
            raise RuntimeError(f"{self.module} ended with {code}: {self._words.read_text('utf-8')}")

    def kill(self) -> None:
        self.process.kill()
        self._ended()

    def _ended(self) -> int:
        code = self.process.wait(PATIENCE_S)
        if self.process.stdin:
            self.process.stdin.close()
        return code

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.stop()

    def _is_healthy(self) -> bool:
        try:
            return bool(self.ask("health")["ok"])
        except (OSError, FileNotFoundError):
            return False

    def ask(self, control: str, **query: str) -> Any:
        """What a control answers."""
        return self._call(f"{control}?{urllib.parse.urlencode(query)}", None)

    def tell(self, control: str, content: Any = None) -> Any:
        return self._call(control, json.dumps({} if content is None else content).encode())

    def _call(self, control: str, body: bytes | None) -> Any:
        context = ssl.create_default_context(cafile=str(self.ca_file)) if self._tls else None
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        try:
            with opener.open(f"{self.url}/_double/{control}", body, timeout=PATIENCE_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise ValueError(error.read().decode()) from None

    @property
    def tries(self) -> dict[str, int]:
        found: dict[str, int] = self.ask("tries")
        return found

    @property
    def stats(self) -> dict[str, int]:
        found: dict[str, int] = self.ask("stats")
        return found

    def faults(self, **places: Said) -> None:
        """As the double in a thread takes them, in words that JSON has."""
        self.tell("faults", places)

    def reset(self) -> None:
        self.tell("reset")


def _free_port() -> int:
    """workers.embedded has it too, with half a second of imports."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
