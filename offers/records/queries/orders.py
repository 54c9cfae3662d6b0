from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from offers.records.tables import Order


def order_by_id(session: Session, order_id: str) -> Order | None:
    return session.get(Order, order_id)


def orders_at(session: Session, place_id: str) -> Sequence[Order]:
    return session.scalars(select(Order).where(Order.place_id == place_id).limit(1)).all()


def orders_of(session: Session, customer_id: str) -> Sequence[Order]:
    return session.scalars(select(Order).where(Order.customer_id == customer_id).order_by(Order.id)).all()
