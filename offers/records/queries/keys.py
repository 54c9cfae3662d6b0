from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from offers.records.tables import ServerKey


def key_by_hash(session: Session, key_hash: str) -> ServerKey | None:
    return session.scalars(select(ServerKey).where(ServerKey.hash == key_hash)).one_or_none()


def key_by_id(session: Session, key_id: str) -> ServerKey | None:
    """The key as it is now, locked until the commit."""
    return session.get(ServerKey, key_id, with_for_update=True, populate_existing=True)


def all_keys(session: Session, after: str, limit: int) -> Sequence[ServerKey]:
    return session.scalars(select(ServerKey).where(ServerKey.id > after).order_by(ServerKey.id).limit(limit)).all()


def newest_keys(session: Session, before: str | None, limit: int) -> Sequence[ServerKey]:
    """Those made last first, older than `before`."""
    which = [] if before is None else [ServerKey.id < before]
    return session.scalars(select(ServerKey).where(*which).order_by(ServerKey.id.desc()).limit(limit)).all()


def names_of_keys(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Those that have one."""
    rows = session.execute(select(ServerKey.id, ServerKey.name).where(ServerKey.id.in_(ids)))
    return {key_id: name for key_id, name in rows if name}


def admin_keys_locked(session: Session) -> Sequence[ServerKey]:
    """The keys of role admin that are good and stay so, locked in the order of their ids: of two that are revoked at once one sees the other gone."""
    return session.scalars(
        select(ServerKey)
        .where(ServerKey.role == "admin", ServerKey.revoked_at.is_(None))
        .order_by(ServerKey.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def note_use(session: Session, key_id: str, now: datetime, every: timedelta) -> None:
    """Written down unless it was lately: of several at once one writes."""
    long_ago = or_(ServerKey.used_at.is_(None), ServerKey.used_at <= now - every)
    session.execute(
        update(ServerKey)
        .where(ServerKey.id == key_id, long_ago)
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
