"""An audience as SQL over customers: to count it and to list it. What each condition means is said by `offers/rules/audience`;
here it is said again in SQL, and a test holds the two against each other. Every value is bound, none is ever written into SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select, true
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.queries.json_values import in_json
from offers.records.tables import Customer, Device, Geofence, Place, Purchase, PurchaseItem, Stay, Visit
from offers.rules.audience import ANY_STORE, Audience
from offers.rules.audience.nodes import (
    AHEAD,
    All,
    AnyOf,
    Bought,
    Bound,
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

Holds = ColumnElement[bool]
IN_USE = Device.revoked_at.is_(None)


def holds(audience: Audience, now: datetime, dialect_name: str, those: Sequence[str] | None = None) -> Holds:
    """Whether a row of `Customer` is in the audience as of `now`: true or false, never NULL, so that `not` turns it round.

    `those`: only these customers are asked about, so that nothing has to be summed up of all the others.
    """
    return true() if audience.tree is None else _Sql(now, dialect_name, those).node(audience.tree)


class _Sql:
    def __init__(self, now: datetime, dialect_name: str, those: Sequence[str] | None = None) -> None:
        self.now, self.those = now, those
        self.json = in_json(dialect_name)

    def node(self, node: Node) -> Holds:
        match node:
            case All(nodes=nodes):
                return and_(*map(self.node, nodes))
            case AnyOf(nodes=nodes):
                return or_(*map(self.node, nodes))
            case Not(node=inner):
                return not_(self.node(inner))
            case Leaf(test=test):
                return self.test(test)
            case _:
                assert_never(node)

    def test(self, test: Test) -> Holds:  # noqa: C901, PLR0911, PLR0912 - one line a condition, as the list of nodes
        match test:
            case Speaks(wanted=wanted):
                return _known_and(Customer.language, _spoken(wanted))
            case TextIs(fact=fact, wanted=wanted):
                column = getattr(Customer, fact)
                return _known_and(column, column.in_(wanted))
            case ValueIs(of=of, name=name, wanted=wanted):
                return self.json.is_one_of(getattr(Customer, of), name, wanted)
            case ValueWithin(of=of, name=name, bound=bound):
                return self.json.is_within(getattr(Customer, of), name, bound)
            case Known(fact="tags", known=known):
                return _as(known, self.json.has_any(Customer.tags))
            case Known(fact=fact, name=None, known=known):
                return _as(known, getattr(Customer, fact).is_not(None))
            case Known(fact=fact, name=name, known=known):
                return _as(known, self.json.knows(getattr(Customer, fact), str(name)))
            case Tagged(wanted=wanted):
                return self.json.has_one_of(Customer.tags, wanted)
            case KnownSince(window=window):
                return self._in(window, Customer.created_at)
            case Bought():
                return self._bought(test)
            case PurchaseCount(bound=bound, window=window):
                return self._many(Purchase.customer_id, func.count(), bound, self._in(window, Purchase.at))
            case Spent(currency=currency, bound=bound, window=window):
                mine = and_(Purchase.currency == currency, self._in(window, Purchase.at))
                return self._many(Purchase.customer_id, func.sum(Purchase.total_thousandths), bound, mine)
            case LastPurchase(window=window, known=known):
                return _as(known, self._last(window, Purchase.customer_id, Purchase.at))
            case Visited(places=places, window=window):
                there = true() if ANY_STORE in places else Visit.place_id.in_(places)
                return _there_is(Visit.customer_id == Customer.id, self._in(window, Visit.entered_at), there)
            case VisitCount(bound=bound, window=window):
                return self._many(Visit.customer_id, func.count(), bound, self._in(window, Visit.entered_at))
            case LastVisit(window=window, known=known):
                return _as(known, self._last(window, Visit.customer_id, Visit.entered_at))
            case IsAt(places=places, inside=inside):
                return self._is_at(places, inside)
            case OnPlatform(wanted=wanted):
                return _there_is(Device.customer_id == Customer.id, IN_USE, Device.platform.in_(wanted))
            case DeviceCount(bound=bound):
                return self._many(Device.customer_id, func.count(), bound, IN_USE)
            case Pushable(wanted=wanted):
                return _as(wanted, reachable())
            case Consents(purpose=purpose, given=given):
                return _as(given, getattr(Customer, purpose).is_(True))
            case _:
                assert_never(test)

    def _many(self, whose: Any, number: Any, bound: Bound, condition: Holds) -> Holds:
        mine = condition if self.those is None else and_(condition, among(whose, self.those))
        return _many(whose, number, bound, mine)

    def _in(self, window: Window, at: Any) -> Holds:
        span = window.at(self.now)
        bounds = [at <= span.now]
        if span.start is not None:
            bounds.append(at >= span.start)
        if span.before is not None:
            bounds.append(at < span.before)
        return and_(*bounds)

    def _bought(self, test: Bought) -> Holds:
        mine = and_(Purchase.customer_id == Customer.id, self._in(test.window, Purchase.at))
        if test.detail in ("channel", "place"):
            column = Purchase.channel if test.detail == "channel" else Purchase.place_id
            return _there_is(mine, column.in_(test.wanted))
        named = getattr(PurchaseItem, test.detail).in_(test.wanted)
        return _there_is(mine, PurchaseItem.purchase_id == Purchase.id, named)

    def _last(self, window: Window, whose: Any, at: Any) -> Holds:
        """One lies in the window, and none after it."""
        mine = whose == Customer.id
        there = _there_is(mine, self._in(window, at))
        if window.before is None:
            return there
        return and_(there, not_(_there_is(mine, at >= window.before, at <= self.now)))

    def _is_at(self, places: Sequence[str], inside: bool) -> Holds:
        open_now = and_(Stay.entered_at <= self.now + AHEAD, or_(Stay.left_at.is_(None), Stay.left_at > self.now))
        there = [Stay.customer_id == Customer.id, open_now, Geofence.id == Stay.geofence_id]
        if inside:
            there.append(Geofence.role == "premises")
        if ANY_STORE in places:
            there += [Place.id == Geofence.place_id, or_(Place.kind == "store", Place.id.in_(places))]
        else:
            there.append(Geofence.place_id.in_(places))
        return _there_is(*there)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many customers are in an audience, and of them how many can be pushed to, agreed to location and offers, or both."""

    size: int
    reachable: int
    consenting: int
    both: int


