"""FCM's double as a process of its own."""

import json
from pathlib import Path

from tests.doubles.fcm.account import make_account, write_account
from tests.doubles.fcm.service import Received
from tests.doubles.process import DoubleProcess
from tests.doubles.record import rows_of


class FcmProcess(DoubleProcess):
    """Its account, authority and record lie in `folder`. `arguments`: more for `python -m tests.doubles.fcm serve`."""

    module = "tests.doubles.fcm"

    def __init__(
        self, folder: Path, *arguments: str, project: str = "demo", tls: bool = True, port: int | None = None
    ) -> None:
        self.account_file = folder / "account.json"
        super().__init__(folder, *arguments, "--account", str(self.account_file), tls=tls, port=port)
        write_account(make_account(self.url, project), self.account_file)

    @property
    def account(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.account_file.read_text("utf-8"))
        return found

    @property
    def messages(self) -> list[Received]:
        """What was accepted since the start or the last reset: of the record's file, so also of a double that was killed."""
        return [row for row in rows_of(self.record_file, Received) if row.accepted]

    @property
    def refused(self) -> list[Received]:
        return [row for row in rows_of(self.record_file, Received) if not row.accepted]

    @property
    def token_requests(self) -> int:
        """Since its last start or reset."""
        return self.stats["token_requests"]

    def revoke(self) -> None:
        self.tell("revoke")
