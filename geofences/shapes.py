"""Circles and areas, read from JSON; every refusal says which ring and which vertex.

Edges of an area are straight in longitude and latitude, as GEOS and PostGIS draw them. Against the shortest way between
the same ends that is 2.5 m for an east-west edge of 10 km at 52 degrees north, and 0.2 m for 3 km.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geofences.chords import cut, spot_of
from geofences.metres import Floats, metres_per_degree, wrap_lon
from geofences.reading import ShapeError, read_parts, read_position_field, read_radius

__all__ = ["Area", "Bounds", "Circle", "Covering", "Part", "Ring", "Shape", "ShapeError", "read_shape"]

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
    """One polygon or several, with holes; `parts` as GeoJSON has them, but (lat, lon)."""

    parts: tuple[Part, ...]

    @cached_property
    def geometry(self) -> BaseGeometry:
        """The same for GEOS, in (lon, lat)."""
        rings = [[[(lon, lat) for lat, lon in ring] for ring in part] for part in self.parts]
        polygons = [shapely.Polygon(outer, holes) for outer, *holes in rings]
        return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)

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
        """No larger than it must be but for 1 m and a thousandth."""
        lat, lon = self.centre
        (border,) = cut([self.edges])
        return Covering(lat, lon, border.most_m(spot_of(lat, lon)) * 1.001 + 1.0)

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
        return Area(read_parts(geometry))
    if not circle:
        raise ShapeError("geometry", "a shape is a geometry, or lat, lon and radius_m")
    lat, lon = read_position_field(raw, "lat", 90), read_position_field(raw, "lon", 180)
    return Circle(lat, wrap_lon(lon), read_radius(raw))


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
