"""Paying for an order at a provider: begun, recorded, and settled by what the provider itself says. No session is open while it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy.orm import Session

from offers.follows import Follows
from offers.order_steps import take_step
from offers.payment import OVER, PaymentTold
from offers.records.items import order_told, redemption_told
from offers.records.queries import consents as consent_queries
from offers.records.queries import coupons as coupon_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import offers as offer_queries
from offers.records.queries import orders as order_queries
from offers.records.queries import payments as queries
from offers.records.queries import purchases as purchase_queries
from offers.records.queries import scans as scan_queries
from offers.records.queries.holding import take_pieces_again
from offers.records.tables import Coupon, Customer, Order, Payment
from offers.rules.coupon_codes import CodeKeys
from offers.rules.page_order import UNDER_WAY, UNPAID_FOR
from offers.rules.purchase import PurchaseBody

ASK_EVERY = timedelta(seconds=5)
"""How often a page that is looked at may have the provider asked."""
SWEEP_EVERY = timedelta(minutes=15)
RANKS: Mapping[str, int] = {
    "wanted": 0,
    "open": 1,
    "pending": 2,
    "authorized": 3,
    **dict.fromkeys(OVER, 4),
    "paid": 5,
}
"""A payment only goes up: of two answers that cross on the way the older changes nothing."""


@dataclass(frozen=True, slots=True)
class ToPay:
    """A payment as far as the door needs it. Money in whole thousandths of the currency's unit."""

    payment_id: str
    order_id: str
    provider: str
    provider_id: str | None
    state: str
    checkout_url: str | None
    amount_thousandths: int
    currency: str
    code: str | None


def payment_to_pay(session: Session, order_id: str) -> ToPay | None:
    """The order's newest payment; none where it has none."""
    order = order_queries.order_by_id(session, order_id)
    row = queries.newest_payment(session, order_id) if order is not None else None
    return _to_pay(row, order) if row is not None and order is not None else None


def payment_of_hook(session: Session, provider: str, provider_id: str, payment_id: str | None) -> ToPay | None:
    """Whose payment a webhook tells of: by the provider's id; or by our own, which our address of the webhook has, where the provider's was not
    recorded yet. None for what is nobody's.
    """
    row = queries.payment_at_provider(session, provider, provider_id)
    if row is None and payment_id is not None:
        row = queries.payment_by_id(session, payment_id)
        if row is not None and (row.provider != provider or row.provider_id not in (None, provider_id)):
            row = None
    order = order_queries.order_by_id(session, row.order_id) if row is not None else None
    return _to_pay(row, order) if row is not None and order is not None else None


def payment_by_id(session: Session, payment_id: str) -> ToPay | None:
    row = queries.payment_by_id(session, payment_id)
    order = order_queries.order_by_id(session, row.order_id) if row is not None else None
    return _to_pay(row, order) if row is not None and order is not None else None


def _to_pay(row: Payment, order: Order) -> ToPay:
    return ToPay(
        row.id,
        order.id,
        row.provider,
        row.provider_id,
        row.state,
        row.checkout_url,
        row.amount_thousandths,
        row.currency,
        order.code,
    )


def begin_again(session: Session, order_id: str, provider: str, *, now: datetime) -> str | None:
    """The id of the payment that an order which is placed has under way, or of a new one; none where there is nothing to pay."""
    locked = order_queries.order_with_its_customer_locked(session, order_id)
    if locked is None or locked[0].status not in ("placed", "ready"):
        return None
    row = queries.want_payment(session, locked[0], provider, now)
    return row.id if row is not None and row.state in UNDER_WAY else None


def take_the_look(session: Session, order_id: str, *, now: datetime) -> ToPay | None:
    """The payment that the provider may be asked for now, since somebody looks at its page; none where it is settled, or was asked just now."""
    row = queries.newest_payment(session, order_id)
    if row is None or row.provider_id is None or not queries.take_the_look(session, row.id, now, ASK_EVERY):
        return None
    return payment_to_pay(session, order_id)


def payments_to_ask(session: Session, *, now: datetime, limit: int = 50) -> list[str]:
    """Those that have been under way for long, and were not asked for lately."""
    return queries.waiting_payments(session, now - UNPAID_FOR, now - SWEEP_EVERY, limit)


def note_the_ask(session: Session, payment_id: str, *, now: datetime) -> ToPay | None:
    """The same, taken for one who asks; none where another has."""
    if not queries.take_the_look(session, payment_id, now, SWEEP_EVERY):
        return None
    return payment_by_id(session, payment_id)


Outcome = Literal["settled", "same", "refused"]


@dataclass(frozen=True, slots=True)
class Settled:
    outcome: Outcome
    order_id: str | None = None
    attention: str | None = None
    """What the shop has to look into: `amount_differs` or `paid_but_cancelled`."""
    follows: Follows = field(default_factory=Follows)


def settle(session: Session, payment_id: str, told: PaymentTold, *, keys: CodeKeys, now: datetime) -> Settled:
    """Bring payment, order, purchase, coupon and stock to what the provider says. Safe to repeat, late and out of order.

    A payment of another amount, currency or of other ids than ours is refused: nothing changes but what the shop has to look into.
    """
    found = queries.payment_by_id(session, payment_id)
    locked = order_queries.order_with_its_customer_locked(session, found.order_id) if found is not None else None
    row = queries.payment_now(session, payment_id)
    if locked is None or row is None:
        return Settled("same")
    order, customer = locked
    if not _is_ours(row, told):
        return _refuse(session, order, row, now)
    row.provider_id = told.provider_id
    if RANKS[told.state] <= RANKS[row.state]:
        if row.state in UNDER_WAY:
            row.checkout_url = told.checkout_url or row.checkout_url
        session.flush()
        return Settled("same", order.id)
    row.state, row.method, row.updated_at = told.state, told.method or row.method, now
    row.checkout_url = told.checkout_url if told.state in UNDER_WAY else None
    session.flush()
    if told.state == "paid":
        return _paid(session, order, customer, row, keys=keys, now=now)
    if told.state in OVER:
        return _over(session, order, customer, row, now)
    return Settled("settled", order.id)


