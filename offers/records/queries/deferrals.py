from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from offers.records.queries.writing import insert_of
from offers.records.tables import Deferral


def due_deferrals(session: Session, now: datetime, limit: int) -> list[str]:
    """Ids of those whose time has come, the longest due first."""
    due = select(Deferral.id).where(Deferral.not_before <= now).order_by(Deferral.not_before, Deferral.id)
    return list(session.scalars(due.limit(limit)))


def waiting(session: Session, ids: Iterable[str]) -> set[str]:
    """The customers of those of these that are still there."""
    return set(session.scalars(select(Deferral.customer_id).where(Deferral.id.in_(set(ids)))))


def due_of(session: Session, customer_ids: Iterable[str], now: datetime) -> Sequence[Deferral]:
    """All that is due of these customers, a customer's and a moment's beside each other."""
    return session.scalars(
        select(Deferral)
        .where(Deferral.customer_id.in_(set(customer_ids)), Deferral.not_before <= now)
        .order_by(Deferral.customer_id, Deferral.moment, Deferral.id)
    ).all()


def take(session: Session, ids: Iterable[str]) -> set[str]:
    """Remove these; those that were still there. What went with its place or campaign at this moment is not among them."""
    gone = delete(Deferral).where(Deferral.id.in_(set(ids))).returning(Deferral.id)
    return set(session.scalars(gone.execution_options(synchronize_session=False)))


def put_off(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert these; one that waits already, waits once."""
    if rows:
        ordered = sorted(rows, key=lambda row: str(row["id"]))
        session.execute(insert_of(session, Deferral).on_conflict_do_nothing(), ordered)


def count_deferrals(session: Session, now: datetime) -> tuple[int, int]:
    """How many wait, and how many of them are due."""
    due = func.count().filter(Deferral.not_before <= now)
    all_of_them, those_due = session.execute(select(func.count(), due).select_from(Deferral)).one()
    return all_of_them, those_due
