"""Two ellipses round a centre for each geofence: within the first a position is surely inside, beyond the last surely not.

All are circles in one flat metric of the geofence's own: squared degrees of latitude, those of longitude scaled to them.
Five operations tell for nearly every position; who lies between the two is measured exactly. With M and P the metres of a
degree of latitude and longitude, a the least and b the greatest of M / M(centre) and P / P(centre) in the latitudes that
matter, every way s and its flat length D keep a D <= s <= b D: the shortest way does not leave these latitudes, and the
straight one does not either. Hence D <= r / b is inside a circle, and D > r / a outside.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from geofences.metres import Floats, metres_per_degree_at
from geofences.rings import AT_ONCE, Geometries, Ints

REACH_M = 300.0
"""Farther outside a geofence than this, a position says nothing about it but that it is not inside."""

LAT, LON, SCALE, INSIDE, OUTSIDE, BEYOND = range(6)
"""The centre in degrees, the square of how much shorter a degree of longitude is; squares of the surely inside, of the surely not,
and of the surely more than REACH_M away.
"""
WIDTH = 8
"""Numbers a row: one cache line."""

_LEAST_RADIUS_M = 6_335_439.0
"""Of the meridian's curvature, at the equator."""
_HIGHEST = 89.9
_SLACK_M, _SLACK = 0.01, 1e-6
"""More than distances are off (`metres`) and than rounding does."""


def outlines_of_circles(circles: Floats) -> Floats:
    """Rows of lat, lon, radius in metres."""
    lat, lon, radius = circles.T
    far = radius + REACH_M
    per_lat, per_lon = metres_per_degree_at(lat)
    least, most, tame = _stretch(lat, lat, lat, far * (1 + _SLACK) + _SLACK_M)
    slack = radius * _SLACK + _SLACK_M
    inside = np.where(tame, (radius / most - slack) / per_lat, -1.0)
    outside = np.where(tame, (radius / least + slack) / per_lat, np.inf)
    beyond = np.where(tame, (far / least + slack) / per_lat, np.inf)
    return _rows(lat, lon, (per_lon / per_lat) ** 2, inside, outside, beyond)


def outlines_of_areas(areas: Geometries) -> Floats:
    parts = [_outlines(areas[i : i + AT_ONCE]) for i in range(0, len(areas), AT_ONCE)]
    return np.concatenate(parts) if parts else np.empty((0, WIDTH))


def _outlines(geometry: Geometries) -> Floats:
    """The surely inside and outside of an area are exact in the flat metric, where its edges are straight too."""
    west, south, east, north = shapely.bounds(geometry).T
    lon, lat = shapely.get_coordinates(shapely.centroid(geometry)).T
    per_lat, per_lon = metres_per_degree_at(lat)
    scale = per_lon / per_lat
    vertices, of = shapely.get_coordinates(geometry, return_index=True)
    x, y = (vertices[:, 0] - lon[of]) * scale[of], vertices[:, 1] - lat[of]
    first = np.searchsorted(of, np.arange(len(geometry)))
    last = np.append(first[1:], len(of)) - 1
    outer = np.sqrt(np.maximum.reduceat(x * x + y * y, first))
    to_edge = np.sqrt(np.minimum.reduceat(_to_edges(x, y, last), first))
    holds = shapely.intersects_xy(geometry, lon, lat)
    least, _, tame = _stretch(lat, south, north, np.full(lat.shape, REACH_M))
    tame &= (east - west < 170.0) & ~((west == -180) & (east == 180))
    inside = np.where(tame & holds, to_edge * (1 - _SLACK) - _SLACK_M / per_lat, -1.0)
    outside = np.where(tame, outer * (1 + _SLACK) + _SLACK_M / per_lat, np.inf)
    beyond = outside + (REACH_M / least * (1 + _SLACK) + _SLACK_M) / per_lat
    return _rows(lat, lon, scale * scale, inside, outside, beyond)


def _to_edges(x: Floats, y: Floats, last: Ints) -> Floats:
    """Squares of the origin's distance to the edge that begins at each vertex. From a ring's end to the next ring's beginning
    there is none: that one more can make the surely inside smaller, never larger.
    """
    dx, dy = np.diff(x, append=x[-1:]), np.diff(y, append=y[-1:])
    dx[last] = dy[last] = 0.0
    square = dx * dx + dy * dy
    share = np.clip(-(x * dx + y * dy) / np.where(square > 0, square, 1.0), 0.0, 1.0)
    return np.asarray((x + share * dx) ** 2 + (y + share * dy) ** 2)


def _stretch(lat: Floats, south: Floats, north: Floats, by_m: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """The a and b of the latitudes from `south` to `north` and `by_m` around; false where the neighbourhood of a pole has no such bounds."""
    by = np.degrees(by_m / _LEAST_RADIUS_M) * (1 + _SLACK)
    high = np.maximum(np.abs(south - by), np.abs(north + by))
    low = np.where((south - by) * (north + by) > 0, np.minimum(np.abs(south - by), np.abs(north + by)), 0.0)
    tame = high < _HIGHEST
    (m0, p0), (m_low, p_low) = metres_per_degree_at(lat), metres_per_degree_at(low)
    m_high, p_high = metres_per_degree_at(np.where(tame, high, low))
    tame &= by_m < 57.0 * p_high  # a radian: so that the way is the short one round the Earth
    p0 = np.where(tame, p0, 1.0)
    return np.minimum(m_low / m0, p_high / p0), np.maximum(m_high / m0, p_low / p0), tame


def _rows(lat: Floats, lon: Floats, scale: Floats, *radii: Floats) -> Floats:
    rows = np.zeros((len(lat), WIDTH))
    rows[:, LAT], rows[:, LON], rows[:, SCALE] = lat, lon, scale
    for column, radius in zip((INSIDE, OUTSIDE, BEYOND), radii, strict=True):
        rows[:, column] = np.where(radius > 0, radius * radius, -1.0)
    return rows
