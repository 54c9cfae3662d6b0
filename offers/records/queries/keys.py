from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from offers.records.tables import ServerKey


def key_by_hash(session: Session, key_hash: str) -> ServerKey | None:
    return session.scalars(select(ServerKey).where(ServerKey.hash == key_hash)).one_or_none()


def key_by_id(session: Session, key_id: str) -> ServerKey | None:
    """The key as it is now, locked until the commit."""
    return session.get(ServerKey, key_id, with_for_update=True, populate_existing=True)


def all_keys(session: Session, after: str, limit: int) -> Sequence[ServerKey]:
    return session.scalars(select(ServerKey).where(ServerKey.id > after).order_by(ServerKey.id).limit(limit)).all()


def admin_keys_locked(session: Session) -> Sequence[ServerKey]:
    """The keys of role admin that are good, locked in the order of their ids: of two that are revoked at once one sees the other gone."""
    return session.scalars(
        select(ServerKey)
        .where(ServerKey.role == "admin", ServerKey.revoked_at.is_(None))
        .order_by(ServerKey.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
