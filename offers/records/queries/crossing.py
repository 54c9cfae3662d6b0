"""What recording crossings asks and writes: plain rows, read and written many at a time.

A worker's time goes into this room more than into any other, and the session's own objects cost several times what these do.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from offers.records.database import Table
from offers.records.queries.among import among
from offers.records.queries.writing import insert_rows, update_rows
from offers.records.tables import Device, Geofence, Place, Stay, Visit


class DeviceNow(NamedTuple):
    id: str
    customer_id: str
    revoked: bool


class FenceNow(NamedTuple):
    """A geofence with what counts of its place."""

    id: str
    place_id: str
    role: str
    retired: bool
    paused: bool
    place_kind: str
    place_lat: float
    place_lon: float


@dataclass(slots=True)
class StayNow:
    """A row of `stays` while crossings are recorded."""

    id: str
    device_id: str
    customer_id: str
    geofence_id: str
    visit_id: str | None
    moment: str
    entered_at: datetime
    dwelled_at: datetime | None = None
    left_at: datetime | None = None
    left_reason: str | None = None
    for_orders: bool = False


@dataclass(slots=True)
class VisitNow:
    """A row of `visits` while crossings are recorded."""

    id: str
    customer_id: str
    place_id: str
    entered_at: datetime
    left_at: datetime | None = None


Kept = TypeVar("Kept", StayNow, VisitNow)

_STAY = (
    Stay.id,
    Stay.device_id,
    Stay.customer_id,
    Stay.geofence_id,
    Stay.visit_id,
    Stay.moment,
    Stay.entered_at,
    Stay.dwelled_at,
    Stay.left_at,
    Stay.left_reason,
    Stay.for_orders,
)
_VISIT = (Visit.id, Visit.customer_id, Visit.place_id, Visit.entered_at, Visit.left_at)


def devices_now(session: Session, ids: Iterable[str]) -> dict[str, DeviceNow]:
    rows = session.execute(select(Device.id, Device.customer_id, Device.revoked_at).where(among(Device.id, ids)))
    return {row[0]: DeviceNow(row[0], row[1], row[2] is not None) for row in rows}


def fences_now(session: Session, ids: Iterable[str]) -> dict[str, FenceNow]:
    rows = session.execute(
        select(
            *(Geofence.id, Geofence.place_id, Geofence.role, Geofence.retired_at),
            *(Place.paused, Place.kind, Place.lat, Place.lon),
        )
        .join(Place, Place.id == Geofence.place_id)
        .where(among(Geofence.id, ids))
    )
    return {row[0]: FenceNow(row[0], row[1], row[2], row[3] is not None, *row[4:]) for row in rows}


def open_stays(session: Session, customer_ids: Iterable[str]) -> dict[tuple[str, str], StayNow]:
    """By device and geofence, in the order of their ids."""
    rows = session.execute(
        select(*_STAY).where(among(Stay.customer_id, customer_ids), Stay.left_at.is_(None)).order_by(Stay.id)
    )
    return _by_pair(rows)


def newest_stays(session: Session, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], StayNow]:
    """The newest stay, open or closed, of each (device, geofence)."""
    told = json.dumps(sorted(set(pairs)))
    each = (
        "json_each(:pairs)"
        if session.get_bind().dialect.name == "sqlite"
        else "json_array_elements(CAST(:pairs AS json))"
    )
    newest = text(
        "SELECT (SELECT id FROM stays WHERE device_id = pair.value ->> 0 AND geofence_id = pair.value ->> 1"  # noqa: S608 - no value in it
        f" ORDER BY entered_at DESC LIMIT 1) FROM {each} AS pair"
    )
    ids = session.scalars(newest, {"pairs": told}).all()
    rows = session.execute(select(*_STAY).where(among(Stay.id, ids)))
    return _by_pair(rows)


def _by_pair(rows: Iterable[Any]) -> dict[tuple[str, str], StayNow]:
    return {(row[1], row[3]): StayNow(*row) for row in rows}


def open_visits(session: Session, customer_ids: Iterable[str]) -> dict[tuple[str, str], VisitNow]:
    """By customer and place."""
    rows = session.execute(select(*_VISIT).where(among(Visit.customer_id, customer_ids), Visit.left_at.is_(None)))
    return {(row[1], row[2]): VisitNow(*row) for row in rows}


def visits_by_id(session: Session, ids: Iterable[str | None]) -> dict[str, VisitNow]:
    return {row[0]: VisitNow(*row) for row in session.execute(select(*_VISIT).where(among(Visit.id, ids)))}


def last_left(session: Session, visit_ids: Iterable[str]) -> dict[str, datetime]:
    """When the last of each visit's stays that are over ended."""
    rows = session.execute(
        select(Stay.visit_id, func.max(Stay.left_at))
        .where(among(Stay.visit_id, visit_ids), Stay.left_at.is_not(None))
        .group_by(Stay.visit_id)
    )
    return {visit_id: left_at for visit_id, left_at in rows if visit_id and left_at}


class Rows(Generic[Kept]):
    """The rows of one table that a call makes and changes."""

    def __init__(self) -> None:
        self._made: dict[str, Kept] = {}
        self._changed: dict[str, Kept] = {}

    def make(self, row: Kept) -> Kept:
        self._made[row.id] = row
        return row

    def change(self, row: Kept) -> None:
        """To be said of each row that is changed; one that was made here is written as it is at the end."""
        if row.id not in self._made:
            self._changed[row.id] = row

    def write(self, session: Session, table: type[Table]) -> None:
        """What ended first: at most one is open, and another may have begun since. What goes on again comes last."""
        changed = self._changed.values()
        update_rows(session, table, [_columns(row) for row in changed if row.left_at is not None])
        insert_rows(session, table, [_columns(row) for row in self._made.values()])
        update_rows(session, table, [_columns(row) for row in changed if row.left_at is None])


def _columns(row: StayNow | VisitNow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}
