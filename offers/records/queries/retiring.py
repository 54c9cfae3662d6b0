from datetime import datetime

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from offers.records.tables import Delivery, Device


def retire_address(
    session: Session, row: Delivery, push_token: str, reason: str, *, sent_at: datetime, now: datetime
) -> bool:
    """Give up the address that a message was sent to, if the device still has it and has not said it anew since; whether it had.

    A device that is somebody else's by now is left alone: only the recipient is locked.
    """
    given_up = session.execute(
        update(Device)
        .where(
            Device.id == row.device_id,
            Device.customer_id == row.customer_id,
            Device.push_token == push_token,
            or_(Device.push_seen_at.is_(None), Device.push_seen_at < sent_at),
        )
        .values(
            push_token=None,
            push_kind=None,
            push_vapid=None,
            push_seen_at=None,
            push_retired_at=now,
            push_retired_reason=reason,
        )
        .returning(Device.id)
        .execution_options(synchronize_session=False)
    )
    return given_up.first() is not None
