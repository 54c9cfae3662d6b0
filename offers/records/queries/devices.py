from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from offers.records.tables import Device
from offers.rules.push_address import Address


def device_by_refresh_hash(session: Session, refresh_hash: str) -> Device | None:
    """The device whose refresh token in force, or the one before, has this hash; locked."""
    either = or_(Device.refresh_hash == refresh_hash, Device.previous_refresh_hash == refresh_hash)
    return session.scalars(select(Device).where(either).with_for_update()).one_or_none()


def devices_registered(session: Session, customer_id: str, after: str, limit: int) -> Sequence[Device]:
    wanted = select(Device).where(Device.customer_id == customer_id, Device.id > after)
    return session.scalars(wanted.order_by(Device.id).limit(limit)).all()


def release_address(session: Session, address: Address, but: str) -> None:
    """An address belongs to whoever named it last: a phone that changed hands must not get the last owner's messages.

    A browser's subscription is the same when its endpoint is, whatever its keys.
    """
    same = Device.push_token == address.token
    if address.same_from:
        begins = func.substr(Device.push_token, 1, len(address.same_from))
        same = and_(Device.push_kind == address.kind, begins == address.same_from)
    session.execute(
        update(Device)
        .where(same, Device.id != but)
        .values(push_token=None, push_kind=None, push_vapid=None, push_seen_at=None)
        .execution_options(synchronize_session=False)
    )


def take_address(session: Session, device: Device, address: Address, vapid_key: str | None, now: datetime) -> None:
    """It is this device's from now on, and nobody else's."""
    if device.push_token != address.token:
        release_address(session, address, but=device.id)
        device.push_vapid = vapid_key if address.kind == "web_push" else None
    device.push_token, device.push_kind, device.push_seen_at = address.token, address.kind, now
    device.push_retired_at = device.push_retired_reason = None


def device_at(session: Session, address: Address) -> str | None:
    """The id of the device that has exactly this address."""
    return session.scalar(select(Device.id).where(Device.push_token == address.token, Device.push_kind == address.kind))


def retire_address(device: Device, reason: str, now: datetime) -> None:
    """Give a device's address up: nothing is sent there any more, until the device names one again."""
    device.push_token = device.push_kind = device.push_vapid = device.push_seen_at = None
    device.push_retired_at, device.push_retired_reason = now, reason


def unheard_of(session: Session, since: datetime, limit: int) -> Sequence[Device]:
    """Devices whose address was last heard of before then, locked; those that somebody writes at this moment are left to the next look."""
    return session.scalars(
        select(Device)
        .where(Device.push_token.is_not(None), Device.push_seen_at < since)
        .order_by(Device.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
