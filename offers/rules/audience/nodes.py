"""What an audience may ask, as values. Each leaf means the same to the predicate (`predicate.py`) and to SQL
(`offers/records/queries/audiences.py`), which a test holds against each other.

A leaf asks either of the profile as it is, or of what happened in a window of time that ends with the question.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

ANY_STORE = "*"
"""In the place of a place's id: any store. No place has this id."""
AHEAD = timedelta(minutes=2)
"""Phones' clocks may run this far ahead of ours: who came in within it, by their phone, is there already."""

Scalar = str | bool | int | float
Plain = Literal["language", "time_zone", "name"]
Named = Literal["sizes", "attributes"]
Detail = Literal["category", "sku", "size", "channel", "place"]
Purpose = Literal["location", "offers", "orders"]


@dataclass(frozen=True, slots=True)
class Span:
    """A window at one `now`: from `start` on (none: ever since), not after `now`, and before `before`."""

    start: datetime | None
    now: datetime
    before: datetime | None

    def holds(self, at: datetime) -> bool:
        return (self.start is None or at >= self.start) and at <= self.now and (self.before is None or at < self.before)


@dataclass(frozen=True, slots=True)
class Window:
    """`within_days` and `before` of a condition. What lies after `now` never counts: a rehearsal asks as of a past time."""

    within: timedelta | None = None
    before: datetime | None = None

    def at(self, now: datetime) -> Span:
        return Span(None if self.within is None else now - self.within, now, self.before)


@dataclass(frozen=True, slots=True)
class Bound:
    """At least, or at most, so much: the end included."""

    side: Literal["at_least", "at_most"]
    value: Decimal | int

    def holds(self, number: Decimal | int) -> bool:
        return number >= self.value if self.side == "at_least" else number <= self.value


@dataclass(frozen=True, slots=True)
class Speaks:
    """`de` is also spoken by who has `de-AT`; `de-AT` only by themselves."""

    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextIs:
    fact: Plain
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValueIs:
    """A size or an attribute that is one of these: 1 is 1.0, and `true` is not 1."""

    of: Named
    name: str
    wanted: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class ValueWithin:
    """A size or an attribute that is a number within the bound; a number is the decimal that it is written as."""

    of: Named
    name: str
    bound: Bound


@dataclass(frozen=True, slots=True)
class Known:
    fact: Plain | Named | Literal["tags"]
    name: str | None
    known: bool


@dataclass(frozen=True, slots=True)
class Tagged:
    """With one of these tags."""

    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownSince:
    """When the customer was first heard of."""

    window: Window


@dataclass(frozen=True, slots=True)
class Bought:
    """A purchase in the window of which, or of whose items, this detail is one of these."""

    detail: Detail
    wanted: tuple[str, ...]
    window: Window


@dataclass(frozen=True, slots=True)
class PurchaseCount:
    bound: Bound
    window: Window


@dataclass(frozen=True, slots=True)
class Spent:
    """The sum of the purchases in one currency, in whole thousandths of it."""

    currency: str
    bound: Bound
    window: Window


@dataclass(frozen=True, slots=True)
class LastPurchase:
    """The last purchase lies in the window; with an empty one: there is one, or there is none."""

    window: Window
    known: bool = True


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit to one of these stores that began in the window."""

    places: tuple[str, ...]
    window: Window


@dataclass(frozen=True, slots=True)
class VisitCount:
    bound: Bound
    window: Window


@dataclass(frozen=True, slots=True)
class LastVisit:
    window: Window
    known: bool = True


@dataclass(frozen=True, slots=True)
class IsAt:
    """An open stay at one of these places: at its premises (`inside`), or at any of its geofences."""

    places: tuple[str, ...]
    inside: bool


@dataclass(frozen=True, slots=True)
class OnPlatform:
    """A device in use of one of these platforms."""

    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeviceCount:
    bound: Bound


@dataclass(frozen=True, slots=True)
class Pushable:
    """Whether any device in use has a push token."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class Consents:
    purpose: Purpose
    given: bool


Test = (
    Speaks
    | TextIs
    | ValueIs
    | ValueWithin
    | Known
    | Tagged
    | KnownSince
    | Bought
    | PurchaseCount
    | Spent
    | LastPurchase
    | Visited
    | VisitCount
    | LastVisit
    | IsAt
    | OnPlatform
    | DeviceCount
    | Pushable
    | Consents
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition as it was written, where it stands in the tree, and what it asks."""

    path: str
    said: Mapping[str, Any] = field(compare=False)
    test: Test


@dataclass(frozen=True, slots=True)
class All:
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    path: str
    said: Mapping[str, Any] = field(compare=False)
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    path: str
    said: Mapping[str, Any] = field(compare=False)
    node: "Node"


Node = All | AnyOf | Not | Leaf
