from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from offers.records.ids import ALPHABET
from offers.records.queries.offers import give_back, offer_that_reads, offers_by_id, offers_locked
from offers.records.queries.writing import write_together
from offers.records.tables import Coupon, Delivery, Offer, OfferCode
from offers.rules.budget import Unit
from offers.rules.coupon import Verdict, best_of, end_of_coupon
from offers.rules.coupon_codes import CodeKeys, generated_code, mark_of, normalised, unseal


class Told(NamedTuple):
    """What stands for a coupon, the code to put into the text where it has one, and what it is a coupon of."""

    name: str
    code: str | None
    offer_id: str


def codes_to_tell(session: Session, decision_ids: Iterable[str], keys: CodeKeys) -> dict[str, Told]:
    """What is to be told of coupons, by decision.

    A generated code is marked here, in the transaction that claims its message: from now on a till finds it.
    """
    coupons = session.scalars(select(Coupon).where(Coupon.decision_id.in_(set(decision_ids)))).all()
    if not coupons:
        return {}
    shared = offers_by_id(session, (one.offer_id for one in coupons if one.codes == "shared"))
    imported = select(OfferCode).where(
        OfferCode.mark.in_([one.code_mark for one in coupons if one.codes == "imported"])
    )
    sealed = {row.mark: row.sealed for row in session.scalars(imported)}
    told: dict[str, Told] = {}
    for one in coupons:
        code: str | None = None
        if one.codes == "shared":
            code = shared[one.offer_id].code
        elif one.codes == "generated":
            code = generated_code(keys, one.id)
            one.code_mark = mark_of(keys, code)
        elif one.codes == "imported" and one.code_mark in sealed:
            code = unseal(keys, sealed[one.code_mark])
        told[one.decision_id or ""] = Told(code or one.id, code, one.offer_id)
    return told


class Held(NamedTuple):
    """A coupon that a customer can use, and its code where it has one."""

    id: str
    offer_id: str
    code: str | None
    state: str
    expires_at: datetime | None
    decision_id: str | None


def held_of_campaign(
    session: Session, customer_id: str, campaign_id: str, keys: CodeKeys, now: datetime
) -> Held | None:
    """The newest coupon of this campaign that the customer may still use."""
    row = session.scalar(
        select(Coupon)
        .where(
            Coupon.customer_id == customer_id,
            Coupon.campaign_id == campaign_id,
            Coupon.state == "issued",
            or_(Coupon.expires_at.is_(None), Coupon.expires_at > now),
        )
        .order_by(Coupon.id.desc())
        .limit(1)
    )
    return None if row is None else held_coupon(session, row, keys)


def held_coupon(session: Session, row: Coupon, keys: CodeKeys) -> Held:
    code: str | None = None
    if row.codes == "shared":
        code = offers_by_id(session, [row.offer_id])[row.offer_id].code
    elif row.codes == "generated":
        code = generated_code(keys, row.id)
    elif row.codes == "imported" and row.code_mark is not None:
        imported = session.get(OfferCode, row.code_mark)
        code = unseal(keys, imported.sealed) if imported is not None else None
    return Held(row.id, row.offer_id, code, row.state, row.expires_at, row.decision_id)


def issue(session: Session, decision_ids: Iterable[str], now: datetime) -> None:
    """Their pushes left, or may have: the coupons count from now on, for as long as their offers say."""
    rows = _reserved(session, decision_ids)
    offers = offers_by_id(session, {row.offer_id for row in rows}) if rows else {}
    for row in rows:
        offer = offers[row.offer_id]
        row.state, row.issued_at = "issued", now
        row.expires_at = end_of_coupon(now, offer.valid_for_s, offer.valid_until)
        write_together(row, "state", "issued_at", "expires_at")
    session.flush()


def release(session: Session, decision_ids: Iterable[str]) -> None:
    """Their pushes surely never left: nobody has these coupons, and their units are free again. The customers are locked by the caller."""
    wanted = set(decision_ids)
    reserved = select(Coupon.offer_id).where(Coupon.decision_id.in_(wanted), Coupon.state == "reserved").distinct()
    offers = session.scalars(reserved).all()
    if not offers:
        return
    offers_locked(session, offers)
    units = []
    for row in _reserved(session, wanted):
        units.append(Unit(row.offer_id, row.place_id, row.code_mark if row.codes == "imported" else None))
        row.state, row.code_mark = "released", None
        write_together(row, "state", "code_mark")
    session.flush()
    give_back(session, units)


