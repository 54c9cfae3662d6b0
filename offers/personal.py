"""What is known of one person: everything, as one document, and what happened, as one line."""

import base64
import binascii
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, NotFound
from offers.records.items import decision_item, delivery_item, scan_item, steps_told, transition_item, visit_item
from offers.records.queries import customers as customer_queries
from offers.records.queries.personal import count_rows_of_customer, rows_of_customer
from offers.records.queries.timeline import KINDS, Spot, newest_of_kind
from offers.records.tables import Consent, Coupon, Order, Purchase
from offers.rules.money import written

GOES = (
    "devices",
    "consents",
    "visits",
    "transitions",
    "decisions",
    "deliveries",
    "coupons",
    "scans",
    "orders",
    "purchases",
    "conversations",
)
"""What an erasure is told in: tables that a reader has a word for."""
MOST_COUNTED = 1000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def export_customer(session: Session, customer_id: str, *, now: datetime) -> dict[str, Any]:
    """All that is held of a customer, table by table. Push tokens and hashes of secrets are left out, and so is which of the staff did something."""
    if customer_queries.customer_by_id(session, customer_id) is None:
        raise NotFound("customer")
    tables = rows_of_customer(session, customer_id)
    for order in tables["orders"]:
        order["history"] = steps_told(order["history"])
    return {"customer": customer_id, "exported_at": now, "tables": tables}


def what_goes(session: Session, customer_id: str) -> dict[str, int]:
    """How many of what would go with a customer, by table; of much, no more than `MOST_COUNTED` + 1."""
    return count_rows_of_customer(session, customer_id, GOES, MOST_COUNTED + 1)


def timeline(
    session: Session,
    customer_id: str,
    *,
    cursor: str | None = None,
    limit: int = 100,
    kinds: Collection[str] = tuple(KINDS),
) -> tuple[list[dict[str, Any]], str | None]:
    """What happened to a customer, the last first, each with its `type` and the moment `at` which it stands; and the next cursor.

    Of everything, or of these kinds. A coupon stands twice: as it was reserved, and as a redemption once it was redeemed.

    What comes in meanwhile moves nothing: a page goes on from the spot where the one before ended.
    """
    if customer_queries.customer_by_id(session, customer_id) is None:
        raise NotFound("customer")
    after = _read_cursor(cursor) if cursor else None
    streams = [
        [
            (Spot(getattr(row, at.key), kind, row.id), row)
            for row in newest_of_kind(session, customer_id, kind, after, limit + 1)
        ]
        for kind, (_, at) in KINDS.items()
        if kind in kinds
    ]
    # Rows of one kind keep the order that the database gave them: it may sort ids by other rules than Python.
    found = list(islice(merge(*streams, key=lambda one: (one[0].at, one[0].kind), reverse=True), limit + 1))
    items = [{"type": spot.kind, "at": spot.at, "item": ITEMS[spot.kind](row)} for spot, row in found[:limit]]
    return items, _cursor(found[limit - 1][0]) if len(found) > limit else None


def _consent_item(row: Consent) -> dict[str, Any]:
    names = ("id", "purpose", "given", "at", "text_version", "language", "source")
    return {name: getattr(row, name) for name in names}


def _coupon_item(row: Coupon) -> dict[str, Any]:
    times = {name: getattr(row, name) for name in ("reserved_at", "issued_at", "expires_at", "redeemed_at")}
    return {
        "id": row.id,
        "offer": row.offer_id,
        "campaign": row.campaign_id,
        "state": row.state,
        "place": row.redeemed_place_id,
        "purchase_id": row.purchase_id,
        **times,
    }


def _order_item(row: Order) -> dict[str, Any]:
    return {"id": row.id, "place": row.place_id, "status": row.status, "history": row.history}


def _purchase_item(row: Purchase) -> dict[str, Any]:
    total = written(row.total_thousandths)
    return {"id": row.id, "place": row.place_id, "channel": row.channel, "total": total, "currency": row.currency}


ITEMS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "consent": _consent_item,
    "coupon": _coupon_item,
    "decision": decision_item,
    "delivery": delivery_item,
    "order": _order_item,
    "purchase": _purchase_item,
    "redemption": _coupon_item,
    "scan": scan_item,
    "transition": transition_item,
    "visit": visit_item,
}


def _cursor(spot: Spot) -> str:
    plain = f"{(spot.at - EPOCH) // timedelta(microseconds=1)} {spot.kind} {spot.id}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> Spot:
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        micros, kind, row_id = plain.split(" ")
        spot = Spot(EPOCH + timedelta(microseconds=int(micros)), kind, row_id)
    except (binascii.Error, ValueError, OverflowError):
        spot = None
    if spot is None or spot.kind not in KINDS or not spot.id.isprintable():  # U+0000 is none of PostgreSQL's texts
        raise BadInput.at("cursor", "is not a cursor of this list")
    return spot
