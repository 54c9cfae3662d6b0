from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_, union_all, update
from sqlalchemy.orm import Session

from offers.records.queries.leafing import Key, Orders, leaf_of
from offers.records.queries.writing import insert_missing, insert_of
from offers.records.tables import Campaign, Coupon, Offer, OfferAtPlace, OfferCode
from offers.rules.budget import Left, Unit
from offers.rules.leafing import Leaf, Turn


def offer_by_id(session: Session, offer_id: str) -> Offer | None:
    return session.get(Offer, offer_id)


def offers_by_id(session: Session, ids: Iterable[str]) -> dict[str, Offer]:
    return {row.id: row for row in session.scalars(select(Offer).where(Offer.id.in_(set(ids))))}


def offers_locked(session: Session, ids: Iterable[str]) -> dict[str, Offer]:
    """These offers as they are now, locked in the order of their ids until the commit. Customers are locked before, coupons after."""
    rows = session.scalars(
        select(Offer)
        .where(Offer.id.in_(set(ids)))
        .order_by(Offer.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def offer_to_remove(session: Session, offer_id: str) -> Offer | None:
    """Locked so that nobody can name it in a campaign meanwhile."""
    return session.get(Offer, offer_id, with_for_update=True, populate_existing=True)


def offer_that_stays(session: Session, offer_id: str) -> Offer | None:
    """The offer, which nobody removes before the commit. It keeps no decision waiting."""
    return session.get(Offer, offer_id, with_for_update={"read": True, "key_share": True}, populate_existing=True)


def all_offers(session: Session, after: str, limit: int) -> Sequence[Offer]:
    return session.scalars(select(Offer).where(Offer.id > after).order_by(Offer.id).limit(limit)).all()


ORDERS = Orders(
    Offer.id,
    "name",
    {
        "name": (Key(func.lower(Offer.name)),),
        "kind": (Key(Offer.kind), Key(func.lower(Offer.name))),
        "spent": (Key(Offer.spent, "number"),),
        "redeemed": (Key(Offer.redeemed, "number"),),
    },
)


def leaf_of_offers(session: Session, text: str, kind: str | None, turn: Turn) -> Leaf:
    """Those whose id or name holds the text, in whatever case, of one kind or of all; in the order that is asked for."""
    wanted = select(Offer)
    if text:
        wanted = wanted.where(or_(*(one.icontains(text, autoescape=True) for one in (Offer.id, Offer.name))))
    if kind:
        wanted = wanted.where(Offer.kind == kind)
    return leaf_of(session, wanted, turn, ORDERS)


def offer_that_reads(session: Session, code_reads: str) -> Offer | None:
    """The offer whose shared code reads so."""
    return session.scalar(select(Offer).where(Offer.code_reads == code_reads))


def campaigns_that_name(session: Session, offer_id: str) -> list[Campaign]:
    """Those that may still send."""
    rows = session.scalars(select(Campaign).where(Campaign.status != "ended").order_by(Campaign.id))
    return [row for row in rows if row.definition.get("offer") == offer_id]


def has_coupons(session: Session, offer_id: str) -> bool:
    """Whether anybody holds, or held, one whose push left."""
    held = select(Coupon.id).where(Coupon.offer_id == offer_id, Coupon.state != "released").limit(1)
    return session.scalar(held) is not None


def codes_left(session: Session, offer_ids: Iterable[str]) -> dict[str, int]:
    rows = session.execute(
        select(OfferCode.offer_id, func.count())
        .where(OfferCode.offer_id.in_(set(offer_ids)), OfferCode.taken_at.is_(None))
        .group_by(OfferCode.offer_id)
    )
    return {offer: count for offer, count in rows}  # noqa: C416 - says what is counted


def owners_of_codes(session: Session, marks: Sequence[str]) -> dict[str, str]:
    """Which offer each of these codes belongs to, for those that are there; in portions that every database takes."""
    found: dict[str, str] = {}
    for start in range(0, len(marks), 5000):
        some = select(OfferCode.mark, OfferCode.offer_id).where(OfferCode.mark.in_(marks[start : start + 5000]))
        found |= {mark: offer for mark, offer in session.execute(some)}  # noqa: C416 - says what is whose
    return found


def add_codes(session: Session, offer_id: str, sealed: Mapping[str, str]) -> set[str]:
    """Sealed codes by their marks; the marks that were new."""
    rows = [{"mark": mark, "offer_id": offer_id, "sealed": code, "taken_at": None} for mark, code in sealed.items()]
    return insert_missing(session, OfferCode, rows)


def what_is_left(
    session: Session, ids: Iterable[str], places: Iterable[str], at_most: int, now: datetime
) -> dict[str, Left]:
    """What is left of these offers at these places, locked until the commit; of free codes not more than `at_most` an offer."""
    offers = offers_locked(session, ids)
    if not offers:
        return {}
    imported = [one.id for one in offers.values() if one.codes == "imported"]
    codes = _free_codes(session, imported, at_most)
    left = {
        one.id: Left(
            one.id,
            one.codes,
            one.budget,
            one.spent,
            one.budget_per_place,
            codes=codes[one.id] if one.codes == "imported" else None,
            ended_at=one.valid_until if one.valid_until is not None and one.valid_until <= now else None,
        )
        for one in offers.values()
    }
    there = select(OfferAtPlace).where(OfferAtPlace.offer_id.in_(offers), OfferAtPlace.place_id.in_(set(places)))
    for row in session.scalars(there.execution_options(populate_existing=True)):
        left[row.offer_id].spent_at[row.place_id] = row.spent
    return left


def _free_codes(session: Session, offer_ids: Sequence[str], at_most: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {one: [] for one in offer_ids}
    if not offer_ids:
        return found
    each = [
        select(OfferCode.offer_id, OfferCode.mark)
        .where(OfferCode.offer_id == one, OfferCode.taken_at.is_(None))
        .order_by(OfferCode.mark)
        .limit(at_most)
        .subquery()
        for one in offer_ids
    ]
    for offer_id, mark in session.execute(union_all(*(select(one.c.offer_id, one.c.mark) for one in each))):
        found[offer_id].append(mark)
    return found


def spend(session: Session, units: Sequence[Unit], now: datetime) -> None:
    """Take these units out of the budgets. The offers are locked and there is enough; each update is guarded all the same."""
    if not units:
        return
    offers, places = _counted(units)
    more, more_here = _by_offer(offers), _by_place(places)
    spent = session.scalars(
        update(Offer)
        .where(Offer.id.in_(offers), or_(Offer.budget.is_(None), Offer.spent + more <= Offer.budget))
        .values(spent=Offer.spent + more)
        .returning(Offer.id)
        .execution_options(synchronize_session=False)
    ).all()
    blank = [{"offer_id": offer, "place_id": place, "spent": 0} for offer, place in sorted(places)]
    session.execute(insert_of(session, OfferAtPlace).on_conflict_do_nothing(), blank)
    limit = select(Offer.budget_per_place).where(Offer.id == OfferAtPlace.offer_id).scalar_subquery()
    here = session.scalars(
        update(OfferAtPlace)
        .where(_among(places), or_(limit.is_(None), OfferAtPlace.spent + more_here <= limit))
        .values(spent=OfferAtPlace.spent + more_here)
        .returning(OfferAtPlace.place_id)
        .execution_options(synchronize_session=False)
    ).all()
    marks = [one.code_mark for one in units if one.code_mark]
    taken = _move_codes(session, marks, now) if marks else 0
    if (len(spent), len(here), taken) != (len(offers), len(places), len(marks)):
        raise RuntimeError("a budget would have been exceeded under its own lock")


def give_back(session: Session, units: Sequence[Unit]) -> None:
    """Put these units back. The offers are locked by the caller."""
    if not units:
        return
    offers, places = _counted(units)
    session.execute(
        update(Offer)
        .where(Offer.id.in_(offers))
        .values(spent=Offer.spent - _by_offer(offers))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(OfferAtPlace)
        .where(_among(places))
        .values(spent=OfferAtPlace.spent - _by_place(places))
        .execution_options(synchronize_session=False)
    )
    _move_codes(session, [one.code_mark for one in units if one.code_mark], None)


def _move_codes(session: Session, marks: Sequence[str], taken_at: datetime | None) -> int:
    """Hand out free codes, or make handed-out ones free; how many were as expected."""
    before = OfferCode.taken_at.is_(None) if taken_at else OfferCode.taken_at.is_not(None)
    moved = session.scalars(
        update(OfferCode)
        .where(OfferCode.mark.in_(marks), before)
        .values(taken_at=taken_at)
        .returning(OfferCode.mark)
        .execution_options(synchronize_session=False)
    )
    return len(moved.all())


def _counted(units: Iterable[Unit]) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    units = list(units)
    return Counter(one.offer_id for one in units), Counter((one.offer_id, one.place_id) for one in units)


def _by_offer(counts: Mapping[str, int]) -> Any:
    return case(dict(counts), value=Offer.id, else_=0)


def _by_place(counts: Mapping[tuple[str, str], int]) -> Any:
    here = [
        (and_(OfferAtPlace.offer_id == offer, OfferAtPlace.place_id == place), many)
        for (offer, place), many in counts.items()
    ]
    return case(*here, else_=0)


def _among(places: Iterable[tuple[str, str]]) -> ColumnElement[bool]:
    return tuple_(OfferAtPlace.offer_id, OfferAtPlace.place_id).in_(list(places))
