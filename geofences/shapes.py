"""Circles and areas, read from JSON; every refusal says which ring and which vertex.

Edges of an area are straight in longitude and latitude (RFC 7946, 3.1.1), as GEOS and PostGIS draw them. Against the
shortest way between the same ends that is 250 m for an east-west edge of 100 km at 52 degrees north, 2.5 m for 10 km, and
0.2 m for 3 km. What is inside goes by the straight line; ways to it are measured along it, in pieces.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import shapely

from geofences.metres import Floats, distances_m, metres_per_degree_at, wrap_lon
from geofences.pieces import short_pieces
from geofences.reading import ShapeError, read_parts, read_position_field, read_radius

__all__ = ["Area", "Bounds", "Circle", "Covering", "Part", "Ring", "Shape", "ShapeError", "known_shape", "read_shape"]

Ring = tuple[tuple[float, float], ...]
"""(lat, lon) of each vertex, the first repeated as the last."""
Part = tuple[Ring, ...]
"""The outer ring, then its holes."""


class Bounds(NamedTuple):
    """Degrees; `west` > `east` where the shape lies over the antimeridian, -180 and 180 where it holds a pole."""

    south: float
    west: float
    north: float
    east: float


class Covering(NamedTuple):
    """A circle that holds the whole shape: what a phone can watch."""

    lat: float
    lon: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Circle:
    """All points at most `radius_m` true metres from the centre."""

    lat: float
    lon: float
    radius_m: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.lat, self.lon

    @property
    def bounds(self) -> Bounds:
        return widen(Bounds(self.lat, self.lon, self.lat, self.lon), self.radius_m)

    @property
    def covering(self) -> Covering:
        return Covering(self.lat, self.lon, self.radius_m)

    def to_json(self) -> dict[str, Any]:
        return {"lat": self.lat, "lon": self.lon, "radius_m": self.radius_m}


@dataclass(frozen=True)
class Area:
    """One polygon or several, with holes: `geometry` as GEOS has it, in (lon, lat), valid and never written to.

    It keeps no other copy of its vertices: a hundred thousand areas of tuples would be some hundred megabytes.
    """

    geometry: shapely.Polygon | shapely.MultiPolygon

    @classmethod
    def of(cls, parts: Sequence[Part]) -> "Area":
        """From rings that make a valid area."""
        polygons = [_polygon(part) for part in parts]
        return cls(polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons))

    @property
    def parts(self) -> tuple[Part, ...]:
        """As GeoJSON has them, but (lat, lon)."""
        polygons = [self.geometry] if isinstance(self.geometry, shapely.Polygon) else self.geometry.geoms
        return tuple(
            tuple(tuple((lat, lon) for lon, lat in ring.coords) for ring in (one.exterior, *one.interiors))
            for one in polygons
        )

    @cached_property
    def edges(self) -> Floats:
        """(n, 4): lat, lon of an edge's start and end. Where the area was cut at the antimeridian, the cut is no
        border; nor is a pole with area all round it.
        """
        pairs = [(*a, *b) for part in self.parts for ring in part for a, b in pairwise(ring) if a != b]
        border = _without_cuts(pairs) if self.over_antimeridian else pairs
        return np.array(border or pairs, dtype=np.float64)  # the whole Earth has no border: it keeps its cuts

    @cached_property
    def bounds(self) -> Bounds:
        west, south, east, north = (float(v) for v in self.geometry.bounds)
        if self.over_antimeridian:
            edges = [(min(lon for _, lon in part[0]), max(lon for _, lon in part[0])) for part in self.parts]
            right = max(high for low, high in edges if low < 0)
            left = min(low for low, high in edges if high > 0)
            if left > right:
                west, east = left, right
        return Bounds(south, west, north, east)

    @cached_property
    def centre(self) -> tuple[float, float]:
        """The middle of the bounds; it may lie outside the area."""
        south, west, north, east = self.bounds
        return (south + north) / 2, wrap_lon(west + (east - west) % 360 / 2 if (west, east) != (-180, 180) else 0.0)

    @cached_property
    def covering(self) -> Covering:
        lat, lon = self.centre
        start, end = np.split(short_pieces(self.edges), 2, axis=1)
        reach = float(distances_m(start[:, 0], start[:, 1], np.float64(lat), np.float64(lon)).max())  # type: ignore[arg-type]
        # a piece straight in degrees bulges from the shortest way, which is nowhere farther than at its ends
        bulge = np.radians(end[:, 1] - start[:, 1]) ** 2 * np.sin(2 * np.radians(np.abs(start).max(axis=1, initial=0)))
        return Covering(lat, lon, reach * 1.001 + 1.0 + float(bulge.max()) * 6_400_000 / 16)

    @property
    def over_antimeridian(self) -> bool:
        """It has vertices at both 180 and -180."""
        return tuple(self.geometry.bounds[::2]) == (-180.0, 180.0)

    def to_json(self) -> dict[str, Any]:
        parts = [[[[lon, lat] for lat, lon in ring] for ring in part] for part in self.parts]
        if len(parts) == 1:
            return {"geometry": {"type": "Polygon", "coordinates": parts[0]}}
        return {"geometry": {"type": "MultiPolygon", "coordinates": parts}}


Shape = Circle | Area


def read_shape(raw: Mapping[str, Any]) -> Circle | Area:
    """A circle from `{lat, lon, radius_m}`, an area from `{geometry: GeoJSON Polygon or MultiPolygon}`.

    Other fields are ignored. Raises ShapeError.
    """
    geometry = raw.get("geometry")
    circle = [field for field in ("lat", "lon", "radius_m") if raw.get(field) is not None]
    if geometry is not None and circle:
        raise ShapeError(circle[0], f"give either geometry or lat, lon and radius_m: {circle[0]} came with geometry")
    if geometry is not None:
        return Area.of(read_parts(geometry))
    if not circle:
        raise ShapeError("geometry", "a shape is a geometry, or lat, lon and radius_m")
    lat, lon = read_position_field(raw, "lat", 90), read_position_field(raw, "lon", 180)
    return Circle(lat, wrap_lon(lon), read_radius(raw))


def known_shape(raw: Mapping[str, Any]) -> Circle | Area:
    """`read_shape` with no check at all: only for what it has seen before it was stored."""
    geometry = raw.get("geometry")
    if geometry is None:
        return Circle(float(raw["lat"]), wrap_lon(float(raw["lon"])), float(raw["radius_m"]))
    if geometry["type"] == "Polygon":
        return Area(_known_polygon(geometry["coordinates"]))
    return Area(shapely.MultiPolygon([_known_polygon(rings) for rings in geometry["coordinates"]]))


def _without_cuts(edges: Sequence[tuple[float, ...]]) -> list[tuple[float, ...]]:
    """Edges along the antimeridian are a border where there is area on one side alone; those along a pole, if not all round it."""
    cuts = {edge for edge in edges if abs(edge[1]) == 180 and edge[1] == edge[3]}
    border = [edge for edge in edges if edge not in cuts]
    for pole in (-90.0, 90.0):
        there = {edge for edge in border if edge[0] == edge[2] == pole}
        if sum(abs(edge[3] - edge[1]) for edge in there) == 360:
            border = [edge for edge in border if edge not in there]
    for low, high in pairwise(sorted({lat for edge in cuts for lat in edge[::2]})):
        sides = {edge[1] for edge in cuts if min(edge[::2]) <= low and high <= max(edge[::2])}
        if len(sides) == 1:
            border.append((low, *sides, high, *sides))
    return border


def _known_polygon(rings: Sequence[Sequence[Sequence[float]]]) -> shapely.Polygon:
    outer, *holes = (shapely.linearrings(np.array([spot[:2] for spot in ring], np.float64)) for ring in rings)
    return shapely.polygons(outer, holes or None)


def _polygon(part: Part) -> shapely.Polygon:
    outer, *holes = ([(lon, lat) for lat, lon in ring] for ring in part)
    return shapely.Polygon(outer, holes)


def widen(bounds: Bounds, by_m: float) -> Bounds:
    """`widened` for one."""
    return Bounds(*(float(v) for v in widened(np.array([bounds]), np.array([by_m]))[0]))


def widened(bounds: Floats, by_m: Floats) -> Floats:
    """Bounds (n, 4) that hold every point at most `by_m` metres from those; never too small, a thousandth too large."""
    south, west, north, east = bounds.T
    per_lat = np.minimum(metres_per_degree_at(south)[0], metres_per_degree_at(north)[0]) * 0.999
    low, high = south - by_m / per_lat, north + by_m / per_lat
    share = np.sin(np.minimum(by_m / 6_335_000.0, np.pi / 2)) * 1.001
    cos_lat = np.cos(np.radians(np.maximum(np.abs(south), np.abs(north))))
    pole = (low <= -90) | (high >= 90) | (share >= cos_lat)
    by_lon = np.degrees(np.arcsin(np.where(pole, 0.0, share / np.where(pole, 1.0, cos_lat))))
    span = np.where((west == -180) & (east == 180), 360.0, (east - west) % 360.0)
    whole = pole | (span + 2 * by_lon >= 360)
    west = np.where(whole, -180.0, (west - by_lon + 180.0) % 360.0 - 180.0)
    east = np.where(whole, 180.0, (east + by_lon + 180.0) % 360.0 - 180.0)
    return np.stack([np.maximum(low, -90.0), west, np.minimum(high, 90.0), east], axis=1)
