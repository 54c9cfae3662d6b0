"""Orders to be collected: written and read."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, NotFound
from offers.follows import Follows
from offers.records.ids import new_id
from offers.records.queries import consents as consent_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import deliveries as delivery_queries
from offers.records.queries import orders as queries
from offers.records.queries import places as place_queries
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
    order = queries.order_by_id(session, order_id)
    created = order is None
    if order is None:
        order = Order(id=order_id, customer_id=body.customer, history=[], created_at=now)
        session.add(order)
    elif order.customer_id != body.customer:
        raise BadInput.at("customer", "this order is somebody else's")
    if not order.history or order.history[-1]["status"] != body.status:
        order.history = [*order.history, {"status": body.status, "at": now.isoformat(), "source": "server"}]
    order.place_id, order.status, order.updated_at = body.place, body.status, now
    order.items = [item.model_dump(mode="json", exclude_none=True) for item in body.items]
    order.total, order.currency = str(body.total) if body.total is not None else None, body.currency
    session.flush()
    told = _tell_that_it_is_ready(session, order, customer, now)
    covered = consent_queries.write_receipts(session, customer, {}, now)
    devices = [device.id for device in customer_queries.devices_of(session, [customer.id]).get(customer.id, [])]
    return order_item(order), created, Follows.of_positions(devices, covered) | Follows(deliveries=told)


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
    return order_item(order)


def list_orders(session: Session, customer_id: str) -> list[dict[str, Any]]:
    """A customer's orders by their ids."""
    return [order_item(row) for row in queries.orders_of(session, customer_id)]


def order_item(row: Order) -> dict[str, Any]:
    return {
        "id": row.id,
        "customer": row.customer_id,
        "place": row.place_id,
        "status": row.status,
        "history": row.history,
        "items": row.items,
        "total": row.total,
        "currency": row.currency,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
