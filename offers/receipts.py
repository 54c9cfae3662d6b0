"""Receipts: what becomes of a message on the phone, as the phone or the browser tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from offers.follows import Follows
from offers.push import delivery_of_ack
from offers.records.queries import coupons as coupon_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import deliveries as queries
from offers.records.queries.for_orders import deliveries_told
from offers.records.queries.stepping import settle_by_receipt
from offers.records.tables import Delivery
from offers.rules.coupon_codes import CodeKeys
from offers.rules.receipts import ReceiptBody, What, happened_at


@dataclass(frozen=True, slots=True)
class Receipt:
    delivery_id: str
    what: What
    at: datetime | None = None
    """When it happened, by the phone's clock; none is now."""


def mark_receipts(
    session: Session, receipts: Sequence[Receipt], *, device_id: str | None = None, now: datetime
) -> tuple[int, Follows]:
    """Stamp the first receipt of each kind; how many of these are of messages that left, of this device where one is named.

    Safe to repeat, in any order: what was opened had arrived, at the latest then. Nobody tells of a message that has not arrived, so one of
    which nobody knew whether it had left counts as accepted from now on, and its coupon as issued; one that waits to be sent again is not.
    """
    ids = {one.delivery_id for one in receipts}
    customer_queries.lock_customers(session, queries.recipients(session, ids))
    rows = {row.id: row for row in queries.deliveries_that_left(session, ids, device_id)}
    changed: dict[str, Delivery] = {}
    for one in sorted(receipts, key=lambda one: one.what == "opened"):
        row = rows.get(one.delivery_id)
        if row is not None and _stamp(row, one, now):
            changed[row.id] = row
    session.flush()
    left = [row.decision_id for row in changed.values() if row.state == "sent" and row.decision_id]
    if left:
        coupon_queries.issue(session, left, now)
    happened = tuple(deliveries_told(session, changed.values()))
    return len(ids & rows.keys()), Follows(happened=happened)


def proven(bodies: Sequence[ReceiptBody], *, keys: CodeKeys) -> list[Receipt]:
    """What whoever was sent the messages tells of them: the `ack_id` that came with each is the proof. Those with a mark that is not ours are left out.

    It asks no database: whoever guesses takes no turn at writing from anybody.
    """
    return [Receipt(of, one.what, one.at) for one in bodies if (of := delivery_of_ack(one.ack_id, keys))]


def _stamp(row: Delivery, one: Receipt, now: datetime) -> bool:
    at = happened_at(one.at, row.sent_at or row.created_at, now)
    before = (row.received_at, row.opened_at, row.state)
    if one.what == "opened" and row.opened_at is None:
        row.opened_at = max(at, row.received_at or at)
    if row.received_at is None:
        row.received_at = at
    settle_by_receipt(row)
    return before != (row.received_at, row.opened_at, row.state)