def count(
    session: Session, audience: Audience, now: datetime, purposes: Sequence[str] = ("location", "offers")
) -> Counted:
    """In one query, as of `now`; who consents agreed to these purposes; for the rest of the transaction PostgreSQL may use more memory."""
    _make_room(session)
    pushable = (
        select(Device.customer_id.label("whose"))
        .where(IN_USE, Device.push_token.is_not(None))
        .group_by(Device.customer_id)
        .subquery()
    )
    can_reach, agrees = pushable.c.whose.is_not(None), consenting(purposes)
    wanted = (
        select(
            func.count(),
            func.count().filter(can_reach),
            func.count().filter(agrees),
            func.count().filter(can_reach, agrees),
        )
        .select_from(Customer)
        .outerjoin(pushable, pushable.c.whose == Customer.id)
        .where(holds(audience, now, session.get_bind().dialect.name))
    )
    return Counted(*session.execute(wanted).one())


def sample(session: Session, audience: Audience, now: datetime, limit: int) -> Sequence[Customer]:
    """Some of an audience, by id: the same question on the same data names the same."""
    wanted = select(Customer).where(holds(audience, now, session.get_bind().dialect.name))
    return session.scalars(wanted.order_by(Customer.id).limit(limit)).all()


def _make_room(session: Session) -> None:
    """Let PostgreSQL keep a million ids in memory, or it looks up what it could hash; and compile nothing for a question of a second."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.set_config("work_mem", "64MB", True), func.set_config("jit", "off", True)))


def consenting(purposes: Sequence[str]) -> Holds:
    """Whether a customer agreed to what a campaign needs: location and offers, or for posters' moments offers alone."""
    return and_(*(getattr(Customer, purpose).is_(True) for purpose in purposes))


def reachable() -> Holds:
    """Whether a customer has a device in use that can be pushed to."""
    return _there_is(Device.customer_id == Customer.id, IN_USE, Device.push_token.is_not(None))


def _spoken(wanted: Sequence[str]) -> Holds:
    """To the letter, or with more behind it; those of a length together, as one OR of a thousand is deeper than SQLite takes."""
    longer: dict[int, list[str]] = {}
    for one in wanted:
        longer.setdefault(len(one) + 1, []).append(f"{one}-")
    begins = (func.substr(Customer.language, 1, long).in_(those) for long, those in longer.items())
    return or_(Customer.language.in_(wanted), *begins)


def _known_and(column: Any, condition: Holds) -> Holds:
    """NULL AND false is false; NULL alone would make `not` of it NULL."""
    return and_(column.is_not(None), condition)


def _as(wanted: bool, condition: Holds) -> Holds:
    return condition if wanted else not_(condition)


def _there_is(*conditions: Holds) -> Holds:
    """EXISTS, which PostgreSQL joins where it can, and asks row by row where it must."""
    return exists(select(1).where(*conditions).correlate(Customer))


def _many(whose: Any, number: Any, bound: Bound, condition: Holds) -> Holds:
    """Whether so many, or so much in all, of the rows that meet the condition are a customer's. Of none it is 0.

    A grouped table that EXISTS looks up in: PostgreSQL joins it at the top of a tree, and under `any` looks up the one customer.
    """
    if bound.side == "at_least":
        if bound.value <= 0:
            return true()
        return _has_row(whose, condition, number >= bound.value)
    return not_(_has_row(whose, condition, number > bound.value))


def _has_row(whose: Any, condition: Holds, having: Holds) -> Holds:
    mine: Select[Any] = select(whose.label("whose")).where(whose.is_not(None), condition).group_by(whose).having(having)
    grouped = mine.subquery()
    return exists(select(1).where(grouped.c.whose == Customer.id).correlate(Customer))
