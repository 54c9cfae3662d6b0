"""What is worth a word about a place: shapes too small for phones, ground shared with another place, and who came. Nothing here stops anybody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from geofences.oddities import overlapping, too_small_m
from geofences.shapes import read_shape
from offers import entries, overview
from offers.entries import Entries
from offers.rules.place import PlaceBody
from web.console.entering import Desk

MOST_NAMED = 10
"""Places that one geofence names."""


@dataclass(frozen=True, slots=True)
class Remark:
    """About one geofence: its radius where it is too small, and the places whose geofence of the same role it shares ground with."""

    role: str
    too_small_m: int | None
    over: tuple[tuple[str, str], ...]
    """Id and name."""
    more: int = 0
    """Further places that are not named."""


def remarks_on(desk: Desk, place_id: str | None, fences: Iterable[Mapping[str, Any]]) -> list[Remark]:
    """Of a place as it is or as it would be. Held against the geofences in force that this process knows: no statement but one for names."""
    known = sorted((one for one in desk.parts.fences.index.by_id.values() if one.place != place_id), key=_role)
    others = {role: list(some) for role, some in groupby(known, _role)}
    found = []
    for fence in fences:
        shape = read_shape({name: fence[name] for name in ("geometry", "lat", "lon", "radius_m") if name in fence})
        small = too_small_m(shape)
        over = sorted({one.place for one in overlapping(shape, others.get(fence["role"], []))})
        if small is not None or over:
            found.append((fence["role"], None if small is None else int(small), over))
    if not found:
        return []
    with desk.parts.database.reading() as session:
        names = overview.names_of(session, [{"place": one} for _, _, over in found for one in over[:MOST_NAMED]])
    return [
        Remark(role, small, _named(over[:MOST_NAMED], names.places), max(0, len(over) - MOST_NAMED))
        for role, small, over in found
    ]


def _named(ids: list[str], names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((one, names.get(one, one)) for one in ids)


def _role(fence: Any) -> str:
    return str(fence.role)


def of_body(body: PlaceBody) -> list[dict[str, Any]]:
    return [{"role": one.role, **one.shape()} for one in body.geofences]


def entries_at(desk: Desk, item: Mapping[str, Any]) -> Entries | None:
    """Who came to a store; None of a landmark, where nobody's visit is kept."""
    if item["kind"] != "store":
        return None
    with desk.parts.database.reading() as session:
        return entries.entries_of(session, item["id"], item["time_zone"], now=desk.parts.now())
