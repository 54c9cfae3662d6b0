from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from offers.records.tables import (
    Campaign,
    CampaignVersion,
    Coupon,
    Customer,
    Decision,
    Delivery,
    Device,
    Geofence,
    Offer,
    Place,
    Stay,
    Visit,
)


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


def campaigns_with_deliveries(session: Session, ids: Iterable[str]) -> set[str]:
    wanted = select(Delivery.campaign_id).where(Delivery.campaign_id.in_(set(ids))).distinct()
    return {one for one in session.scalars(wanted) if one}


def campaigns_in(session: Session, statuses: Iterable[str]) -> Sequence[Campaign]:
    """The ones that were changed last first."""
    wanted = select(Campaign).where(Campaign.status.in_(set(statuses)))
    return session.scalars(wanted.order_by(Campaign.updated_at.desc(), Campaign.id)).all()


def versions_of(session: Session, campaign_id: str) -> Sequence[CampaignVersion]:
    """Newest first."""
    return session.scalars(
        select(CampaignVersion)
        .where(CampaignVersion.campaign_id == campaign_id)
        .order_by(CampaignVersion.version.desc())
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
