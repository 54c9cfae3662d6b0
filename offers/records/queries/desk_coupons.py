from collections.abc import Iterable, Sequence

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from offers.records.queries.leafing import Key, Orders, leaf_of
from offers.records.queries.offers import offers_by_id
from offers.records.tables import Coupon, Delivery, OfferCode
from offers.rules.coupon_codes import CodeKeys, generated_code, unseal
from offers.rules.desk_lists import AskedCoupons
from offers.rules.leafing import Leaf, Turn


def count_in_state(session: Session, offer_id: str, state: str, most: int) -> int:
    """How many of an offer's coupons are in a state; of more than `most`, so many."""
    some = select(literal(1)).where(Coupon.offer_id == offer_id, Coupon.state == state).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


ORDERS = Orders(Coupon.id, "-made", {"made": (Key(Coupon.id),)})
"""By when they were reserved: their ids grow."""


def leaf_of_coupons(session: Session, offer_id: str, states: Iterable[str], asked: AskedCoupons, turn: Turn) -> Leaf:
    """An offer's in these states, the newest first unless asked otherwise; of one customer where one is named. What no index has is sifted.

    A look at each state's end of the index, since of all together there is none. Somebody's own are few, and found by who they are.
    """
    wanted = select(Coupon).where(Coupon.offer_id == offer_id)
    sieve = [Coupon.campaign_id == asked.campaign] if asked.campaign is not None else []
    sieve += [Coupon.place_id == asked.place] if asked.place is not None else []
    sieve += [Coupon.reserved_at >= asked.since] if asked.since is not None else []
    sieve += [Coupon.reserved_at < asked.until] if asked.until is not None else []
    if asked.customer is not None:
        theirs = wanted.where(Coupon.customer_id == asked.customer, Coupon.state.in_(states))
        return leaf_of(session, theirs, turn, ORDERS, sieve=sieve)
    if asked.state is not None:
        return leaf_of(session, wanted.where(Coupon.state == asked.state), turn, ORDERS, sieve=sieve)
    return leaf_of(session, wanted, turn, ORDERS, [Coupon.state == state for state in states])


def coupon_now(session: Session, coupon_id: str) -> Coupon | None:
    """As it is now, unlocked: offers are locked before coupons."""
    return session.scalar(select(Coupon).where(Coupon.id == coupon_id).execution_options(populate_existing=True))


def messages_of(session: Session, decision_id: str | None) -> Sequence[Delivery]:
    """The messages that tell of a decision, locked in the order of their ids."""
    if decision_id is None:
        return []
    wanted = select(Delivery).where(Delivery.decision_id == decision_id).order_by(Delivery.id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def codes_of(session: Session, rows: Sequence[Coupon], keys: CodeKeys) -> dict[str, str]:
    """Of each of these coupons that has one its code, by the coupon's id."""
    shared = offers_by_id(session, {row.offer_id for row in rows if row.codes == "shared"})
    marks = [row.code_mark for row in rows if row.codes == "imported" and row.code_mark]
    kept = session.execute(select(OfferCode.mark, OfferCode.sealed).where(OfferCode.mark.in_(marks)))
    sealed = {mark: text for mark, text in kept}  # noqa: C416 - says what is kept
    found: dict[str, str | None] = {}
    for row in rows:
        if row.codes == "shared":
            found[row.id] = shared[row.offer_id].code
        elif row.codes == "generated":
            found[row.id] = generated_code(keys, row.id)
        elif row.code_mark in sealed:
            found[row.id] = unseal(keys, sealed[row.code_mark])
    return {coupon: code for coupon, code in found.items() if code}
