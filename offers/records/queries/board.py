"""What the pickup board of some stores reads. `stores` none: every store's."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, literal_column, or_, select, true
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.tables import Customer, Delivery, Order, Place, User
from offers.rules.pickup_steps import OPEN

Stores = Sequence[str] | None
IS_OPEN = Order.status.not_in([literal_column("'collected'"), literal_column("'cancelled'")])
"""Said, not bound, as the index of open orders says it."""


def _at(stores: Stores) -> ColumnElement[bool]:
    return true() if stores is None else among(Order.place_id, stores)


def _in_column(status: str, old: datetime | None) -> ColumnElement[bool]:
    """Orders in a state; of ready ones those that became so after `old`; none: all of them."""
    if status != "ready" or old is None:
        return and_(IS_OPEN, Order.status == status)
    return and_(IS_OPEN, Order.status == status, or_(Order.ready_at.is_(None), Order.ready_at > old))


def _is_uncollected(old: datetime | None) -> ColumnElement[bool]:
    """Ready since `old` or before, and nobody comes; with none never."""
    return false() if old is None else and_(Order.status == "ready", Order.ready_at <= old)


def count_by_column(session: Session, stores: Stores, old: datetime | None) -> dict[str, int]:
    """How many in each state, and as `uncollected` those that are ready since `old` or before."""
    kind = case((_is_uncollected(old), "uncollected"), else_=Order.status).label("kind")
    rows = session.execute(select(kind, func.count()).where(IS_OPEN, _at(stores)).group_by(kind))
    found = {str(name): int(many) for name, many in rows}
    return {name: found.get(name, 0) for name in (*OPEN, "uncollected")}


def count_here(session: Session, stores: Stores) -> int:
    wanted = select(func.count()).where(IS_OPEN, Order.status == "arrived", _at(stores))
    return int(session.scalar(wanted) or 0)


def in_column(session: Session, stores: Stores, status: str, old: datetime | None, limit: int) -> Sequence[Order]:
    """Who is here, waits and is ready the longest first; of those on their way, who moved or said something last."""
    first = {
        "arrived": (Order.arrived_at, Order.id),
        "ready": (Order.ready_at, Order.id),
        "placed": (Order.created_at, Order.id),
    }.get(status, (func.coalesce(Order.estimated_at, Order.coming_since, Order.updated_at).desc(), Order.id))
    return session.scalars(
        select(Order).where(_in_column(status, old), _at(stores)).order_by(*first).limit(limit)
    ).all()


def uncollected(session: Session, stores: Stores, old: datetime | None, limit: int) -> Sequence[Order]:
    """The store's list of what nobody collects: the longest first."""
    that = and_(IS_OPEN, _is_uncollected(old))
    return session.scalars(select(Order).where(that, _at(stores)).order_by(Order.ready_at, Order.id).limit(limit)).all()


def collected_since(session: Session, stores: Stores, since: datetime, limit: int) -> Sequence[Order]:
    """The last one first."""
    that = and_(Order.status == "collected", Order.closed_at > since)
    return session.scalars(
        select(Order).where(that, _at(stores)).order_by(Order.closed_at.desc(), Order.id).limit(limit)
    ).all()


def newly_here(session: Session, stores: Stores, limit: int) -> Sequence[str]:
    """Ids of those that are here and that nobody of the staff has noticed."""
    that = and_(IS_OPEN, Order.status == "arrived", Order.noticed_at.is_(None))
    return session.scalars(
        select(Order.id).where(that, _at(stores)).order_by(Order.arrived_at, Order.id).limit(limit)
    ).all()


def open_by_words(session: Session, stores: Stores, limit: int) -> Sequence[Any]:
    """(id, code, number, customer's name) of the open orders, the newest first: what is searched is folded, which no database here does alike."""
    return session.execute(
        select(Order.id, Order.code, Order.number, Customer.name)
        .join(Customer, Customer.id == Order.customer_id)
        .where(IS_OPEN, _at(stores))
        .order_by(Order.created_at.desc(), Order.id)
        .limit(limit)
    ).all()


def told_of(session: Session, order_ids: Iterable[str]) -> dict[str, list[Delivery]]:
    """What was written to customers of these orders, each order's first first."""
    rows = session.scalars(
        select(Delivery)
        .where(among(Delivery.order_id, order_ids), Delivery.kind == "order")
        .order_by(Delivery.created_at, Delivery.id)
    )
    found: dict[str, list[Delivery]] = {}
    for row in rows:
        found.setdefault(row.order_id or "", []).append(row)
    return found


def owners_of(session: Session, stores: Stores, order_ids: Iterable[str]) -> set[str]:
    """Customers of these orders, as far as they are those stores'."""
    return set(session.scalars(select(Order.customer_id).where(among(Order.id, order_ids), _at(stores))))


def store_names(session: Session, stores: Stores) -> dict[str, str]:
    """Id to name of the stores, by name."""
    wanted = select(Place.id, Place.name).where(Place.kind == "store").order_by(Place.name, Place.id)
    if stores is not None:
        wanted = wanted.where(among(Place.id, stores))
    return {place: name for place, name in session.execute(wanted)}  # noqa: C416 - says what is named


def names_of_users(session: Session, ids: Iterable[str]) -> dict[str, str]:
    return {row.id: row.name for row in session.execute(select(User.id, User.name).where(among(User.id, ids)))}
