"""Under which texts customers agreed. Receipts are read here and never changed: they are the proof."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, aliased

from offers.records.tables import Consent


def next_version(session: Session, after: str | None) -> str | None:
    """The first text above `after` that somebody agreed to, by its name; none where there is none above. One look at an index."""
    wanted = select(Consent.text_version).where(Consent.given, Consent.text_version.is_not(None))
    if after is not None:
        wanted = wanted.where(Consent.text_version > after)
    return session.scalar(wanted.order_by(Consent.text_version).limit(1))


def agreed_now(session: Session, version: str | None, limit: int) -> Sequence[tuple[str, str | None, int, int]]:
    """(purpose, language, receipts, those that still hold) of the newest receipts under a text, `limit` at most.

    A receipt holds while its customer said nothing later of the same purpose.
    """
    later = aliased(Consent)
    newest = (
        select(Consent.id, Consent.customer_id, Consent.purpose, Consent.language)
        .where(Consent.given, _under(version))
        .order_by(Consent.id.desc())
        .limit(limit)
        .subquery()
    )
    # asked for each by itself: as a join, a server may read every receipt there is to answer for a few
    last = (
        select(func.max(later.id))
        .where(later.customer_id == newest.c.customer_id, later.purpose == newest.c.purpose)
        .scalar_subquery()
    )
    holds = func.sum(case((last == newest.c.id, 1), else_=0))
    wanted = select(newest.c.purpose, newest.c.language, func.count(), holds).group_by(
        newest.c.purpose, newest.c.language
    )
    return [(purpose, language, many, int(held)) for purpose, language, many, held in session.execute(wanted)]


def has_more(session: Session, version: str | None, than: int) -> bool:
    """Whether there are more receipts under a text. By the index, and no further than one past `than`."""
    wanted = select(Consent.id).where(Consent.given, _under(version)).order_by(Consent.id.desc())
    return session.scalar(wanted.offset(than).limit(1)) is not None


def first_and_last(session: Session, version: str | None) -> tuple[datetime, datetime] | None:
    """When the first and the last agreed to a text, of those whose receipts are kept."""
    of_it = select(Consent.at).where(Consent.given, _under(version))
    first = session.scalar(of_it.order_by(Consent.id).limit(1))
    last = session.scalar(of_it.order_by(Consent.id.desc()).limit(1))
    return (first, last) if first and last else None


def _under(version: str | None) -> ColumnElement[bool]:
    return Consent.text_version.is_(None) if version is None else Consent.text_version == version
