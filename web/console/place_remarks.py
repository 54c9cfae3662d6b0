"""What is worth a word about a place: shapes too small for phones, ground shared with another place, and who came. Nothing here stops anybody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from geofences.fence_index import Fence
from geofences.oddities import Ground, overlapping, sharing, too_small_m
from geofences.shapes import Area, Circle, read_shape
from offers import entries, overview
from offers.entries import Entries
from offers.rules.place import PlaceBody
from web.console.entering import Desk

MOST_NAMED = 10
"""Places that one geofence names."""
MOST_LOOKED, MOST_DRAWN, MOST_NEAR = 1_000, 1_000, 20
"""Of a file: places that are looked at, neighbours that are drawn for all of them together, a millisecond each at most, and for one geofence."""


@dataclass(frozen=True, slots=True)
class Remark:
    """About one geofence: its radius where it is too small, and the places whose geofence of the same role it shares ground with."""

    role: str
    too_small_m: int | None
    over: tuple[tuple[str, str], ...]
    """Id and name."""
    more: int = 0
    """Further places that are not named."""


Found = tuple[str, int | None, list[str]]
"""Role, radius where it is too small, and the places it is over."""


def remarks_on(desk: Desk, place_id: str | None, fences: Iterable[Mapping[str, Any]]) -> list[Remark]:
    """Of a place as it is or as it would be. Held against the geofences in force that this process knows: no statement but one for names."""
    known = sorted((one for one in desk.parts.fences.index.by_id.values() if one.place != place_id), key=_role)
    others = {role: list(some) for role, some in groupby(known, _role)}
    found: list[Found] = []
    for fence in fences:
        shape = _shape_of(fence)
        small = too_small_m(shape)
        over = sorted({one.place for one in overlapping(shape, others.get(fence["role"], []))})
        if small is not None or over:
            found.append((fence["role"], None if small is None else int(small), over))
    return _said(desk, {"": found}, {}).get("", [])


def remarks_on_many(desk: Desk, bodies: Mapping[str, PlaceBody]) -> tuple[dict[str, list[Remark]], int]:
    """The same of places that would be written together, each held against the others too; of those alone of which there is something to say.
    And how many were looked at: `MOST_LOOKED`, or fewer where they lie so close that too many would have to be drawn.
    """
    theirs = {name: [(fence["role"], _shape_of(fence)) for fence in of_body(body)] for name, body in bodies.items()}
    known = [one for one in desk.parts.fences.index.by_id.values() if one.place not in bodies]
    known += [
        Fence(f"{name}:{number}", name, role, shape)
        for name, fences in theirs.items()
        if not bodies[name].paused
        for number, (role, shape) in enumerate(fences)
    ]
    known.sort(key=_role)
    ground = {role: Ground(list(some)) for role, some in groupby(known, _role)}
    found: dict[str, list[Found]] = {}
    drawn = looked = 0
    for name in islice(theirs, MOST_LOOKED):
        if drawn >= MOST_DRAWN:
            break
        looked += 1
        for role, shape in theirs[name]:
            small = too_small_m(shape)
            near = [one for one in ground[role].near(shape) if one.place != name] if role in ground else []
            drawn += min(len(near), MOST_NEAR)
            over = sorted({one.place for one in sharing(shape, near[:MOST_NEAR])})
            if small is not None or over:
                found.setdefault(name, []).append((role, None if small is None else int(small), over))
    return _said(desk, found, {name: body.name for name, body in bodies.items()}), looked


def _said(desk: Desk, found: Mapping[str, list[Found]], known: Mapping[str, str]) -> dict[str, list[Remark]]:
    """With the places' names: those that are known, and all others in one statement."""
    named = {one for some in found.values() for _, _, over in some for one in over[:MOST_NAMED]}
    names = dict(known)
    if unknown := sorted(named - names.keys()):
        with desk.parts.database.reading() as session:
            names |= overview.names_of(session, [{"place": one} for one in unknown]).places
    return {
        place: [
            Remark(role, small, _named(over[:MOST_NAMED], names), max(0, len(over) - MOST_NAMED))
            for role, small, over in some
        ]
        for place, some in found.items()
        if some
    }


def _shape_of(fence: Mapping[str, Any]) -> Circle | Area:
    return read_shape({name: fence[name] for name in ("geometry", "lat", "lon", "radius_m") if name in fence})


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
