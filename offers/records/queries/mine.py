"""What one customer has, for the pages and doors that are their own."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from offers.records.queries.offers import offers_by_id
from offers.records.tables import Conversation, Coupon, OfferCode, Order
from offers.rules.coupon_codes import CodeKeys, generated_code, unseal

SHOWN = ("issued", "redeemed", "expired")
"""A reserved coupon is not theirs yet, a released one never was."""


def coupons_of(session: Session, customer_id: str, before: str | None, limit: int) -> Sequence[Coupon]:
    """The newest first, from before an id on."""
    wanted = select(Coupon).where(Coupon.customer_id == customer_id, Coupon.state.in_(SHOWN))
    if before is not None:
        wanted = wanted.where(Coupon.id < before)
    return session.scalars(wanted.order_by(Coupon.id.desc()).limit(limit)).all()


def coupon_by_id(session: Session, coupon_id: str) -> Coupon | None:
    return session.scalar(select(Coupon).where(Coupon.id == coupon_id, Coupon.state.in_(SHOWN)))


def codes_of(session: Session, rows: Iterable[Coupon], keys: CodeKeys) -> Mapping[str, str]:
    """The codes of these coupons, by coupon; without those that have none."""
    rows = list(rows)
    shared = offers_by_id(session, (one.offer_id for one in rows if one.codes == "shared"))
    marks = [one.code_mark for one in rows if one.codes == "imported" and one.code_mark]
    imported = session.scalars(select(OfferCode).where(OfferCode.mark.in_(marks))).all() if marks else []
    sealed = {row.mark: row.sealed for row in imported}
    found: dict[str, str | None] = {}
    for one in rows:
        if one.codes == "shared":
            found[one.id] = shared[one.offer_id].code
        elif one.codes == "generated":
            found[one.id] = generated_code(keys, one.id)
        elif one.codes == "imported" and one.code_mark in sealed:
            found[one.id] = unseal(keys, sealed[one.code_mark])
    return {coupon: code for coupon, code in found.items() if code is not None}


def orders_of(session: Session, customer_id: str, before: str | None, limit: int) -> Sequence[Order]:
    """By id downwards: a shop's own ids may say nothing of time."""
    wanted = select(Order).where(Order.customer_id == customer_id)
    if before is not None:
        wanted = wanted.where(Order.id < before)
    return session.scalars(wanted.order_by(Order.id.desc()).limit(limit)).all()


def latest_orders(session: Session, customer_id: str, limit: int) -> Sequence[Order]:
    wanted = select(Order).where(Order.customer_id == customer_id)
    return session.scalars(wanted.order_by(Order.created_at.desc(), Order.id).limit(limit)).all()


def latest_conversations(session: Session, customer_id: str, limit: int) -> Sequence[Conversation]:
    wanted = select(Conversation).where(Conversation.customer_id == customer_id)
    return session.scalars(wanted.order_by(Conversation.updated_at.desc(), Conversation.id).limit(limit)).all()
