from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.tables import Customer, Delivery, Order, Place
from offers.rules.order_moments import READY
from offers.rules.pickup_times import Collected, Tried


def orders_ready_between(
    session: Session, since: datetime, until: datetime, places: Collection[str] | None, limit: int
) -> Sequence[Collected]:
    """Orders that became ready from `since` on and before `until`, the newest first, with their deliveries of moment `ready` since then. Two questions,
    however many they are.
    """
    wanted = (
        select(
            Order.id,
            Order.place_id,
            Order.status,
            Order.ready_at,
            Order.arrived_at,
            Order.closed_at,
            Customer.orders,
            Customer.time_zone,
            Place.time_zone.label("place_zone"),
        )
        .join(Customer, Customer.id == Order.customer_id)
        .join(Place, Place.id == Order.place_id)
        # whoever is closed was so after it was ready: the index of what closed lately leaves the rest out
        .where(
            Order.ready_at >= since, Order.ready_at < until, or_(Order.closed_at.is_(None), Order.closed_at >= since)
        )
        .order_by(Order.ready_at.desc(), Order.id)
        .limit(limit)
    )
    if places is not None:
        wanted = wanted.where(among(Order.place_id, places))
    rows = session.execute(wanted).all()
    these = wanted.with_only_columns(Order.id).subquery()
    ready_at = {row.id: row.ready_at for row in rows}
    tried: dict[str, list[Tried]] = defaultdict(list)
    for told in session.execute(
        select(
            Delivery.order_id,
            Delivery.state,
            Delivery.reason,
            Delivery.created_at,
            Delivery.not_before,
            Delivery.sent_at,
        ).where(
            Delivery.order_id.in_(select(these.c.id)),
            Delivery.kind == "order",
            or_(Delivery.moment == READY, Delivery.moment.startswith(f"{READY}:")),
        )
    ):
        if told.created_at < ready_at[str(told.order_id)]:
            continue  # of a time before the shop cancelled it and brought it back
        one = Tried(told.state, told.reason, told.created_at, told.not_before, told.sent_at)
        tried[str(told.order_id)].append(one)
    return [
        Collected(
            row.id,
            row.place_id,
            row.status,
            row.ready_at,
            row.arrived_at,
            row.closed_at,
            row.orders,
            row.time_zone,
            row.place_zone,
            tuple(tried[row.id]),
        )
        for row in rows
    ]
