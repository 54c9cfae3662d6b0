from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.tables import Customer, Device, Order, Place
from offers.rules.target import Target

EXPECTED = ("ready", "on_the_way", "nearby")
"""States of an order whose customer's pings tell how far away they are."""


def targets_of(session: Session, customer_ids: Collection[str]) -> dict[str, tuple[Target, ...]]:
    """By device, for each device in use of these customers: the stores they are expected at, by the orders' ids; none where they did not
    agree to `orders`.
    """
    devices = session.execute(
        select(Device.id, Device.customer_id)
        .where(among(Device.customer_id, customer_ids), Device.revoked_at.is_(None))
        .order_by(Device.id)
    ).all()
    expected = session.execute(
        select(Order.customer_id, Order.id, Place.lat, Place.lon)
        .join(Place, Place.id == Order.place_id)
        .join(Customer, Customer.id == Order.customer_id)
        .where(
            among(Order.customer_id, customer_ids),
            Order.status.in_(EXPECTED),
            Order.ready_at.is_not(None),
            Customer.orders,
        )
        .order_by(Order.id)
    ).all()
    by_customer: dict[str, list[Target]] = {}
    for customer, order, lat, lon in expected:
        by_customer.setdefault(customer, []).append(Target(order, lat, lon))
    return {device: tuple(by_customer.get(customer, ())) for device, customer in devices}


def all_targets(session: Session) -> dict[str, tuple[Target, ...]]:
    """The same of everybody who is expected anywhere."""
    rows = session.execute(
        select(Device.id, Order.id, Place.lat, Place.lon)
        .join(Customer, Customer.id == Order.customer_id)
        .join(Device, Device.customer_id == Order.customer_id)
        .join(Place, Place.id == Order.place_id)
        .where(Order.status.in_(EXPECTED), Order.ready_at.is_not(None), Customer.orders, Device.revoked_at.is_(None))
        .order_by(Device.id, Order.id)
    )
    found: dict[str, list[Target]] = {}
    for device, order, lat, lon in rows:
        found.setdefault(device, []).append(Target(order, lat, lon))
    return {device: tuple(some) for device, some in found.items()}
