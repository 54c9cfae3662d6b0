"""What is long and may wait: a few at a time in a process, and not for long, so that the other doors are served meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from offers.records.database import Database
from offers.rehearsal import Bounds, rehearse
from web.problems import ProblemError

LONGEST_S = 20.0
"""A rehearsal that takes longer ends where it is. Below the database's own 30 s for one statement."""


class Turns:
    """So many at a time in a process; threads share it. Who waited `wait_s` in vain is told to come back."""

    def __init__(self, at_once: int, busy: str, wait_s: float = 2.0) -> None:
        self._free = threading.BoundedSemaphore(at_once)
        self._busy = busy
        self._wait_s = wait_s

    @contextmanager
    def taken(self) -> Iterator[None]:
        """One turn for as long as the block lasts; 503 where there is none."""
        with self.taken_if_free() as mine:
            if not mine:
                raise ProblemError("service_unavailable", 503, self._busy, headers={"Retry-After": "10"})
            yield

    @contextmanager
    def taken_if_free(self) -> Iterator[bool]:
        """The same for what can do without: whether there was one."""
        mine = self._free.acquire(timeout=self._wait_s)
        try:
            yield mine
        finally:
            if mine:
                self._free.release()


class Stage(Turns):
    """Where campaigns are rehearsed, one at a time."""

    def __init__(self) -> None:
        super().__init__(1, "Another campaign is being rehearsed; try again when that is done.")

    def rehearse(self, database: Database, campaign_id: str, days: int, *, now: datetime) -> dict[str, Any]:
        """The answer of the door; 503 while another rehearsal is under way."""
        with self.taken():
            return _rehearse(database, campaign_id, days, now, lambda _: None)

    def rehearse_if_free(
        self, database: Database, campaign_id: str, days: int, *, now: datetime, tell: Callable[[float], None]
    ) -> dict[str, Any] | None:
        """None while another rehearsal is under way. `tell` hears how far it is, from 0 to 1."""
        with self.taken_if_free() as mine:
            return _rehearse(database, campaign_id, days, now, tell) if mine else None


def _rehearse(
    database: Database, campaign_id: str, days: int, now: datetime, tell: Callable[[float], None]
) -> dict[str, Any]:
    deadline = time.monotonic() + LONGEST_S
    bounds = Bounds(go_on=lambda: time.monotonic() < deadline, tell=tell)
    with database.reading() as session:
        return rehearse(session, campaign_id, days, now=now, bounds=bounds)


def turns_to_count() -> Turns:
    """Each count reads all customers, and has PostgreSQL keep up to some hundred megabytes meanwhile."""
    return Turns(2, "Other audiences are being counted; try again when that is done.")


def turns_to_try() -> Turns:
    """Who tests a way to the push services waits for a worker's answer, some seconds at most, and holds a thread meanwhile."""
    return Turns(1, "Another test is under way; look again when that is done.", wait_s=0.0)
