from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_, select
from sqlalchemy.orm import Session

from offers.records.tables import (
    Campaign,
    CampaignVersion,
    Coupon,
    Customer,
    DayCount,
    Decision,
    Delivery,
    Device,
    Geofence,
    Offer,
    Place,
    Stay,
    Visit,
)
from offers.rules.leafing import MOST_COUNTED


def commonest_zone(session: Session) -> str | None:
    """The time zone that most places are in."""
    return session.scalar(
        select(Place.time_zone).group_by(Place.time_zone).order_by(func.count().desc(), Place.time_zone).limit(1)
    )


def outcomes(session: Session, since: datetime | None, campaign_id: str | None) -> dict[str, int]:
    """How many decisions of each outcome."""
    wanted = select(Decision.outcome, func.count()).group_by(Decision.outcome)
    if since is not None:
        wanted = wanted.where(Decision.at >= since)
    if campaign_id is not None:
        wanted = wanted.where(Decision.campaign_id == campaign_id)
    return {outcome: count for outcome, count in session.execute(wanted)}  # noqa: C416 - says what is counted


def delivery_states(session: Session, since: datetime | None, campaign_id: str | None) -> dict[str, int]:
    """How many deliveries are in each state. Tests are none."""
    wanted = select(Delivery.state, func.count()).where(Delivery.kind != "test").group_by(Delivery.state)
    if since is not None:
        wanted = wanted.where(Delivery.created_at >= since)
    if campaign_id is not None:
        wanted = wanted.where(Delivery.campaign_id == campaign_id)
    return {state: count for state, count in session.execute(wanted)}  # noqa: C416 - says what is counted


def sent_counts(session: Session, ids: Iterable[str]) -> dict[str, int]:
    """Of each of these campaigns how many messages were sent."""
    wanted = (
        select(Delivery.campaign_id, func.count())
        .where(Delivery.campaign_id.in_(set(ids)), Delivery.state == "sent")
        .group_by(Delivery.campaign_id)
    )
    return {campaign: count for campaign, count in session.execute(wanted) if campaign}


def campaigns_with_many(session: Session, ids: Iterable[str], most: int) -> list[str]:
    """Those of these campaigns of which more decisions or more deliveries are kept than `most`. By the indexes, and no further than one past it."""
    past = [
        select(Decision.id).where(Decision.campaign_id == Campaign.id).order_by(Decision.at).offset(most).limit(1),
        select(Delivery.id)
        .where(Delivery.campaign_id == Campaign.id)
        .order_by(Delivery.created_at)
        .offset(most)
        .limit(1),
    ]
    is_past = [one.correlate(Campaign).scalar_subquery().is_not(None) for one in past]
    return list(session.scalars(select(Campaign.id).where(Campaign.id.in_(set(ids)), or_(*is_past))))


def campaigns_in(session: Session, statuses: Iterable[str]) -> Sequence[Campaign]:
    """The ones that were changed last first."""
    wanted = select(Campaign).where(Campaign.status.in_(set(statuses)))
    return session.scalars(wanted.order_by(Campaign.updated_at.desc(), Campaign.id)).all()


def newest_in(
    session: Session, statuses: Iterable[str], limit: int, *, silent: bool = False
) -> tuple[Sequence[Any], int]:
    """`(id, name, status, updated_at)` of so many, the ones that were changed last first, and how many there are in all, as far as anybody counts.

    `silent`: those alone of whom no message was ever made, nor counted after it had left. One look at the index for each: what a join
    would read is every message that there is.
    """
    which: list[ColumnElement[bool]] = [Campaign.status.in_(set(statuses))]
    if silent:
        any_message = select(Delivery.id).where(Delivery.campaign_id == Campaign.id).limit(1)
        any_count = (
            select(DayCount.many).where(DayCount.campaign_id == Campaign.id, DayCount.kind == "delivery").limit(1)
        )
        which += [one.correlate(Campaign).scalar_subquery().is_(None) for one in (any_message, any_count)]
    wanted = select(Campaign.id, Campaign.name, Campaign.status, Campaign.updated_at).where(*which)
    rows = session.execute(wanted.order_by(Campaign.updated_at.desc(), Campaign.id).limit(limit)).all()
    if len(rows) < limit:
        return rows, len(rows)
    some = select(literal(1)).select_from(Campaign).where(*which).limit(MOST_COUNTED).subquery()
    return rows, session.scalar(select(func.count()).select_from(some)) or 0


