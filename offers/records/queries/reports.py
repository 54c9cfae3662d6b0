"""What became of a campaign, counted as far as it is kept: by version and variant."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from offers.records.tables import Coupon, Decision, Delivery

Count = tuple[int | None, str | None, str, int]
"""Version, none where the decision is no longer kept; variant; outcome or state; how many."""


def decisions_counted(session: Session, campaign_id: str, since: datetime | None) -> Iterator[Count]:
    by = (Decision.campaign_version, Decision.variant, Decision.outcome)
    wanted = select(*by, func.count()).where(Decision.campaign_id == campaign_id).group_by(*by)
    yield from _since(session, wanted, Decision.at, since)


def deliveries_counted(session: Session, campaign_id: str, since: datetime | None) -> Iterator[Count]:
    by = (Decision.campaign_version, Delivery.variant, Delivery.state)
    wanted = (
        select(*by, func.count())
        .select_from(Delivery)
        .outerjoin(Decision, Decision.id == Delivery.decision_id)
        .where(Delivery.campaign_id == campaign_id)
        .group_by(*by)
    )
    yield from _since(session, wanted, Delivery.created_at, since)


def receipts_counted(session: Session, campaign_id: str, since: datetime | None) -> Iterator[Count]:
    """Deliveries that arrived on the phone, and those that were opened there, as far as phones tell."""
    by = (Decision.campaign_version, Delivery.variant)
    for what, at in (("received", Delivery.received_at), ("opened", Delivery.opened_at)):
        wanted = (
            select(*by, literal(what), func.count())
            .select_from(Delivery)
            .outerjoin(Decision, Decision.id == Delivery.decision_id)
            .where(Delivery.campaign_id == campaign_id, at.is_not(None))
            .group_by(*by)
        )
        yield from _since(session, wanted, Delivery.created_at, since)


def coupons_counted(session: Session, campaign_id: str, since: datetime | None) -> Iterator[Count]:
    by = (Decision.campaign_version, Decision.variant, Coupon.state)
    wanted = (
        select(*by, func.count())
        .select_from(Coupon)
        .outerjoin(Decision, Decision.id == Coupon.decision_id)
        .where(Coupon.campaign_id == campaign_id)
        .group_by(*by)
    )
    yield from _since(session, wanted, Coupon.reserved_at, since)


def _since(session: Session, wanted: Any, at: Any, since: datetime | None) -> Iterator[Count]:
    for row in session.execute(wanted if since is None else wanted.where(at >= since)):
        yield row[0], row[1], row[2], row[3]
