"""Posters by the campaigns that they lead to, and what was scanned of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from offers.records.tables import Poster

LEADS_TO = (Poster.campaign_id, Poster.inside_campaign_id, Poster.again_campaign_id, Poster.then_campaign_id)


def hanging(
    session: Session, now: datetime, campaign_id: str | None = None
) -> Sequence[tuple[str | None, tuple[float, float]]]:
    """Of each poster that hangs, or is going to, its place and where it is; those that lead to a campaign, or all."""
    wanted = select(Poster.place_id, Poster.lat, Poster.lon).where(
        Poster.retired_at.is_(None), or_(Poster.ends_at.is_(None), Poster.ends_at > now)
    )
    if campaign_id is not None:
        wanted = wanted.where(or_(*(one == campaign_id for one in LEADS_TO)))
    return [(row.place_id, (row.lat, row.lon)) for row in session.execute(wanted.order_by(Poster.id))]
