from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from offers.records.ids import new_id
from offers.records.queries.customers import customers_locked, with_open_order
from offers.records.queries.stays import open_stays_of_customers, open_visits
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


def write_receipts(session: Session, customer: Customer, receipts: Mapping[str, ConsentReceipt], now: datetime) -> bool:
    """Keep a receipt of each purpose said and put it in force; what a withdrawal ends, ends here.

    Returns whether the customer's positions are covered now: by `location`, or by `orders` while an order is open.
    """
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
        end_stays_of_customer(session, customer.id, "consent_withdrawn", now)
    return covered


def end_stays_of_customer(session: Session, customer_id: str, reason: str, now: datetime) -> None:
    for stay in open_stays_of_customers(session, [customer_id]):
        stay.left_at, stay.left_reason = max(now, stay.entered_at), reason
    for visit in open_visits(session, [customer_id]).values():
        visit.left_at = max(now, visit.entered_at)
    session.flush()
