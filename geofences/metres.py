"""Distances in metres on the WGS84 ellipsoid.

`distance_m` and `distances_m` are T. Vincenty's inverse formula (Survey Review XXIII 176, 1975): within 1 mm plus
1e-7 of the length of Karney's geodesics, everywhere on Earth. It does not converge for nearly antipodal points;
there the way is found as two halves of about 10,000 km each. Up to some kilometres the middle latitude is enough.

`Plane` is flat: for what lies within some hundred metres of its origin.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

A = 6_378_137.0
"""WGS84's equatorial radius in metres."""
F = 1 / 298.257223563
"""WGS84's flattening."""
B = A * (1 - F)
E2 = F * (2 - F)

Floats = NDArray[np.float64]

_ITERATIONS = 40
_SETTLED = 1e-12
_NEAR = 8e-4
"""Radians of latitude and of longitude, at most 5 km: up to there C. F. Gauss's formula for the middle latitude is off by at most
(dlat**2 + dlon**2) / 24 of the length, which is its next term: 6e-8. Held against Karney's geodesics in the tests.
"""


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Length in metres of the shortest way between two points in degrees."""
    phi, north, east = math.radians((lat1 + lat2) / 2), math.radians(lat2 - lat1), math.radians(wrap_lon(lon2 - lon1))
    if abs(north) < _NEAR and abs(east) < _NEAR:
        w = math.sqrt(1 - E2 * math.sin(phi) ** 2)
        return math.hypot(A * (1 - E2) / w**3 * north, A / w * math.cos(phi) * east)
    length = _vincenty(math.radians(lat1), math.radians(lat2), east)
    return length if length is not None else _antipodal(lat1, lon1, lat2, lon2)


def distances_m(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats) -> Floats:
    """`distance_m` for arrays of degrees of one shape; the same formula, to the last few bits."""
    lat1, lon1, lat2, lon2 = np.broadcast_arrays(lat1, lon1, lat2, lon2)
    shape = lat1.shape
    lat1, lon1, lat2, lon2 = (np.asarray(a, dtype=np.float64).ravel() for a in (lat1, lon1, lat2, lon2))
    east = lon2 - lon1
    north, east = np.radians(lat2 - lat1), np.radians(east - 360.0 * np.rint(east / 360.0))
    phi = np.radians((lat1 + lat2) / 2)
    w = np.sqrt(1 - E2 * np.sin(phi) ** 2)
    lengths: Floats = np.hypot(A * (1 - E2) / w**3 * north, A / w * np.cos(phi) * east)
    far = np.flatnonzero(~((np.abs(north) < _NEAR) & (np.abs(east) < _NEAR)))
    if len(far):
        lengths[far] = _vincenties(lat1[far], lon1[far], lat2[far], lon2[far])
    return lengths.reshape(shape)


def _vincenties(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats) -> Floats:
    delta = lon2 - lon1
    delta = np.radians(delta - 360.0 * np.rint(delta / 360.0))
    u1, u2 = np.arctan((1 - F) * np.tan(np.radians(lat1))), np.arctan((1 - F) * np.tan(np.radians(lat2)))
    sin_u1, cos_u1, sin_u2, cos_u2 = np.sin(u1), np.cos(u1), np.sin(u2), np.cos(u2)
    lam = delta.copy()
    settled = np.zeros(lam.shape, dtype=bool)
    for _ in range(_ITERATIONS):
        sin_lam, cos_lam = np.sin(lam), np.cos(lam)
        sin_s = np.hypot(cos_u2 * sin_lam, cos_u1 * sin_u2 - sin_u1 * cos_u2 * cos_lam)
        cos_s = sin_u1 * sin_u2 + cos_u1 * cos_u2 * cos_lam
        sigma = np.arctan2(sin_s, cos_s)
        sin_a = np.divide(cos_u1 * cos_u2 * sin_lam, sin_s, out=np.zeros_like(lam), where=sin_s > 0)
        cos2_a = 1 - sin_a * sin_a
        # on the equator cos2_a is 0 and the term has no weight
        cos_2m = cos_s - np.divide(2 * sin_u1 * sin_u2, cos2_a, out=np.zeros_like(lam), where=cos2_a > 1e-15)
        c = F / 16 * cos2_a * (4 + F * (4 - 3 * cos2_a))
        turned = delta + (1 - c) * F * sin_a * (sigma + c * sin_s * (cos_2m + c * cos_s * (2 * cos_2m * cos_2m - 1)))
        settled = (np.abs(turned - lam) < _SETTLED) & (np.abs(turned) <= math.pi)
        lam = np.where(settled, lam, turned)  # at rest it stays: no answer may hang on who else is in the array
        if settled.all():
            break
    u_sq = cos2_a * (A * A - B * B) / (B * B)
    big_a = 1 + u_sq / 16384 * (4096 + u_sq * (-768 + u_sq * (320 - 175 * u_sq)))
    big_b = u_sq / 1024 * (256 + u_sq * (-128 + u_sq * (74 - 47 * u_sq)))
    turn = cos_s * (2 * cos_2m**2 - 1) - big_b / 6 * cos_2m * (4 * sin_s**2 - 3) * (4 * cos_2m**2 - 3)
    lengths: Floats = B * big_a * (sigma - big_b * sin_s * (cos_2m + big_b / 4 * turn))
    for i in np.flatnonzero(~settled):
        lengths[i] = distance_m(float(lat1[i]), float(lon1[i]), float(lat2[i]), float(lon2[i]))
    return lengths


def wrap_lon(lon: float) -> float:
    """`lon` in [-180, 180), to the last bit as it was where it is there already."""
    return lon if -180.0 <= lon < 180.0 else (lon + 180.0) % 360.0 - 180.0


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres of one degree of latitude and of longitude at `lat`: the meridian and the prime-vertical radius."""
    phi = math.radians(lat)
    w = math.sqrt(1 - E2 * math.sin(phi) ** 2)
    return math.radians(A * (1 - E2) / w**3), math.radians(A / w * math.cos(phi))


