from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.orm import Session

from offers.records.queries.leafing import Key, Orders, leaf_of
from offers.records.tables import ServerKey
from offers.rules.desk_lists import AskedKeys
from offers.rules.leafing import Leaf, Turn


def key_by_hash(session: Session, key_hash: str) -> ServerKey | None:
    return session.scalars(select(ServerKey).where(ServerKey.hash == key_hash)).one_or_none()


def key_by_id(session: Session, key_id: str) -> ServerKey | None:
    """The key as it is now, locked until the commit."""
    return session.get(ServerKey, key_id, with_for_update=True, populate_existing=True)


def all_keys(session: Session, after: str, limit: int) -> Sequence[ServerKey]:
    return session.scalars(select(ServerKey).where(ServerKey.id > after).order_by(ServerKey.id).limit(limit)).all()


NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a key was used that never was, as far as an order goes."""
ORDERS = Orders(
    ServerKey.id,
    "-made",
    {
        "made": (Key(ServerKey.created_at, "time"),),
        "used": (Key(func.coalesce(ServerKey.used_at, literal(NEVER, ServerKey.used_at.type)), "time"),),
        "name": (Key(func.lower(ServerKey.name)),),
        "role": (Key(ServerKey.role), Key(func.lower(ServerKey.name))),
    },
)


def leaf_of_keys(session: Session, wanted: AskedKeys, turn: Turn, now: datetime) -> Leaf:
    """Those made last first unless asked otherwise."""
    which = select(ServerKey)
    if wanted.text:
        which = which.where(
            or_(*(one.icontains(wanted.text, autoescape=True) for one in (ServerKey.id, ServerKey.name)))
        )
    if wanted.role is not None:
        which = which.where(ServerKey.role == wanted.role)
    if wanted.state is not None:
        states = {
            "good": ServerKey.revoked_at.is_(None),
            "ending": ServerKey.revoked_at > now,
            "ended": ServerKey.revoked_at <= now,
        }
        which = which.where(states[wanted.state])
    return leaf_of(session, which, turn, ORDERS)


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
