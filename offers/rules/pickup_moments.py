"""What a crossing of a geofence means for an order that is ready: pure, one order and one crossing at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from geofences.metres import distance_m

What = Literal["arrived", "nearby", "on_the_way", "elsewhere", "left_store", "left_reach", "back"]
"""At the order's store; in its ring; out of a landmark within reach; at another store; out of the store; out of its ring; at the landmark again."""
COMING: tuple[Literal["arrived", "nearby", "on_the_way"], ...] = ("arrived", "nearby", "on_the_way")
"""Steps of an order, the one that says most first: where several are true of one moment, that one counts."""

_ROLES_IN: Mapping[str, What] = {"premises": "arrived", "approach": "nearby"}
_ROLES_OUT: Mapping[str, What] = {"premises": "left_store", "approach": "left_reach"}

SEEN, BY_PHONE, INFERRED = None, "device", "inferred"
"""How an exit was learnt: pings saw it, the phone's own geofencing said so, or the phone fell silent. (Another: it jumped.)"""
_BELIEVED: Mapping[str, tuple[str | None, ...]] = {
    "arrived": (SEEN, BY_PHONE),
    "nearby": (SEEN, BY_PHONE, INFERRED),
    "on_the_way": (SEEN, BY_PHONE),
}
"""What takes a customer's state away again. A phone that falls silent is in the pocket of somebody who waits at the counter; one that does so out
in the ring has not come in for a quarter of an hour, and will be seen again if it does. A jump is no way out of anything: the next ping tells."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place, by its own point in degrees."""

    place_id: str
    kind: str
    lat: float
    lon: float


def metres_between(one: Spot, other: Spot) -> float:
    return distance_m(one.lat, one.lon, other.lat, other.lon)


def to_fifty(metres: float) -> int:
    """As near as SQL and a text may know it: 50 m, and never nothing."""
    return max(50, round(metres / 50) * 50)


def meaning(kind: str, role: str, spot: Spot, store: Spot, *, reach_m: int, how: str | None = SEEN) -> What | None:
    """Of an `enter`, `exit` or `reopen` at a geofence of `spot`, for an order at `store`; `how`: the way an exit was learnt.

    Only who is known to have left a landmark is on the way: a phone that falls silent in a station may sit in a train.
    """
    here = spot.place_id == store.place_id
    if kind == "exit":
        if here:
            return _ROLES_OUT.get(role)
        if how in _BELIEVED["on_the_way"] and is_landmark_of(spot, store, reach_m):
            return "on_the_way"
        return None
    if here:
        return _ROLES_IN.get(role)
    if is_landmark_of(spot, store, reach_m):
        return "back"
    return "elsewhere" if kind == "enter" and spot.kind == "store" and role == "premises" else None


def is_landmark_of(spot: Spot, store: Spot, reach_m: int) -> bool:
    return spot.kind == "landmark" and metres_between(spot, store) <= reach_m


def is_gone(status: str, said_by: str | None, how: str | None) -> bool:
    """Whether an exit takes back what the order's status says. What a button or staff said is not taken back by pings."""
    return said_by == "location" and how in _BELIEVED.get(status, ())
