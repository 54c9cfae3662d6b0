from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.queries.writing import write_together
from offers.records.tables import Conversation, Delivery, Device, Scan
from offers.rules.push_address import Address


def device_by_refresh_hash(session: Session, refresh_hash: str) -> Device | None:
    """The device whose refresh token in force, or the one before, has this hash; locked."""
    either = or_(Device.refresh_hash == refresh_hash, Device.previous_refresh_hash == refresh_hash)
    return session.scalars(select(Device).where(either).with_for_update()).one_or_none()


def devices_registered(session: Session, customer_id: str, after: str, limit: int) -> Sequence[Device]:
    wanted = select(Device).where(Device.customer_id == customer_id, Device.id > after)
    return session.scalars(wanted.order_by(Device.id).limit(limit)).all()


ADDRESS = ("push_token", "push_hash", "push_kind", "push_vapid", "push_seen_at")
"""What there is of an address, and is not when there is none."""


def release_address(session: Session, address: Address, but: str) -> None:
    """An address belongs to whoever named it last: a phone that changed hands must not get the last owner's messages."""
    session.execute(
        update(Device)
        .where(Device.push_hash == address.hash, Device.id != but)
        .values(dict.fromkeys(ADDRESS))
        .execution_options(synchronize_session=False)
    )


def take_address(session: Session, device: Device, address: Address, vapid_key: str | None, now: datetime) -> None:
    """It is this device's from now on, and nobody else's. Two that take it at once: the index lets one of them through."""
    if device.push_token != address.token:
        release_address(session, address, but=device.id)
        device.push_vapid = vapid_key if address.kind == "web_push" else None
    device.push_token, device.push_hash = address.token, address.hash
    device.push_kind, device.push_seen_at = address.kind, now
    device.push_retired_at = device.push_retired_reason = None


def device_at(session: Session, address: Address) -> str | None:
    """The id of the device that has exactly this address."""
    these = (Device.push_hash == address.hash, Device.push_token == address.token, Device.push_kind == address.kind)
    return session.scalar(select(Device.id).where(*these))


def drop_address(device: Device) -> None:
    """Nothing is sent there any more, until the device names one again."""
    for name in ADDRESS:
        setattr(device, name, None)
    write_together(device, *ADDRESS)


def move_browser(session: Session, old: Device, new: Device, now: datetime) -> None:
    """One browser's device takes another's place: its address, what waits for it, and what was begun in it. The old one is revoked.

    Both are the same customer's, who is locked.
    """
    moved = {name: getattr(old, name) for name in (*ADDRESS, "push_retired_at", "push_retired_reason")}
    drop_address(old)
    old.push_retired_at = old.push_retired_reason = None
    old.revoked_at, old.refresh_hash, old.previous_refresh_hash = now, None, None
    session.flush()
    for name, value in moved.items():
        setattr(new, name, value)
    write_together(new, *ADDRESS)
    for table, these in (
        (Conversation, Conversation.device_id == old.id),
        (Scan, Scan.device_id == old.id),
        (Delivery, (Delivery.device_id == old.id) & (Delivery.state == "queued")),
    ):
        session.execute(
            update(table).where(these).values(device_id=new.id).execution_options(synchronize_session="fetch")
        )
    session.flush()


def retire_address(device: Device, reason: str, now: datetime) -> None:
    """Give a device's address up, and keep why."""
    drop_address(device)
    device.push_retired_at, device.push_retired_reason = now, reason


@dataclass(frozen=True, slots=True)
class Refusal:
    """A push service knows the address that a message was sent to no more, or says that it is another sender's."""

    device_id: str
    customer_id: str
    """The recipient."""
    push_token: str
    sent_at: datetime
    reason: str


def retire_refused(session: Session, refusals: Sequence[Refusal], now: datetime) -> None:
    """Give up these addresses where the device still has the same and has not said it anew since.

    A device that somebody writes at this moment is left alone: most likely it says its address, and whoever registers holds the device before its
    customer. So is one that is somebody else's by now: only the recipient is locked. The next message will tell.
    """
    if not refusals:
        return
    found = session.scalars(
        select(Device)
        .where(among(Device.id, (one.device_id for one in refusals)), Device.push_token.is_not(None))
        .order_by(Device.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    devices = {device.id: device for device in found}
    for one in refusals:
        device = devices.get(one.device_id)
        if device is None or (device.customer_id, device.push_token) != (one.customer_id, one.push_token):
            continue
        if device.push_seen_at is None or device.push_seen_at < one.sent_at:
            retire_address(device, one.reason, now)
    session.flush()


def unheard_of(session: Session, since: datetime, limit: int) -> Sequence[Device]:
    """Devices whose address was last heard of before then, locked; those that somebody writes at this moment are left to the next look."""
    return session.scalars(
        select(Device)
        .where(Device.push_token.is_not(None), Device.push_seen_at < since)
        .order_by(Device.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
