"""Stores nearest to a poster: their own points are kept in this process, and read again after an edit of places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from geofences.metres import distances_m
from offers.records.queries.plain_rows import version_of_places
from offers.records.tables import Place

Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Nearest:
    """Every store as seen from one spot. On a tie the lesser id is first."""

    ids: Sequence[str] = ()
    metres: Mapping[str, float] = field(default_factory=dict)
    known: frozenset[str] = frozenset()

    @property
    def first(self) -> str | None:
        return self.ids[0] if self.ids else None


@dataclass(frozen=True, slots=True)
class _Points:
    version: int
    ids: tuple[str, ...]
    lat: np.ndarray[Any, np.dtype[np.float64]]
    lon: np.ndarray[Any, np.dtype[np.float64]]
    nearest: dict[Spot, Nearest]
    """Of the posters that were asked for last: where each sees them."""


_POINTS: dict[str, _Points] = {}
"""By database, as they were last read."""
_MOST_DATABASES = 8
_MOST_POSTERS = 100
_STORES = select(Place.id, Place.lat, Place.lon).where(Place.kind == "store").order_by(Place.id)


def stores_nearest_first(session: Session, lat: float, lon: float) -> Nearest:
    """As of this moment: one row says whether any place came, went or moved."""
    points = _points(session)
    found = points.nearest.get((lat, lon))
    if found is None:
        found = _seen(points, lat, lon)
        if len(points.nearest) >= _MOST_POSTERS:
            points.nearest.clear()
        points.nearest[lat, lon] = found
    return found


def _seen(points: _Points, lat: float, lon: float) -> Nearest:
    if not points.ids:
        return Nearest()
    metres = distances_m(points.lat, points.lon, np.float64(lat), np.float64(lon))  # type: ignore[arg-type]  # broadcast
    order = np.argsort(metres, kind="stable")
    ids = tuple(points.ids[i] for i in order)
    return Nearest(ids, dict(zip(ids, metres[order].tolist(), strict=True)), frozenset(ids))


def _points(session: Session) -> _Points:
    version, name = version_of_places(session), session.get_bind().engine.url.render_as_string(hide_password=True)
    kept = _POINTS.get(name)
    if kept is None or kept.version != version:
        rows = session.connection().execute(_STORES).all()
        kept = _Points(
            version,
            tuple(row[0] for row in rows),
            np.array([row[1] for row in rows], dtype=np.float64),
            np.array([row[2] for row in rows], dtype=np.float64),
            {},
        )
        if len(_POINTS) >= _MOST_DATABASES:
            _POINTS.clear()
        _POINTS[name] = kept
    return kept
