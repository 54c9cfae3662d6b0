"""Which facts there are, and how a condition over each is read."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, get_args

from pydantic import TypeAdapter

from offers.rules.audience.nodes import (
    ANY_STORE,
    Bought,
    Consents,
    Detail,
    DeviceCount,
    IsAt,
    Known,
    KnownSince,
    LastPurchase,
    LastVisit,
    Named,
    OnPlatform,
    Plain,
    PurchaseCount,
    Purpose,
    Pushable,
    Speaks,
    Spent,
    Tagged,
    Test,
    TextIs,
    ValueIs,
    ValueWithin,
    VisitCount,
    Visited,
    Window,
)
from offers.rules.audience.said import AudienceError, Said, number, scalar, text, whole
from offers.rules.money import Amount, thousandths
from offers.rules.values import read_language, read_number

Read = Callable[[Said], Test]
KeyedRead = Callable[[Said, str], Test]
PLATFORMS = ("ios", "android", "web")
CHANNELS = ("store", "online")
_AMOUNT: TypeAdapter[Decimal] = TypeAdapter(Amount)


def _language(said: Said) -> Test:
    if said.says("known"):
        return Known("language", None, said.flag("known"))
    return Speaks(said.choices("is", "in", "known", read=lambda value: read_language(text(value)), kind="a language"))


def _plain(fact: Plain) -> Read:
    def read(said: Said) -> Test:
        if said.operator("is", "in", "known") == "known":
            return Known(fact, None, said.flag("known"))
        return TextIs(fact, said.choices("is", "in", read=text, kind="a text"))

    return read


def _tags(said: Said) -> Test:
    if said.operator("has", "in", "known") == "known":
        return Known("tags", None, said.flag("known"))
    return Tagged(said.choices("has", "in", read=text, kind="a text"))


def _named(of: Named) -> KeyedRead:
    def read(said: Said, name: str) -> Test:
        if not re.fullmatch(r"\w{1,64}", name):
            raise said.error("fact", f"{name!r} is not a name of letters, digits and _")
        operator = said.operator("is", "in", "at_least", "at_most", "known")
        if operator == "known":
            return Known(of, name, said.flag("known"))
        if operator in ("is", "in"):
            return ValueIs(of, name, said.choices("is", "in", read=scalar, kind="a text, a number, true or false"))
        return ValueWithin(of, name, said.bound(number))

    return read


def _when(said: Said) -> Window:
    """A window that says something."""
    if not said.says("within_days", "before"):
        said.operator("within_days", "before")
    return said.window()


def _known_since(said: Said) -> Test:
    return KnownSince(_when(said))


def _detail(detail: Detail) -> Read:
    def read(said: Said) -> Test:
        return Bought(detail, said.choices("is", "has", "in", read=_DETAILS[detail], kind="a text"), said.window())

    return read


def _one_of(names: tuple[str, ...]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in names:
            raise ValueError(f"must be one of {', '.join(names)}")
        return str(value)

    return read


def _size(value: Any) -> str:
    """As purchases keep sizes: 38 and "38" are the same shoe."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else text(value)


_DETAILS: Mapping[Detail, Callable[[Any], str]] = {
    "category": text,
    "sku": text,
    "size": _size,
    "channel": _one_of(CHANNELS),
    "place": text,
}


def _purchase_count(said: Said) -> Test:
    return PurchaseCount(said.bound(whole), said.window())


def _spent(said: Said, currency: str) -> Test:
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise said.error("fact", f"{currency!r} is not a currency such as EUR")
    return Spent(currency, said.bound(_amount), said.window())


def _amount(value: Any) -> int:
    """In whole thousandths. `89.95` and `"89.95"` are the same."""
    written = repr(value) if isinstance(value, float) else value
    try:
        return thousandths(_AMOUNT.validate_python(read_number(written)))
    except ValueError:
        raise ValueError("must be an amount of at most 12 digits, 3 of them decimals") from None


