from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from offers.records.ids import new_id
from offers.records.queries.customers import customers_locked, with_open_order
from offers.records.queries.leaving import end_stays
from offers.records.queries.stays import open_stays_of_customers
from offers.records.tables import Consent, Customer
from offers.rules.profile import ConsentReceipt


def add_customer(session: Session, customer_id: str, *, anonymous: bool, now: datetime) -> Customer:
    """A customer of whom nothing is known and who agreed to nothing; the one that somebody else makes at this moment, locked."""
    customer = Customer(
        id=customer_id,
        anonymous=anonymous,
        sizes={},
        attributes={},
        tags=[],
        location=False,
        offers=False,
        orders=False,
        created_at=now,
        updated_at=now,
    )
    try:
        with session.begin_nested():
            session.add(customer)
    except IntegrityError:
        return customers_locked(session, [customer_id])[customer_id]
    return customer


@dataclass(frozen=True, slots=True)
class Covered:
    """Whether a customer's positions are covered now: by `location`, or by `orders` while an order is open."""

    covered: bool
    happened: tuple[dict[str, Any], ...] = ()
    """Live events of the stays that ended because they are not."""


def write_receipts(
    session: Session, customer: Customer, receipts: Mapping[str, ConsentReceipt], now: datetime
) -> Covered:
    """Keep a receipt of each purpose said and put it in force; what a withdrawal ends, ends here."""
    for purpose, receipt in receipts.items():
        setattr(customer, purpose, receipt.given)
        session.add(
            Consent(
                id=new_id("con"),
                customer_id=customer.id,
                purpose=purpose,
                given=receipt.given,
                at=receipt.at or now,
                text_version=receipt.text_version,
                language=receipt.language,
                source=receipt.source or "server",
            )
        )
    session.flush()
    covered = customer.location or (customer.orders and bool(with_open_order(session, [customer.id])))
    if not covered:
        happened = end_stays(session, open_stays_of_customers(session, [customer.id]), "consent_withdrawn", now)
        return Covered(covered=False, happened=tuple(happened))
    return Covered(covered=True)
