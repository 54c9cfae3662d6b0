"""Reserve and collect: a visitor of a page takes one piece out of a store's stock, and may give it back. A piece is never promised twice."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from offers.follows import Follows
from offers.order_steps import take_step, turn_away
from offers.records.items import order_told
from offers.records.queries import consents as consent_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import offers as offer_queries
from offers.records.queries import orders as queries
from offers.records.queries import payments as payment_queries
from offers.records.queries import places as place_queries
from offers.records.queries import products as product_queries
from offers.records.queries import scans as scan_queries
from offers.records.queries.browsers import browser_by_id, browser_locked, is_browser_in_use, new_browser
from offers.records.queries.campaigns import campaign_by_id
from offers.records.tables import Customer, Device, Order, Product, Scan
from offers.rules.coupon_codes import CodeKeys
from offers.rules.localised import said_in
from offers.rules.money import written
from offers.rules.page_order import (
    CLOCKS_APART,
    COMING_FOR,
    FORM_LIFE,
    HELD_FOR,
    MOST_OPEN,
    UNDER_WAY,
    order_id_of,
    shown_at,
)
from offers.rules.pickup_steps import Source
from offers.rules.price import price_with
from offers.rules.stock import has_piece, sizes_of, without_piece
from offers.rules.values import language_chain
from offers.scan_decisions import Given, decide_scan

Outcome = Literal[
    "reserved",
    "again",
    "unknown",
    "too_old",
    "too_many",
    "no_product",
    "no_store",
    "unknown_size",
    "sold_out",
    "price_changed",
]
DONE = frozenset({"reserved", "again"})
"""With all other outcomes nothing was done: no order, no coupon, no visitor."""


@dataclass(frozen=True, slots=True)
class ReserveAsked:
    """What a visitor confirmed on a page. Money in whole thousandths of the product's currency."""

    scan_id: str
    device_id: str | None
    """Of the browser's cookie."""
    sku: str
    size: str | None
    place: str
    seen_thousandths: int | None
    """The price that the page showed."""
    nonce: str
    """Of that showing: rules/page_order.py."""
    language: str
    name: str | None = None
    """What to call a visitor whom nobody knows, at the counter."""
    provider: str | None = None
    """Of payments, where it is to be paid at once."""


@dataclass(frozen=True, slots=True)
class Reserved:
    outcome: Outcome
    order_id: str | None = None
    device_id: str | None = None
    """For the browser's cookie; none where the order is somebody's who is known."""
    price_thousandths: int | None = None
    """As it is now, where the product is known."""
    currency: str | None = None
    payment_id: str | None = None
    follows: Follows = field(default_factory=Follows)


class _No(Exception):
    def __init__(
        self, outcome: Outcome, price: int | None = None, currency: str | None = None, order_id: str | None = None
    ) -> None:
        super().__init__(outcome)
        self.answer = Reserved(outcome, order_id, price_thousandths=price, currency=currency)


def reserve(session: Session, asked: ReserveAsked, *, keys: CodeKeys, now: datetime) -> Reserved:
    """Take the piece and write the order, or do nothing at all and say why. Safe to repeat: a nonce has one order.

    Locks the customer, then the offer, the product and the place, each before the next.
    """
    order_id = order_id_of(asked.scan_id, asked.nonce)
    if queries.order_by_id(session, order_id) is not None:
        return _again(session, order_id, asked, now)
    scan = scan_queries.scan_by_id(session, asked.scan_id)
    if scan is None:
        return Reserved("unknown")
    shown = shown_at(asked.nonce)
    if shown is None or not now - FORM_LIFE <= shown <= now + CLOCKS_APART:
        return Reserved("too_old")
    undo = session.begin_nested()
    try:
        done = _reserve(session, scan, order_id, asked, keys=keys, now=now)
    except _No as no:
        undo.rollback()
        # what stood in the way may be the same tap's own order, which another request has made meanwhile
        if queries.order_by_id(session, order_id) is not None:
            return _again(session, order_id, asked, now)
        if no.answer.order_id is not None:
            return _again(session, no.answer.order_id, asked, now)
        return no.answer
    undo.commit()
    return done


