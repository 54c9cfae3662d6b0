"""Pieces that an order has taken out of the products' stock. Its customer is locked by the caller; the products are locked here."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from offers.records.queries.customers import OPEN_ORDER
from offers.records.queries.products import products_locked
from offers.records.tables import Order, Payment
from offers.rules.stock import with_piece, without_piece


def lock_products_of(session: Session, items: Iterable[Mapping[str, Any]]) -> None:
    """Of what an order holds, or will: products come before places."""
    products_locked(session, (item["sku"] for item in items))


def give_pieces_back(session: Session, order: Order, now: datetime | None) -> None:
    """Once: what holds no pieces has none to give. A product that is gone is passed over."""
    if not order.holds_stock:
        return
    products = products_locked(session, (item["sku"] for item in order.items))
    for item in order.items:
        if (product := products.get(item["sku"])) is not None:
            product.stock = with_piece(product.stock, order.place_id, item.get("size"), item.get("quantity", 1))
            product.updated_at = now or product.updated_at
    order.holds_stock = False
    session.flush()


def give_all_pieces_back(session: Session, customer_id: str, now: datetime) -> None:
    """A customer is about to be removed, and their orders with them: what was put by is for sale again. What is paid for was sold, and stays so."""
    is_paid = exists().where(Payment.order_id == Order.id, Payment.state == "paid")
    orders = session.scalars(
        select(Order)
        .where(Order.customer_id == customer_id, Order.holds_stock, Order.status.in_(OPEN_ORDER), ~is_paid)
        .order_by(Order.id)
        .execution_options(populate_existing=True)
    ).all()
    if orders:
        products_locked(session, (item["sku"] for order in orders for item in order.items))  # all of them in one order
        for order in orders:
            give_pieces_back(session, order, now)


def take_pieces_again(session: Session, order: Order, now: datetime) -> bool:
    """Whether all its pieces are there still; then they are taken."""
    products = products_locked(session, (item["sku"] for item in order.items))
    left = {sku: product.stock for sku, product in products.items()}
    for item in order.items:
        before = left.get(item["sku"])
        moved = (
            None if before is None else without_piece(before, order.place_id, item.get("size"), item.get("quantity", 1))
        )
        if moved is None:
            return False
        left[item["sku"]] = moved
    for sku, product in products.items():
        product.stock, product.updated_at = left[sku], now
    order.holds_stock = True
    session.flush()
    return True
