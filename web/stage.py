"""Where campaigns are rehearsed: one at a time in a process, and not for long, so that the other doors are served meanwhile."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from offers.records.database import Database
from offers.rehearsal import Bounds, rehearse
from web.problems import ProblemError

LONGEST_S = 20.0
"""A rehearsal that takes longer ends where it is. Below the database's own 30 s for one statement."""


class Stage:
    """One a process; threads share it."""

    def __init__(self, wait_s: float = 2.0) -> None:
        self._free = threading.Lock()
        self._wait_s = wait_s

    def rehearse(self, database: Database, campaign_id: str, days: int, *, now: datetime) -> dict[str, Any]:
        """The answer of the door; 503 while another rehearsal is under way."""
        with self.taken():
            deadline = time.monotonic() + LONGEST_S
            bounds = Bounds(go_on=lambda: time.monotonic() < deadline)
            with database.reading() as session:
                return rehearse(session, campaign_id, days, now=now, bounds=bounds)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """For as long as the block lasts, nobody else rehearses in this process."""
        if not self._free.acquire(timeout=self._wait_s):
            detail = "Another campaign is being rehearsed; try again when that is done."
            raise ProblemError("service_unavailable", 503, detail, headers={"Retry-After": "10"})
        try:
            yield
        finally:
            self._free.release()
