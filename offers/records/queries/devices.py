from collections.abc import Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from offers.records.tables import Device


def device_by_refresh_hash(session: Session, refresh_hash: str) -> Device | None:
    """The device whose refresh token in force, or the one before, has this hash; locked."""
    either = or_(Device.refresh_hash == refresh_hash, Device.previous_refresh_hash == refresh_hash)
    return session.scalars(select(Device).where(either).with_for_update()).one_or_none()


def devices_registered(session: Session, customer_id: str, after: str, limit: int) -> Sequence[Device]:
    wanted = select(Device).where(Device.customer_id == customer_id, Device.id > after)
    return session.scalars(wanted.order_by(Device.id).limit(limit)).all()


def release_push_token(session: Session, push_token: str, but: str = "") -> None:
    """A push token belongs to whoever registered it last: a phone that changed hands must not get the last owner's messages."""
    session.execute(
        update(Device)
        .where(Device.push_token == push_token, Device.id != but)
        .values(push_token=None)
        .execution_options(synchronize_session=False)
    )


def reachable_devices(session: Session, limit: int) -> list[tuple[str, str]]:
    """(device, customer) of devices that can be pushed to, oldest first."""
    rows = session.execute(
        select(Device.id, Device.customer_id)
        .where(Device.push_token.is_not(None), Device.revoked_at.is_(None))
        .order_by(Device.id)
        .limit(limit)
    )
    return [(device, customer) for device, customer in rows]
