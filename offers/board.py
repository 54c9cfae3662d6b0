"""The pickup board: who comes to collect at some stores, how far they are, what they were told, and what staff do with it.

`stores` are the only ones whose orders there are for the caller; none: every store's. Another store's order is not there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from offers.errors import NotFound
from offers.follows import Follows
from offers.order_steps import Taken, take_step, undo_hand_over
from offers.records.items import away_of, order_told
from offers.records.queries import board as queries
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import orders as order_queries
from offers.records.queries import payments as payment_queries
from offers.records.queries.board import Stores
from offers.records.queries.users import note_deed
from offers.records.tables import Customer, Delivery, Order
from offers.rules import at_the_counter
from offers.rules.board import (
    COLUMNS,
    NotTold,
    Told,
    Unreachable,
    is_shown,
    soonest,
    told,
    why_not_told,
    why_unreachable,
)
from offers.rules.eta import Away
from offers.rules.pickup_steps import OPEN, UNDO_WITHIN

MOST = 200
"""Cards in a column."""
MOST_FOUND = 20
MOST_SEARCHED = 20_000
"""Open orders that a search looks through, the newest first."""
MOST_JUST_NOW = 12
Deed = Literal["ready", "collected", "undone"]


@dataclass(frozen=True, slots=True)
class Card:
    """One open order, or one that was just handed over."""

    id: str
    store: str
    status: str
    name: str | None
    """As the profile has it; a page shows `first_name`, but where two are to be told apart."""
    code: str | None
    number: str
    part: int | None
    parts: int | None
    items: Sequence[Mapping[str, Any]]
    away: Away | None
    ready_at: datetime | None
    arrived_at: datetime | None
    closed_at: datetime | None
    created_at: datetime
    is_new: bool
    """It changed, and nobody of the staff has touched it since."""
    attention: str | None
    told: Sequence[Told]
    not_told: NotTold | None
    unreachable: Unreachable | None
    """Why a message would reach nobody, were one written now."""
    history: Sequence[Mapping[str, Any]]
    by: str | None
    """Of the staff, who handed it over."""
    fitting: str | None = None
    """Of what was searched: what of it fits."""

    @property
    def first_name(self) -> str | None:
        return next(iter((self.name or "").split()), None)

    @property
    def until(self) -> datetime | None:
        """How long a hand-over may be taken back."""
        return None if self.closed_at is None else self.closed_at + UNDO_WITHIN


@dataclass(frozen=True, slots=True)
class Board:
    """`columns` by state, each of at most MOST cards; `counts` say how many there really are, `uncollected` beside the states."""

    columns: Mapping[str, Sequence[Card]]
    counts: Mapping[str, int]
    just_now: Sequence[Card]
    newly_here: Sequence[str]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a deed. Not moved: the card says how it stood already, and who was first."""

    moved: bool
    card: Card
    follows: Follows = field(default_factory=Follows)


def columns(session: Session, stores: Stores, *, now: datetime, view: str = "board") -> Board:
    """The four columns; or, as `view`, `prepare` (what is placed) or `uncollected`, one column of that name. As many queries however many orders.

    What lies ready for as long as the desk's settings say is on the list `uncollected` alone; where they say never, in its column for good.
    """
    wait = campaign_queries.limits_now(session).uncollected_after
    old = None if wait is None else now - wait
    if view == "prepare":
        rows = {"placed": queries.in_column(session, stores, "placed", old, MOST)}
    elif view == "uncollected":
        rows = {"uncollected": queries.uncollected(session, stores, old, MOST)}
    else:
        rows = {one: queries.in_column(session, stores, one, old, MOST) for one in COLUMNS}
    just_now = queries.collected_since(session, stores, now - UNDO_WITHIN, MOST_JUST_NOW)
    cards = _cards(session, [*just_now, *(row for some in rows.values() for row in some)], now)
    shown = {name: [cards[row.id] for row in some] for name, some in rows.items()}
    for name in ("on_the_way", "nearby"):
        if name in shown:
            shown[name].sort(key=lambda one: soonest(one.away))
    return Board(
        shown,
        queries.count_by_column(session, stores, old),
        [cards[row.id] for row in just_now if _by_staff(row)],
        queries.newly_here(session, stores, MOST),
    )


def count_here(session: Session, stores: Stores) -> int:
    """How many stand in these stores."""
    return queries.count_here(session, stores)


def find(session: Session, stores: Stores, typed: str, *, now: datetime) -> Sequence[Card]:
    """Open orders by code, number, or the beginning of a name: whose code it is first; at most MOST_FOUND."""
    wanted = typed.strip()[: at_the_counter.LONGEST]
    if not wanted:
        return []
    fitting: dict[str, str] = {}
    for order, code, number, name in queries.open_by_words(session, stores, MOST_SEARCHED):
        if found := at_the_counter.fits(wanted, code=code, numbers=(number, order), name=name):
            fitting[order] = found
    first = sorted(fitting, key=lambda one: ("code", "number", "name").index(fitting[one]))[:MOST_FOUND]
    rows = order_queries.orders_by_id(session, first)
    cards = _cards(session, rows.values(), now, fitting)
    return [cards[one] for one in first if one in cards]


def show(session: Session, stores: Stores, order_id: str, *, now: datetime) -> Card:
    """One order of these stores, open or not."""
    order = order_queries.order_by_id(session, order_id)
    if order is None or not _is_of(order, stores):
        raise NotFound("order")
    return _cards(session, [order], now)[order_id]