def metres_per_degree_at(lat: Floats) -> tuple[Floats, Floats]:
    """`metres_per_degree` for an array."""
    phi = np.radians(lat)
    w = np.sqrt(1 - E2 * np.sin(phi) ** 2)
    return np.radians(A * (1 - E2) / w**3), np.radians(A / w * np.cos(phi))


@dataclass(frozen=True, slots=True)
class Plane:
    """East and north in metres from (lat, lon). The error of a length d at a distance r from the origin is about
    d * r * tan(lat) / 6,400 km: 1 cm for 300 m at 300 m, 52 degrees north. Not for the poles.
    """

    lat: float
    lon: float

    def east_north(self, lat: float, lon: float) -> tuple[float, float]:
        per_lat, per_lon = metres_per_degree(self.lat)
        return wrap_lon(lon - self.lon) * per_lon, (lat - self.lat) * per_lat

    def lat_lon(self, east_m: float, north_m: float) -> tuple[float, float]:
        per_lat, per_lon = metres_per_degree(self.lat)
        return self.lat + north_m / per_lat, wrap_lon(self.lon + east_m / per_lon)


def _vincenty(phi1: float, phi2: float, delta: float) -> float | None:
    """Metres for two latitudes and the difference of the longitudes, in radians; None where it does not converge."""
    u1, u2 = math.atan((1 - F) * math.tan(phi1)), math.atan((1 - F) * math.tan(phi2))
    sin_u1, cos_u1, sin_u2, cos_u2 = math.sin(u1), math.cos(u1), math.sin(u2), math.cos(u2)
    lam = delta
    for _ in range(_ITERATIONS):
        sin_lam, cos_lam = math.sin(lam), math.cos(lam)
        sin_s = math.hypot(cos_u2 * sin_lam, cos_u1 * sin_u2 - sin_u1 * cos_u2 * cos_lam)
        cos_s = sin_u1 * sin_u2 + cos_u1 * cos_u2 * cos_lam
        if sin_s == 0.0:
            return 0.0 if cos_s > 0 else None
        sigma = math.atan2(sin_s, cos_s)
        sin_a = cos_u1 * cos_u2 * sin_lam / sin_s
        cos2_a = 1 - sin_a * sin_a
        cos_2m = cos_s - 2 * sin_u1 * sin_u2 / cos2_a if cos2_a > 1e-15 else cos_s
        c = F / 16 * cos2_a * (4 + F * (4 - 3 * cos2_a))
        turned = delta + (1 - c) * F * sin_a * (sigma + c * sin_s * (cos_2m + c * cos_s * (2 * cos_2m * cos_2m - 1)))
        if abs(turned) > math.pi:
            return None
        if abs(turned - lam) < _SETTLED:
            break
        lam = turned
    else:
        return None
    u_sq = cos2_a * (A * A - B * B) / (B * B)
    big_a = 1 + u_sq / 16384 * (4096 + u_sq * (-768 + u_sq * (320 - 175 * u_sq)))
    big_b = u_sq / 1024 * (256 + u_sq * (-128 + u_sq * (74 - 47 * u_sq)))
    turn = cos_s * (2 * cos_2m**2 - 1) - big_b / 6 * cos_2m * (4 * sin_s**2 - 3) * (4 * cos_2m**2 - 3)
    return B * big_a * (sigma - big_b * sin_s * (cos_2m + big_b / 4 * turn))


def _antipodal(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """The shortest way crosses the great circle that lies between both points: try where, and measure the halves."""
    a, b = _unit(lat1, lon1), _unit(lat2, lon2)
    normal = (a - b) / np.linalg.norm(a - b)
    east = np.cross(normal, (0.0, 0.0, 1.0) if abs(normal[2]) < 0.9 else (1.0, 0.0, 0.0))
    east /= np.linalg.norm(east)
    north = np.cross(normal, east)

    def by_way_of(turn: float) -> float:
        x, y, z = math.cos(turn) * east + math.sin(turn) * north
        phi, lon = math.atan2(z, math.hypot(x, y)), math.degrees(math.atan2(y, x))
        first = _vincenty(math.radians(lat1), phi, math.radians(wrap_lon(lon - lon1)))
        second = _vincenty(phi, math.radians(lat2), math.radians(wrap_lon(lon2 - lon)))
        return math.inf if first is None or second is None else first + second

    width = 2 * math.pi / 72
    best = min((i * width for i in range(72)), key=by_way_of)
    while width > 1e-7:  # the length is flat at its minimum: 1e-7 of a turn is far below a millimetre
        width /= 2
        best = min(best - width, best, best + width, key=by_way_of)
    return by_way_of(best)


def _unit(lat: float, lon: float) -> Floats:
    phi, lam = math.radians(lat), math.radians(lon)
    return np.array([math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)])