def _last(of: type[LastPurchase | LastVisit]) -> Read:
    def read(said: Said) -> Test:
        if said.says("known"):
            return of(Window(), said.flag("known"))
        if not said.says("within_days", "before"):
            said.operator("within_days", "before", "known")
        return of(said.window())

    return read


def _visit_place(said: Said) -> Test:
    return Visited(said.choices("is", "has", "in", read=text, kind="the id of a store"), said.window())


def _visit_count(said: Said) -> Test:
    return VisitCount(said.bound(whole), said.window())


def _platform(said: Said) -> Test:
    return OnPlatform(said.choices("is", "has", "in", read=_one_of(PLATFORMS), kind=f"one of {', '.join(PLATFORMS)}"))


def _flag(test: Callable[[bool], Test]) -> Read:
    def read(said: Said) -> Test:
        return test(said.flag(said.operator("is")))

    return read


def _consent(purpose: Purpose) -> Read:
    return _flag(lambda given: Consents(purpose, given))


def _tag_form(said: Said) -> Test:
    try:
        return Tagged((text(said.take("tag")),))
    except ValueError as error:
        raise said.error("tag", str(error)) from None


FACTS: Mapping[str, Read] = {
    "language": _language,
    "time_zone": _plain("time_zone"),
    "name": _plain("name"),
    "tags": _tags,
    "known_since": _known_since,
    **{f"purchases.{detail}": _detail(detail) for detail in get_args(Detail)},
    "purchases.count": _purchase_count,
    "purchases.last_at": _last(LastPurchase),
    "visits.place": _visit_place,
    "visits.count": _visit_count,
    "visits.last_at": _last(LastVisit),
    "devices.platform": _platform,
    "devices.count": lambda said: DeviceCount(said.bound(whole)),
    "devices.push": _flag(Pushable),
    **{f"consents.{purpose}": _consent(purpose) for purpose in get_args(Purpose)},
}
KEYED: Mapping[str, tuple[str, KeyedRead]] = {
    "sizes": ("name", _named("sizes")),
    "attributes": ("name", _named("attributes")),
    "purchases.total": ("currency", _spent),
}
"""Facts that go on with a name of the brand's own, what that is called, and how they are read."""
FORMS: Mapping[str, Read] = {
    "tag": _tag_form,
    "near": lambda said: IsAt(said.places("near"), inside=False),
    "inside": lambda said: IsAt(said.places("inside"), inside=True),
    "visited": lambda said: Visited(said.places("visited"), said.window()),
}


def read_condition(raw: Mapping[str, Any], path: str) -> Test:
    for form, read in FORMS.items():
        if form in raw:
            said = Said(raw, path, "")
            test = read(said)
            said.finish()
            return test
    said = Said(raw, path, "fact")
    test = _fact(said, raw.get("fact"))
    said.finish()
    return test


def _fact(said: Said, fact: Any) -> Test:
    if not isinstance(fact, str):
        raise AudienceError(said.path, f"must say all, any, not, fact, {', '.join(FORMS)}")
    if read := FACTS.get(fact):
        return read(said)
    for head, (_, read_keyed) in KEYED.items():
        if fact.startswith(f"{head}.") and len(fact) > len(head) + 1:
            return read_keyed(said, fact.removeprefix(f"{head}."))
    known = ", ".join([*FACTS, *(f"{head}.<{name}>" for head, (name, _) in KEYED.items())])
    raise said.error("fact", f"{fact[:100]!r} is not a fact of a customer; known are {known}")


def places_of(test: Test) -> tuple[str, ...]:
    """The ids of places that a condition names."""
    match test:
        case IsAt(places=places) | Visited(places=places):
            return tuple(one for one in places if one != ANY_STORE)
        case Bought(detail="place", wanted=wanted):
            return wanted
        case _:
            return ()


def values_named(test: Test) -> int:
    """How many values a condition is to be one of."""
    several = getattr(test, "wanted", getattr(test, "places", None))
    return len(several) if isinstance(several, tuple) else 1