def hand_over(session: Session, order_id: str, user_id: str, stores: Stores, *, now: datetime) -> Done:
    """The customer has it. Whoever comes second is told who was first."""
    order, customer = _held(session, order_id, stores)
    taken = take_step(session, order, customer, "collected", "staff", now=now, more={"by": user_id})
    return _done(session, order, taken, "handed_over", user_id, now=now)


def undo(session: Session, order_id: str, user_id: str, stores: Stores, *, now: datetime) -> Done:
    """It was the wrong one: it stands where it stood, for a minute after it was handed over here."""
    order, customer = _held(session, order_id, stores)
    taken = undo_hand_over(session, order, customer, now=now) if _by_staff(order) else Taken(False)
    return _done(session, order, taken, "hand_over_undone", user_id, now=now)


def make_ready(session: Session, order_id: str, user_id: str, stores: Stores, *, now: datetime) -> Done:
    """It lies ready, which its customer is told."""
    order, customer = _held(session, order_id, stores)
    taken = take_step(session, order, customer, "ready", "staff", now=now, more={"by": user_id})
    return _done(session, order, taken, "made_ready", user_id, now=now)


def notice(
    session: Session, order_ids: Iterable[str], status: str, user_id: str, stores: Stores, *, now: datetime
) -> Follows:
    """Staff have seen what changed, on every tablet. What has changed again since they saw it in this state stays new. Safe to repeat."""
    wanted = list(order_ids)
    owners = customer_queries.customers_locked(session, queries.owners_of(session, stores, wanted))
    happened = []
    for order in sorted(order_queries.orders_by_id(session, wanted).values(), key=lambda one: one.id):
        seen = order.status == status and order.noticed_at is None
        if seen and order.customer_id in owners and _is_of(order, stores):
            order.noticed_at = now
            note_deed(session, user_id, "noticed", "order", order.id, now=now)
            happened.append(order_told(order, payment_queries.newest_payment(session, order.id), "noticed"))
    session.flush()
    return Follows(happened=tuple(happened))


def store_names(session: Session, stores: Stores) -> dict[str, str]:
    """Id to name of the stores that there are for the caller, by name."""
    return queries.store_names(session, stores)


def _is_of(order: Order, stores: Stores) -> bool:
    return stores is None or order.place_id in stores


def _held(session: Session, order_id: str, stores: Stores) -> tuple[Order, Customer]:
    held = order_queries.order_with_its_customer_locked(session, order_id)
    if held is None or not _is_of(held[0], stores):
        raise NotFound("order")
    return held


def _done(session: Session, order: Order, taken: Taken, deed: str, user_id: str, *, now: datetime) -> Done:
    if taken.moved:
        order.noticed_at = now  # whoever did it has seen it
        note_deed(session, user_id, deed, "order", order.id, now=now)
        session.flush()
    return Done(taken.moved, _cards(session, [order], now)[order.id], taken.follows)


def _by_staff(order: Order) -> bool:
    """Whether it was handed over at this board, and so may be taken back here."""
    return bool(order.history) and order.history[-1]["status"] == "collected" and order.history[-1]["source"] == "staff"


def _who(order: Order) -> str | None:
    return order.history[-1].get("by") if order.status == "collected" and order.history else None


def _cards(
    session: Session, orders: Iterable[Order], now: datetime, fitting: Mapping[str, str] | None = None
) -> dict[str, Card]:
    """By id, with four queries however many."""
    rows = list(orders)
    people = customer_queries.customers_by_id(session, {row.customer_id for row in rows})
    reachable = customer_queries.reachable_devices(session, people, now, "order")
    lines = queries.told_of(session, (row.id for row in rows))
    staff = queries.names_of_users(session, (who for row in rows if (who := _who(row))))
    return {
        row.id: _card(
            row,
            people.get(row.customer_id),
            lines.get(row.id, ()),
            now,
            reachable=row.customer_id in reachable,
            by=staff.get(_who(row) or ""),
            fitting=(fitting or {}).get(row.id),
        )
        for row in rows
    }


def _card(
    row: Order,
    customer: Customer | None,
    deliveries: Sequence[Delivery],
    now: datetime,
    *,
    reachable: bool,
    by: str | None,
    fitting: str | None,
) -> Card:
    said = [
        told(one.moment, one.state, one.sent_at, one.created_at)
        for one in deliveries
        if is_shown(one.moment, one.state)
    ]
    ready_at = row.ready_at if row.status in OPEN else None
    beyond = why_unreachable(consents=bool(customer and customer.orders), reachable=reachable)
    return Card(
        id=row.id,
        store=row.place_id,
        status=row.status,
        name=customer.name if customer else None,
        code=row.code,
        number=row.number or row.id,
        part=row.part,
        parts=row.parts,
        items=row.items,
        away=None if row.status == "arrived" else away_of(row, now),
        ready_at=row.ready_at,
        arrived_at=row.arrived_at,
        closed_at=row.closed_at,
        created_at=row.created_at,
        is_new=row.noticed_at is None and row.status in COLUMNS,
        attention=row.history[-1].get("attention") if row.history else None,
        told=said,
        not_told=why_not_told(said, beyond, ready_at=ready_at),
        unreachable=beyond,
        history=row.history,
        by=by,
        fitting=fitting,
    )
