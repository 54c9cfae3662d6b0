from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from offers.records.tables import Customer, PageLink, PhoneCode
from offers.rules.phone_codes import MOST_FAILURES, TRIES


def who_has(session: Session, phone: str) -> Sequence[Customer]:
    """Known customers with exactly this number, two at most. Not who only typed it on a page: that proves nothing."""
    wanted = select(Customer).where(Customer.phone == phone, Customer.anonymous.is_(False))
    return session.scalars(wanted.order_by(Customer.id).limit(2)).all()


def code_by_id(session: Session, code_id: str) -> PhoneCode | None:
    return session.get(PhoneCode, code_id)


def count_try(session: Session, code_id: str, now: datetime) -> None:
    """A wrong code. The same statement for an id that leads to no row."""
    session.execute(update(PhoneCode).where(*_open(code_id, now)).values(tries=PhoneCode.tries + 1))


def use_code(session: Session, code_id: str, now: datetime) -> str | None:
    """Whose it is, for who is first; none when it was used, is over, or was tried too often."""
    used = update(PhoneCode).where(*_open(code_id, now)).values(used_at=now).returning(PhoneCode.customer_id)
    return session.scalar(used.execution_options(synchronize_session=False))


def end_codes(session: Session, customer_id: str, now: datetime) -> None:
    """Whoever was recognised needs none of the others that are on their way."""
    session.execute(
        update(PhoneCode)
        .where(PhoneCode.customer_id == customer_id, PhoneCode.used_at.is_(None), PhoneCode.expires_at > now)
        .values(expires_at=now)
        .execution_options(synchronize_session=False)
    )


def _open(code_id: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        PhoneCode.id == code_id,
        PhoneCode.used_at.is_(None),
        PhoneCode.expires_at > now,
        PhoneCode.tries < TRIES,
    )


def unsent(session: Session, since: datetime, before: datetime, limit: int) -> Sequence[str]:
    """Codes made in this time that no gateway has taken."""
    wanted = select(PhoneCode.id).where(
        PhoneCode.sent_at.is_(None),
        PhoneCode.used_at.is_(None),
        PhoneCode.failed < MOST_FAILURES,
        PhoneCode.created_at >= since,
        PhoneCode.created_at < before,
    )
    return session.scalars(wanted.order_by(PhoneCode.id).limit(limit)).all()


def note_text(session: Session, code_id: str, sent_at: datetime | None) -> None:
    """That it was taken, or that it was not."""
    if sent_at is not None:
        session.execute(update(PhoneCode).where(PhoneCode.id == code_id).values(sent_at=sent_at))
    else:
        session.execute(update(PhoneCode).where(PhoneCode.id == code_id).values(failed=PhoneCode.failed + 1))


def owner_of_link(session: Session, mark: str) -> str | None:
    return session.scalar(select(PageLink.customer_id).where(PageLink.mark == mark))


def use_link(session: Session, mark: str, now: datetime) -> str | None:
    """Whose it is, for who is first; none when it was used or is over."""
    used = (
        update(PageLink)
        .where(PageLink.mark == mark, PageLink.used_at.is_(None), PageLink.expires_at > now)
        .values(used_at=now)
        .returning(PageLink.customer_id)
    )
    return session.scalar(used.execution_options(synchronize_session=False))


def purge_recognitions(session: Session, before: datetime) -> int:
    """Codes and links that were over before then; how many. Nobody reads them any more, so nobody waits."""
    gone = 0
    for table in (PhoneCode, PageLink):
        rows = session.execute(delete(table).where(table.expires_at < before).returning(table.expires_at))
        gone += len(rows.all())
    return gone
