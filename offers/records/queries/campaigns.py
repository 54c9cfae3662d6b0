from collections.abc import Collection, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from offers.records.tables import Campaign, DeskSettings
from offers.rules.limits import Limits


def campaign_by_id(session: Session, campaign_id: str) -> Campaign | None:
    return session.get(Campaign, campaign_id)


def campaign_locked(session: Session, campaign_id: str) -> Campaign | None:
    return session.get(Campaign, campaign_id, with_for_update=True, populate_existing=True)


RUNNING = ("live", "paused")


def running_campaigns(session: Session, *, also: Collection[str] = ()) -> Sequence[Campaign]:
    """Live ones, and paused ones, whose decisions say so; and of these ids those that are over."""
    wanted = or_(Campaign.status.in_(RUNNING), Campaign.id.in_(also)) if also else Campaign.status.in_(RUNNING)
    return session.scalars(select(Campaign).where(wanted).order_by(Campaign.id)).all()


def all_campaigns(session: Session, after: str, limit: int) -> Sequence[Campaign]:
    return session.scalars(select(Campaign).where(Campaign.id > after).order_by(Campaign.id).limit(limit)).all()


def settings_row(session: Session) -> DeskSettings | None:
    return session.get(DeskSettings, 1)


def limits_now(session: Session) -> Limits:
    """The desk's settings as they are now, defaults filled in."""
    row = settings_row(session)
    return Limits.model_validate(row.chosen if row else {})


def settings_locked(session: Session) -> DeskSettings:
    """The settings' one row, locked until the commit."""
    return session.get_one(DeskSettings, 1, with_for_update=True, populate_existing=True)
