from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Text, cast, func, or_, select
from sqlalchemy.orm import Session

from offers.records.queries.leafing import Key, Orders, leaf_of
from offers.records.tables import Campaign, CampaignVersion, DeskSettings
from offers.rules.leafing import Leaf, Turn
from offers.rules.limits import Limits


def campaign_by_id(session: Session, campaign_id: str) -> Campaign | None:
    return session.get(Campaign, campaign_id)


def campaigns_by_id(session: Session, ids: Collection[str]) -> Sequence[Campaign]:
    return session.scalars(select(Campaign).where(Campaign.id.in_(ids))).all() if ids else []


def campaigns_that_stay(session: Session, ids: Collection[str]) -> dict[str, Campaign]:
    """Those of these ids that are campaigns, and will be until the commit."""
    if not ids:
        return {}
    wanted = select(Campaign).where(Campaign.id.in_(ids)).order_by(Campaign.id)
    return {row.id: row for row in session.scalars(wanted.with_for_update(read=True, key_share=True))}


def campaign_locked(session: Session, campaign_id: str) -> Campaign | None:
    """As it is now, locked until the commit. It keeps no decision waiting, which names it: a launch counts its audience under this lock."""
    return session.get(Campaign, campaign_id, with_for_update={"key_share": True}, populate_existing=True)


RUNNING = ("live", "paused")


def unended_campaigns(session: Session) -> Sequence[Campaign]:
    """Drafts, live ones and paused ones."""
    return session.scalars(select(Campaign).where(Campaign.status != "ended").order_by(Campaign.id)).all()


def running_campaigns(session: Session, *, also: Collection[str] = ()) -> Sequence[Campaign]:
    """Live ones, and paused ones, whose decisions say so; and of these ids those that are over."""
    return session.scalars(select(Campaign).where(_runs_or_is(also)).order_by(Campaign.id)).all()


def running_definitions(session: Session, *, also: Collection[str] = ()) -> tuple[tuple[str, int, str, str], ...]:
    """(id, version, status, definition as JSON text) of the same, in any order: text, so that what was read once is known again."""
    wanted = select(Campaign.id, Campaign.version, Campaign.status, cast(Campaign.definition, Text))
    rows = session.execute(wanted.where(_runs_or_is(also)))
    return tuple((row[0], row[1], row[2], row[3]) for row in rows)


def _runs_or_is(ids: Collection[str]) -> ColumnElement[bool]:
    running = Campaign.status.in_(RUNNING)
    return or_(running, Campaign.id.in_(ids)) if ids else running


def all_campaigns(session: Session, after: str, limit: int) -> Sequence[Campaign]:
    return session.scalars(select(Campaign).where(Campaign.id > after).order_by(Campaign.id).limit(limit)).all()


ORDERS = Orders(
    Campaign.id,
    "name",
    {
        "name": (Key(func.lower(Campaign.name)),),
        "status": (Key(Campaign.status), Key(func.lower(Campaign.name))),
        "changed": (Key(Campaign.updated_at, "time"),),
    },
)


def leaf_of_campaigns(session: Session, text: str, status: str | None, turn: Turn) -> Leaf:
    """Those whose id or name holds the text, in whatever case, and that are in that state; in the order that is asked for."""
    wanted = select(Campaign)
    if text:
        wanted = wanted.where(or_(*(one.icontains(text, autoescape=True) for one in (Campaign.id, Campaign.name))))
    if status:
        wanted = wanted.where(Campaign.status == status)
    return leaf_of(session, wanted, turn, ORDERS)


def versions_of(session: Session, campaign_id: str, before: int | None, limit: int) -> Sequence[CampaignVersion]:
    """Newest first, from before a version on."""
    wanted = select(CampaignVersion).where(CampaignVersion.campaign_id == campaign_id)
    if before is not None:
        wanted = wanted.where(CampaignVersion.version < before)
    return session.scalars(wanted.order_by(CampaignVersion.version.desc()).limit(limit)).all()


def settings_row(session: Session) -> DeskSettings | None:
    return session.get(DeskSettings, 1)


def limits_now(session: Session) -> Limits:
    """The desk's settings as they are now, defaults filled in."""
    row = settings_row(session)
    return Limits.model_validate(row.chosen if row else {})


def settings_locked(session: Session) -> DeskSettings:
    """The settings' one row, locked until the commit."""
    return session.get_one(DeskSettings, 1, with_for_update=True, populate_existing=True)
