from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from offers.records.tables import Decision, Delivery, Stay, Transition, Visit


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a list. `cursor` is the id of the last item seen; a page holds one more than `limit` when there are more."""

    customer: str | None = None
    campaign: str | None = None
    place: str | None = None
    since: datetime | None = None
    cursor: str | None = None
    limit: int = 100
    outcome: str | None = None
    """Of decisions."""
    state: str | None = None
    """Of deliveries."""


def transitions(session: Session, asked: Asked) -> Sequence[Transition]:
    wanted = _wanted(
        asked, Transition.id, Transition.at, {Transition.customer_id: asked.customer, Transition.place_id: asked.place}
    )
    return session.scalars(
        select(Transition).where(*wanted).order_by(Transition.id.desc()).limit(asked.limit + 1)
    ).all()


def visits(session: Session, asked: Asked) -> Sequence[Visit]:
    wanted = _wanted(
        asked, Visit.id, Visit.entered_at, {Visit.customer_id: asked.customer, Visit.place_id: asked.place}
    )
    return session.scalars(select(Visit).where(*wanted).order_by(Visit.id.desc()).limit(asked.limit + 1)).all()


def decisions(session: Session, asked: Asked) -> Sequence[Decision]:
    same = {
        Decision.customer_id: asked.customer,
        Decision.campaign_id: asked.campaign,
        Decision.place_id: asked.place,
        Decision.outcome: asked.outcome,
    }
    wanted = _wanted(asked, Decision.id, Decision.at, same)
    return session.scalars(select(Decision).where(*wanted).order_by(Decision.id.desc()).limit(asked.limit + 1)).all()


def deliveries(session: Session, asked: Asked) -> Sequence[Delivery]:
    wanted = _wanted(
        asked,
        Delivery.id,
        Delivery.created_at,
        {Delivery.customer_id: asked.customer, Delivery.campaign_id: asked.campaign, Delivery.state: asked.state},
    )
    if asked.place is not None:
        wanted.append(Delivery.decision_id.in_(select(Decision.id).where(Decision.place_id == asked.place)))
    return session.scalars(select(Delivery).where(*wanted).order_by(Delivery.id.desc()).limit(asked.limit + 1)).all()


def _wanted(
    asked: Asked, key: Any, at: Any, same: dict[InstrumentedAttribute[Any], str | None]
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [column == value for column, value in same.items() if value is not None]
    if asked.since is not None:
        conditions.append(at >= asked.since)
    if asked.cursor is not None:
        conditions.append(key < asked.cursor)
    return conditions


def purge_transitions(session: Session, before: datetime) -> int:
    return len(session.scalars(delete(Transition).where(Transition.at < before).returning(Transition.id)).all())


def purge_stays(session: Session, before: datetime) -> int:
    return len(session.scalars(delete(Stay).where(Stay.left_at < before).returning(Stay.id)).all())


def purge_visits(session: Session, before: datetime) -> int:
    return len(session.scalars(delete(Visit).where(Visit.left_at < before).returning(Visit.id)).all())


def purge_decisions(session: Session, before: datetime, counted_since: datetime) -> int:
    """Those from before, less what still counts against a cap or a cooldown."""
    done = or_(Decision.spends_cap.is_(False), Decision.at < counted_since)
    return len(session.scalars(delete(Decision).where(Decision.at < before, done).returning(Decision.id)).all())


def purge_deliveries(session: Session, before: datetime) -> int:
    under_way = Delivery.state.in_(("queued", "sending"))
    return len(
        session.scalars(delete(Delivery).where(Delivery.created_at < before, ~under_way).returning(Delivery.id)).all()
    )
