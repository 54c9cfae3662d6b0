"""The push service's double as a process of its own."""

from pathlib import Path
from typing import Any

from tests.doubles.process import DoubleProcess
from tests.doubles.record import rows_of
from tests.doubles.web_push.service import Pushed


class WebPushProcess(DoubleProcess):
    """Its authority and record lie in `folder`. Subscriptions end with it: those of a double that was killed are gone (404)."""

    module = "tests.doubles.web_push"

    def __init__(self, folder: Path, *arguments: str, tls: bool = False, port: int | None = None) -> None:
        super().__init__(folder, *arguments, tls=tls, port=port)

    def subscribe(self, vapid_key: str | None = None, kind: str = "ok") -> dict[str, Any]:
        return self.subscribe_many(1, vapid_key, kind)[0]

    def subscribe_many(self, count: int, vapid_key: str | None = None, kind: str = "ok") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.tell("subscribe", {"vapid_key": vapid_key, "kind": kind, "count": count})
        return found

    @property
    def received(self) -> list[Pushed]:
        """What was accepted since the start or the last reset."""
        return [row for row in rows_of(self.record_file, Pushed) if row.accepted]

    @property
    def refused(self) -> list[Pushed]:
        return [row for row in rows_of(self.record_file, Pushed) if not row.accepted]
