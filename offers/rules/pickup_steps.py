"""Which step of an order may follow which, by who says so: one table. What it does not have changes nothing, however often or late it is said."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from offers.rules.order import Status

Source = Literal["server", "page", "device", "location", "staff", "payment", "held_for_long"]
"""Who says it: the shop by a key or a hook, the customer on the order's page or in the app, the customer's pings, the store's staff, a payment
that failed, a reservation's end."""

CUSTOMER: tuple[Source, ...] = ("page", "device")
OPEN: tuple[Status, ...] = ("placed", "ready", "on_the_way", "nearby", "arrived")
CLOSED: tuple[Status, ...] = ("collected", "cancelled")
UNDO_WITHIN = timedelta(minutes=1)
"""So long after it staff may take a hand-over back."""

_FORWARD: Mapping[Status, tuple[Status, ...]] = {
    "placed": ("ready", "on_the_way", "nearby", "arrived", "collected", "cancelled"),
    "ready": ("on_the_way", "nearby", "arrived", "collected", "cancelled"),
    "on_the_way": ("nearby", "arrived", "collected", "cancelled"),
    "nearby": ("arrived", "collected", "cancelled"),
    "arrived": ("collected", "cancelled"),
    "collected": (),
    "cancelled": (),
}
_MAY_SAY: Mapping[Source, tuple[Status, ...]] = {
    "server": ("ready", "on_the_way", "nearby", "arrived", "collected", "cancelled"),
    "page": ("on_the_way", "arrived", "cancelled"),
    "device": ("on_the_way", "arrived"),
    "location": ("on_the_way", "nearby", "arrived"),
    "staff": ("ready", "arrived", "collected"),
    "payment": ("cancelled",),
    "held_for_long": ("cancelled",),
}
_AWAY_AGAIN: Mapping[Status, Status] = {"arrived": "nearby", "nearby": "ready", "on_the_way": "ready"}
"""Where somebody stands who turns away without having collected: out of the premises, out of reach."""


def may_follow(before: Status, said: Status, source: Source) -> bool:
    """Whether this is a step forward that this source may take.

    Pings say nothing of an order that is not ready: whoever passes the store then has not come for it. Only who was reserved for can give up
    what is `placed` or `ready`, and nobody gives up for them once they are on their way.
    """
    if said not in _FORWARD[before] or said not in _MAY_SAY[source]:
        return False
    if source == "location":
        return before != "placed"
    if said == "cancelled" and source != "server":
        return before in ("placed", "ready")
    return True


def is_ready_news(before: Status, said: Status, source: Source, *, is_ready: bool) -> bool:
    """Whether an order becomes ready whose customer came before it was: its status stays, and that it is ready is told."""
    return (
        said == "ready" and said in _MAY_SAY[source] and not is_ready and before in ("on_the_way", "nearby", "arrived")
    )


def may_come_back(said: Status, at: datetime | None, said_at: datetime | None, closed_at: datetime | None) -> bool:
    """Whether the shop brings back a cancelled order by this word of `at`, its own time: it does so by what is newer than all that it said and
    than the cancellation. A word without a time is of now.
    """
    if said not in ("placed", "ready"):
        return False
    return at is None or all(at > one for one in (said_at, closed_at) if one is not None)


def away_again(before: Status, *, is_ready: bool = True) -> Status | None:
    """Where an order stands again whose customer was seen to leave; none where pings say nothing of it."""
    back = _AWAY_AGAIN.get(before)
    return "placed" if back == "ready" and not is_ready else back


def stood_at(history: Sequence[Mapping[str, Any]]) -> Status:
    """Where an order stood before it was closed, by its history."""
    at: Status = "placed"
    for entry in history:
        said: Status = entry["status"]
        if said in CLOSED:
            continue
        if said in _FORWARD[at] or any(entry.get(name) for name in ("away", "undone", "again")):
            at = said
    return at
