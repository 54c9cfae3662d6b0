"""What GeoJSON may say of an area: every refusal names the ring and the vertex.

Source of the rules: RFC 7946, sections 3.1.1, 3.1.6 and 3.1.9, and the OGC's simple features for what is a valid polygon.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geofences.metres import metres_per_degree

RADIUS_M = (1.0, 50_000.0)
LEAST_AREA_M2 = 1.0
MOST_PAIRS = 20_000
"""Pairs of holes, or of polygons, that are held against each other to name the two that overlap. A body may have ten thousand."""


class ShapeError(ValueError):
    """A shape that cannot be: `path` as in `geometry.coordinates[0][3]`, `message` in plain words."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


_Ring = tuple[tuple[float, float], ...]
_SPOT = re.compile(r"\[(\S+) (\S+)\]")


def read_position_field(raw: Mapping[str, Any], field: str, limit: int) -> float:
    """`lat` or `lon` of a circle's centre."""
    value = raw.get(field)
    if value is None:
        raise ShapeError(field, f"a circle needs {field}")
    if not _is_number(value):
        raise ShapeError(field, f"{field} must be a finite number of degrees")
    if not -limit <= value <= limit:
        raise ShapeError(field, f"{field} must be from -{limit} to {limit}{_looks_like_metres(value)}")
    return float(value)


def read_radius(raw: Mapping[str, Any]) -> float:
    value = raw.get("radius_m")
    least, most = RADIUS_M
    if value is None:
        raise ShapeError("radius_m", "a circle needs radius_m")
    if not _is_number(value) or not least <= value <= most:
        raise ShapeError("radius_m", f"radius_m must be a number from {least:.0f} to {most:.0f}")
    return float(value)


def read_parts(raw: object) -> tuple[tuple[_Ring, ...], ...]:
    """The rings of a GeoJSON Polygon or MultiPolygon as (lat, lon), checked one by one and together."""
    path = "geometry"
    if not isinstance(raw, Mapping):
        raise ShapeError(path, "geometry must be a GeoJSON object")
    kind = raw.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        raise ShapeError(f"{path}.type", "geometry must be a Polygon or a MultiPolygon")
    path += ".coordinates"
    coordinates = _list(raw.get("coordinates"), path, "coordinates")
    if kind == "Polygon":
        return (_read_part(coordinates, path, ""),)
    parts = tuple(
        _read_part(_list(part, f"{path}[{i}]", f"polygon {i}"), f"{path}[{i}]", f"polygon {i}, ")
        for i, part in enumerate(coordinates)
    )
    if len(parts) > 1:
        _refuse_overlap(parts, path)
    return parts


def _read_part(rings: list[Any], path: str, prefix: str) -> tuple[_Ring, ...]:
    part = tuple(_read_ring(ring, f"{path}[{i}]", f"{prefix}{_name(i)}") for i, ring in enumerate(rings))
    outer = _polygon(part[0])
    shapely.prepare(outer)
    holes = [_polygon(ring) for ring in part[1:]]
    for i, hole in enumerate(holes, start=1):
        if not outer.covers(hole):
            raise ShapeError(f"{path}[{i}]", f"{prefix}{_name(i)} does not lie inside the outer ring")
    for i, j in _meeting(holes):
        if holes[i].relate_pattern(holes[j], "T********"):
            raise ShapeError(f"{path}[{j + 1}]", f"{prefix}{_name(j + 1)} overlaps {_name(i + 1)}")
    whole = shapely.Polygon(_flip(part[0]), [_flip(ring) for ring in part[1:]])
    if not whole.is_valid:
        raise ShapeError(path, f"{prefix}the rings do not make one area: {_plain(whole)}")
    return part


def _read_ring(raw: object, path: str, name: str) -> _Ring:
    positions = _list(raw, path, name)
    ring = tuple(_read_position(p, f"{path}[{i}]", f"{name}, vertex {i}") for i, p in enumerate(positions))
    if len(ring) < 4:
        raise ShapeError(path, f"{name} has {len(ring)} positions, a ring needs at least 4")
    if ring[0] != ring[-1]:
        raise ShapeError(f"{path}[{len(ring) - 1}]", f"{name} is not closed: its last vertex must repeat its first")
    for i, ((_, lon), (_, after)) in enumerate(pairwise(ring)):
        if abs(after - lon) > 180:
            cut = "cut the area there into a MultiPolygon (RFC 7946, 3.1.9)"
            raise ShapeError(f"{path}[{i + 1}]", f"{name}, vertex {i + 1}: the edge jumps over the antimeridian; {cut}")
    polygon = _polygon(ring)
    if _square_metres(polygon if polygon.is_valid else polygon.convex_hull) < LEAST_AREA_M2:
        raise ShapeError(path, f"{name} has no area: its vertices lie on one line, or all in one spot")
    if not polygon.is_valid:
        i = _crossing(polygon, ring)
        raise ShapeError(
            f"{path}[{i}]", f"{name}, vertex {i}: the ring crosses or touches itself on the edge from here"
        )
    return ring


