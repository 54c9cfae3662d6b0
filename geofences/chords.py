"""Straight lines through the Earth, and what they prove about the way along its surface. No angles: a few multiplications.

For two spots on the ellipsoid with the chord c between them and the shortest way s:

    c <= s                      the straight line is the shortest of all lines
    s <= 2 R asin(c / 2 R)      Schur's comparison theorem: nowhere does the shortest way bend more than a circle of radius
                                R = B * B / A, the ellipsoid's least radius of curvature; it holds up to s = pi R, and up to
                                there lies all but the last 100 km before the antipode. Both differ by s**3 / 24 R**2:
                                1 mm for 10 km, 1 m for 100 km.

An area's edge is straight in degrees. It is cut into pieces; a line of length l that bends at most k per metre is nowhere
farther than k * l**2 / 8 from the chord between its ends (the remainder of linear interpolation): the piece's `slack`.
Along the surface a line that is straight in degrees bends at most 1.09 tan(lat) / R, reckoned on the sphere; 1.5 is taken.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from geofences.metres import E2, A, B, Floats

LEAST_RADIUS_M = B * B / A
"""Of curvature, on the equator along a meridian."""
MOST_RADIUS_M = A * A / B
"""Of curvature, at the poles."""
WHOLE_EARTH_M = 20_020_000.0
"""No two spots are farther apart."""

_NEARLY_ANTIPODAL_M = 12_600_000.0
_SLACK_M = 0.1
"""What an edge's pieces aim at; a straight kilometre at 52 degrees north needs no cut."""
_MOST_PIECES = 2_000
"""Of one edge. Only the borders of continents, and edges beside a pole, want more; their slack is larger."""


class Spot(NamedTuple):
    """A position in degrees, and the same in metres from the Earth's middle."""

    lat: float
    lon: float
    x: float
    y: float
    z: float


def spot_of(lat: float, lon: float) -> Spot:
    phi, lam = math.radians(lat), math.radians(lon)
    sin_phi = math.sin(phi)
    normal = A / math.sqrt(1 - E2 * sin_phi * sin_phi)
    across = normal * math.cos(phi)
    return Spot(lat, lon, across * math.cos(lam), across * math.sin(lam), normal * (1 - E2) * sin_phi)


def spots_of(lat: Floats, lon: Floats) -> Floats:
    """(3, n): the same for arrays of degrees."""
    phi, lam = np.radians(lat), np.radians(lon)
    normal = A / np.sqrt(1 - E2 * np.sin(phi) ** 2)
    across = normal * np.cos(phi)
    return np.stack([across * np.cos(lam), across * np.sin(lam), normal * (1 - E2) * np.sin(phi)])


def longest_way(chord_m: float) -> float:
    """No less than the way along the surface between two spots so far apart."""
    if chord_m >= _NEARLY_ANTIPODAL_M:
        return WHOLE_EARTH_M
    return 2 * LEAST_RADIUS_M * math.asin(chord_m / (2 * LEAST_RADIUS_M))


def longest_ways(chords_m: Floats) -> Floats:
    share = np.minimum(chords_m / (2 * LEAST_RADIUS_M), 1.0)
    return np.where(chords_m < _NEARLY_ANTIPODAL_M, 2 * LEAST_RADIUS_M * np.arcsin(share), WHOLE_EARTH_M)


def cell_radius_m(south: float, west: float, north: float, east: float) -> float:
    """No less than the way from the middle of a box of degrees to any spot in it: the line straight in degrees is so long at most."""
    widest = _parallel_m(0.0 if south <= 0.0 <= north else min(abs(south), abs(north)))
    return math.hypot(MOST_RADIUS_M * math.radians((north - south) / 2), widest * math.radians((east - west) / 2))


def _parallel_m(lat: float) -> float:
    """Radius of a circle of latitude."""
    phi = math.radians(lat)
    return A * math.cos(phi) / math.sqrt(1 - E2 * math.sin(phi) ** 2)


@dataclass(frozen=True, slots=True)
class Pieces:
    """An area's border as straight pieces: (7, n), start, way to the end, 1 / length**2; and how far off the border they may be."""

    rows: Floats
    slack_m: float

    @classmethod
    def of(cls, edges: Floats) -> "Pieces":
        """From (n, 4): lat, lon of an edge's start and end."""
        rise, turn = np.radians(edges[:, 2] - edges[:, 0]), np.radians(edges[:, 3] - edges[:, 1])
        low = np.where(edges[:, 0] * edges[:, 2] <= 0, 0.0, np.minimum(np.abs(edges[:, 0]), np.abs(edges[:, 2])))
        high = np.radians(np.minimum(np.maximum(np.abs(edges[:, 0]), np.abs(edges[:, 2])), 89.9999))
        widest = A * np.cos(np.radians(low)) / np.sqrt(1 - E2 * np.sin(np.radians(low)) ** 2)
        length = np.hypot(MOST_RADIUS_M * rise, widest * turn)
        bend = (1 + 1.5 * np.tan(high)) / LEAST_RADIUS_M
        count = np.clip(np.ceil(length * np.sqrt(bend / (8 * _SLACK_M))), 1, _MOST_PIECES).astype(np.intp)
        piece = length / count
        slack = float(np.minimum(bend * piece * piece / 8, piece / 2).max(initial=0.0))
        edge = np.repeat(np.arange(len(edges)), count)
        step = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
        whole = edges[edge]
        ends = []
        for share in (step / count[edge], (step + 1) / count[edge]):
            lat = whole[:, 0] + share * (whole[:, 2] - whole[:, 0])
            ends.append(spots_of(lat, whole[:, 1] + share * (whole[:, 3] - whole[:, 1])))
        way = ends[1] - ends[0]
        squared = np.einsum("ij,ij->j", way, way)
        inverse = np.divide(1.0, squared, out=np.zeros_like(squared), where=squared > 0)
        return cls(np.concatenate([ends[0], way, inverse[None]]), slack)

    def nearer_than(self, at: Spot, metres: float) -> "Pieces":
        """Those of the pieces that come within a chord of `metres`."""
        return Pieces(self.rows[:, squares_to(self.rows, at) <= metres * metres], self.slack_m)

    def metres_to(self, at: Spot) -> float:
        """The chord to the nearest piece: within `slack_m` of the one to the border."""
        return math.sqrt(squares_to(self.rows, at).min())


def squares_to(rows: Floats, at: Spot) -> Floats:
    """The square of the chord from a spot to each of these pieces."""
    off = np.array(((at.x,), (at.y,), (at.z,))) - rows[:3]
    way = rows[3:6]
    share = np.einsum("ij,ij->j", off, way)
    share *= rows[6]
    np.maximum(share, 0.0, out=share)
    np.minimum(share, 1.0, out=share)
    off -= share * way
    squares: Floats = np.einsum("ij,ij->j", off, off)
    return squares
