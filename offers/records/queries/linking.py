"""How what an anonymous customer left becomes a known one's: by the shop's word, or by a code to their phone.

In two steps, because of the locks: `hand_over` may lock offers, and `remove_if_empty` locks counts, after which nothing may be locked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from offers.records.queries import consents as consent_queries
from offers.records.queries import counting
from offers.records.queries import coupons as coupon_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import stays as stay_queries
from offers.records.queries.leaving import end_stays
from offers.records.tables import Conversation, Customer, Delivery, Device, Order, Scan
from offers.rules.profile import ConsentReceipt


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What follows, in the shapes of Follows: whose devices those are now, whether their positions are covered, and what happened."""

    devices: Sequence[str]
    covered: consent_queries.Covered
    happened: tuple[dict[str, Any], ...]


def hand_over(session: Session, device: Device, before: Customer, customer: Customer, now: datetime) -> HandedOver:
    """The device is the customer's from now on, with the consents that were given on it. Both customers are locked.

    With the last device, but for browsers that are told of one order alone, goes what was made on pages: coupons, orders, conversations, scans, and the messages that left, or tell of an order
    or an answer. What else was done before is counted and not carried over; the coupons of messages that nobody has taken yet go back.
    """
    given = _given_on(session, before, customer)
    happened = end_stays(session, stay_queries.open_stays_of_devices(session, [device.id]), "linked", now)
    device.customer_id, device.updated_at = customer.id, now
    session.flush()
    if all(one.order_id for one in customer_queries.devices_of(session, [before.id]).get(before.id, [])):
        coupon_queries.release_what_waits(session, before.id)
        coupon_queries.issue_what_may_have_left(session, before.id, now)
        coupon_queries.hand_over(session, before.id, customer.id)
        _hand_over_pages(session, before.id, customer.id)
    covered = consent_queries.write_receipts(session, customer, given, now)
    devices = [one.id for one in customer_queries.devices_of(session, [customer.id]).get(customer.id, [])]
    return HandedOver(devices, covered, tuple(happened))


def remove_if_empty(session: Session, before: Customer) -> None:
    """Whoever has no device left is nobody: what they still hold is counted and goes. Nothing may be locked after this."""
    if customer_queries.devices_of(session, [before.id]):
        return
    counting.count_what_goes_with(session, before.id)
    session.delete(before)
    session.flush()


def _hand_over_pages(session: Session, before: str, after: str) -> None:
    kept = or_(Delivery.kind.in_(("order", "reply")), Delivery.state.not_in(("queued", "sending")))
    for table, these in (
        (Device, (Device.customer_id == before) & Device.order_id.is_not(None)),
        (Order, Order.customer_id == before),
        (Conversation, Conversation.customer_id == before),
        (Scan, Scan.customer_id == before),
        (Delivery, (Delivery.customer_id == before) & kept),
    ):
        session.execute(
            update(table).where(these).values(customer_id=after).execution_options(synchronize_session="fetch")
        )


def _given_on(session: Session, before: Customer, customer: Customer) -> dict[str, ConsentReceipt]:
    """What was agreed to on the device and not withdrawn by the customer since, as it was said then: its receipts go with `before`."""
    said = consent_queries.newest_receipts(session, [before.id, customer.id])
    on_device, own = said.get(before.id, {}), said.get(customer.id, {})
    return {
        purpose: ConsentReceipt(
            given=True, at=one.at, text_version=one.text_version, language=one.language, source="linked device"
        )
        for purpose, one in on_device.items()
        if one.given and not (purpose in own and not own[purpose].given and own[purpose].id > one.id)
    }
