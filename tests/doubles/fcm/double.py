"""FCM's double in a thread of this process."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from tests.doubles.faults import Said
from tests.doubles.fcm.account import make_account, write_account
from tests.doubles.fcm.service import Fcm, Received, Ways
from tests.doubles.running import InThread
from tests.doubles.tls import certificates


class FcmDouble:
    """A context manager. HTTP/2 and HTTP/1.1 over TLS, or HTTP/1.1 without TLS where `tls` is off."""

    def __init__(
        self, ways: Ways | None = None, *, tls: bool = True, port: int = 0, record: Path | None = None
    ) -> None:
        self.fcm = Fcm(ways or Ways(), record)
        self._thread = InThread(self.fcm, certificates() if tls else None, port)
        self._scheme = "https" if tls else "http"
        self._accounts: dict[str, dict[str, str]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.callback(self.fcm.record.close)
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="fcm-double-")))
            stack.enter_context(self._thread)
            self.ca_file = folder / "ca.pem"
            self.ca_file.write_bytes(certificates().ca)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._thread.port}"

    @property
    def connections(self) -> int:
        """Since the start."""
        return self._thread.wire.connections

    def account(self, project: str = "demo") -> dict[str, str]:
        """The service account of a project, which the double trusts."""
        if project not in self._accounts:
            self._accounts[project] = make_account(self.url, project)
            self.fcm.tokens.trust(self._accounts[project])
        return self._accounts[project]

    def account_file(self, folder: Path, project: str = "demo") -> Path:
        return write_account(self.account(project), folder / f"{project}.json")

    @property
    def messages(self) -> list[Received]:
        """What was accepted, dry runs included, in order."""
        return list(self.fcm.record.accepted)

    @property
    def refused(self) -> list[Received]:
        """What was not: refused, or met by a fault that does not accept."""
        return list(self.fcm.record.refused)

    @property
    def tries(self) -> dict[str, int]:
        """By target; empty: of what named none, or was let in by no token."""
        return dict(self.fcm.record.tries)

    @property
    def token_requests(self) -> int:
        return self.fcm.tokens.asked

    def faults(self, **places: Said) -> None:
        """`send` and `token`: a fault, several, or None for none any more. The other place keeps its own."""
        self.fcm.faults.put(places)

    def reset(self) -> None:
        self.fcm.reset()

    def revoke(self) -> None:
        """Every token that was given out is good no more."""
        self.fcm.tokens.revoke()