def give_up(session: Session, payment_id: str, *, keep: bool, now: datetime) -> Settled:
    """A payment that never began, or that its provider does not know, is over: nobody can pay it. `keep`: the order stays, to be paid in the store."""
    found = queries.payment_by_id(session, payment_id)
    locked = order_queries.order_with_its_customer_locked(session, found.order_id) if found is not None else None
    row = queries.payment_now(session, payment_id)
    if locked is None or row is None or row.state not in UNDER_WAY:
        return Settled("same")
    row.state, row.updated_at = "failed" if keep else "expired", now
    session.flush()
    return Settled("settled", row.order_id) if keep else _over(session, *locked, row, now)


def _is_ours(row: Payment, told: PaymentTold) -> bool:
    return (
        told.payment_id in (None, row.id)
        and row.provider_id in (None, told.provider_id)
        and (row.provider_id is not None or told.payment_id == row.id)
        and (told.amount_thousandths, told.currency) == (row.amount_thousandths, row.currency)
    )


def _refuse(session: Session, order: Order, row: Payment, now: datetime) -> Settled:
    if order.history[-1].get("attention") != "amount_differs":
        _note(order, now, attention="amount_differs")
        session.flush()
        told = Follows(happened=(order_told(order, row, "attention"),))
        return Settled("refused", order.id, "amount_differs", told)
    return Settled("refused", order.id, "amount_differs")


def _paid(
    session: Session, order: Order, customer: Customer, row: Payment, *, keys: CodeKeys, now: datetime
) -> Settled:
    row.paid_at = now
    coupon = session.get(Coupon, order.coupon_id) if order.coupon_id is not None else None
    if coupon is not None:
        offer_queries.offers_locked(session, [coupon.offer_id])  # before the products
        session.refresh(coupon)
    again: dict[str, Any] = {}
    if order.status == "cancelled":
        if _is_used_again(session, coupon) or not take_pieces_again(session, order, now):
            _note(order, now, attention="paid_but_cancelled")
            session.flush()
            told = Follows(happened=(order_told(order, row, "attention"),))
            return Settled("settled", order.id, "paid_but_cancelled", told)
        order.code = order_queries.free_code(session, order.place_id, order.id, keys, now=now)
        order.status, order.closed_at, order.ready_at, order.arrived_at = "placed", None, None, None
        again = {"again": True}  # that it is ready then is told anew
    _note(order, now, paid=True, **again)
    told = _write_purchase(session, order, keys, now)
    if order.scan_id is not None:
        scan_queries.finish(session, order.scan_id, "bought", now)
    session.flush()
    follows = _positions(session, customer, now) | Follows(happened=(order_told(order, row, "paid"),)) | told
    return Settled("settled", order.id, None, follows)


def _is_used_again(session: Session, coupon: Coupon | None) -> bool:
    """Whether the coupon in a cancelled order's price has been used since: it is in one price, and no more."""
    return coupon is not None and (
        coupon.state == "redeemed" or order_queries.is_coupon_in_an_order(session, coupon.id)
    )


def _over(session: Session, order: Order, customer: Customer, row: Payment, now: datetime) -> Settled:
    """Not paid: the pieces go back, and the order ends. What the shop has handed over, or another payment has paid, stays."""
    newest = queries.newest_payment(session, order.id)
    if order.status not in ("placed", "ready") or newest is None or newest.id != row.id:
        return Settled("settled", order.id)
    taken = take_step(session, order, customer, "cancelled", "payment", now=now, more={"payment": row.state})
    return Settled("settled", order.id, None, taken.follows)


def _note(order: Order, now: datetime, **more: Any) -> None:
    entry = {"status": order.status, "at": now.isoformat(), "source": "payment", **more}
    order.history, order.updated_at = [*order.history, entry], now


def _positions(session: Session, customer: Customer, now: datetime) -> Follows:
    """An order that opens or ends may change whether the customer's positions are covered."""
    covered = consent_queries.write_receipts(session, customer, {}, now)
    devices = [one.id for one in customer_queries.devices_of(session, [customer.id]).get(customer.id, [])]
    return Follows.of_positions(devices, covered)


def _write_purchase(session: Session, order: Order, keys: CodeKeys, now: datetime) -> Follows:
    """Once, under the order's id; its coupon is redeemed with it, which is told."""
    coupon = session.get(Coupon, order.coupon_id) if order.coupon_id is not None else None
    code = None
    if coupon is not None:
        code = coupon_queries.held_coupon(session, coupon, keys).code or coupon.id
    body = PurchaseBody.model_validate(
        {
            "purchase_id": order.id,
            "customer": order.customer_id,
            "place": order.place_id,
            "channel": "online",
            "at": now,
            "total": order.total,
            "currency": order.currency,
            "items": [
                {name: item[name] for name in ("sku", "category", "size", "quantity", "price") if name in item}
                for item in order.items
            ],
            "coupon": code,
        }
    )
    if not purchase_queries.write_purchases(session, [body], now) or code is None:
        return Follows()
    asked = coupon_queries.Asked(code, order.customer_id, order.place_id, order.id)
    redeemed, _, verdict = coupon_queries.redeem(session, asked, keys, now)
    if redeemed is None or verdict != "redeemed":
        return Follows()
    return Follows(happened=(redemption_told(redeemed, now),))
