from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from offers.records.ids import new_id
from offers.records.queries import consents as consent_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries.among import among
from offers.records.tables import Customer, Device, Order
from offers.rules.push_address import SEEN_WITHIN


def is_browser_in_use(device: Device | None) -> bool:
    """Whether a visitor's cookie may lead to this device. None leads to one that is told of an order alone."""
    return _is_browser(device) and device is not None and device.order_id is None


def is_browser_of(device: Device | None, order_id: str) -> bool:
    """Whether it is a browser that is told of this order, and of nothing else."""
    return _is_browser(device) and device is not None and device.order_id == order_id


def _is_browser(device: Device | None) -> bool:
    return device is not None and device.platform == "web" and device.revoked_at is None


def browser_by_id(session: Session, device_id: str | None) -> tuple[Device, Customer] | None:
    """The browser of a visitor's cookie and whose it is; none once it is revoked or erased."""
    device = customer_queries.devices_by_id(session, [device_id]).get(device_id) if device_id else None
    if device is None or not is_browser_in_use(device):
        return None
    return device, session.get_one(Customer, device.customer_id)


def browser_locked(session: Session, device_id: str | None) -> tuple[Device, Customer] | None:
    """The same with its customer locked until the commit."""
    device = customer_queries.device_with_its_customer_locked(session, device_id) if device_id else None
    if device is None or not is_browser_in_use(device):
        return None
    return device, session.get_one(Customer, device.customer_id)


def browsers_told_of(session: Session, order_ids: Collection[str], now: datetime) -> dict[str, list[str]]:
    """By order, the browsers that are told of it alone and can be reached, the newest first."""
    rows = session.execute(
        select(Device.order_id, Device.id)
        .join(Order, and_(Order.id == Device.order_id, Order.customer_id == Device.customer_id))
        .where(
            among(Device.order_id, order_ids),
            Device.revoked_at.is_(None),
            Device.push_token.is_not(None),
            Device.push_seen_at >= now - SEEN_WITHIN["order"],
        )
        .order_by(Device.updated_at.desc(), Device.id)
    )
    found: dict[str, list[str]] = {}
    for order, device in rows:
        if order is not None:
            found.setdefault(order, []).append(device)
    return found


def silent_browser_of(session: Session, order_id: str, customer_id: str) -> Device | None:
    """One that was told of this order alone and gave its address up: who comes next takes its row, so that an order never has more of them than
    are told at once.
    """
    these = (Device.order_id == order_id, Device.customer_id == customer_id, Device.platform == "web")
    silent = (Device.revoked_at.is_(None), Device.push_token.is_(None))
    return session.scalars(select(Device).where(*these, *silent).order_by(Device.id).limit(1)).one_or_none()


def new_browser(
    session: Session, language: str, now: datetime, customer_id: str | None = None, order_id: str | None = None
) -> Device:
    """A browser of this customer, who is locked by the caller; or of a person nobody knows, made here and locked.

    It has no token: the cookie opens the visitor's doors only. One of an order, `order_id`, has no cookie either.
    """
    if customer_id is None:
        customer_id = consent_queries.add_customer(session, new_id("anon"), anonymous=True, now=now).id
    device = Device(
        id=new_id("dev"),
        customer_id=customer_id,
        platform="web",
        locale=language,
        positions_only=False,
        order_id=order_id,
        created_at=now,
        updated_at=now,
    )
    session.add(device)
    session.flush()
    return device
