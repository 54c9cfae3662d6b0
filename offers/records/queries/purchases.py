from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from offers.records.queries.writing import insert_of
from offers.records.tables import Purchase, PurchaseItem


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
