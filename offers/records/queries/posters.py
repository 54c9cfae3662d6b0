from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from offers.records.tables import Poster


def poster_by_id(session: Session, poster_id: str) -> Poster | None:
    return session.get(Poster, poster_id)


def poster_by_code(session: Session, code: str) -> Poster | None:
    """`code` as rules/coupon_codes.py's `normalised` reads it."""
    return session.scalar(select(Poster).where(Poster.code == code))


def poster_by_digital_link(session: Session, keys: Sequence[str]) -> Poster | None:
    """The poster that one of these GS1 keys leads to; the first that does, and those that hang before those that were taken down."""
    found = {row.digital_link: row for row in session.scalars(select(Poster).where(Poster.digital_link.in_(keys)))}
    known = [found[key] for key in keys if key in found]
    return next((one for one in known if one.retired_at is None), known[0] if known else None)


def poster_locked(session: Session, poster_id: str) -> Poster | None:
    return session.get(Poster, poster_id, with_for_update=True, populate_existing=True)
