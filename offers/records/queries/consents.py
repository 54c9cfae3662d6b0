from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from offers.records.ids import new_id
from offers.records.queries.customers import customers_locked, with_open_order
from offers.records.queries.for_orders import forget_all_for_orders, mark_for_orders
from offers.records.queries.leaving import end_stays, end_visits
from offers.records.queries.stays import open_stays_of_customers
from offers.records.queries.writing import insert_missing, insert_of
from offers.records.tables import Consent, Customer
from offers.rules.profile import ConsentReceipt


def add_customers(session: Session, ids: Iterable[str], *, anonymous: bool, now: datetime) -> set[str]:
    """Customers of whom nothing is known and who agreed to nothing, for those ids that nobody has; these ids."""
    blank: dict[str, Any] = {
        "anonymous": anonymous,
        "name": None,
        "phone": None,
        "language": None,
        "time_zone": None,
        "sizes": {},
        "attributes": {},
        "tags": [],
        "location": False,
        "offers": False,
        "orders": False,
        "created_at": now,
        "updated_at": now,
    }
    return insert_missing(session, Customer, [{"id": one, **blank} for one in ids])


def add_customer(session: Session, customer_id: str, *, anonymous: bool, now: datetime) -> Customer:
    """One of them, locked; or the one that somebody else makes at this moment. Who is erased before the lock is made anew."""
    while True:
        add_customers(session, [customer_id], anonymous=anonymous, now=now)
        if customer := customers_locked(session, [customer_id]).get(customer_id):
            return customer


def newest_receipts(session: Session, customer_ids: Iterable[str]) -> dict[str, dict[str, Consent]]:
    """What each of these customers last said, by purpose."""
    rows = session.scalars(select(Consent).where(Consent.customer_id.in_(set(customer_ids))).order_by(Consent.id))
    found: dict[str, dict[str, Consent]] = {}
    for row in rows:
        found.setdefault(row.customer_id, {})[row.purpose] = row
    return found


def put_in_force(customer: Customer, receipts: Mapping[str, ConsentReceipt]) -> None:
    """What a withdrawal ends, `settle` ends."""
    for purpose, receipt in receipts.items():
        setattr(customer, purpose, receipt.given)


def keep_receipts(session: Session, said: Mapping[str, Mapping[str, ConsentReceipt]], now: datetime) -> None:
    """Keep a receipt of each purpose said, by customer, all in one statement."""
    rows = [
        {
            "id": new_id("con"),
            "customer_id": customer_id,
            "purpose": purpose,
            "given": receipt.given,
            "at": receipt.at or now,
            "text_version": receipt.text_version,
            "language": receipt.language,
            "source": receipt.source or "server",
        }
        for customer_id, receipts in said.items()
        for purpose, receipt in receipts.items()
    ]
    if rows:
        session.execute(insert_of(session, Consent), rows)


def settle(session: Session, customers: Collection[Customer], now: datetime) -> tuple[set[str], list[dict[str, Any]]]:
    """End the stays of those whose positions are not covered any more, and the visits of those whom only an order covers.

    Covered is `location`, or `orders` while an order is open. Returns the ids of those who are covered, and the live events of the
    stays that ended. Who withdrew `orders` while an order is open leaves nothing behind that only orders covered.
    """
    asked = [one.id for one in customers if not (one.location and one.orders)]
    expecting = with_open_order(session, asked) if asked else set()
    waiting = {one.id for one in customers if one.id in expecting and one.orders}
    if waiting:
        end_visits(session, waiting, now)
        mark_for_orders(session, waiting)
    covered = {one.id for one in customers if one.location or one.id in waiting}
    uncovered = [one.id for one in customers if one.id not in covered]
    ended = []
    if uncovered:
        ended = end_stays(session, open_stays_of_customers(session, uncovered), "consent_withdrawn", now)
    if withdrawn := [one for one in customers if one.id in expecting and not one.orders]:
        forget_all_for_orders(session, withdrawn)
    return covered, ended


@dataclass(frozen=True, slots=True)
class Covered:
    """Whether a customer's positions are covered now, and the live events of the stays that ended because they are not."""

    covered: bool
    happened: tuple[dict[str, Any], ...] = ()


def write_receipts(
    session: Session, customer: Customer, receipts: Mapping[str, ConsentReceipt], now: datetime
) -> Covered:
    """Keep what one customer said, put it in force, and end what a withdrawal ends."""
    put_in_force(customer, receipts)
    keep_receipts(session, {customer.id: receipts}, now)
    session.flush()
    covered, happened = settle(session, [customer], now)
    return Covered(customer.id in covered, tuple(happened))
