"""Long edges in pieces: an edge is straight in degrees, and only a short one is straight on the ground too."""

import numpy as np
from numpy.typing import NDArray

from geofences.metres import Floats

LONGEST_M = 10_000.0
"""An edge is straight in degrees; up to this length that and the shortest way differ by 2.5 m at 52 degrees north."""
WIDEST_DEG = 5.0
_DEGREE_M = 111_700.0
"""No degree is longer."""
_SHORT_DEG = 0.06
"""What goes no farther in latitude and in longitude is one piece."""


def short_pieces(edges: Floats) -> Floats:
    """The edges (lat, lon, lat, lon), the long ones as several pieces in a row along the line that is straight in degrees."""
    lat1, lon1, lat2, lon2 = edges.T
    count = pieces_of(lat1, lon1, lat2, lon2)
    which, share = np.repeat(np.arange(len(count)), count), 1 / np.repeat(count, count)
    nth = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    start, way = edges[which, :2], edges[which, 2:] - edges[which, :2]
    return np.hstack([start + (nth * share)[:, None] * way, start + ((nth + 1) * share)[:, None] * way])


def pieces_of(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats) -> NDArray[np.intp]:
    """In how many pieces an edge is measured, so that none is longer than LONGEST_M or wider than WIDEST_DEG."""
    north, east = np.abs(lat2 - lat1), np.abs(lon2 - lon1)
    pieces = np.ones(north.shape, dtype=np.intp)
    long = np.flatnonzero((north > _SHORT_DEG) | (east > _SHORT_DEG))
    lat1, lat2, north, east = lat1[long], lat2[long], north[long], east[long]
    cos = np.cos(np.radians(np.where(lat1 * lat2 > 0, np.minimum(np.abs(lat1), np.abs(lat2)), 0.0)))
    most = np.maximum(np.hypot(north, east * cos) * (_DEGREE_M / LONGEST_M), east / WIDEST_DEG)
    pieces[long] = np.maximum(np.ceil(most), 1)
    return pieces
