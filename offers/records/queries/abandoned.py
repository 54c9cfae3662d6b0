"""Scans of which nothing came: whose customer is known, that were not finished, and of which nobody was reminded."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from offers.records.queries.among import among
from offers.records.tables import Geofence, Order, Payment, Place, Poster, Purchase, Scan, Stay

OVER = ("canceled", "expired", "failed")
"""Of a payment: nothing comes of it any more."""
LOOKED_BACK = timedelta(days=1)
"""Nobody is reminded of what they looked at longer ago."""


class Left(NamedTuple):
    """A scan that was left, and where its poster hangs."""

    id: str
    customer_id: str
    device_id: str | None
    at: datetime
    place_id: str | None
    lat: float
    lon: float


LEFT = (Scan.id, Scan.customer_id, Scan.device_id, Scan.at, Poster.place_id, Poster.lat, Poster.lon)


def comes_to_something(order: type[Order]) -> ColumnElement[bool]:
    """Whether an order is not cancelled, and its payment, where it has one, is under way or done."""
    paying, over = aliased(Payment), aliased(Payment)
    is_over = exists().where(over.order_id == order.id, over.state.in_(OVER))
    goes_on = exists().where(paying.order_id == order.id, paying.state.not_in(OVER))
    return and_(order.status != "cancelled", or_(~is_over, goes_on))


def _came_to_nothing() -> ColumnElement[bool]:
    """Nothing was done on its page; or something was to be paid there, and the payment failed."""
    order, failed, payment = aliased(Order), aliased(Order), aliased(Payment)
    has_order = exists().where(order.scan_id == Scan.id, comes_to_something(order))
    not_paid = exists().where(failed.scan_id == Scan.id, payment.order_id == failed.id, payment.state.in_(OVER))
    undone = or_(Scan.finished_at.is_(None), and_(Scan.finished_by.in_(("reserved", "bought")), not_paid))
    return and_(undone, ~has_order)


def _is_left() -> ColumnElement[bool]:
    """Of a known customer, who was not reminded of it yet."""
    return and_(Scan.kind == "human", Scan.customer_id.is_not(None), Scan.reminded_at.is_(None), _came_to_nothing())


def due(session: Session, now: datetime, after: timedelta, limit: int) -> list[str]:
    """Ids of scans that were left for so long, the oldest first. None from more than a day ago."""
    wanted = (
        select(Scan.id)
        .where(Scan.at > now - LOOKED_BACK, Scan.at <= now - after, _is_left())
        .order_by(Scan.at, Scan.id)
        .limit(limit)
    )
    return list(session.scalars(wanted))


def customers_of(session: Session, scan_ids: Iterable[str]) -> set[str]:
    rows = session.scalars(select(Scan.customer_id).where(among(Scan.id, scan_ids), Scan.customer_id.is_not(None)))
    return {str(one) for one in rows}


def left_by(session: Session, customer_ids: Iterable[str], now: datetime) -> Sequence[Left]:
    """Every scan of these customers that is left as of now, however short a time ago, a customer's newest first."""
    rows = session.execute(
        select(*LEFT)
        .join(Poster, Poster.id == Scan.poster_id)
        .where(among(Scan.customer_id, customer_ids), Scan.at > now - LOOKED_BACK, _is_left())
        .order_by(Scan.customer_id, Scan.at.desc(), Scan.id.desc())
    )
    return [Left._make(row) for row in rows]


def newest_scans(session: Session, customer_ids: Iterable[str]) -> dict[str, datetime]:
    """When each of these customers last scanned, whatever came of it."""
    rows = session.execute(
        select(Scan.customer_id, func.max(Scan.at))
        .where(among(Scan.customer_id, customer_ids), Scan.kind == "human")
        .group_by(Scan.customer_id)
    )
    return {str(customer): at for customer, at in rows}


def still_wanted(session: Session, scan_ids: Iterable[str]) -> set[str]:
    """Of scans that are reminded of, those of which still nothing has come; and whose customer is not at a store now."""
    wanted = select(*LEFT).join(Poster, Poster.id == Scan.poster_id).where(among(Scan.id, scan_ids), _came_to_nothing())
    left = [Left._make(row) for row in session.execute(wanted.where(Scan.customer_id.is_not(None)))]
    return {one.id for one in left} - over(session, left)


def over(session: Session, left: Iterable[Left]) -> set[str]:
    """Those of these scans whose customers have bought or ordered something since, on whatever way, or are at a store now."""
    scans = list(left)
    if not scans:
        return set()
    people, first = {one.customer_id for one in scans}, min(one.at for one in scans)
    bought = select(Purchase.customer_id, func.max(Purchase.at)).where(
        among(Purchase.customer_id, people), Purchase.at >= first
    )
    ordered = select(Order.customer_id, func.max(Order.created_at)).where(
        among(Order.customer_id, people), Order.created_at >= first, comes_to_something(Order)
    )
    last: dict[str, list[datetime]] = defaultdict(list)
    for customer, at in (
        *session.execute(bought.group_by(Purchase.customer_id)),
        *session.execute(ordered.group_by(Order.customer_id)),
    ):
        last[str(customer)].append(at)
    inside = are_in_a_store(session, people)
    return {
        one.id
        for one in scans
        if one.customer_id in inside or any(at >= one.at for at in last.get(one.customer_id, ()))
    }


def are_in_a_store(session: Session, customer_ids: Iterable[str]) -> set[str]:
    wanted = (
        select(Stay.customer_id)
        .join(Geofence, Geofence.id == Stay.geofence_id)
        .join(Place, Place.id == Geofence.place_id)
        .where(
            among(Stay.customer_id, customer_ids),
            Stay.left_at.is_(None),
            Geofence.role == "premises",
            Place.kind == "store",
        )
    )
    return set(session.scalars(wanted))


def mark(session: Session, scan_ids: Iterable[str], now: datetime) -> None:
    """Nobody is reminded of these any more."""
    session.execute(
        update(Scan)
        .where(among(Scan.id, scan_ids), Scan.reminded_at.is_(None))
        .values(reminded_at=now)
        .execution_options(synchronize_session=False)
    )