def release_one(session: Session, coupon: Coupon) -> None:
    """The same of one that no message tells of. Its customer is locked by the caller."""
    offers_locked(session, [coupon.offer_id])
    row = session.scalar(
        select(Coupon)
        .where(Coupon.id == coupon.id, Coupon.state == "reserved")
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        return
    unit = Unit(row.offer_id, row.place_id, row.code_mark if row.codes == "imported" else None)
    row.state, row.code_mark = "released", None
    session.flush()
    give_back(session, [unit])


def release_what_waits(session: Session, customer_id: str) -> None:
    """A customer is about to be removed: the coupons whose messages no sender has taken yet, for no device, go back."""
    beside = aliased(Delivery)
    taken = exists().where(beside.decision_id == Coupon.decision_id, beside.state.in_(("sending", "sent", "unknown")))
    waiting = session.scalars(
        select(Coupon.decision_id)
        .join(Delivery, Delivery.decision_id == Coupon.decision_id)
        .where(Coupon.customer_id == customer_id, Coupon.state == "reserved", Delivery.state == "queued", ~taken)
    )
    release(session, [one for one in waiting if one])


def issue_what_may_have_left(session: Session, customer_id: str, now: datetime) -> None:
    """A sender holds these coupons' messages, which go with the customer: nobody will write down what became of them."""
    held = select(Coupon.decision_id).where(Coupon.customer_id == customer_id, Coupon.state == "reserved")
    issue(session, [one for one in session.scalars(held) if one], now)


def hand_over(session: Session, before: str, after: str) -> None:
    """What an anonymous customer holds is the known one's, whose device theirs has become. Both are locked."""
    session.execute(
        update(Coupon)
        .where(Coupon.customer_id == before)
        .values(customer_id=after)
        .execution_options(synchronize_session=False)
    )


def _reserved(session: Session, decision_ids: Iterable[str]) -> Sequence[Coupon]:
    return session.scalars(
        select(Coupon)
        .where(Coupon.decision_id.in_(set(decision_ids)), Coupon.state == "reserved")
        .order_by(Coupon.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def end_coupons(session: Session, now: datetime, limit: int) -> int:
    """Issued ones whose time is over; how many. Those that a till holds at this moment are left to the next look."""
    over = session.scalars(
        select(Coupon)
        .where(Coupon.state == "issued", Coupon.expires_at <= now)
        .order_by(Coupon.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in over:
        row.state = "expired"
    session.flush()
    return len(over)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a till says: a code as it was typed, and what it knows beside it."""

    code: str
    customer: str | None = None
    place: str | None = None
    purchase_id: str | None = None


def redeem(
    session: Session, asked: Asked, keys: CodeKeys, now: datetime
) -> tuple[Coupon | None, Offer | None, Verdict]:
    """Redeem the coupon that a code stands for, once. Safe to repeat with the same purchase.

    A coupon is none where the code is unknown; then the offer tells whether it is one that all share, and the customer was missing.
    """
    shared = offer_that_reads(session, normalised(asked.code))
    candidates = session.scalars(_meant(asked, shared, keys)).all()
    if not candidates:
        return None, shared if asked.customer is None else None, "unknown"
    offers = offers_locked(session, {one.offer_id for one in candidates})
    held = select(Coupon).where(Coupon.id.in_([one.id for one in candidates])).with_for_update()
    # the one that ends first is used first
    held = held.order_by(Coupon.expires_at.is_(None), Coupon.expires_at, Coupon.id)
    rows = session.scalars(held.execution_options(populate_existing=True)).all()
    for row in rows:
        if row.state == "reserved":  # its push may be on the phone already, and the offer may have ended meanwhile
            row.expires_at = offers[row.offer_id].valid_until
    coupon, verdict = best_of(rows, asked.purchase_id, now)
    if coupon is None:
        return None, None, "unknown"
    offer = offers[coupon.offer_id]
    if verdict == "redeemed":
        coupon.state, coupon.redeemed_at = "redeemed", now
        coupon.redeemed_place_id, coupon.purchase_id = asked.place, asked.purchase_id
        if coupon.issued_at is None:
            coupon.issued_at = now
        offer.redeemed += 1
        session.flush()
    return coupon, offer, verdict


def _meant(asked: Asked, shared: Offer | None, keys: CodeKeys) -> Select[Coupon]:
    """By its id where it has no code of its own, else by the code. Of the customer who is named: a coupon of somebody else is none."""
    wanted = select(Coupon)
    if asked.customer is not None:
        wanted = wanted.where(Coupon.customer_id == asked.customer)
    if _is_id(asked.code):
        return wanted.where(Coupon.id == asked.code, Coupon.codes.in_(("none", "shared")))
    if shared is None:
        return wanted.where(Coupon.code_mark == mark_of(keys, asked.code))
    return wanted.where(
        Coupon.offer_id == shared.id, Coupon.codes == "shared", Coupon.customer_id == (asked.customer or "")
    )


def _is_id(code: str) -> bool:
    prefix, _, rest = code.partition("_")
    return prefix == "cpn" and len(rest) == 26 and set(rest) <= set(ALPHABET)
