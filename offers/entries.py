"""Who came: the entries of a place on each of its last days."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from offers.records.queries import entries as queries

DAYS = 30
MOST = 10_000
"""So many of one day are counted; of a day with more it is told that there are."""
LOOKS_BACK = 400
"""Days whose counts are asked whether anybody ever came: visits are kept no longer than that."""


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    entries: int
    is_more: bool = False
    """There are more than `entries`."""


@dataclass(frozen=True, slots=True)
class Entries:
    """The last days of a place, the oldest first and the last one today, which is not over."""

    days: tuple[Day, ...]
    ever: bool
    """Whether anybody came at all since the place was made, as far as it is remembered."""

    @property
    def total(self) -> int:
        return sum(one.entries for one in self.days)

    @property
    def is_more(self) -> bool:
        return any(one.is_more for one in self.days)

    @property
    def busiest(self) -> Day:
        return max(self.days, key=lambda one: one.entries)


def entries_of(session: Session, place_id: str, zone: str, *, now: datetime) -> Entries:
    """By the place's own days. Visits whose rows have left are counted by days of UTC: they stand on the day of the same date."""
    clock = ZoneInfo(zone)
    today = now.astimezone(clock).date()
    dates = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    edges = [datetime.combine(one, time(), clock).astimezone(UTC) for one in (*dates, today + timedelta(days=1))]
    found = queries.entries_between(session, place_id, edges, MOST)
    before = [datetime.combine(today - timedelta(days=back), time(), UTC) for back in range(LOOKS_BACK)]
    left = {day.date(): many for day, many in queries.entries_that_left(session, place_id, before).items()}
    days = tuple(
        Day(on, min(many, MOST) + left.get(on, 0), is_more=many > MOST) for on, many in zip(dates, found, strict=True)
    )
    return Entries(days, ever=bool(left) or queries.has_visits(session, place_id))
