from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from offers.records.tables import Consent, Coupon, Decision, Delivery, Order, Purchase, Scan, Transition, Visit

KINDS: Mapping[str, tuple[Any, Any]] = {
    "consent": (Consent, Consent.at),
    "coupon": (Coupon, Coupon.reserved_at),
    "decision": (Decision, Decision.at),
    "delivery": (Delivery, Delivery.created_at),
    "order": (Order, Order.created_at),
    "purchase": (Purchase, Purchase.at),
    "redemption": (Coupon, Coupon.redeemed_at),
    "scan": (Scan, Scan.at),
    "transition": (Transition, Transition.at),
    "visit": (Visit, Visit.entered_at),
}
"""What a timeline is made of, and the moment at which each stands in it; without one it does not."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a page ended: everything in a timeline has an order, the last first."""

    at: datetime
    kind: str
    id: str


def _comes_after(table: Any, kind: str, after: Spot) -> ColumnElement[bool]:
    """Of what stands at the same moment as the spot."""
    if kind == after.kind:
        later: ColumnElement[bool] = table.id < after.id
        return later
    return true() if kind < after.kind else false()


def newest_of_kind(session: Session, customer_id: str, kind: str, after: Spot | None, limit: int) -> Sequence[Any]:
    """A customer's rows of one kind, the last first, from after a spot on."""
    table, at = KINDS[kind]
    wanted = select(table).where(table.customer_id == customer_id, at.is_not(None))
    if after is not None:
        wanted = wanted.where(or_(at < after.at, and_(at == after.at, _comes_after(table, kind, after))))
    return session.scalars(wanted.order_by(at.desc(), table.id.desc()).limit(limit)).all()
