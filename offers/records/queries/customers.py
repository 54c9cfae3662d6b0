from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.queries.leafing import Key, Orders, leaf_of
from offers.records.tables import Customer, Device, Order
from offers.rules.leafing import Leaf, Turn
from offers.rules.push_address import SEEN_WITHIN

OPEN_ORDER = ("placed", "ready", "on_the_way", "nearby", "arrived")


def customer_by_id(session: Session, customer_id: str) -> Customer | None:
    return session.get(Customer, customer_id)


def customers_by_id(session: Session, ids: Iterable[str]) -> dict[str, Customer]:
    return {row.id: row for row in session.scalars(select(Customer).where(Customer.id.in_(set(ids))))}


def customers_locked(session: Session, ids: Iterable[str]) -> dict[str, Customer]:
    """These customers as they are now, locked in the order of their ids until the commit. (On SQLite the transaction is the lock.)"""
    rows = session.scalars(
        select(Customer)
        .where(among(Customer.id, ids))
        .order_by(Customer.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def lock_customers(session: Session, ids: Iterable[str]) -> set[str]:
    """The same lock for who needs nothing of them; those that there are."""
    wanted = select(Customer.id).where(among(Customer.id, ids)).order_by(Customer.id).with_for_update()
    return set(session.scalars(wanted))


def all_customers(session: Session, after: str, limit: int) -> Sequence[Customer]:
    return session.scalars(select(Customer).where(Customer.id > after).order_by(Customer.id).limit(limit)).all()


ORDERS = Orders(Customer.id, "id", {"id": (Key(Customer.id),)})
"""What an index of a million has in its order; by name they are found."""


def leaf_of_customers(session: Session, turn: Turn) -> Leaf:
    """All of them, by id."""
    return leaf_of(session, select(Customer), turn, ORDERS)


def known_customers(session: Session, ids: Iterable[str]) -> set[str]:
    return set(session.scalars(select(Customer.id).where(Customer.id.in_(set(ids)))))


def ids_of_devices(session: Session, customer_id: str) -> tuple[str, ...]:
    """All of a customer's devices, the revoked ones too."""
    return tuple(session.scalars(select(Device.id).where(Device.customer_id == customer_id).order_by(Device.id)))


def with_open_order(session: Session, customer_ids: Iterable[str]) -> set[str]:
    """Those of these customers who have an order that is open."""
    return set(
        session.scalars(
            select(Order.customer_id).where(among(Order.customer_id, customer_ids), Order.status.in_(OPEN_ORDER))
        )
    )


def owners(session: Session, device_ids: Iterable[str]) -> set[str]:
    """The customers of these devices, as of now and unlocked."""
    return set(session.scalars(select(Device.customer_id).where(among(Device.id, device_ids))))


def devices_by_id(session: Session, ids: Iterable[str]) -> dict[str, Device]:
    """These devices as they are now."""
    rows = session.scalars(select(Device).where(among(Device.id, ids)).execution_options(populate_existing=True))
    return {device.id: device for device in rows}


def known_devices(session: Session, ids: Collection[str]) -> set[str]:
    """Those of these ids that have a row."""
    return set(session.scalars(select(Device.id).where(Device.id.in_(ids))))


def device_with_its_customer_locked(session: Session, device_id: str, also: Iterable[str] = ()) -> Device | None:
    """The device as it is once its customer, and these others, are locked: nobody else links, revokes or records it now."""
    while True:
        people = customers_locked(session, {*owners(session, [device_id]), *also})
        device = devices_by_id(session, [device_id]).get(device_id)
        if device is None or device.customer_id in people:
            return device


def devices_of(session: Session, customer_ids: Iterable[str]) -> dict[str, list[Device]]:
    """Devices in use, a customer's most recently seen first."""
    rows = session.scalars(
        select(Device)
        .where(among(Device.customer_id, customer_ids), Device.revoked_at.is_(None))
        .order_by(Device.updated_at.desc(), Device.id)
    )
    found: dict[str, list[Device]] = {}
    for row in rows:
        found.setdefault(row.customer_id, []).append(row)
    return found


def takes_messages(now: datetime, kind: str) -> tuple[ColumnElement[bool], ...]:
    """What makes a device one that takes messages of this kind."""
    return (
        Device.revoked_at.is_(None),
        func.coalesce(Device.push_token, "") != "",
        Device.push_seen_at >= now - SEEN_WITHIN[kind],
    )


def reachable_devices(
    session: Session, customer_ids: Iterable[str], now: datetime, kind: str = "offer"
) -> dict[str, list[str]]:
    """Ids of the devices in use that take a message of this kind, a customer's most recently seen first. No two have one address.

    Not those that are told of one order alone: `queries.browsers.browsers_told_of`.
    """
    rows = session.execute(
        select(Device.customer_id, Device.id)
        .where(among(Device.customer_id, customer_ids), *takes_messages(now, kind), Device.order_id.is_(None))
        .order_by(Device.updated_at.desc(), Device.id)
    )
    found: dict[str, list[str]] = {}
    for customer, device in rows:
        found.setdefault(customer, []).append(device)
    return found


def blocked_devices(session: Session, device_id: str | None = None) -> dict[str, str]:
    """Every device whose pings are to be refused, with the reason: revoked, or consents that do not cover positions. Or that one."""
    has_open_order = exists().where(Order.customer_id == Customer.id, Order.status.in_(OPEN_ORDER))
    uncovered = and_(Customer.location.is_(False), ~and_(Customer.orders.is_(True), has_open_order))
    wanted = (
        select(Device.id, Device.revoked_at)
        .join(Customer, Customer.id == Device.customer_id)
        .where(or_(Device.revoked_at.is_not(None), uncovered))
    )
    rows = session.execute(wanted if device_id is None else wanted.where(Device.id == device_id))
    return {device_id: "revoked" if revoked_at else "no_location_consent" for device_id, revoked_at in rows}
