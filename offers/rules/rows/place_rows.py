"""A place as maps and tables write it: its spot and its premises beside its other fields, and not within `geofences`.

What is refused is named as it was written: `radius_m` in a table, `geometry.coordinates[0][3]` and `properties.radius_m` in a Feature.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FENCE = ("role", "radius_m", "geometry", "dwell_s")
"""Fields of the one geofence that a flat place has."""
_FIRST = "geofences[0]."


@dataclass(frozen=True, slots=True)
class Flat:
    """A place's body made of a flat one."""

    body: Mapping[str, Any]
    guessed: frozenset[str] = frozenset()
    """`lat` and `lon` where nobody wrote them: what is wrong with them is wrong with something else, if anything else is."""
    has_fence: bool = False
    """Its first geofence is made of the flat fields."""
    from_point: frozenset[str] = frozenset()
    """Fields that a Feature's Point said."""

    def as_written(self, faults: Sequence[tuple[str, str]], *, in_feature: bool) -> list[tuple[str, str]]:
        """The faults of the body in the words of the flat one."""
        named = [(self._written(path), message) for path, message in faults]
        others = [one for one in named if one[0] not in self.guessed] or named
        told = {self._in_feature(path) if in_feature else path: message for path, message in others}
        return list(told.items())  # one for each path: of a spot the geofence says more than the place, and comes last

    def _written(self, path: str) -> str:
        if not self.has_fence or not path.startswith(_FIRST):
            return path
        return path.removeprefix(_FIRST)

    def _in_feature(self, path: str) -> str:
        if path in self.from_point:
            return "geometry.coordinates"
        return path if path.partition(".")[0].partition("[")[0] == "geometry" else f"properties.{path}"


def flat_place(fields: Mapping[str, Any], from_point: frozenset[str] = frozenset()) -> Flat:
    """Of a table's row, or of what `feature_place` makes of a Feature. A list of `geofences` counts alone, as it stands."""
    body = {name: value for name, value in fields.items() if name not in FENCE}
    fence = {name: fields[name] for name in FENCE if fields.get(name) is not None}
    guessed = frozenset({"lat", "lon"} - body.keys())
    if len(guessed) == 2 and (spot := _spot(fence.get("geometry"))):
        body |= spot
    if body.get("geofences") is not None:
        return Flat(body, guessed, from_point=from_point)
    if not fence.keys() & {"geometry", "radius_m"}:
        return Flat(
            body | fence, guessed, from_point=from_point
        )  # a role or a dwell time of nothing is an unknown field
    if "geometry" not in fence:
        fence |= {name: body[name] for name in ("lat", "lon") if name in body}
    body["geofences"] = [{"role": "premises", **fence}]
    return Flat(body, guessed, has_fence=True, from_point=from_point)


def feature_place(feature: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """The flat place that a Feature says, and which of its fields its Point said; its `id` where the properties have none."""
    properties = feature.get("properties")
    fields = dict(properties) if isinstance(properties, Mapping) else {}
    if fields.get("id") is None and feature.get("id") is not None:
        fields["id"] = feature["id"]
    geometry = feature.get("geometry")
    if geometry is None:
        return fields, frozenset()
    if not isinstance(geometry, Mapping) or geometry.get("type") != "Point":
        return fields | {"geometry": geometry}, frozenset()
    position = geometry.get("coordinates")
    if not isinstance(position, list) or len(position) < 2:
        position = [None, None]
    said = {"lon": position[0], "lat": position[1]}
    fields |= said
    return fields, frozenset(said)


def _spot(geometry: object) -> dict[str, float] | None:
    """The middle of an area's first ring, where nobody says where the place itself is; none where there is no ring of numbers."""
    ring = geometry.get("coordinates") if isinstance(geometry, Mapping) else None
    for _ in range(3):
        if not isinstance(ring, list) or not ring:
            return None
        if all(_is_position(one) for one in ring):
            lons, lats = zip(*(one[:2] for one in ring), strict=True)
            return {"lat": (min(lats) + max(lats)) / 2, "lon": (min(lons) + max(lons)) / 2}
        ring = ring[0]
    return None


def _is_position(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= 2
        and all(isinstance(one, int | float) and not isinstance(one, bool) for one in value[:2])
    )
