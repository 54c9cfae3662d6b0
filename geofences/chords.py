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
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geofences.metres import E2, A, B, Floats

LEAST_RADIUS_M = B * B / A
"""Of curvature, on the equator along a meridian."""
MOST_RADIUS_M = A * A / B
"""Of curvature, at the poles."""
WHOLE_EARTH_M = 20_020_000.0
"""No two spots are farther apart."""

_NEARLY_ANTIPODAL_M = 12_600_000.0
_SHORT_M = 1_000_000.0
_SLACK_M = 0.1
"""What an edge's pieces aim at; a straight kilometre at 52 degrees north needs no cut."""
_MOST_PIECES = 2_000
"""Of one edge. Only the borders of continents, and edges beside a pole, want more; their slack is larger."""
_ROUNDED = 1e-6
"""Share of a number that single precision may be off by, for start and way in three directions; some twice what it is."""


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
    """The same for many. Up to 1,000 km the series of the formula, with its third term drawn into the second."""
    if chords_m.max(initial=0.0) < _SHORT_M:
        return chords_m * (1 + chords_m * chords_m / (23 * LEAST_RADIUS_M**2))
    share = np.minimum(chords_m / (2 * LEAST_RADIUS_M), 1.0)
    return np.where(chords_m < _NEARLY_ANTIPODAL_M, 2 * LEAST_RADIUS_M * np.arcsin(share), WHOLE_EARTH_M)


def box_radii_m(south: Floats, west: Floats, north: Floats, east: Floats) -> Floats:
    """No less than the way from the middle of each box of degrees to any spot in it.

    So long at most is the line that is straight in degrees: R * d(lat) is bounded by the greatest radius of curvature,
    the circle of latitude by the widest one in the box.
    """
    low = np.where(south * north <= 0.0, 0.0, np.minimum(np.abs(south), np.abs(north)))
    rise, turn = np.radians((north - south) / 2), np.radians((east - west) / 2)
    radii: Floats = np.hypot(MOST_RADIUS_M * rise, _parallels_m(low) * turn)
    return radii


def box_radius_m(south: float, west: float, north: float, east: float) -> float:
    """`box_radii_m` of one."""
    sin_low = 0.0 if south <= 0.0 <= north else math.sin(math.radians(min(abs(south), abs(north))))
    widest = A * math.sqrt((1 - sin_low * sin_low) / (1 - E2 * sin_low * sin_low))
    return math.hypot(MOST_RADIUS_M * math.radians((north - south) / 2), widest * math.radians((east - west) / 2))


def _parallels_m(lat: Floats) -> Floats:
    """Radii of circles of latitude."""
    phi = np.radians(lat)
    radii: Floats = A * np.cos(phi) / np.sqrt(1 - E2 * np.sin(phi) ** 2)
    return radii


@dataclass(frozen=True, slots=True)
class Pieces:
    """A border as straight pieces: (6, n) of metres, start and way to the end, reckoned from `middle`, in single precision."""

    middle: tuple[float, float, float]
    rows: NDArray[np.float32]
    slack_m: float
    """No farther off the border is any of them."""

    def nearer_than(self, at: Spot, metres: float) -> "Pieces":
        """Those of the pieces that come within a chord of `metres`."""
        return Pieces(self.middle, self.rows[:, self._squares(at) <= metres * metres], self.slack_m)

    def least_m(self, at: Spot) -> float:
        """The way from a spot to the border, never too long."""
        return max(math.sqrt(self._squares(at).min()) - self.slack_m, 0.0)

    def _squares(self, at: Spot) -> Floats:
        x, y, z = self.middle
        return _squares(np.array(((at.x - x,), (at.y - y,), (at.z - z,))), self.rows)


def squares_of_many(pieces: Sequence[Pieces], at: Spot) -> Floats:
    """The square of the chord from a spot to the nearest piece of each of these borders."""
    sizes = np.array([one.rows.shape[1] for one in pieces])
    off = np.array(at[2:])[:, None] - np.array([one.middle for one in pieces]).T
    squares = _squares(np.repeat(off, sizes, axis=1), np.concatenate([one.rows for one in pieces], axis=1))
    nearest: Floats = np.minimum.reduceat(squares, np.cumsum(sizes) - sizes)
    return nearest


def _squares(off: Floats, rows: NDArray[np.float32]) -> Floats:
    way = rows[3:]
    off = off - rows[:3]
    share = np.einsum("ij,ij->j", off, way)
    share /= np.einsum("ij,ij->j", way, way) + 1e-9  # of a piece without length the share is of no weight
    np.maximum(share, 0.0, out=share)
    np.minimum(share, 1.0, out=share)
    off -= share * way
    squares: Floats = np.einsum("ij,ij->j", off, off)
    return squares


def cut(borders: Sequence[Floats]) -> list[Pieces]:
    """Borders to pieces; each is (n, 4), lat and lon of an edge's start and end, with at least one edge."""
    edges = np.concatenate(borders)
    south, north = np.minimum(edges[:, 0], edges[:, 2]), np.maximum(edges[:, 0], edges[:, 2])
    length = 2 * box_radii_m(south, edges[:, 1], north, edges[:, 3])
    high = np.radians(np.minimum(np.maximum(np.abs(south), np.abs(north)), 89.9999))
    bend = (1 + 1.5 * np.tan(high)) / LEAST_RADIUS_M
    count = np.clip(np.ceil(length * np.sqrt(bend / (8 * _SLACK_M))), 1, _MOST_PIECES).astype(np.intp)
    piece = length / count
    slack = np.minimum(bend * piece * piece / 8, piece / 2)

    edge = np.repeat(np.arange(len(edges)), count)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    whole, shares = edges[edge].T, (step / count[edge], (step + 1) / count[edge])
    start, end = (spots_of(whole[0] + s * (whole[2] - whole[0]), whole[1] + s * (whole[3] - whole[1])) for s in shares)

    first_edge = np.cumsum([len(border) for border in borders]) - [len(border) for border in borders]
    slacks = np.maximum.reduceat(slack, first_edge)
    sizes = np.add.reduceat(count, first_edge)
    firsts = np.cumsum(sizes) - sizes
    middles = start[:, firsts]
    start -= np.repeat(middles, sizes, axis=1)
    end -= np.repeat(middles, sizes, axis=1)
    reach = np.maximum.reduceat(np.abs(start).max(axis=0), firsts)
    rows = np.concatenate([start, end - start]).astype(np.float32)
    return [
        Pieces(middle, rows[:, a : a + size].copy(), s + r * _ROUNDED)
        for middle, a, size, s, r in zip(
            map(tuple, middles.T.tolist()),
            firsts.tolist(),
            sizes.tolist(),
            slacks.tolist(),
            reach.tolist(),
            strict=True,
        )
    ]
