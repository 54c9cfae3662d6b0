"""FCM: the way to phones, and to browsers that registered with it. A port over firebase-admin, which this project calls in one way only.

FCM's 200 means that it accepted a message, never that a phone has it.
"""

import os
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog

from offers.push import Outcome, PushMessage
from workers.push.credentials import ServiceAccount
from workers.push.fcm_line import FcmLine, FcmOptions

log = structlog.get_logger()


def _utc_now() -> datetime:
    return datetime.now(UTC)


class FcmPush:
    """Opens nothing until it first sends, and again in each process that a fork makes."""

    def __init__(
        self, account: ServiceAccount, options: FcmOptions | None = None, now: Callable[[], datetime] = _utc_now
    ) -> None:
        self._account = account
        self._options = options or FcmOptions()
        self._now = now
        self._locks: dict[int, threading.Lock] = {}
        self._lines: dict[int, FcmLine] = {}

    def send(self, messages: Sequence[PushMessage]) -> list[Outcome]:
        """One outcome a message, in order; never raises for a message. At most half a minute."""
        if not messages:
            return []
        try:
            line = self._line()
        except Exception as error:
            log.exception("fcm_line_not_opened", error=type(error).__name__)
            return [Outcome("waiting", "not_begun", lane="fcm", alarm=True)] * len(messages)
        return line.send(messages)

    def close(self) -> None:
        """End this process's line; the next send opens another."""
        if line := self._lines.pop(os.getpid(), None):
            line.close()

    def _line(self) -> FcmLine:
        pid = os.getpid()
        with self._locks.setdefault(pid, threading.Lock()):  # a lock of before a fork may be held for ever
            if pid not in self._lines:
                self._lines[pid] = FcmLine(self._account, self._options, self._now)
            return self._lines[pid]
