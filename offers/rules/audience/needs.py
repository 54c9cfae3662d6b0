"""What has to be fetched before an audience can be asked: only what its conditions name, and only as far back as they look."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from offers.rules.audience.nodes import (
    All,
    AnyOf,
    Bought,
    DeviceCount,
    IsAt,
    LastPurchase,
    LastVisit,
    Leaf,
    Node,
    Not,
    OnPlatform,
    PurchaseCount,
    Pushable,
    Spent,
    Test,
    VisitCount,
    Visited,
    Window,
)

Reach = timedelta | Literal["ever"] | None
"""How far back; none: not at all."""


@dataclass(frozen=True, slots=True)
class Needs:
    purchases: Reach = None
    items: bool = False
    """The lines of those purchases too."""
    visits: Reach = None
    devices: bool = False
    stays: bool = False

    def __or__(self, other: "Needs") -> "Needs":
        return Needs(
            farther(self.purchases, other.purchases),
            self.items or other.items,
            farther(self.visits, other.visits),
            self.devices or other.devices,
            self.stays or other.stays,
        )


NOTHING = Needs()


def all_needs(several: Iterable[Needs]) -> Needs:
    """Enough for each of them."""
    union = Needs()
    for one in several:
        union |= one
    return union


def farther(one: Reach, other: Reach) -> Reach:
    if one is None or other is None:
        return other if one is None else one
    if one == "ever" or other == "ever":
        return "ever"
    return max(one, other)


def leaves(node: Node | None) -> Iterator[Leaf]:
    """From left to right."""
    match node:
        case Leaf():
            yield node
        case All(nodes=nodes) | AnyOf(nodes=nodes):
            for one in nodes:
                yield from leaves(one)
        case Not(node=inner):
            yield from leaves(inner)


def needs_of(test: Test) -> Needs:
    match test:
        case Bought(detail=detail, window=window):
            return Needs(purchases=_reach(window), items=detail in ("category", "sku", "size"))
        case PurchaseCount(window=window) | Spent(window=window) | LastPurchase(window=window):
            return Needs(purchases=_reach(window))
        case Visited(window=window) | VisitCount(window=window) | LastVisit(window=window):
            return Needs(visits=_reach(window))
        case OnPlatform() | DeviceCount() | Pushable():
            return Needs(devices=True)
        case IsAt():
            return Needs(stays=True)
        case _:
            return Needs()


def _reach(window: Window) -> Reach:
    return "ever" if window.within is None else window.within
