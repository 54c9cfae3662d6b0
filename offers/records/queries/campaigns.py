from collections.abc import Sequence

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from offers.records.tables import Campaign, DeskSettings
from offers.rules.limits import Limits


def campaign_by_id(session: Session, campaign_id: str) -> Campaign | None:
    return session.get(Campaign, campaign_id)


def campaign_locked(session: Session, campaign_id: str) -> Campaign | None:
    return session.get(Campaign, campaign_id, with_for_update=True, populate_existing=True)


def running_campaigns(session: Session) -> Sequence[Campaign]:
    """Live ones, and paused ones, whose decisions say so."""
    return session.scalars(select(Campaign).where(Campaign.status.in_(("live", "paused"))).order_by(Campaign.id)).all()


def running_definitions(session: Session) -> tuple[tuple[str, int, str, str], ...]:
    """(id, version, status, definition as JSON text) of the same, in any order: text, so that what was read once is known again."""
    wanted = select(Campaign.id, Campaign.version, Campaign.status, cast(Campaign.definition, Text))
    rows = session.execute(wanted.where(Campaign.status.in_(("live", "paused"))))
    return tuple((row[0], row[1], row[2], row[3]) for row in rows)


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
