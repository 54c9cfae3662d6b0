"""An offer's coupons at the desk: how its budget goes, who holds what, and one that is let go before it was told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, Conflict, NotFound
from offers.records.queries import coupons as coupon_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import desk_coupons as queries
from offers.records.queries import offers as offer_queries
from offers.records.queries.giving_back import give_back
from offers.records.queries.stepping import take_step, tried
from offers.records.tables import Coupon, Delivery
from offers.rules.coupon_codes import CodeKeys
from offers.rules.desk_lists import AskedCoupons
from offers.rules.leafing import Leaf, Turn
from offers.rules.sending import Step

Item = dict[str, Any]
STATES = ("reserved", "issued", "redeemed", "released", "expired")
MOST_COUNTED = 10_000
"""Reserved coupons are counted as far as this."""
EVERY = AskedCoupons()
LET_GO = "coupon_released"
"""Why a message that waited for its sender does not go."""


def how_it_goes(session: Session, offer_id: str) -> Item:
    """An offer's budget now: `{budget, spent, reserved, redeemed, left}`. `spent` holds what is reserved; `reserved` ends at MOST_COUNTED + 1."""
    offer = offer_queries.offer_by_id(session, offer_id)
    if offer is None:
        raise NotFound("offer")
    return {
        "budget": offer.budget,
        "spent": offer.spent,
        "reserved": queries.count_in_state(session, offer_id, "reserved", MOST_COUNTED + 1),
        "redeemed": offer.redeemed,
        "left": None if offer.budget is None else offer.budget - offer.spent,
    }


def leaf_coupons(
    session: Session,
    offer_id: str,
    turn: Turn,
    *,
    keys: CodeKeys,
    asked: AskedCoupons = EVERY,
) -> Leaf:
    """A page of an offer's coupons, the newest first unless asked otherwise; in one state, and of one customer, where one is named.

    `code` is whole: a page masks it. `BadInput` for a state, an order or a cursor that there is not, and for a campaign, a place or a time with
    neither a state nor a customer.
    """
    state = asked.state
    if offer_queries.offer_by_id(session, offer_id) is None:
        raise NotFound("offer")
    if state is not None and state not in STATES:
        raise BadInput.at("state", f"must be one of {', '.join(STATES)}")
    if asked.is_sifted and state is None and asked.customer is None:
        raise BadInput.at("state", "must be named where coupons of a campaign, a place or a time are asked for")
    leaf = queries.leaf_of_coupons(session, offer_id, [state] if state else STATES, asked, turn)
    codes = queries.codes_of(session, leaf.items, keys)
    return leaf.holding([_item(row, codes.get(row.id)) for row in leaf.items])


def get_coupon(session: Session, offer_id: str, coupon_id: str) -> Item:
    row = session.get(Coupon, coupon_id)
    if row is None or row.offer_id != offer_id:
        raise NotFound("coupon")
    return _item(row, None)


def release_coupon(session: Session, offer_id: str, coupon_id: str, *, now: datetime) -> None:
    """Let a reserved coupon go: its unit and its code are free again, and messages of it that wait for a sender do not go.

    `Conflict` `not_reserved` for one in another state, `message_out` where a message with it is being sent or may be on a phone. Locks the
    customer, then the offer, as everybody who spends does.
    """
    found = session.get(Coupon, coupon_id)
    if found is None or found.offer_id != offer_id:
        raise NotFound("coupon")
    customer_queries.customers_locked(session, [found.customer_id])
    coupon = queries.coupon_now(session, coupon_id)
    if coupon is None:
        raise NotFound("coupon")
    if coupon.state != "reserved":
        raise Conflict(f"This coupon is {coupon.state}.", reason="not_reserved")
    messages = queries.messages_of(session, coupon.decision_id)
    if any(one.state in ("sending", "sent", "unknown") or one.doubts for one in messages):
        raise Conflict("A message with this coupon may be on a phone.", reason="message_out")
    waiting = [one for one in messages if one.state == "queued"]
    _keep_back(waiting)
    session.flush()
    give_back(session, waiting, now)
    if coupon.state == "reserved":  # it came with no message, or its messages had ended before
        coupon_queries.release_one(session, coupon)


def _keep_back(messages: Sequence[Delivery]) -> None:
    for one in messages:
        before = tried(one)
        take_step(one, Step("failed", LET_GO, before.attempts, before.doubts))


def _item(row: Coupon, code: str | None) -> Item:
    names = ("id", "state", "reserved_at", "issued_at", "expires_at", "redeemed_at", "purchase_id")
    return {
        "customer": row.customer_id,
        "campaign": row.campaign_id,
        "place": row.redeemed_place_id or row.place_id,
        "code": code,
        **{name: getattr(row, name) for name in names},
    }
