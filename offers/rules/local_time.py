"""The clock on the wall: whose it is, and at which moments it shows a time on the days it is put forward or back.

Python compares and subtracts two moments of one zone by the wall, and `==` takes no notice of `fold`: so whatever leaves this room is UTC.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from offers.rules.values import zone_or_none


@dataclass(frozen=True, slots=True)
class LocalClock:
    """The clock that somebody's quiet hours go by."""

    zone: ZoneInfo
    whose: Literal["customer", "place", "utc"]
    """The customer's own; the place's where that is not known; UTC where that one is not known either."""
    customer_zone: Literal["missing", "unknown"] | None = None
    """Why it is not the customer's own: nobody said their zone, or this machine knows none of that name."""

    def facts(self) -> dict[str, Any]:
        facts = {"time_zone": self.zone.key, "zone_of": self.whose}
        return facts | ({"customer_zone": self.customer_zone} if self.customer_zone else {})


@lru_cache(maxsize=4096)
def clock_of(customer_zone: str | None, place_zone: str | None) -> LocalClock:
    """The customer's clock, else the place's, else UTC. Never raises, whatever the names are."""
    if theirs := zone_or_none(customer_zone):
        return LocalClock(theirs, "customer")
    lacks: Literal["missing", "unknown"] = "unknown" if customer_zone else "missing"
    if there := zone_or_none(place_zone):
        return LocalClock(there, "place", lacks)
    return LocalClock(ZoneInfo("UTC"), "utc", lacks)


def showings(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first and the last moment, in UTC, at which the clock shows `wall`, a time without a zone and in whole seconds.

    One and the same on nearly all days. Two where the clock was put back. Where it was put forward over `wall`, which it then never
    shows, both are the moment of the jump.
    """
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    last = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first <= last:
        return first, last
    jump = _jump(last, first, zone)
    return jump, jump


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first second, of those after `before` and up to `after`, that has the later offset."""
    offset = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)