def versions_of(session: Session, campaign_id: str, limit: int | None = None) -> Sequence[CampaignVersion]:
    """Newest first."""
    return session.scalars(
        select(CampaignVersion)
        .where(CampaignVersion.campaign_id == campaign_id)
        .order_by(CampaignVersion.version.desc())
        .limit(limit)
    ).all()


def place_names(session: Session, ids: Iterable[str] | None = None) -> dict[str, str]:
    """Id to name, by name; of all places, or of these."""
    wanted = select(Place.id, Place.name).order_by(Place.name, Place.id)
    if ids is not None:
        wanted = wanted.where(Place.id.in_({one for one in ids if one}))
    return {place: name for place, name in session.execute(wanted)}  # noqa: C416 - says what is named


def offer_names(session: Session) -> dict[str, str]:
    """Id to name, by name."""
    rows = session.execute(select(Offer.id, Offer.name).order_by(Offer.name, Offer.id))
    return {offer: name for offer, name in rows}  # noqa: C416 - says what is named


def campaigns_at(session: Session, place_id: str) -> list[Campaign]:
    """Those that may still send and name this place, by name."""
    rows = session.scalars(select(Campaign).where(Campaign.status != "ended").order_by(Campaign.name, Campaign.id))
    return [row for row in rows if place_id in row.definition["trigger"].get("places", [])]


def customers_inside(session: Session, place_id: str) -> int:
    """How many customers stand in one of its geofences."""
    wanted = (
        select(func.count(Stay.customer_id.distinct()))
        .join(Geofence, Geofence.id == Stay.geofence_id)
        .where(Geofence.place_id == place_id, Stay.left_at.is_(None))
    )
    return session.scalar(wanted) or 0


def visits_at(session: Session, place_id: str) -> int:
    return session.scalar(select(func.count()).where(Visit.place_id == place_id)) or 0


def coupons_by_decision(session: Session, decision_ids: Iterable[str]) -> dict[str, tuple[Coupon, str]]:
    """Of each of these decisions the coupon that came with it, and its offer's name."""
    wanted = (
        select(Coupon, Offer.name)
        .join(Offer, Offer.id == Coupon.offer_id)
        .where(Coupon.decision_id.in_(set(decision_ids)))
    )
    return {str(coupon.decision_id): (coupon, name) for coupon, name in session.execute(wanted)}


def coupons_by_delivery(session: Session, delivery_ids: Iterable[str]) -> dict[str, tuple[Coupon, str]]:
    """The same of each of these deliveries."""
    wanted = (
        select(Delivery.id, Coupon, Offer.name)
        .join(Coupon, Coupon.decision_id == Delivery.decision_id)
        .join(Offer, Offer.id == Coupon.offer_id)
        .where(Delivery.id.in_(set(delivery_ids)))
    )
    return {delivery: (coupon, name) for delivery, coupon, name in session.execute(wanted)}


def campaign_names(session: Session) -> dict[str, str]:
    rows = session.execute(select(Campaign.id, Campaign.name).order_by(Campaign.name, Campaign.id))
    return {campaign: name for campaign, name in rows}  # noqa: C416 - says what is named


def customer_names(session: Session, ids: Iterable[str]) -> dict[str, str]:
    rows = session.execute(select(Customer.id, Customer.name).where(Customer.id.in_({one for one in ids if one})))
    return {customer: name for customer, name in rows if name}


def devices_of(session: Session, customer_id: str) -> Sequence[Device]:
    """All of them, the last seen first."""
    return session.scalars(
        select(Device).where(Device.customer_id == customer_id).order_by(Device.updated_at.desc(), Device.id)
    ).all()


def queued_of(session: Session, campaign_id: str) -> int:
    """Messages of a campaign that wait to be sent."""
    wanted = select(func.count()).where(Delivery.campaign_id == campaign_id, Delivery.state == "queued")
    return session.scalar(wanted) or 0
