from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from offers.records.tables import Delivery, Device


def retire_address(
    session: Session, row: Delivery, push_token: str, reason: str, *, sent_at: datetime, now: datetime
) -> bool:
    """Give up the address that a message was sent to, if the device still has it and has not said it anew since; whether it had.

    A device that somebody writes at this moment is left alone: most likely it says its address, and whoever registers holds the device before its
    customer. So is one that is somebody else's by now: only the recipient is locked. The next message will tell.
    """
    device = session.scalars(
        select(Device)
        .where(
            Device.id == row.device_id,
            Device.customer_id == row.customer_id,
            Device.push_token == push_token,
            or_(Device.push_seen_at.is_(None), Device.push_seen_at < sent_at),
        )
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if device is None:
        return False
    device.push_token = device.push_kind = device.push_vapid = device.push_seen_at = None
    device.push_retired_at, device.push_retired_reason = now, reason
    session.flush()
    return True
