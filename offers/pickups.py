"""Orders to be collected: written and read."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, NotFound
from offers.follows import Follows
from offers.order_steps import after_a_change, take_step, tell
from offers.records.items import order_item, order_told
from offers.records.queries import customers as customer_queries
from offers.records.queries import orders as queries
from offers.records.queries import payments as payment_queries
from offers.records.queries import places as place_queries
from offers.records.queries.holding import give_pieces_back
from offers.records.tables import Customer, Order
from offers.rules.order import OrderBody, Status
from offers.rules.order_moments import MOMENTS, READY
from offers.rules.pickup_steps import CLOSED

READY_LIFE = MOMENTS[READY].life
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
    order.place_id, order.updated_at = body.place, now
    if order.source == "server" or "items" in body.model_fields_set:
        order.items = _items(body)
    if order.source == "server" or "total" in body.model_fields_set:
        order.total, order.currency = str(body.total) if body.total is not None else None, body.currency
    follows = _stepped(session, order, customer, body.status, created=created, now=now)
    payment = payment_queries.newest_payment(session, order_id)
    if (created or order.status != before) and not follows.happened:
        follows |= Follows(happened=(order_told(order, payment, order.status),))
    return order_item(order, payment, now=now), created, follows


def _stepped(
    session: Session, order: Order, customer: Customer, said: Status, *, created: bool, now: datetime
) -> Follows:
    """The shop's word as a step; an order that is new begins with it."""
    if created or (
        order.status == "cancelled" and said in ("placed", "ready")
    ):  # the shop may bring back what it gave up
        order.status, order.closed_at = "placed", None
        order.history = [*order.history, {"status": "placed", "at": now.isoformat(), "source": "server"}]
        session.flush()
    taken = take_step(session, order, customer, said, "server", now=now)
    if taken.moved:
        return taken.follows
    told = tell(session, order, customer, READY, now=now) if order.ready_at and order.status not in CLOSED else ()
    return after_a_change(session, order, customer, order.status, now=now) | Follows(deliveries=told)


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


def get_order(session: Session, order_id: str, *, now: datetime | None = None) -> dict[str, Any]:
    """`now`: to which the minutes away are counted down."""
    order = queries.order_by_id(session, order_id)
    if order is None:
        raise NotFound("order")
    return order_item(order, payment_queries.newest_payment(session, order_id), now=now)


def list_orders(session: Session, customer_id: str, *, now: datetime | None = None) -> list[dict[str, Any]]:
    """A customer's orders by their ids."""
    rows = queries.orders_of(session, customer_id)
    return [order_item(row, payment_queries.newest_payment(session, row.id), now=now) for row in rows]