def _read_position(raw: object, path: str, name: str) -> tuple[float, float]:
    position = _list(raw, path, name)
    if len(position) < 2:
        raise ShapeError(path, f"{name} must be [longitude, latitude]")
    lon, lat = position[:2]
    for i, value in enumerate(position[:2]):
        if not _is_number(value):
            raise ShapeError(f"{path}[{i}]", f"{name}: {'latitude' if i else 'longitude'} must be a finite number")
    if not -180 <= lon <= 180:
        raise ShapeError(f"{path}[0]", f"{name}: longitude must be from -180 to 180{_looks_like_metres(lon)}")
    if not -90 <= lat <= 90:
        swapped = "; were latitude and longitude swapped?" if -180 <= lat <= 180 and -90 <= lon <= 90 else ""
        raise ShapeError(f"{path}[1]", f"{name}: latitude must be from -90 to 90{swapped}{_looks_like_metres(lat)}")
    return float(lat), float(lon)


def _list(raw: object, path: str, name: str) -> list[Any]:
    if not isinstance(raw, list | tuple) or not raw:
        raise ShapeError(path, f"{name} must be a list that is not empty")
    return list(raw)


def _refuse_overlap(parts: tuple[tuple[_Ring, ...], ...], path: str) -> None:
    polygons = [shapely.Polygon(_flip(part[0]), [_flip(ring) for ring in part[1:]]) for part in parts]
    if shapely.MultiPolygon(polygons).is_valid:
        return
    for i, j in _meeting(polygons):
        if not shapely.MultiPolygon([polygons[i], polygons[j]]).is_valid:
            raise ShapeError(f"{path}[{j}]", f"polygon {j} overlaps polygon {i}, or shares an edge with it")
    raise ShapeError(path, "the polygons do not make one area")


def _meeting(polygons: Sequence[shapely.Polygon]) -> Iterator[tuple[int, int]]:
    """Pairs of them that meet, (i, j) with i < j; so many as are worth looking at: of thousands that all meet each other some are named
    soon, or the area as a whole is refused.
    """
    left = MOST_PAIRS
    tree = shapely.STRtree(polygons)
    for i, one in enumerate(polygons):
        near = sorted(int(j) for j in tree.query(one) if j > i)
        for j in near:
            if left == 0:
                return
            left -= 1
            yield i, j


def _crossing(polygon: shapely.Polygon, ring: _Ring) -> int:
    """Which edge holds the spot that GEOS complains of."""
    spot = _SPOT.search(shapely.is_valid_reason(polygon))
    if spot is None:
        return 0
    point = shapely.Point(float(spot[1]), float(spot[2]))
    edges = [shapely.LineString([(a[1], a[0]), (b[1], b[0])]) for a, b in pairwise(ring)]
    return min(range(len(edges)), key=lambda i: edges[i].distance(point))


def _square_metres(geometry: BaseGeometry) -> float:
    """Roughly: enough to tell a line from an area."""
    per_lat, per_lon = metres_per_degree((geometry.bounds[1] + geometry.bounds[3]) / 2)
    return float(geometry.area) * per_lat * per_lon


def _plain(geometry: shapely.Polygon) -> str:
    return str(_SPOT.sub("", shapely.is_valid_reason(geometry))).strip().lower()


def _polygon(ring: _Ring) -> shapely.Polygon:
    return shapely.Polygon(_flip(ring))


def _flip(ring: _Ring) -> list[tuple[float, float]]:
    return [(lon, lat) for lat, lon in ring]


def _name(i: int) -> str:
    return "ring 0 (outer)" if i == 0 else f"ring {i} (hole)"


def _looks_like_metres(value: float) -> str:
    if abs(value) <= 360:
        return ""
    return "; this looks like metres of a projected system (EPSG:28992, EPSG:3857), not degrees"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
