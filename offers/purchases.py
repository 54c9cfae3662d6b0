"""Purchases: written once under the shop's own id. The same again changes nothing; another under that id is a conflict."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from offers.errors import BadInput, Conflict, Fault, NotFound
from offers.follows import Follows, Written
from offers.records.items import redemption_told
from offers.records.queries import coupons as coupon_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import places as place_queries
from offers.records.queries import purchases as queries
from offers.records.queries.purchases import AskedPurchases
from offers.records.tables import Purchase, PurchaseItem
from offers.rules.coupon_codes import CodeKeys
from offers.rules.money import written
from offers.rules.purchase import PurchaseBody

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OTHER = Fault("purchase_id", "this purchase was written before, and says something else")


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the list, with the cursor as the page before gave it."""

    customer: str | None = None
    place: str | None = None
    since: datetime | None = None
    cursor: str | None = None
    limit: int = 100


class Recorded(NamedTuple):
    item: dict[str, Any]
    created: bool
    coupon_is_none: bool = False
    """Whether it came with a code that is nobody's: a guess, or a slip of the hand."""
    follows: Follows = Follows()
    """The live event of its coupon, where that was redeemed."""


def record_purchase(session: Session, body: PurchaseBody, *, keys: CodeKeys, now: datetime) -> Recorded:
    """The purchase, and whether it is new. Safe to repeat; `BadInput` names an unknown customer or place, `Conflict` another body.

    Its `coupon` is redeemed with it. Where that is not possible any more the purchase is written all the same: it has happened.
    """
    done = record_purchases(session, {body.purchase_id: body}, now=now)
    if faults := done.refused.get(body.purchase_id):
        if OTHER in faults:
            raise Conflict("Another purchase was written under this id.", faults)
        raise BadInput(faults)
    is_none, follows = False, Follows()
    if body.coupon is not None and body.purchase_id in done.created:
        said = coupon_queries.Asked(body.coupon, body.customer, body.place, body.purchase_id)
        coupon, offer, verdict = coupon_queries.redeem(session, said, keys, now)
        lacks_its_customer = coupon is None and offer is not None
        is_none = verdict == "unknown" and not lacks_its_customer
        if coupon is not None and verdict == "redeemed":
            follows = Follows(happened=(redemption_told(coupon, now),))
    return Recorded(get_purchase(session, body.purchase_id), body.purchase_id in done.created, is_none, follows)


def record_purchases(session: Session, bodies: Mapping[str, PurchaseBody], *, now: datetime) -> Written:
    """The same for many, in a number of statements that does not grow with them; those that can not be are left out.

    No coupon is redeemed: what comes in bulk was sold some time ago, and whether a coupon was good is said while the customer stands there.
    """
    known = queries.digests(session, bodies)
    new = {purchase_id: body for purchase_id, body in bodies.items() if purchase_id not in known}
    customers = customer_queries.lock_customers(session, {body.customer for body in new.values() if body.customer})
    places = place_queries.places_that_stay(session, {body.place for body in new.values() if body.place})
    refused = {
        purchase_id: faults for purchase_id, body in new.items() if (faults := _unknown(body, customers, places))
    }
    wanted = [body for purchase_id, body in new.items() if purchase_id not in refused]
    created = queries.write_purchases(session, wanted, now)
    if len(created) < len(wanted):  # somebody else wrote them at this moment
        known |= queries.digests(session, (one.purchase_id for one in wanted if one.purchase_id not in created))
    for purchase_id, digest in known.items():
        if digest != bodies[purchase_id].digest():
            refused[purchase_id] = [OTHER]
    return Written(frozenset(created), refused=refused)


def get_purchase(session: Session, purchase_id: str) -> dict[str, Any]:
    row = queries.purchase_by_id(session, purchase_id)
    if row is None:
        raise NotFound("purchase")
    return purchase_item(row, queries.items_of(session, [purchase_id]).get(purchase_id, []))


def list_purchases(session: Session, asked: Asked) -> tuple[list[dict[str, Any]], str | None]:
    """The last made first, and the cursor of the next page. Purchases that are written meanwhile move nothing."""
    before = _read_cursor(asked.cursor) if asked.cursor else None
    wanted = AskedPurchases(asked.customer, asked.place, asked.since, before, asked.limit)
    rows = queries.purchases(session, wanted)
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    items = queries.items_of(session, (row.id for row in rows))
    return [purchase_item(row, items.get(row.id, [])) for row in rows], _cursor(rows[-1]) if more else None


def purchase_item(row: Purchase, items: list[PurchaseItem]) -> dict[str, Any]:
    return {
        "purchase_id": row.id,
        "customer": row.customer_id,
        "place": row.place_id,
        "channel": row.channel,
        "at": row.at,
        "total": written(row.total_thousandths),
        "currency": row.currency,
        "items": [
            {
                "sku": item.sku,
                "category": item.category,
                "size": item.size,
                "quantity": item.quantity,
                "price": None if item.price_thousandths is None else written(item.price_thousandths),
            }
            for item in items
        ],
        "coupon": row.coupon,
        "created_at": row.created_at,
    }


def _unknown(body: PurchaseBody, customers: set[str], places: set[str]) -> list[Fault]:
    faults = []
    if body.customer is not None and body.customer not in customers:
        faults.append(Fault("customer", f"there is no customer {body.customer!r}"))
    if body.place is not None and body.place not in places:
        faults.append(Fault("place", f"there is no place {body.place!r}"))
    return faults


def _cursor(row: Purchase) -> str:
    """Where a page ends: a time in microseconds and an id, in letters that any address takes."""
    plain = f"{(row.at - EPOCH) // timedelta(microseconds=1)} {row.id}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        micros, purchase_id = plain.split(" ")
        at = EPOCH + timedelta(microseconds=int(micros))
    except (binascii.Error, ValueError, OverflowError):
        purchase_id, at = "", EPOCH
    if not re.fullmatch(r"[!-~]+", purchase_id):  # as PurchaseId; U+0000 is none of PostgreSQL's texts
        raise BadInput.at("cursor", "is not a cursor of this list")
    return at, purchase_id
