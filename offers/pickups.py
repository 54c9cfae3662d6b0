"""Orders to be collected: written and read."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, NotFound
from offers.follows import Follows
from offers.records.queries import consents as consent_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import orders as queries
from offers.records.queries import places as place_queries
from offers.records.tables import Order
from offers.rules.order import OrderBody


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
    covered = consent_queries.write_receipts(session, customer, {}, now)
    devices = [device.id for device in customer_queries.devices_of(session, [customer.id]).get(customer.id, [])]
    return order_item(order), created, Follows.of_positions(devices, covered)


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
