"""What happened lately, for a page that looks often: each answer from so many of the newest rows at most, by an index on their time."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from offers.records.tables import DayCount, Decision, Delivery, Offer, Place, Scan, Transition, Visit

MOST_COUNTED = 10_000
"""Of the newest rows: past that a count says "more than"."""


class Sends(NamedTuple):
    """A campaign's messages among those that were counted."""

    hour: int
    day: int
    lacking: int
    """Those of the day that went out with the default text."""
    fact: str | None
    """One that they lacked."""


def sends_by_campaign(session: Session, day: datetime, hour: datetime) -> tuple[dict[str, Sends], bool]:
    """By campaign what was made for customers since `day`, and whether there was more than is counted."""
    newest = (
        select(Delivery.campaign_id, Delivery.created_at, Delivery.missing)
        .where(Delivery.created_at >= day)
        .order_by(Delivery.created_at.desc(), Delivery.id.desc())
        .limit(MOST_COUNTED + 1)
        .subquery()
    )
    wanted = select(
        newest.c.campaign_id,
        func.sum(case((newest.c.created_at >= hour, 1), else_=0)),
        func.count(),
        func.count(newest.c.missing),
        func.max(newest.c.missing),
    ).group_by(newest.c.campaign_id)
    rows = session.execute(wanted).all()
    found = {name: Sends(int(in_hour), many, lacking, fact) for name, in_hour, many, lacking, fact in rows if name}
    return found, sum(row[2] for row in rows) > MOST_COUNTED


def outcomes_lately(session: Session, since: datetime) -> tuple[dict[str, int], bool]:
    """How many decisions of each outcome, and whether there were more than are counted."""
    newest = select(Decision.outcome.label("name")).where(Decision.at >= since)
    return _counted(session, newest.order_by(Decision.at.desc(), Decision.id.desc()))


def states_lately(session: Session, since: datetime) -> tuple[dict[str, int], bool]:
    """How many deliveries are in each state, tests apart; and the same."""
    newest = select(Delivery.state.label("name")).where(Delivery.created_at >= since, Delivery.kind != "test")
    return _counted(session, newest.order_by(Delivery.created_at.desc(), Delivery.id.desc()))


def answers_lately(session: Session, since: datetime) -> tuple[list[tuple[str, str | None, int]], bool]:
    """(state, reason, how many) of deliveries, tests apart; and the same."""
    newest = (
        select(Delivery.state, Delivery.reason)
        .where(Delivery.created_at >= since, Delivery.kind != "test")
        .order_by(Delivery.created_at.desc(), Delivery.id.desc())
        .limit(MOST_COUNTED + 1)
        .subquery()
    )
    wanted = select(newest.c.state, newest.c.reason, func.count()).group_by(newest.c.state, newest.c.reason)
    rows = [(state, reason, many) for state, reason, many in session.execute(wanted)]
    return rows, sum(many for _, _, many in rows) > MOST_COUNTED


def _counted(session: Session, newest: Select[str]) -> tuple[dict[str, int], bool]:
    rows = newest.limit(MOST_COUNTED + 1).subquery()
    counts = {name: many for name, many in session.execute(select(rows.c.name, func.count()).group_by(rows.c.name))}  # noqa: C416 - says what is counted
    return counts, sum(counts.values()) > MOST_COUNTED


def newest_transitions(session: Session, since: datetime, limit: int) -> list[tuple[datetime, str, str, str]]:
    """(at, kind, place, role): nobody's."""
    wanted = select(Transition.at, Transition.kind, Transition.place_id, Transition.role).where(Transition.at >= since)
    newest = wanted.order_by(Transition.at.desc(), Transition.id.desc()).limit(limit)
    return [(at, kind, place, role) for at, kind, place, role in session.execute(newest)]


def newest_sends(session: Session, since: datetime, limit: int) -> list[tuple[datetime, str, str | None, str, str]]:
    """(at, state, campaign, kind, place) of messages, tests apart."""
    wanted = select(Delivery.created_at, Delivery.state, Delivery.campaign_id, Delivery.kind, Delivery.context)
    wanted = wanted.where(Delivery.created_at >= since, Delivery.kind != "test")
    newest = wanted.order_by(Delivery.created_at.desc(), Delivery.id.desc()).limit(limit)
    rows = session.execute(newest)
    return [(at, state, campaign, kind, str(about.get("place_id") or "")) for at, state, campaign, kind, about in rows]


def newest_scans(session: Session, since: datetime, limit: int) -> list[tuple[datetime, str, str | None]]:
    """(at, poster, campaign) of what people scanned."""
    wanted = select(Scan.at, Scan.poster_id, Scan.campaign_id).where(Scan.kind == "human", Scan.at >= since)
    newest = wanted.order_by(Scan.at.desc(), Scan.id.desc()).limit(limit)
    return [(at, poster, campaign) for at, poster, campaign in session.execute(newest)]


def oldest_due(session: Session, before: datetime) -> datetime | None:
    """Since when the message that has waited longest could have gone out; none where none was due before then."""
    wanted = select(Delivery.not_before).where(Delivery.state == "queued", Delivery.not_before <= before)
    return session.scalar(wanted.order_by(Delivery.not_before).limit(1))


def offers_nearly_spent(session: Session, ids: Iterable[str], percent: int) -> Sequence[Offer]:
    """Those of these of whose budget so much is gone."""
    gone = Offer.spent * 100 >= Offer.budget * percent
    wanted = select(Offer).where(Offer.id.in_(set(ids)), Offer.budget.is_not(None), gone)
    return session.scalars(wanted.order_by(Offer.name, Offer.id)).all()


def stores_never_entered(session: Session, before: datetime, limit: int) -> Sequence[Place]:
    """Stores in use that were made before then, and that nobody has come to since: no visit, and none among the counts of those that left."""
    came = select(Visit.id).where(Visit.place_id == Place.id).exists()
    wanted = select(Place).where(Place.created_at <= before, Place.kind == "store", Place.paused.is_(False), ~came)
    found = session.scalars(wanted.order_by(Place.name, Place.id).limit(limit)).all()
    if not found:
        return found
    counted = select(DayCount.place_id).where(
        DayCount.kind == "visit", DayCount.place_id.in_({one.id for one in found})
    )
    were = set(session.scalars(counted.distinct()))
    return [one for one in found if one.id not in were]
