from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, and_, delete, func, literal, or_, select, update
from sqlalchemy.orm import Session

from offers.records.queries.leafing import Key, Orders, leaf_of
from offers.records.queries.writing import insert_of
from offers.records.tables import Shop, ShopEvent
from offers.rules.desk_lists import AskedShops
from offers.rules.leafing import Leaf, Turn

HEARD_EVERY = timedelta(minutes=1)
"""So often at most a shop's row says when it was heard: not with each of its events."""


def shop_by_id(session: Session, shop_id: str) -> Shop | None:
    return session.get(Shop, shop_id)


def shop_locked(session: Session, shop_id: str) -> Shop | None:
    return session.scalars(
        select(Shop).where(Shop.id == shop_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def all_shops(session: Session, after: str, limit: int) -> Sequence[Shop]:
    return session.scalars(select(Shop).where(Shop.id > after).order_by(Shop.id).limit(limit)).all()


NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a shop was heard that never was, as far as an order goes."""
ORDERS = Orders(
    Shop.id,
    "name",
    {
        "name": (Key(func.lower(Shop.name)),),
        "kind": (Key(Shop.kind), Key(func.lower(Shop.name))),
        "last": (Key(func.coalesce(Shop.heard_at, literal(NEVER, Shop.heard_at.type)), "time"),),
    },
)


def leaf_of_shops(session: Session, wanted: AskedShops, turn: Turn) -> Leaf:
    """By their names unless asked otherwise."""
    which = select(Shop)
    if wanted.text:
        which = which.where(or_(*(one.icontains(wanted.text, autoescape=True) for one in (Shop.id, Shop.name))))
    if wanted.kind is not None:
        which = which.where(Shop.kind == wanted.kind)
    return leaf_of(session, which, turn, ORDERS)


def shops_that_say(session: Session, kind: str, origin: str | None, limit: int) -> Sequence[Shop]:
    """Shops of a kind; with an origin those that have it."""
    which = [Shop.kind == kind]
    if origin is not None:
        which.append(Shop.origin == origin)
    return session.scalars(select(Shop).where(*which).order_by(Shop.id).limit(limit)).all()


def heard(session: Session, shop_id: str, now: datetime) -> None:
    session.execute(
        update(Shop)
        .where(Shop.id == shop_id, or_(Shop.heard_at.is_(None), Shop.heard_at < now - HEARD_EVERY))
        .values(heard_at=now)
        .execution_options(synchronize_session=False)
    )


def add_event(session: Session, row: Mapping[str, Any]) -> bool:
    """Whether it is the first by its shop and key: who writes the same at this moment is waited for."""
    once = insert_of(session, ShopEvent).values(row).on_conflict_do_nothing(index_elements=["shop_id", "key"])
    return session.scalar(once.returning(ShopEvent.id)) is not None


def event_by_key(session: Session, shop_id: str, key: str) -> ShopEvent | None:
    return session.scalars(select(ShopEvent).where(ShopEvent.shop_id == shop_id, ShopEvent.key == key)).one_or_none()


def event_of(session: Session, shop_id: str, event_id: str) -> ShopEvent | None:
    return session.scalars(
        select(ShopEvent).where(ShopEvent.shop_id == shop_id, ShopEvent.id == event_id)
    ).one_or_none()


def event_by_id(session: Session, event_id: str) -> ShopEvent | None:
    return session.scalars(
        select(ShopEvent).where(ShopEvent.id == event_id).execution_options(populate_existing=True)
    ).one_or_none()


def events_of(session: Session, shop_id: str, state: str | None, cursor: str | None, limit: int) -> Sequence[ShopEvent]:
    """Newest first."""
    which: list[ColumnElement[bool]] = [ShopEvent.shop_id == shop_id]
    if state is not None:
        which.append(ShopEvent.state == state)
    if cursor is not None:
        which.append(ShopEvent.id < cursor)
    return session.scalars(select(ShopEvent).where(*which).order_by(ShopEvent.id.desc()).limit(limit)).all()


def write_event(session: Session, event_id: str, turn: int | None, values: Mapping[str, Any]) -> bool:
    """Whether it was written: `turn` is how often it had been tried when this began; who tried since writes it."""
    which = [ShopEvent.id == event_id]
    if turn is not None:
        which.append(ShopEvent.attempts == turn)
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]  # an UPDATE's
        update(ShopEvent).where(*which).values(**values).execution_options(synchronize_session=False)
    )
    return done.rowcount > 0


def waiting_events(session: Session, now: datetime, limit: int) -> Sequence[str]:
    """Ids of events whose time has come, the longest waiting first."""
    due = and_(ShopEvent.state == "waiting", ShopEvent.not_before <= now)
    return session.scalars(select(ShopEvent.id).where(due).order_by(ShopEvent.not_before).limit(limit)).all()


def forget_bodies(session: Session, before: datetime, limit: int) -> int:
    """Of events that came before: their bodies go, the line of the log stays; how many."""
    old = select(ShopEvent.id).where(ShopEvent.received_at < before, ShopEvent.body.is_not(None)).limit(limit)
    ids = session.scalars(old).all()
    these = update(ShopEvent).where(ShopEvent.id.in_(ids)).values(body=None)
    session.execute(these.execution_options(synchronize_session=False))
    return len(ids)


def remove_events(session: Session, before: datetime, limit: int) -> int:
    ids = session.scalars(select(ShopEvent.id).where(ShopEvent.received_at < before).limit(limit)).all()
    session.execute(delete(ShopEvent).where(ShopEvent.id.in_(ids)).execution_options(synchronize_session=False))
    return len(ids)
