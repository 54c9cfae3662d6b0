"""How many are where, now, and which posters hang where: numbers, never who."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from offers.records.queries import places as place_queries
from offers.records.queries import posters as poster_queries
from offers.records.queries import scans as scan_queries
from offers.records.queries.inside import inside_now


@dataclass(frozen=True, slots=True)
class Hanging:
    """A poster where it hangs, and by how many people it was scanned since the moment that was asked about."""

    id: str
    name: str
    """The placement's; its id where it has none."""
    place: str | None
    lat: float
    lon: float
    scans: int


def count_inside(session: Session, place_ids: Collection[str]) -> dict[str, int]:
    """Of each of these places how many customers are on its premises now; a place where nobody is, is not named."""
    return inside_now(session, place_ids)


def count_inside_first(session: Session, limit: int) -> dict[str, int]:
    """The same of so many places, the first by id."""
    return inside_now(session, place_queries.first_place_ids(session, limit))


def places_drawn(session: Session, limit: int) -> list[dict[str, Any]]:
    """Of so many places, the first by id: `id`, `name`, `lat`, `lon`, how many are `inside`, and `fences`: of each its `id`, `role` and shape."""
    places, shapes = place_queries.drawn_places(session, limit)
    inside = inside_now(session, [place.id for place in places])
    fences: dict[str, list[dict[str, Any]]] = {place.id: [] for place in places}
    for row in shapes:
        fences[row.place_id].append({"id": row.id, "role": row.role, **msgspec.json.decode(row.shape)})
    return [
        {"id": one, "name": name, "lat": lat, "lon": lon, "inside": inside.get(one, 0), "fences": fences[one]}
        for one, name, lat, lon in places
    ]


def points_of_places(session: Session, limit: int) -> list[dict[str, Any]]:
    """Of so many places, the first by id: `id`, `name`, `lat`, `lon`, and `tags` where there are any."""
    return [_point(row) for row in place_queries.points_of_places(session, limit)]


def outlines_of_places(session: Session, ids: Collection[str]) -> list[dict[str, Any]]:
    """The same of these places, by id, with their `fences`: of each its `id`, `role` and shape."""
    places, shapes = place_queries.outlined_places(session, ids)
    fences: dict[str, list[dict[str, Any]]] = {place.id: [] for place in places}
    for row in shapes:
        fences[row.place_id].append({"id": row.id, "role": row.role, **msgspec.json.decode(row.shape)})
    return [_point(place) | {"fences": fences[place.id]} for place in places]


def _point(row: Any) -> dict[str, Any]:
    point = {"id": row.id, "name": row.name, "lat": row.lat, "lon": row.lon}
    return point | ({"tags": row.tags} if row.tags else {})


def posters_hanging(session: Session, *, since: datetime, limit: int) -> list[Hanging]:
    """Those that were not taken down, the first so many by id, with their scans since then."""
    rows = poster_queries.posters_that_hang(session, limit)
    scans = scan_queries.people_since(session, [row[0] for row in rows], since)
    return [Hanging(one, name or one, place, lat, lon, scans.get(one, 0)) for one, name, place, lat, lon in rows]
