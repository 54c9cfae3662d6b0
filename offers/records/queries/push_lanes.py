from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from offers.records.queries.writing import insert_missing
from offers.records.tables import PushLane
from offers.rules.push_lanes import LaneState

ALL = "all"
"""The row of the rate over all ways out."""


def lane_states(session: Session) -> dict[str, LaneState]:
    """Every way out of which anything is known, as it is now and unlocked."""
    rows = session.scalars(
        select(PushLane).where(PushLane.name != ALL).order_by(PushLane.name).execution_options(populate_existing=True)
    )
    return {row.name: state_of(row) for row in rows}


def state_of(row: PushLane) -> LaneState:
    return LaneState(
        row.name,
        row.paused_until,
        row.reason,
        row.alarm,
        row.answered,
        row.mismatched,
        row.pace,
        row.pace_at,
        row.since,
    )


def lanes_locked(session: Session, names: Iterable[str]) -> Mapping[str, PushLane]:
    """These rows, made where they are missing, locked in the order of their names. Whoever holds them waits for nothing else."""
    wanted = sorted(set(names))
    rows = _locked(session, wanted)
    if len(rows) < len(wanted):
        insert_missing(session, PushLane, [_new(name) for name in wanted if name not in rows])
        rows = _locked(session, wanted)
    return rows


def _locked(session: Session, names: list[str]) -> dict[str, PushLane]:
    rows = session.scalars(
        select(PushLane)
        .where(PushLane.name.in_(names))
        .order_by(PushLane.name)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.name: row for row in rows}


def take_the_try(session: Session, name: str, now: datetime, until: datetime) -> bool:
    """Pause a lane whose alarm has waited long enough once more: whoever did so, and nobody else, may send a few meanwhile."""
    taken = session.execute(
        update(PushLane)
        .where(PushLane.name == name, PushLane.alarm, PushLane.paused_until <= now)
        .values(paused_until=until)
        .returning(PushLane.name)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


def _new(name: str) -> dict[str, Any]:
    return {"name": name, "alarm": False, "answered": 0, "mismatched": 0, "pace": 100}
