"""Whether a profile meets a condition. What a profile does not have meets none, but for those that ask for just that."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from offers.rules.audience.nodes import (
    ANY_STORE,
    All,
    AnyOf,
    Bought,
    Consents,
    DeviceCount,
    IsAt,
    Known,
    KnownSince,
    LastPurchase,
    LastVisit,
    Leaf,
    Node,
    Not,
    OnPlatform,
    PurchaseCount,
    Pushable,
    Scalar,
    Span,
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
from offers.rules.audience.numbers import as_written
from offers.rules.audience.profile import Bill, Profile


@dataclass(frozen=True, slots=True)
class Miss:
    """Why a profile is not in an audience: where in the tree, and the condition that failed."""

    path: str
    condition: Any


def miss_of(node: Node, profile: Profile, now: datetime) -> Miss | None:
    """The first condition that keeps this profile out, or none when it is in."""
    match node:
        case All(nodes=nodes):
            return next((miss for one in nodes if (miss := miss_of(one, profile, now))), None)
        case AnyOf(path=path, said=said, nodes=nodes):
            return None if any(miss_of(one, profile, now) is None for one in nodes) else Miss(path, said)
        case Not(path=path, said=said, node=inner):
            return Miss(path, said) if miss_of(inner, profile, now) is None else None
        case Leaf(path=path, said=said, test=test):
            return None if meets(test, profile, now) else Miss(path, said)
        case _:
            assert_never(node)


def meets(test: Test, profile: Profile, now: datetime) -> bool:  # noqa: C901, PLR0911, PLR0912 - one line a condition, as the list of nodes
    match test:
        case Speaks(wanted=wanted):
            spoken = profile.language
            return spoken is not None and any(spoken == one or spoken.startswith(f"{one}-") for one in wanted)
        case TextIs(fact=fact, wanted=wanted):
            return getattr(profile, fact) in wanted
        case ValueIs(of=of, name=name, wanted=wanted):
            value = getattr(profile, of).get(name)
            return any(same(value, one) for one in wanted)
        case ValueWithin(of=of, name=name, bound=bound):
            number = as_written(getattr(profile, of).get(name))
            return number is not None and bound.holds(number)
        case Known(fact="tags", known=known):
            return bool(profile.tags) is known
        case Known(fact=fact, name=name, known=known):
            value = getattr(profile, fact)
            return ((value if name is None else value.get(name)) is not None) is known
        case Tagged(wanted=wanted):
            return any(one in profile.tags for one in wanted)
        case KnownSince(window=window):
            return profile.known_since is not None and window.at(now).holds(profile.known_since)
        case Bought(window=window):
            span = window.at(now)
            return any(span.holds(bill.at) and _names(bill, test) for bill in profile.purchases)
        case PurchaseCount(bound=bound, window=window):
            return bound.holds(_count(window.at(now), (bill.at for bill in profile.purchases)))
        case Spent(currency=currency, bound=bound, window=window):
            span = window.at(now)
            mine = (bill for bill in profile.purchases if bill.currency == currency and span.holds(bill.at))
            return bound.holds(sum(bill.total_thousandths for bill in mine))
        case LastPurchase(window=window, known=known):
            return _last_lies_in(window, now, (bill.at for bill in profile.purchases)) is known
        case Visited(places=places, window=window):
            span = window.at(now)
            return any(
                span.holds(call.entered_at) and (call.place in places or ANY_STORE in places) for call in profile.visits
            )
        case VisitCount(bound=bound, window=window):
            return bound.holds(_count(window.at(now), (call.entered_at for call in profile.visits)))
        case LastVisit(window=window, known=known):
            return _last_lies_in(window, now, (call.entered_at for call in profile.visits)) is known
        case IsAt(places=places, inside=inside):
            return not (profile.inside if inside else profile.near).isdisjoint(places)
        case OnPlatform(wanted=wanted):
            return any(device.platform in wanted for device in profile.devices)
        case DeviceCount(bound=bound):
            return bound.holds(len(profile.devices))
        case Pushable(wanted=wanted):
            return any(device.push for device in profile.devices) is wanted
        case Consents(purpose=purpose, given=given):
            return (purpose in profile.consents) is given
        case _:
            assert_never(test)


def same(value: Any, wanted: Scalar) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, str) or isinstance(wanted, str):
        return isinstance(value, str) and bool(value == wanted)
    number = as_written(value)
    return number is not None and number == as_written(wanted)


def _names(bill: Bill, test: Bought) -> bool:
    if test.detail in ("channel", "place"):
        return getattr(bill, test.detail) in test.wanted
    return any(getattr(item, test.detail) in test.wanted for item in bill.items)


def _count(span: Span, times: Iterable[datetime]) -> int:
    return sum(span.holds(at) for at in times)


def _last_lies_in(window: Window, now: datetime, times: Iterable[datetime]) -> bool:
    last = max((at for at in times if at <= now), default=None)
    return last is not None and window.at(now).holds(last)
