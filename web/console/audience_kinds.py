"""What a row of an audience may be about, and which of its fields that needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from offers.rules.audience.facts import CHANNELS, PLATFORMS

Part = Literal["kind", "no", "name", "how", "value", "days", "before", "was"]
Shape = Literal["values", "bound", "flag", "consent", "window", "last"]
VALUES = ("is", "known")
NUMBERS = ("is", "at_least", "at_most", "known")
BOUNDS = ("at_least", "at_most")
PURPOSES = ("location", "offers", "orders")
WINDOW: tuple[Part, ...] = ("days", "before")


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that a row can say of a customer.

    `fact` is the rules' word for it, which the row's name goes on with when `named`; `one` says how it names a single value, and is a
    form of its own (`visited`) where there is no fact. `hows` are the comparisons that it knows. `suggests` and `names` are the lists
    that its value and its name may be chosen from, or written beside.
    """

    name: str
    group: Literal["person", "bought", "visited", "phone"]
    shape: Shape
    fact: str = ""
    one: str = "is"
    hows: tuple[str, ...] = ()
    named: bool = False
    timed: bool = False
    suggests: str = ""
    names: str = ""
    among: tuple[str, ...] = ()
    """All that its value may be."""

    @property
    def whole(self) -> bool:
        """Its number counts something."""
        return self.shape == "bound" and not self.named

    @property
    def needs(self) -> tuple[Part, ...]:
        """The fields that a row of it has, beside what it is about and whether that holds."""
        parts: list[Part] = ["name"] if self.named else []
        if len(self.hows) > 1:
            parts.append("how")
        if self.shape in ("values", "bound", "consent"):
            parts.append("value")
        return (*parts, *(WINDOW if self.timed else ()))


def _bought(name: str, detail: str, suggests: str = "", one: str = "has", among: tuple[str, ...] = ()) -> Kind:
    fact = f"purchases.{detail}"
    return Kind(name, "bought", "values", fact, one, ("is",), timed=True, suggests=suggests, among=among)


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("language", "person", "values", "language", hows=VALUES, suggests="languages"),
        Kind("tag", "person", "values", "tags", "has", VALUES, suggests="tags"),
        Kind("attribute", "person", "values", "attributes", hows=NUMBERS, named=True, names="attributes"),
        Kind("size", "person", "values", "sizes", hows=NUMBERS, named=True, names="sizes"),
        Kind("called", "person", "values", "name", hows=VALUES),
        Kind("time_zone", "person", "values", "time_zone", hows=VALUES),
        Kind("known_since", "person", "window", "known_since", timed=True),
        _bought("category", "category", "categories"),
        _bought("sku", "sku", "products"),
        _bought("bought_size", "size"),
        _bought("bought_at", "place", "stores", "is"),
        _bought("channel", "channel", "channels", "is", CHANNELS),
        Kind("bought", "bought", "last", "purchases.last_at", timed=True),
        Kind("purchases", "bought", "bound", "purchases.count", hows=BOUNDS, timed=True),
        Kind("spent", "bought", "bound", "purchases.total", hows=BOUNDS, named=True, timed=True, names="currencies"),
        Kind("visited", "visited", "values", one="visited", hows=("is",), timed=True, suggests="places"),
        Kind("came", "visited", "last", "visits.last_at", timed=True),
        Kind("visits", "visited", "bound", "visits.count", hows=BOUNDS, timed=True),
        Kind("inside", "visited", "values", one="inside", hows=("is",), suggests="places"),
        Kind("near", "visited", "values", one="near", hows=("is",), suggests="places"),
        Kind("push", "phone", "flag", "devices.push"),
        Kind("platform", "phone", "values", "devices.platform", hows=("is",), suggests="platforms", among=PLATFORMS),
        Kind("devices", "phone", "bound", "devices.count", hows=BOUNDS),
        Kind("consent", "phone", "consent", "consents", suggests="purposes", among=PURPOSES),
    )
}
FORMS = ("near", "inside", "visited")
"""Conditions that are no fact: the word itself names the places."""


def grouped() -> dict[str, list[Kind]]:
    groups: dict[str, list[Kind]] = {}
    for kind in KINDS.values():
        groups.setdefault(kind.group, []).append(kind)
    return groups


def kind_of_fact(fact: str) -> tuple[Kind, str] | None:
    """The kind that a condition's fact is, and the name that it goes on with."""
    if fact == "visits.place":
        return KINDS["visited"], ""
    for kind in KINDS.values():
        if fact == kind.fact and not kind.named and kind.shape != "consent":
            return kind, ""
        head, _, rest = fact.rpartition(".") if kind.name == "spent" else fact.partition(".")
        if head == kind.fact and rest and (kind.named or kind.shape == "consent"):
            return kind, rest
    return None
