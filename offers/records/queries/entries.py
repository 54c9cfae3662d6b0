"""How many entered a place, day by day: each day read by itself from the index of visits by place and time, and no further than it is told."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from offers.records.tables import DayCount, Visit


def entries_between(session: Session, place_id: str, edges: Sequence[datetime], most: int) -> list[int]:
    """Of each stretch between two edges how many visits began in it; `most` + 1 where there are more."""
    stretches = [
        select(literal(1))
        .where(Visit.place_id == place_id, Visit.entered_at >= since, Visit.entered_at < until)
        .limit(most + 1)
        .subquery()
        for since, until in pairwise(edges)
    ]
    return list(
        session.execute(select(*(select(func.count()).select_from(one).scalar_subquery() for one in stretches))).one()
    )


def entries_that_left(session: Session, place_id: str, days: Sequence[datetime]) -> dict[datetime, int]:
    """Of these days, in UTC, how many visits began whose rows have left. One look into the table's key for a day."""
    wanted = select(DayCount.day, DayCount.many).where(
        DayCount.day.in_(days),
        DayCount.kind == "visit",
        DayCount.what == "",
        DayCount.campaign_id == "",
        DayCount.place_id == place_id,
        DayCount.variant == "",
        DayCount.language == "",
    )
    return {row.day: row.many for row in session.execute(wanted)}


def has_visits(session: Session, place_id: str) -> bool:
    return session.scalar(select(Visit.id).where(Visit.place_id == place_id).limit(1)) is not None
