"""Circles and areas, read from JSON; every refusal says which ring and which vertex.

Edges of an area are straight in longitude and latitude, as GEOS and PostGIS draw them. Against the shortest way between
the same ends that is 2.5 m for an east-west edge of 10 km at 52 degrees north, and 0.2 m for 3 km.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import shapely

from geofences.metres import Floats, distances_m, metres_per_degree, wrap_lon
from geofences.reading import ShapeError, read_parts, read_position_field, read_radius

__all__ = ["Area", "Bounds", "Circle", "Covering", "Part", "Ring", "Shape", "ShapeError", "known_shape", "read_shape"]

PREPARED_FROM = 100
"""Vertices from which GEOS answers faster from a tree of the edges. Below that the tree is slower to fetch from memory than
the edges, and takes another 1.5 kB an area.
"""

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

    def __post_init__(self) -> None:
        """A prepared geometry builds its tree at the second question, and not safely: ask before any other thread can."""
        if shapely.get_num_coordinates(self.geometry) > PREPARED_FROM:
            shapely.prepare(self.geometry)
            for _ in range(2):
                shapely.intersects_xy(self.geometry, *shapely.get_coordinates(self.geometry)[0])

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
        """(n, 4): lat, lon of an edge's start and end. Where the area was cut at the antimeridian, the cut is no border."""
        pairs = [(*a, *b) for part in self.parts for ring in part for a, b in pairwise(ring) if a != b]
        edges = np.array(pairs, dtype=np.float64)
        if self._over_antimeridian:
            edges = edges[~((np.abs(edges[:, 1]) == 180) & (edges[:, 1] == edges[:, 3]))]
        return edges

    @cached_property
    def bounds(self) -> Bounds:
        west, south, east, north = (float(v) for v in self.geometry.bounds)
        if self._over_antimeridian and (west, east) == (-180, 180):
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
        shares = np.linspace(0.0, 1.0, 9)[:, None]  # an edge straight in degrees may bulge away from the centre
        lats = self.edges[:, 0] + shares * (self.edges[:, 2] - self.edges[:, 0])
        lons = self.edges[:, 1] + shares * (self.edges[:, 3] - self.edges[:, 1])
        reach = float(distances_m(lats, lons, np.float64(lat), np.float64(lon)).max())  # type: ignore[arg-type]
        return Covering(lat, lon, reach * 1.001 + 1.0)

    @property
    def _over_antimeridian(self) -> bool:
        lons = {lon for part in self.parts for _, lon in part[0]}
        return 180.0 in lons and -180.0 in lons

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


def _known_polygon(rings: Sequence[Sequence[Sequence[float]]]) -> shapely.Polygon:
    outer, *holes = (shapely.linearrings(np.array([spot[:2] for spot in ring], np.float64)) for ring in rings)
    return shapely.polygons(outer, holes or None)


def _polygon(part: Part) -> shapely.Polygon:
    outer, *holes = ([(lon, lat) for lat, lon in ring] for ring in part)
    return shapely.Polygon(outer, holes)


def widen(bounds: Bounds, by_m: float) -> Bounds:
    """Bounds that hold every point at most `by_m` metres from those; never too small, a thousandth too large."""
    south, west, north, east = bounds
    per_lat = min(metres_per_degree(south)[0], metres_per_degree(north)[0]) * 0.999
    low, high = south - by_m / per_lat, north + by_m / per_lat
    share = math.sin(min(by_m / 6_335_000.0, math.pi / 2)) * 1.001
    cos_lat = math.cos(math.radians(max(abs(south), abs(north))))
    if low <= -90 or high >= 90 or share >= cos_lat:
        return Bounds(max(low, -90.0), -180.0, min(high, 90.0), 180.0)
    by_lon = math.degrees(math.asin(share / cos_lat))
    span = (east - west) % 360 if (west, east) != (-180, 180) else 360.0
    if span + 2 * by_lon >= 360:
        return Bounds(low, -180.0, high, 180.0)
    return Bounds(low, wrap_lon(west - by_lon), high, wrap_lon(east + by_lon))


def boxes(bounds: Bounds) -> Iterator[tuple[float, float, float, float]]:
    """The bounds as one or two boxes (west, south, east, north) in [-180, 180], as an R-tree takes them."""
    south, west, north, east = bounds
    if west <= east:
        yield west, south, east, north
    else:
        yield west, south, 180.0, north
        yield -180.0, south, east, north
