from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.tables import Decision


def decided_already(session: Session, customer_ids: Iterable[str], moments: Iterable[str]) -> set[tuple[str, str]]:
    """(customer, moment) of the moments that any campaign has decided."""
    rows = session.execute(
        select(Decision.customer_id, Decision.moment)
        .distinct()
        .where(among(Decision.customer_id, customer_ids), among(Decision.moment, moments))
    )
    return {(customer, moment) for customer, moment in rows}


def sent_since(session: Session, customer_ids: Iterable[str], since: datetime) -> dict[str, int]:
    """How many decisions count against each customer's cap since then."""
    rows = session.execute(
        select(Decision.customer_id, func.count())
        .where(among(Decision.customer_id, customer_ids), Decision.spends_cap.is_(True), Decision.at > since)
        .group_by(Decision.customer_id)
    )
    return {customer: count for customer, count in rows}  # noqa: C416 - says what is counted


def last_times(
    session: Session, customer_ids: Iterable[str], campaign_ids: Iterable[str]
) -> dict[tuple[str, str], tuple[datetime | None, datetime | None]]:
    """By customer and campaign: when it last decided to send and did not take it back, and when the customer was last held out."""
    sent, held_out = Decision.spends_cap.is_(True), Decision.outcome == "held_out"
    rows = session.execute(
        select(
            Decision.customer_id,
            Decision.campaign_id,
            func.max(Decision.at).filter(sent),
            func.max(Decision.at).filter(held_out),
        )
        .where(
            among(Decision.customer_id, customer_ids),
            among(Decision.campaign_id, campaign_ids),
            or_(sent, held_out),
        )
        .group_by(Decision.customer_id, Decision.campaign_id)
    )
    return {(customer, campaign): (sent_at, held_at) for customer, campaign, sent_at, held_at in rows}


def decisions_by_id(session: Session, ids: Iterable[Any]) -> dict[str, Decision]:
    return {one.id: one for one in session.scalars(select(Decision).where(among(Decision.id, ids)))}


def outcome_of(session: Session, customer_id: str, campaign_id: str, moment: str) -> str | None:
    """What was decided at this moment; none when nothing was."""
    return session.scalar(
        select(Decision.outcome).where(
            Decision.customer_id == customer_id, Decision.campaign_id == campaign_id, Decision.moment == moment
        )
    )


def id_of(session: Session, customer_id: str, campaign_id: str, moment: str) -> str | None:
    return session.scalar(
        select(Decision.id).where(
            Decision.customer_id == customer_id, Decision.campaign_id == campaign_id, Decision.moment == moment
        )
    )
