"""The push service's double in a thread of this process."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from tests.doubles.faults import Said
from tests.doubles.running import InThread
from tests.doubles.tls import certificates
from tests.doubles.web_push.service import Pushed, Ways, WebPush


class WebPushDouble:
    """A context manager. HTTP/1.1, or HTTP/2 and HTTP/1.1 over TLS where `tls` is on."""

    def __init__(
        self, ways: Ways | None = None, *, tls: bool = False, port: int = 0, record: Path | None = None
    ) -> None:
        self.service = WebPush(ways or Ways(), record)
        self._thread = InThread(self.service, certificates() if tls else None, port)
        self._scheme = "https" if tls else "http"
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.callback(self.service.record.close)
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="web-push-double-")))
            stack.enter_context(self._thread)
            self.ca_file = folder / "ca.pem"
            self.ca_file.write_bytes(certificates().ca)
            self.service.stands_at(self.origin)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def origin(self) -> str:
        """What endpoints begin with, and what VAPID's `aud` says."""
        return f"{self._scheme}://127.0.0.1:{self._thread.port}"

    def subscribe(self, vapid_key: str | None = None, kind: str = "ok") -> dict[str, Any]:
        """What a browser's `PushSubscription.toJSON()` gives; see `WebPush.subscribe`."""
        return self.service.subscribe(vapid_key, kind)

    @property
    def received(self) -> list[Pushed]:
        """What was accepted, in order."""
        return list(self.service.record.accepted)

    @property
    def refused(self) -> list[Pushed]:
        """What was not: refused, or met by a fault that does not accept."""
        return list(self.service.record.refused)

    @property
    def tries(self) -> dict[str, int]:
        """By subscription: the end of its endpoint."""
        return dict(self.service.record.tries)

    def faults(self, push: Said) -> None:
        """A fault, several, or None for none any more."""
        self.service.faults.put({"push": push})

    def reset(self) -> None:
        self.service.reset()
