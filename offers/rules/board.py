"""What a card of the pickup board says, from plain values: in which order they stand, and what the customer was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from offers.rules.eta import Away
from offers.rules.order_moments import APPROACH, ARRIVED, READY, UNCOLLECTED, WRONG_STORE, name_of

COLUMNS = ("ready", "on_the_way", "nearby", "arrived")
"""From left to right."""
SAY_THAT_IT_IS_READY = (APPROACH, ARRIVED, UNCOLLECTED)
"""Whoever was told one of these knows it, whether or not `ready` was made."""
NEVER = 10_000
"""Minutes: behind everybody who said how long."""
How = Literal["told", "perhaps", "waiting", "failed"]
Unreachable = Literal["no_consent", "no_device"]
NotTold = Literal["no_consent", "no_device", "not_yet"]


@dataclass(frozen=True, slots=True)
class Told:
    """One message: its moment's name, how it stands, and since when."""

    what: str
    how: How
    at: datetime


_HOW: dict[str, How] = {"sent": "told", "unknown": "perhaps", "queued": "waiting", "sending": "waiting"}


def told(moment: str, state: str, sent_at: datetime | None, created_at: datetime) -> Told:
    """Of a delivery."""
    return Told(name_of(moment), _HOW.get(state, "failed"), sent_at or created_at)


def is_shown(moment: str, state: str) -> bool:
    """Whether staff see that it is to go out, or failed: of another store only what was said. It waits to see whether the customer stays there
    at all, and ends where they only walk past.
    """
    return name_of(moment) != WRONG_STORE or _HOW.get(state) in ("told", "perhaps")


def why_unreachable(*, consents: bool, reachable: bool) -> Unreachable | None:
    if not consents:
        return "no_consent"
    return None if reachable else "no_device"


def why_not_told(lines: Sequence[Told], beyond: Unreachable | None, *, ready_at: datetime | None) -> NotTold | None:
    """Why a customer whose order is ready was written nothing of it; none where something was, or there is nothing to tell yet.

    `ready_at`: of an order that is open; what was told before it was cancelled and brought back is of another time.
    """
    if ready_at is None or any(one.at >= ready_at and (one.what == READY or _knows_by(one)) for one in lines):
        return None
    return beyond or "not_yet"


def _knows_by(one: Told) -> bool:
    return one.what in SAY_THAT_IT_IS_READY and one.how in ("told", "perhaps")


def soonest(away: Away | None) -> tuple[int, int]:
    """To sort who is on the way by."""
    return (NEVER, NEVER) if away is None else (away.low, away.high)
