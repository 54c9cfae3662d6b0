"""Customers: their profile, their consents, and the end of both."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import NotFound
from offers.follows import Follows
from offers.records.queries import consents as consent_queries
from offers.records.queries import customers as queries
from offers.records.tables import Customer
from offers.rules.profile import PURPOSES, ConsentsBody, CustomerBody


def put_customer(
    session: Session, customer_id: str, body: CustomerBody, *, now: datetime
) -> tuple[dict[str, Any], bool, Follows]:
    """Create, or replace the profile. Consents that the body does not name stay as they are."""
    customer = queries.customers_locked(session, [customer_id]).get(customer_id)
    created = customer is None
    if customer is None:
        customer = consent_queries.add_customer(session, customer_id, anonymous=False, now=now)
    customer.name, customer.phone, customer.language, customer.time_zone = (
        body.name,
        body.phone,
        body.language,
        body.time_zone,
    )
    customer.sizes, customer.attributes, customer.tags = dict(body.sizes), dict(body.attributes), list(body.tags)
    customer.updated_at, customer.anonymous = now, False
    follows = _change_consents(session, customer, body.consents, "server", now)
    return customer_item(customer), created, follows


def set_consents(
    session: Session, customer_id: str, body: ConsentsBody, *, source: str, now: datetime
) -> tuple[dict[str, bool], Follows]:
    customer = queries.customers_locked(session, [customer_id]).get(customer_id)
    if customer is None:
        raise NotFound("customer")
    follows = _change_consents(session, customer, body, source, now)
    return {purpose: getattr(customer, purpose) for purpose in PURPOSES}, follows


def _change_consents(session: Session, customer: Customer, body: ConsentsBody, source: str, now: datetime) -> Follows:
    covered = consent_queries.write_receipts(session, customer, body.receipts(now, source), now)
    devices = [device.id for device in queries.devices_of(session, [customer.id]).get(customer.id, [])]
    return Follows.of_positions(devices, covered)


def get_customer(session: Session, customer_id: str) -> dict[str, Any]:
    customer = queries.customer_by_id(session, customer_id)
    if customer is None:
        raise NotFound("customer")
    return customer_item(customer)


def list_customers(session: Session, *, after: str = "", limit: int = 100) -> tuple[list[dict[str, Any]], str | None]:
    rows = queries.all_customers(session, after, limit + 1)
    return [customer_item(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


def erase_customer(session: Session, customer_id: str) -> Follows:
    """Remove a customer with everything that hangs on them, in every table."""
    customer = queries.customers_locked(session, [customer_id]).get(customer_id)
    if customer is None:
        raise NotFound("customer")
    devices = [device.id for device in queries.devices_of(session, [customer_id]).get(customer_id, [])]
    session.delete(customer)
    session.flush()
    return Follows(block=dict.fromkeys(devices, "revoked"), forget=tuple(devices))


def customer_item(row: Customer) -> dict[str, Any]:
    return {
        "id": row.id,
        "anonymous": row.anonymous,
        "name": row.name,
        "phone": row.phone,
        "language": row.language,
        "time_zone": row.time_zone,
        "sizes": row.sizes,
        "attributes": row.attributes,
        "tags": row.tags,
        "consents": {purpose: getattr(row, purpose) for purpose in PURPOSES},
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