def _reserve(
    session: Session, scan: Scan, order_id: str, asked: ReserveAsked, *, keys: CodeKeys, now: datetime
) -> Reserved:
    device, customer = _visitor(session, asked, now)
    if queries.order_by_id(session, order_id) is not None:
        raise _No("again")
    thing = (asked.sku, asked.size)
    same = queries.same_that_waits(session, customer_id=customer.id, scan_id=scan.id, place_id=asked.place, thing=thing)
    if same is not None:  # another tab
        raise _No("again", order_id=same)
    if queries.count_open_made(session, customer.id, scan.id) >= MOST_OPEN:
        raise _No("too_many")
    _check(session, asked)
    given = decide_scan(session, scan, customer, asked_for=True, keys=keys, now=now)
    product = product_queries.products_locked(session, [asked.sku]).get(asked.sku)
    if queries.order_by_id(session, order_id) is not None:
        raise _No("again")
    if queries.count_open_made(session, customer.id, scan.id) >= MOST_OPEN:
        raise _No("too_many")  # others by the same scan, whom no customer's lock holds back, have had the product's
    if product is None:
        raise _No("no_product")
    price, coupon_id = _price(session, scan, product, given)
    if not has_piece(product.stock, asked.place, asked.size):
        raise _No("sold_out", price, product.currency)
    if price != asked.seen_thousandths:
        raise _No("price_changed", price, product.currency)
    left = without_piece(product.stock, asked.place, asked.size)
    if left is None:
        raise _No("unknown_size", price, product.currency)
    product.stock, product.updated_at = left, now
    order = _order(
        session,
        scan,
        order_id,
        asked,
        product=product,
        customer=customer,
        price=price,
        coupon_id=coupon_id,
        keys=keys,
        now=now,
    )
    scan_queries.recognise(session, scan.id, customer.id, device.id)
    scan_queries.finish(session, scan.id, "reserved", now)
    payment = payment_queries.want_payment(session, order, asked.provider, now) if asked.provider else None
    covered = consent_queries.write_receipts(session, customer, {}, now)
    devices = [one.id for one in customer_queries.devices_of(session, [customer.id]).get(customer.id, [])]
    happened = (*given.happened, order_told(order, payment, "placed"))
    return Reserved(
        "reserved",
        order.id,
        device.id,
        price,
        product.currency,
        payment.id if payment else None,
        Follows.of_positions(devices, covered) | Follows(happened=happened),
    )


def _visitor(session: Session, asked: ReserveAsked, now: datetime) -> tuple[Device, Customer]:
    """Locked. A browser that nobody knows becomes a person whom nobody knows."""
    found = browser_locked(session, asked.device_id)
    if found is None:
        device = new_browser(session, asked.language, now)
        found = device, session.get_one(Customer, device.customer_id)
    device, customer = found
    if customer.anonymous:
        customer.language = asked.language
        if asked.name:
            customer.name = asked.name[:200]
    return device, customer


def _check(session: Session, asked: ReserveAsked) -> None:
    """What can be said without a lock: nothing of it is promised."""
    product = product_queries.product_by_sku(session, asked.sku)
    if product is None:
        raise _No("no_product")
    place = place_queries.place_by_id(session, asked.place)
    if place is None or place.kind != "store" or not place.pickup:
        raise _No("no_store")
    sizes = sizes_of(product.sizes, product.stock)
    if asked.size not in sizes if sizes else asked.size is not None:
        raise _No("unknown_size")


def _price(session: Session, scan: Scan, product: Product, given: Given) -> tuple[int | None, str | None]:
    """With the coupon that is in it. One that is in another order's price already is in no second one."""
    if product.price_thousandths is None or product.currency is None or given.coupon is None:
        return product.price_thousandths, None
    if not is_of_the_campaign(session, scan, product.sku) or queries.is_coupon_in_an_order(session, given.coupon.id):
        return product.price_thousandths, None
    offer = offer_queries.offer_by_id(session, given.coupon.offer_id)
    if offer is None:
        return product.price_thousandths, None
    price = price_with(
        product.price_thousandths,
        product.currency,
        kind=offer.kind,
        value_thousandths=offer.value_thousandths,
        offer_currency=offer.currency,
    )
    return price, given.coupon.id if price != product.price_thousandths else None


def is_of_the_campaign(session: Session, scan: Scan, sku: str) -> bool:
    """Whether the campaign's offer is for this product: for all of them where it shows none."""
    campaign = campaign_by_id(session, scan.campaign_id) if scan.campaign_id else None
    return campaign is not None and campaign.definition.get("product") in (None, sku)


