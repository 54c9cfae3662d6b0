from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from offers.records.tables import Order, Payment
from offers.rules.money import read_written
from offers.rules.page_order import UNDER_WAY, payment_id_of
from offers.rules.price import payable


def payment_now(session: Session, payment_id: str) -> Payment | None:
    """As it is once its order's customer is locked."""
    return session.get(Payment, payment_id, populate_existing=True)


def payment_by_id(session: Session, payment_id: str) -> Payment | None:
    return session.get(Payment, payment_id)


def payment_at_provider(session: Session, provider: str, provider_id: str) -> Payment | None:
    return session.scalar(select(Payment).where(Payment.provider_id == provider_id, Payment.provider == provider))


def payments_of(session: Session, order_id: str) -> Sequence[Payment]:
    """The first begun first."""
    wanted = select(Payment).where(Payment.order_id == order_id).order_by(Payment.created_at, Payment.id)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def newest_payment(session: Session, order_id: str) -> Payment | None:
    """The one that counts: the newest, but one that was paid before all others."""
    rows = payments_of(session, order_id)
    return next((one for one in rows if one.state == "paid"), rows[-1] if rows else None)


def want_payment(session: Session, order: Order, provider: str, now: datetime) -> Payment | None:
    """The order's payment that is under way or paid, else a new one; none where there is nothing to pay. The customer is locked."""
    if order.total is None or order.currency is None:
        return None
    amount = payable(read_written(order.total), order.currency)
    if amount == 0:
        return None
    rows = payments_of(session, order.id)
    live = next((one for one in rows if one.state in (*UNDER_WAY, "paid")), None)
    if live is not None:
        return live
    row = Payment(
        id=payment_id_of(order.id, len(rows) + 1),
        order_id=order.id,
        provider=provider,
        state="wanted",
        amount_thousandths=amount,
        currency=order.currency,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    return row


def take_the_look(session: Session, payment_id: str, now: datetime, every: timedelta) -> bool:
    """Whether the provider may be asked for it now: of all who want to, one each `every` may."""
    asked = session.execute(
        update(Payment)
        .where(Payment.id == payment_id, Payment.state.in_(UNDER_WAY), Payment.updated_at <= now - every)
        .values(updated_at=now)
        .returning(Payment.id)
        .execution_options(synchronize_session=False)
    )
    return asked.first() is not None


def waiting_payments(session: Session, made_before: datetime, asked_before: datetime, limit: int) -> list[str]:
    """Ids of those under way that were begun, and last asked for, before these moments; the longest unasked first."""
    rows = session.scalars(
        select(Payment.id)
        .where(
            Payment.state.in_(UNDER_WAY),
            Payment.created_at <= made_before,
            Payment.updated_at <= asked_before,
        )
        .order_by(Payment.updated_at, Payment.id)
        .limit(limit)
    )
    return list(rows)
