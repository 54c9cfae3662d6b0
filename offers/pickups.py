"""Orders to be collected: written and read."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, NotFound
from offers.follows import Follows
from offers.records.ids import new_id
from offers.records.items import order_item, order_told
from offers.records.queries import consents as consent_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import deliveries as delivery_queries
from offers.records.queries import orders as queries
from offers.records.queries import payments as payment_queries
from offers.records.queries import places as place_queries
from offers.records.queries.holding import give_pieces_back
from offers.records.tables import Customer, Delivery, Order
from offers.rules.order import OrderBody

READY = "ready"
"""The moment that a customer is told of."""
READY_LIFE = timedelta(days=2)
"""For so long it is worth telling, if the phone is off or the night is quiet."""


def put_order(
    session: Session, order_id: str, body: OrderBody, *, now: datetime
) -> tuple[dict[str, Any], bool, Follows]:
    """Create an order, or bring it to what the shop says now; a new status joins its history. Safe to repeat."""
    if place_queries.place_by_id(session, body.place) is None:
        raise BadInput.at("place", f"there is no place {body.place!r}")
    customer = customer_queries.customers_locked(session, [body.customer]).get(body.customer)
    if customer is None:
        raise BadInput.at("customer", f"there is no customer {body.customer!r}")
    order = queries.orders_by_id(session, [order_id]).get(order_id)
    created = order is None
    if order is None:
        order = Order(
            id=order_id, customer_id=body.customer, history=[], source="server", holds_stock=False, created_at=now
        )
        session.add(order)
    elif order.customer_id != body.customer:
        raise BadInput.at("customer", "this order is somebody else's")
    before = order.status
    _settle_its_pieces(session, order, body, now)
    if not order.history or order.history[-1]["status"] != body.status:
        order.history = [*order.history, {"status": body.status, "at": now.isoformat(), "source": "server"}]
    order.place_id, order.status, order.updated_at = body.place, body.status, now
    if order.source == "server" or "items" in body.model_fields_set:
        order.items = _items(body)
    if order.source == "server" or "total" in body.model_fields_set:
        order.total, order.currency = str(body.total) if body.total is not None else None, body.currency
    session.flush()
    told = _tell_that_it_is_ready(session, order, customer, now)
    covered = consent_queries.write_receipts(session, customer, {}, now)
    devices = [device.id for device in customer_queries.devices_of(session, [customer.id]).get(customer.id, [])]
    payment = payment_queries.newest_payment(session, order_id)
    happened = (order_told(order, payment, order.status),) if created or order.status != before else ()
    follows = Follows.of_positions(devices, covered) | Follows(deliveries=told, happened=happened)
    return order_item(order, payment), created, follows


def _items(body: OrderBody) -> list[dict[str, Any]]:
    return [item.model_dump(mode="json", exclude_none=True) for item in body.items]


def _settle_its_pieces(session: Session, order: Order, body: OrderBody, now: datetime) -> None:
    """Of an order that was made on a page: its pieces go back when the shop cancels it, and when the shop makes other things of it. Those that
    were collected are gone.
    """
    if not order.holds_stock:
        return
    lines = [
        [(one["sku"], one.get("size"), one.get("quantity", 1)) for one in items]
        for items in (order.items, _items(body))
    ]
    others = "items" in body.model_fields_set and lines[0] != lines[1]
    if body.status == "collected":
        order.holds_stock = False
    elif body.status == "cancelled" or others or body.place != order.place_id:
        give_pieces_back(session, order, now)


def _tell_that_it_is_ready(session: Session, order: Order, customer: Customer, now: datetime) -> tuple[str, ...]:
    """Once an order, on the device that was seen last: the message's id. None while nobody agreed, or nothing can be reached.

    The customer is locked by the caller, so nobody else writes one at this moment.
    """
    if order.status != "ready" or not customer.orders:
        return ()
    [device, *_] = customer_queries.reachable_devices(session, [customer.id], now, "order").get(customer.id, [None])
    if device is None or delivery_queries.was_told(session, customer.id, order.id, READY):
        return ()
    row = Delivery(
        id=new_id("dlv"),
        customer_id=customer.id,
        device_id=device,
        source_id=order.id,
        order_id=order.id,
        kind="order",
        moment=READY,
        context={"place_id": order.place_id},
        state="queued",
        turn=0,
        created_at=now,
        not_before=now,
        expires_at=now + READY_LIFE,
        attempts=0,
    )
    session.add(row)
    session.flush()
    return (row.id,)


def get_order(session: Session, order_id: str) -> dict[str, Any]:
    order = queries.order_by_id(session, order_id)
    if order is None:
        raise NotFound("order")
    return order_item(order, payment_queries.newest_payment(session, order_id))


def list_orders(session: Session, customer_id: str) -> list[dict[str, Any]]:
    """A customer's orders by their ids."""
    rows = queries.orders_of(session, customer_id)
    return [order_item(row, payment_queries.newest_payment(session, row.id)) for row in rows]
