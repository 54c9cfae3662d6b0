from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from offers.records.queries.writing import insert_missing, insert_of
from offers.records.tables import Purchase, PurchaseItem
from offers.rules.money import thousandths
from offers.rules.purchase import PurchaseBody


@dataclass(frozen=True, slots=True)
class AskedPurchases:
    """The filters of the list. `before` is the time and id of the last item seen; a page holds one more than `limit` when there are more."""

    customer: str | None = None
    place: str | None = None
    since: datetime | None = None
    before: tuple[datetime, str] | None = None
    limit: int = 100


def digests(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """What these purchases, as far as they are there, were written from."""
    rows = session.execute(select(Purchase.id, Purchase.digest).where(Purchase.id.in_(set(ids))))
    return {row.id: row.digest for row in rows}


def purchase_by_id(session: Session, purchase_id: str) -> Purchase | None:
    return session.get(Purchase, purchase_id)


def purchases(session: Session, asked: AskedPurchases) -> Sequence[Purchase]:
    """Newest purchase first, by when it was made."""
    wanted = select(Purchase).order_by(Purchase.at.desc(), Purchase.id.desc()).limit(asked.limit + 1)
    if asked.customer is not None:
        wanted = wanted.where(Purchase.customer_id == asked.customer)
    if asked.place is not None:
        wanted = wanted.where(Purchase.place_id == asked.place)
    if asked.since is not None:
        wanted = wanted.where(Purchase.at >= asked.since)
    if asked.before is not None:
        wanted = wanted.where(tuple_(Purchase.at, Purchase.id) < asked.before)
    return session.scalars(wanted).all()


def items_of(session: Session, ids: Iterable[str]) -> dict[str, list[PurchaseItem]]:
    """The lines of these purchases, in their order."""
    rows = session.scalars(
        select(PurchaseItem)
        .where(PurchaseItem.purchase_id.in_(set(ids)))
        .order_by(PurchaseItem.purchase_id, PurchaseItem.position)
    )
    found: dict[str, list[PurchaseItem]] = {}
    for row in rows:
        found.setdefault(row.purchase_id, []).append(row)
    return found


def add_items(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Lines of new purchases, in one statement."""
    if rows:
        session.execute(insert_of(session, PurchaseItem), rows)


def write_purchases(session: Session, bodies: Sequence[PurchaseBody], now: datetime) -> set[str]:
    """Those of these purchases whose id nobody has yet, with their lines; the ids that were new. Customers and places are there, and stay."""
    created = insert_missing(session, Purchase, [_row(body, now) for body in bodies])
    ordered = sorted(bodies, key=lambda body: body.purchase_id)
    add_items(session, [item for body in ordered if body.purchase_id in created for item in _items(body)])
    return created


def _row(body: PurchaseBody, now: datetime) -> dict[str, Any]:
    return {
        "id": body.purchase_id,
        "customer_id": body.customer,
        "place_id": body.place,
        "channel": body.channel,
        "at": body.at,
        "total_thousandths": thousandths(body.total),
        "currency": body.currency,
        "coupon": body.coupon,
        "digest": body.digest(),
        "created_at": now,
    }


def _items(body: PurchaseBody) -> list[dict[str, Any]]:
    return [
        {
            "purchase_id": body.purchase_id,
            "position": position,
            "sku": one.sku,
            "category": one.category,
            "size": one.size,
            "quantity": one.quantity,
            "price_thousandths": None if one.price is None else thousandths(one.price),
        }
        for position, one in enumerate(body.items)
    ]
