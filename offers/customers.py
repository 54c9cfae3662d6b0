"""Customers: their profile, their consents, and the end of both."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import NotFound
from offers.follows import Follows, Written
from offers.order_steps import consents_said, tell_what_is_ready
from offers.records.queries import consents as consent_queries
from offers.records.queries import counting
from offers.records.queries import coupons as coupon_queries
from offers.records.queries import customers as queries
from offers.records.queries.holding import give_all_pieces_back
from offers.records.queries.targets import targets_of
from offers.records.queries.writing import insert_missing, write_whole
from offers.records.tables import Consent, Customer
from offers.rules.edit import Check, anyway
from offers.rules.profile import PURPOSES, ConsentReceipt, ConsentsBody, CustomerBody


def put_customer(
    session: Session, customer_id: str, body: CustomerBody, *, now: datetime, check: Check = anyway
) -> tuple[dict[str, Any], bool, Follows]:
    """Create, or replace the profile. Consents that the body does not name stay as they are."""
    written = put_customers(session, {customer_id: body}, now=now, check=check)
    customer = queries.customers_locked(session, [customer_id])[customer_id]
    return customer_item(customer), customer_id in written.created, written.follows


def put_customers(
    session: Session, bodies: Mapping[str, CustomerBody], *, now: datetime, check: Check = anyway
) -> Written:
    """The same for many, in a number of statements that does not grow with them.

    Who says again what is so changes nothing: no receipt, no new `updated_at`.
    """
    receipts = {customer_id: body.consents.receipts(now, "server") for customer_id, body in bodies.items()}
    created, there = _made_or_locked(session, bodies, receipts, now)
    for customer_id in bodies:
        check(customer_item(there[customer_id]) if customer_id in there else None)
    newest = consent_queries.newest_receipts(session, there) if there else {}
    changed = set()
    for customer_id, customer in there.items():
        body = bodies[customer_id]
        for name, value in _columns(body).items():
            setattr(customer, name, value)
        before = newest.get(customer_id, {})
        said = {
            purpose: receipt
            for purpose, receipt in receipts[customer_id].items()
            if not _is_said(before.get(purpose), getattr(body.consents, purpose))
        }
        consent_queries.put_in_force(customer, said)
        receipts[customer_id] = said
        if said or session.is_modified(customer):
            changed.add(customer_id)
            customer.updated_at = now
            write_whole(customer)
    consent_queries.keep_receipts(session, receipts, now)
    session.flush()
    return Written(frozenset(created), frozenset(changed), follows=_follows(session, there, now))


def _made_or_locked(
    session: Session,
    bodies: Mapping[str, CustomerBody],
    receipts: Mapping[str, Mapping[str, ConsentReceipt]],
    now: datetime,
) -> tuple[set[str], dict[str, Customer]]:
    """The ids of those that are made now, and those that were there, locked. Who is erased between the two looks is made anew."""
    rows = [
        {
            "id": customer_id,
            **_columns(body),
            **{purpose: purpose in said and said[purpose].given for purpose in PURPOSES},
            "created_at": now,
            "updated_at": now,
        }
        for (customer_id, body), said in zip(bodies.items(), receipts.values(), strict=True)
    ]
    while True:
        with session.begin_nested() as attempt:
            created = insert_missing(session, Customer, rows)
            there = queries.customers_locked(session, bodies.keys() - created) if len(created) < len(bodies) else {}
            if len(created) + len(there) == len(bodies):
                return created, there
            attempt.rollback()  # the locks go with it: they are taken in one order, and not in two goes


def _follows(session: Session, there: Mapping[str, Customer], now: datetime) -> Follows:
    """What follows for the devices of these; whoever was made just now has none."""
    if not there:
        return Follows()
    covered, happened = consent_queries.settle(session, there.values(), now)
    devices = queries.devices_of(session, there)
    allowed = [device.id for owner, theirs in devices.items() if owner in covered for device in theirs]
    not_allowed = [device.id for owner, theirs in devices.items() if owner not in covered for device in theirs]
    told = tell_what_is_ready(session, there.values(), now=now)
    return Follows.of_many(allowed, not_allowed, happened) | Follows(
        targets=targets_of(session, there), deliveries=told
    )


def _columns(body: CustomerBody) -> dict[str, Any]:
    return {
        "anonymous": False,
        "name": body.name,
        "phone": body.phone,
        "language": body.language,
        "time_zone": body.time_zone,
        "sizes": dict(body.sizes),
        "attributes": dict(body.attributes),
        "tags": list(body.tags),
    }


def _is_said(newest: Consent | None, said: bool | ConsentReceipt) -> bool:
    """Whether this was the customer's last word already, in all that is said of it now."""
    if newest is None:
        return False
    now_said = {"given": said} if isinstance(said, bool) else said.model_dump(exclude_none=True)
    return all(getattr(newest, name) == value for name, value in now_said.items())


def set_consents(
    session: Session, customer_id: str, body: ConsentsBody, *, source: str, now: datetime
) -> tuple[dict[str, bool], Follows]:
    customer = queries.customers_locked(session, [customer_id]).get(customer_id)
    if customer is None:
        raise NotFound("customer")
    follows = _change_consents(session, customer, body, source, now)
    return {purpose: getattr(customer, purpose) for purpose in PURPOSES}, follows


def _change_consents(session: Session, customer: Customer, body: ConsentsBody, source: str, now: datetime) -> Follows:
    return consents_said(session, customer, body.receipts(now, source), now=now)


def get_customer(session: Session, customer_id: str) -> dict[str, Any]:
    customer = queries.customer_by_id(session, customer_id)
    if customer is None:
        raise NotFound("customer")
    return customer_item(customer)


def list_customers(session: Session, *, after: str = "", limit: int = 100) -> tuple[list[dict[str, Any]], str | None]:
    rows = queries.all_customers(session, after, limit + 1)
    return [customer_item(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


def erase_customer(session: Session, customer_id: str, *, now: datetime, check: Check = anyway) -> Follows:
    """Remove a customer with everything that hangs on them, in every table. What offers have counted stays counted, and so do the days; pieces that
    were put by for them go back to their stores.
    """
    customer = queries.customers_locked(session, [customer_id]).get(customer_id)
    if customer is None:
        raise NotFound("customer")
    check(customer_item(customer))
    devices = queries.ids_of_devices(session, customer_id)
    coupon_queries.release_what_waits(session, customer_id)
    give_all_pieces_back(session, customer_id, now)
    counting.count_what_goes_with(session, customer_id)
    session.delete(customer)
    session.flush()
    return Follows(block=dict.fromkeys(devices, "revoked"), forget=devices, erased=(customer_id, *devices))


def known_customers(session: Session, ids: Iterable[str]) -> set[str]:
    """Those of these that there are."""
    return queries.known_customers(session, ids)


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
