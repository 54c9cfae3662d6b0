"""What is kept of where customers are for an order alone, and how it goes.

Their stays and transitions are marked when they are written. When the last open order of theirs closes, or the consent `orders` is withdrawn, these
are erased, and what the order's messages said of distances with them. The steps of the order's own history stay: what was said of the order.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from offers.records.items import delivery_item
from offers.records.queries.among import among
from offers.records.queries.customers import OPEN_ORDER, with_open_order
from offers.records.tables import Customer, Delivery, Order, Stay, Transition
from offers.rules.order_moments import APPROACH, WRONG_STORE, name_of

NEAR = (APPROACH, WRONG_STORE)
"""Messages of an order whose words say where the customer was."""
WHERE = ("distance_m", "at_place_id")


def mark_for_orders(session: Session, customer_ids: Collection[str]) -> None:
    """Orders alone cover where these are from now on: so do the stays that are open."""
    session.execute(
        update(Stay)
        .where(among(Stay.customer_id, customer_ids), Stay.left_at.is_(None), ~Stay.for_orders)
        .values(for_orders=True)
        .execution_options(synchronize_session="fetch")
    )


def forget_what_orders_left(session: Session, customer: Customer, order: Order) -> None:
    """An order closed: how far its customer was is of no use any more; and when it was the last that was open, the stays and transitions go
    that only orders covered. The customer is locked by the caller.
    """
    _forget_estimates(order)
    _forget_distances(session, [order.id], set() if customer.location else {customer.id})
    session.flush()
    if not with_open_order(session, [customer.id]):
        _forget_stays(session, [customer.id])


def forget_all_for_orders(session: Session, customers: Collection[Customer]) -> None:
    """These withdrew the consent `orders` while orders of theirs are open: those go on without location. Their stays are ended before."""
    ids = [one.id for one in customers]
    orders = session.scalars(select(Order).where(among(Order.customer_id, ids), Order.status.in_(OPEN_ORDER))).all()
    for order in orders:
        _forget_estimates(order)
    _forget_distances(session, [one.id for one in orders], {one.id for one in customers if not one.location})
    session.flush()
    _forget_stays(session, ids)


def says_no_more(session: Session, deliveries: Iterable[Delivery]) -> set[str]:
    """Those of these whose words are not to be kept: they say where somebody was whose order closed while the message went."""
    near = [one for one in deliveries if one.kind == "order" and name_of(one.moment) in NEAR]
    if not near:
        return set()
    rows = session.execute(
        select(Order.id)
        .join(Customer, Customer.id == Order.customer_id)
        .where(
            among(Order.id, (one.order_id for one in near)),
            ~Customer.location,
            Order.status.not_in(OPEN_ORDER) | ~Customer.orders,
        )
    )
    over = {row[0] for row in rows}
    return {one.id for one in near if one.order_id in over}


def deliveries_told(session: Session, deliveries: Iterable[Delivery]) -> list[dict[str, Any]]:
    """The live events of these messages. They stay in Redis for a while, whatever closes meanwhile: so the words that say how far somebody was are
    in none of who did not agree to `location`.
    """
    rows = list(deliveries)
    near = {one.customer_id for one in rows if one.kind == "order" and name_of(one.moment) in NEAR}
    unsaid: set[str] = set()
    if near:
        unsaid = set(session.scalars(select(Customer.id).where(among(Customer.id, near), ~Customer.location)))
    told = []
    for one in rows:
        event = {"type": "delivery", **delivery_item(one)}
        if one.customer_id in unsaid and one.kind == "order" and name_of(one.moment) in NEAR:
            event |= {"title": None, "body": None}
        told.append(event)
    return told


def _forget_estimates(order: Order) -> None:
    order.track = order.minutes_low = order.minutes_high = order.estimated_at = None


def _forget_distances(session: Session, order_ids: Collection[str], wordless: Collection[str]) -> None:
    """`wordless`: customers whose messages lose their words too; who agreed to `location` keeps them, as those of offers."""
    rows = session.scalars(select(Delivery).where(among(Delivery.order_id, order_ids), Delivery.kind == "order"))
    for row in rows:
        if any(name in row.context for name in WHERE):
            row.context = {name: value for name, value in row.context.items() if name not in WHERE}
        if row.customer_id in wordless and name_of(row.moment) in NEAR:
            row.title = row.body = None


def _forget_stays(session: Session, customer_ids: Collection[str]) -> None:
    for table in (Transition, Stay):
        session.execute(
            delete(table)
            .where(among(table.customer_id, customer_ids), table.for_orders)
            .execution_options(synchronize_session="fetch")
        )
