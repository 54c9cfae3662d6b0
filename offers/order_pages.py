"""What the page of an order shows its customer, as plain values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from sqlalchemy.orm import Session

from offers.records.queries import customers as customer_queries
from offers.records.queries import orders as queries
from offers.records.queries import payments as payment_queries
from offers.records.queries import places as place_queries
from offers.records.tables import Order, Payment
from offers.rules.eta import minutes_away
from offers.rules.landing import Store
from offers.rules.money import read_written
from offers.rules.nearby_stores import store_told
from offers.rules.page_order import HELD_FOR, UNDER_WAY


@dataclass(frozen=True, slots=True)
class Line:
    title: str
    size: str | None
    quantity: int
    price_thousandths: int | None


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """Money in whole thousandths of the currency's unit."""

    id: str
    status: str
    code: str | None
    items: tuple[Line, ...]
    total_thousandths: int | None
    currency: str | None
    store: Store | None
    scan_id: str | None
    cancelled_by: str | None
    """`page`, `server`, `payment` or `held_for_long`, where it is cancelled."""
    held_until: datetime | None
    """When its pieces are for sale again, where it is neither paid nor made ready by then."""
    attention: str | None
    payment: str | None
    """Its state, where it is paid at a provider; rules as in offers/payment.py, and `wanted`."""
    can_be_paid: bool
    can_be_cancelled: bool
    number: str | None
    """What the shop calls it to the customer."""
    part: tuple[int, int] | None
    """Of an order that is collected in several parts: which of how many."""
    ready_at: datetime | None
    arrived_at: datetime | None
    is_noticed: bool
    """Staff have seen that the customer is here."""
    minutes_left: int | None
    """Of those that the customer said they would need. What their pings tell is not for everybody who has the page's address."""
    can_take_back: bool
    """A button said that they are on the way."""
    language: str | None
    """Of the customer's profile."""
    version: str
    """Another for each change that its page shows."""


def order_seen(session: Session, order_id: str, *, now: datetime) -> OrderSeen | None:
    order = queries.order_by_id(session, order_id)
    if order is None:
        return None
    payment = payment_queries.newest_payment(session, order_id)
    customer = customer_queries.customer_by_id(session, order.customer_id)
    place = place_queries.place_by_id(session, order.place_id)
    last: dict[str, Any] = order.history[-1] if order.history else {}
    under_way = payment is not None and payment.state in UNDER_WAY
    waits = order.status in ("placed", "ready")
    return OrderSeen(
        id=order.id,
        status=order.status,
        code=order.code,
        items=tuple(_line(one) for one in order.items),
        total_thousandths=read_written(order.total) if order.total else None,
        currency=order.currency,
        store=store_told(place, 0.0, {}, now) if place else None,
        scan_id=order.scan_id,
        cancelled_by=_cancelled_by(order),
        held_until=_held_until(order, payment),
        attention=last.get("attention"),
        payment=payment.state if payment else None,
        can_be_paid=waits and under_way,
        can_be_cancelled=waits and order.source == "page" and (payment is None or payment.state != "paid"),
        number=order.number,
        part=(order.part, order.parts) if order.part and order.parts and order.parts > 1 else None,
        ready_at=order.ready_at,
        arrived_at=order.arrived_at,
        is_noticed=order.noticed_at is not None,
        minutes_left=_minutes_left(order, now),
        can_take_back=order.status == "on_the_way" and order.coming_since is not None,
        language=customer.language if customer else None,
        version=_version(order, payment),
    )


def _cancelled_by(order: Order) -> str | None:
    """What was learnt of it afterwards, as of its payment, does not change who cancelled it."""
    if order.status != "cancelled":
        return None
    return next((one.get("source") for one in reversed(order.history) if one.get("status") == "cancelled"), None)


def _minutes_left(order: Order, now: datetime) -> int | None:
    away = minutes_away(
        minutes_low=None,
        minutes_high=None,
        estimated_at=None,
        coming_minutes=order.coming_minutes,
        coming_since=order.coming_since,
        now=now,
    )
    return away.high if away else None


def _held_until(order: Order, payment: Payment | None) -> datetime | None:
    is_paid = payment is not None and payment.state in (*UNDER_WAY, "paid")
    return order.created_at + HELD_FOR if order.source == "page" and order.status == "placed" and not is_paid else None


def version_of(session: Session, order_id: str) -> str | None:
    order = queries.order_by_id(session, order_id)
    return _version(order, payment_queries.newest_payment(session, order_id)) if order else None


def _version(order: Order, payment: Payment | None) -> str:
    """Of what the page shows. How far pings say that the customer is changes nothing there."""
    shown = (
        payment.state if payment else None,
        order.ready_at is not None,
        order.arrived_at is not None and order.noticed_at is not None,
        order.coming_minutes,
        order.coming_since,
        order.place_id,
        order.number,
        order.part,
        order.items,
        order.total,
    )
    return f"{order.status}.{len(order.history)}.{crc32(repr(shown).encode()):08x}"


def _line(item: dict[str, Any]) -> Line:
    price = item.get("price")
    return Line(
        str(item.get("title") or item["sku"]),
        item.get("size"),
        int(item.get("quantity", 1)),
        None if price is None else read_written(str(price)),
    )
