from datetime import datetime

from sqlalchemy.orm import Session

from offers.records.ids import new_id
from offers.records.queries import consents as consent_queries
from offers.records.queries import customers as customer_queries
from offers.records.tables import Customer, Device


def is_browser_in_use(device: Device | None) -> bool:
    """Whether a visitor's cookie may lead to this device."""
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


def new_browser(session: Session, language: str, now: datetime, customer_id: str | None = None) -> Device:
    """A browser of this customer, who is locked by the caller; or of a person nobody knows, made here and locked.

    It has no token: the cookie opens the visitor's doors only.
    """
    if customer_id is None:
        customer_id = consent_queries.add_customer(session, new_id("anon"), anonymous=True, now=now).id
    device = Device(
        id=new_id("dev"),
        customer_id=customer_id,
        platform="web",
        locale=language,
        positions_only=False,
        created_at=now,
        updated_at=now,
    )
    session.add(device)
    session.flush()
    return device
