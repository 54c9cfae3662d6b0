from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from offers.records.tables import Campaign, CampaignVersion, Customer, Decision, Delivery, Device, Place


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
    """How many deliveries are in each state."""
    wanted = select(Delivery.state, func.count()).group_by(Delivery.state)
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


def campaign_names(session: Session) -> dict[str, str]:
    rows = session.execute(select(Campaign.id, Campaign.name).order_by(Campaign.name, Campaign.id))
    return {campaign: name for campaign, name in rows}  # noqa: C416 - says what is named


def customer_names(session: Session, ids: Iterable[str]) -> dict[str, str]:
    rows = session.execute(select(Customer.id, Customer.name).where(Customer.id.in_({one for one in ids if one})))
    return {customer: name for customer, name in rows if name}


def customers_like(session: Session, text: str, after: str, limit: int) -> Sequence[Customer]:
    """Those whose id or name holds the text, in whatever case; by id."""
    wanted = select(Customer).where(Customer.id > after).order_by(Customer.id).limit(limit)
    if text:
        wanted = wanted.where(
            or_(Customer.id.icontains(text, autoescape=True), Customer.name.icontains(text, autoescape=True))
        )
    return session.scalars(wanted).all()


def devices_of(session: Session, customer_id: str) -> Sequence[Device]:
    """All of them, the last seen first."""
    return session.scalars(
        select(Device).where(Device.customer_id == customer_id).order_by(Device.updated_at.desc(), Device.id)
    ).all()


def queued_of(session: Session, campaign_id: str) -> int:
    """Messages of a campaign that wait to be sent."""
    wanted = select(func.count()).where(Delivery.campaign_id == campaign_id, Delivery.state == "queued")
    return session.scalar(wanted) or 0
