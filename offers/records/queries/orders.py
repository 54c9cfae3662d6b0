from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.tables import Order


def order_by_id(session: Session, order_id: str) -> Order | None:
    return session.get(Order, order_id)


def orders_by_id(session: Session, ids: Iterable[str]) -> dict[str, Order]:
    """These orders as they are now."""
    rows = session.scalars(select(Order).where(among(Order.id, ids)).execution_options(populate_existing=True))
    return {order.id: order for order in rows}


def orders_at(session: Session, place_id: str) -> Sequence[Order]:
    return session.scalars(select(Order).where(Order.place_id == place_id).limit(1)).all()


def orders_of(session: Session, customer_id: str) -> Sequence[Order]:
    return session.scalars(select(Order).where(Order.customer_id == customer_id).order_by(Order.id)).all()
