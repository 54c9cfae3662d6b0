from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.queries.customers import OPEN_ORDER, customers_locked, takes_messages
from offers.records.queries.places import place_locked
from offers.records.tables import Customer, Delivery, Device, Order, Payment
from offers.rules.coupon_codes import CodeKeys
from offers.rules.order_moments import READY, UNCOLLECTED
from offers.rules.page_order import UNDER_WAY, pickup_code
from offers.rules.pickup_steps import UNDO_WITHIN

NOT_HERE = ("ready", "on_the_way", "nearby")
"""States of an order that is ready and whose customer is not at the store."""
COMES = ("on_the_way", "nearby", "arrived")


def order_by_id(session: Session, order_id: str) -> Order | None:
    return session.get(Order, order_id)


def orders_by_id(session: Session, ids: Iterable[str]) -> dict[str, Order]:
    """These orders as they are now."""
    rows = session.scalars(select(Order).where(among(Order.id, ids)).execution_options(populate_existing=True))
    return {order.id: order for order in rows}


def orders_at(session: Session, place_id: str) -> Sequence[Order]:
    return session.scalars(select(Order).where(Order.place_id == place_id).limit(1)).all()


def orders_of(session: Session, customer_id: str) -> Sequence[Order]:
    return session.scalars(select(Order).where(Order.customer_id == customer_id).order_by(Order.id)).all()


def order_with_its_customer_locked(session: Session, order_id: str) -> tuple[Order, Customer] | None:
    """The order as it is once its customer is locked: nobody else changes it now."""
    while True:
        order = orders_by_id(session, [order_id]).get(order_id)
        if order is None:
            return None
        customer = customers_locked(session, [order.customer_id]).get(order.customer_id)
        order = orders_by_id(session, [order_id]).get(order_id)
        if order is not None and customer is not None and order.customer_id == customer.id:
            return order, customer


def count_open_made(session: Session, customer_id: str, scan_id: str) -> int:
    """Orders made on a page that this customer, or anybody by this scan, has open."""
    return (
        session.scalar(
            select(func.count()).where(
                Order.source == "page",
                Order.status.in_(OPEN_ORDER),
                or_(Order.customer_id == customer_id, Order.scan_id == scan_id),
            )
        )
        or 0
    )


def same_that_waits(
    session: Session, *, customer_id: str, scan_id: str, place_id: str, thing: tuple[str, str | None]
) -> str | None:
    """The id of an order that this customer made by the same scan, of the same thing (sku and size) at the same place, and that still is `placed`."""
    rows = session.scalars(
        select(Order)
        .where(
            Order.customer_id == customer_id,
            Order.scan_id == scan_id,
            Order.place_id == place_id,
            Order.source == "page",
            Order.status == "placed",
        )
        .order_by(Order.created_at)
    )
    return next((one.id for one in rows if [(line["sku"], line.get("size")) for line in one.items] == [thing]), None)


def reservations_made_before(session: Session, before: datetime, limit: int, *, said_before: datetime) -> list[str]:
    """Orders made on a page that still are `placed`, and that nobody has paid or is paying: the oldest first. And those that never were ready
    and whose customer said before then to be on their way, or here.
    """
    pays = exists().where(Payment.order_id == Order.id, Payment.state.in_((*UNDER_WAY, "paid")))
    waits = Order.status == "placed"
    comes = and_(Order.status.in_(COMES), Order.ready_at.is_(None), Order.updated_at <= said_before)
    found: list[str] = []
    for these in (waits, comes):
        found += session.scalars(
            select(Order.id)
            .where(Order.source == "page", these, Order.created_at <= before, ~pays)
            .order_by(Order.created_at)
            .limit(limit)
        ).all()
    return found[:limit]


def uncollected_and_untold(
    session: Session,
    ready_after: datetime,
    ready_before: datetime,
    *,
    after: tuple[datetime, str] | None,
    limit: int,
    now: datetime,
) -> Sequence[tuple[datetime, str]]:
    """When they were ready, and the ids, of those whose customer agreed to `orders`, can be reached and was not told of it: the next of them,
    behind `after`.
    """
    reached = exists().where(Device.customer_id == Order.customer_id, *takes_messages(now, "order"))
    told = exists().where(
        Delivery.customer_id == Order.customer_id, Delivery.source_id == Order.id, Delivery.moment == UNCOLLECTED
    )
    rows = (
        select(Order.ready_at, Order.id)
        .join(Customer, Customer.id == Order.customer_id)
        .where(
            Order.ready_at > ready_after,
            Order.ready_at <= ready_before,
            Order.status.in_(NOT_HERE),
            Customer.orders,
            reached,
            ~told,
        )
    )
    if after is not None:
        rows = rows.where(tuple_(Order.ready_at, Order.id) > after)
    found = session.execute(rows.order_by(Order.ready_at, Order.id).limit(limit))
    return [(ready_at, order_id) for ready_at, order_id in found if ready_at is not None]


def ready_and_untold(session: Session, customer_ids: Collection[str]) -> Sequence[Order]:
    """Orders of these that are ready, whose customer is not at the store, and of which nothing was written since they became so: not that they
    are ready.
    """
    told = exists().where(
        Delivery.order_id == Order.id,
        Delivery.kind == "order",
        or_(Delivery.moment == READY, Delivery.moment.startswith(f"{READY}:")),
        Delivery.created_at >= Order.ready_at,
    )
    rows = select(Order).where(
        among(Order.customer_id, customer_ids), Order.status.in_(NOT_HERE), Order.ready_at.is_not(None), ~told
    )
    return session.scalars(rows.order_by(Order.ready_at, Order.id)).all()


def codes_open_at(session: Session, place_id: str, now: datetime, but: str | None = None) -> set[str]:
    """Pickup codes of the orders that are open there, or may be again, as their hand-over can be taken back still; without that of the order `but`."""
    may_be_undone = and_(Order.status == "collected", Order.closed_at >= now - UNDO_WITHIN)
    is_open = or_(Order.status.in_(OPEN_ORDER), may_be_undone)
    rows = select(Order.code).where(Order.place_id == place_id, is_open, Order.code.is_not(None))
    if but is not None:
        rows = rows.where(Order.id != but)
    return {code for code in session.scalars(rows) if code}


def free_code(
    session: Session, place_id: str, order_id: str, keys: CodeKeys, had: str | None = None, *, now: datetime
) -> str:
    """A pickup code that no other open order of the place has: the one it `had`, where that is so. The place is locked until the commit, so
    that two orders do not find the same one.
    """
    place_locked(session, place_id)
    taken, attempt = codes_open_at(session, place_id, now, but=order_id), 0
    if had is not None and had not in taken:
        return had
    while (code := pickup_code(keys, order_id, attempt)) in taken:
        attempt += 1
    return code


def is_coupon_in_an_order(session: Session, coupon_id: str) -> bool:
    """Whether a price of an order that was not cancelled rests on it already."""
    used = select(Order.id).where(Order.coupon_id == coupon_id, Order.status != "cancelled").limit(1)
    return session.scalar(used) is not None
