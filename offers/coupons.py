"""Coupons at the till, and when their time is over. They are reserved in deciding.py, issued and released in deliveries.py."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from offers.errors import BadInput, Conflict, Fault, Gone, NotFound
from offers.follows import Follows
from offers.records.items import redemption_told
from offers.records.queries import coupons as queries
from offers.records.queries import places as place_queries
from offers.records.tables import Coupon, Offer
from offers.rules.coupon import RedeemBody
from offers.rules.coupon_codes import CodeKeys
from offers.rules.offer import written_value


class Redeemed(NamedTuple):
    item: dict[str, Any]
    follows: Follows
    """The live event; nothing where it was redeemed before with the same purchase."""


def redeem_coupon(session: Session, code: str, body: RedeemBody, *, keys: CodeKeys, now: datetime) -> Redeemed:
    """Redeem what a code stands for, once. Safe to repeat with the same `purchase_id`.

    `NotFound` for a code that is none, `Conflict` `already_redeemed` or `customer_needed`, `Gone` `expired`.
    """
    if body.place is not None and body.place not in place_queries.places_that_stay(session, [body.place]):
        raise BadInput.at("place", f"there is no place {body.place!r}")
    asked = queries.Asked(code, body.customer, body.place, body.purchase_id)
    coupon, offer, verdict = queries.redeem(session, asked, keys, now)
    if coupon is None and offer is not None:
        faults = [Fault("customer", "is needed: it is not told whose coupon this is")]
        raise Conflict("All customers share this code.", faults, "customer_needed")
    if coupon is None or offer is None or verdict == "unknown":
        raise NotFound("coupon")
    if verdict == "already_redeemed":
        when = "before" if coupon.redeemed_at is None else f"at {coupon.redeemed_at.isoformat(timespec='seconds')}"
        raise Conflict(f"This coupon was redeemed {when}.", reason="already_redeemed")
    if verdict == "expired":
        when = "" if coupon.expires_at is None else f" until {coupon.expires_at.isoformat(timespec='seconds')}"
        raise Gone("expired", f"This coupon was good{when}.")
    happened = (redemption_told(coupon, now),) if verdict == "redeemed" else ()
    return Redeemed(coupon_item(coupon, offer), Follows(happened=happened))


def expire_coupons(session: Session, *, now: datetime, limit: int = 1000) -> int:
    """End those whose time is over; how many. Their units stay spent: whoever held one had it to use. Safe to repeat."""
    return queries.end_coupons(session, now, limit)


def coupon_item(row: Coupon, offer: Offer) -> dict[str, Any]:
    return {
        "id": row.id,
        "customer": row.customer_id,
        "offer": offer.id,
        "name": offer.name,
        "kind": offer.kind,
        "value": written_value(offer.kind, offer.value_thousandths),
        "currency": offer.currency,
        "text": offer.text,
        "minimum_basket": offer.minimum_basket or {},
        "campaign": row.campaign_id,
        "state": row.state,
        "issued_at": row.issued_at,
        "expires_at": row.expires_at,
        "redeemed_at": row.redeemed_at,
        "place": row.redeemed_place_id,
        "purchase_id": row.purchase_id,
    }
