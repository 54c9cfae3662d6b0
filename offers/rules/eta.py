"""How long a customer still needs to their store: a range, from pings or from what they said themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

STALE = timedelta(minutes=20)
"""An estimate from pings that is older says nothing any more."""


@dataclass(frozen=True, slots=True)
class Away:
    """Whole minutes as of now, at least 0."""

    low: int
    high: int
    by: Literal["pings", "said"]


def minutes_away(
    *,
    minutes_low: int | None,
    minutes_high: int | None,
    estimated_at: datetime | None,
    coming_minutes: int | None,
    coming_since: datetime | None,
    now: datetime,
) -> Away | None:
    """What pings told last, counted down; else what the customer said, counted down; none where neither says anything."""
    if minutes_low is not None and minutes_high is not None and estimated_at is not None:
        gone = now - estimated_at
        if gone <= STALE:
            passed = max(0, int(gone / timedelta(minutes=1)))
            return Away(max(0, minutes_low - passed), max(0, minutes_high - passed), "pings")
    if coming_minutes is not None and coming_since is not None:
        left = max(0, coming_minutes - max(0, int((now - coming_since) / timedelta(minutes=1))))
        return Away(left, left, "said")
    return None