def _order(
    session: Session,
    scan: Scan,
    order_id: str,
    asked: ReserveAsked,
    *,
    product: Product,
    customer: Customer,
    price: int | None,
    coupon_id: str | None,
    keys: CodeKeys,
    now: datetime,
) -> Order:
    code = queries.free_code(session, asked.place, order_id, keys, now=now)
    title = said_in(product.title, language_chain(asked.language, "en")) or next(
        iter(product.title.values()), product.sku
    )
    item: dict[str, Any] = {"sku": product.sku, "title": title, "category": product.category, "size": asked.size}
    item |= {"quantity": 1, "price": None if price is None else written(price)}
    order = Order(
        id=order_id,
        customer_id=customer.id,
        place_id=asked.place,
        status="placed",
        items=[{name: value for name, value in item.items() if value is not None}],
        total=None if price is None else written(price),
        currency=None if price is None else product.currency,
        history=[{"status": "placed", "at": now.isoformat(), "source": "page"}],
        source="page",
        scan_id=scan.id,
        coupon_id=coupon_id,
        code=code,
        holds_stock=True,
        created_at=now,
        updated_at=now,
    )
    session.add(order)
    session.flush()
    return order


def _again(session: Session, order_id: str, asked: ReserveAsked, now: datetime) -> Reserved:
    """The order that this nonce has made. Where it is to be paid now and was not before, its payment is begun."""
    locked = queries.order_with_its_customer_locked(session, order_id)
    if locked is None:
        return Reserved("unknown")
    order, customer = locked
    payment = None
    if asked.provider and order.status == "placed":
        payment = payment_queries.want_payment(session, order, asked.provider, now)
    device_id = _device_of(session, order, customer, asked)
    return Reserved("again", order.id, device_id, payment_id=payment.id if payment else None)


def _device_of(session: Session, order: Order, customer: Customer, asked: ReserveAsked) -> str | None:
    """The browser's own; else, of a person nobody knows, the one that the order was made in: only that page had the nonce."""
    own = browser_by_id(session, asked.device_id)
    if own is not None:
        return own[0].id
    scan = session.get(Scan, order.scan_id, populate_existing=True) if order.scan_id else None
    if scan is None or scan.device_id is None or scan.customer_id != order.customer_id or not customer.anonymous:
        return None
    device = session.get(Device, scan.device_id)
    return device.id if device is not None and is_browser_in_use(device) else None


CancelOutcome = Literal["cancelled", "again", "paid", "too_late"]


def cancel_order(session: Session, order_id: str, *, now: datetime) -> tuple[CancelOutcome, Follows]:
    """The customer does not want it any more: its pieces go back, once; their coupon stays theirs. Safe to repeat.

    What was paid is the shop's to give back, and what is collected or on its way over the counter is too late.
    """
    locked = queries.order_with_its_customer_locked(session, order_id)
    if locked is None:
        return "too_late", Follows()
    order, customer = locked
    payment = payment_queries.newest_payment(session, order_id)
    if order.status == "cancelled":
        return "again", Follows()
    if payment is not None and payment.state == "paid":
        return "paid", Follows()
    if order.status not in ("placed", "ready"):
        return "too_late", Follows()
    return "cancelled", _cancelled(session, order, customer, "page", now)


def reservations_to_end(session: Session, *, now: datetime, limit: int = 200) -> list[str]:
    """Orders made on pages that nobody has paid, collected or said to be ready for HELD_FOR: their ids."""
    return queries.reservations_made_before(session, now - HELD_FOR, limit, said_before=now - COMING_FOR)


def end_reservation(session: Session, order_id: str, *, now: datetime) -> Follows:
    """Put by for long enough: its pieces are for sale again. Nothing where it was paid, made ready or cancelled meanwhile. Safe to repeat.

    Whoever said that they are on their way, or here, and is not heard of for COMING_FOR, holds it no longer than others.
    """
    locked = queries.order_with_its_customer_locked(session, order_id)
    if locked is None or locked[0].created_at > now - HELD_FOR:
        return Follows()
    order, customer = locked
    comes = order.status in queries.COMES and order.ready_at is None and order.updated_at <= now - COMING_FOR
    payment = payment_queries.newest_payment(session, order_id)
    if not (order.status == "placed" or comes) or (payment is not None and payment.state in (*UNDER_WAY, "paid")):
        return Follows()
    follows = Follows()
    while order.status != "placed":
        follows |= turn_away(session, order, customer, now=now, source="held_for_long").follows
    return follows | _cancelled(session, order, customer, "held_for_long", now)


def _cancelled(session: Session, order: Order, customer: Customer, source: Source, now: datetime) -> Follows:
    return take_step(session, order, customer, "cancelled", source, now=now).follows
