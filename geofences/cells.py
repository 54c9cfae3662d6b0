"""Cells of about a kilometre, and how far apart two of them are at least: all that is kept of a position, for the teleport check.

A row is 0.01 degrees of latitude high; a cell of it is at most as wide as it is high. A row has fewer cells the nearer it is to a
pole, and its cells go round the Earth, so neither the poles nor the antimeridian are a case of their own.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from geofences.metres import E2, A, Floats

CELLS_IN_90_DEGREES = 9_000
_ROWS = 2 * CELLS_IN_90_DEGREES
_MOST = 4 * CELLS_IN_90_DEGREES
_FLATTEST_M = A / math.sqrt(1 - E2)
"""WGS84's largest radius of curvature, at the poles: no way over a sphere of it is shorter than the same way on the Earth."""
_ROUNDEST_M = A * (1 - E2)
"""The smallest, of a meridian at the equator: no way over a sphere of it is longer."""
RADIUS_M = _FLATTEST_M * math.radians(45 / CELLS_IN_90_DEGREES) * math.sqrt(2) + 1.0
"""No position is farther than this from the middle of its cell: half of a square's diagonal, and a metre for rounding. 791 m."""

Cells = NDArray[np.int64]


def cells_of(lat: Floats, lon: Floats) -> Cells:
    """The cell of each position; degrees, `lon` in [-180, 180)."""
    row = np.clip(np.floor((lat + 90.0) * (CELLS_IN_90_DEGREES / 90)), 0, _ROWS - 1).astype(np.int64)
    in_row = _in_rows()[row]
    cells: Cells = row * _MOST + np.clip(np.floor((lon + 180.0) / 360.0 * in_row), 0, in_row - 1).astype(np.int64)
    return cells


def cell_of(lat: float, lon: float) -> int:
    """`cells_of` for one position."""
    return int(cells_of(np.array([lat]), np.array([lon]))[0])


def apart_m(one: int, other: int) -> float:
    """No two positions in these cells are nearer to each other than this; 0 for cells that are two apart or less."""
    if one == other:
        return 0.0
    phi1, lam1 = _middle(one)
    phi2, lam2 = _middle(other)
    half = math.sin((phi2 - phi1) / 2) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin((lam2 - lam1) / 2) ** 2
    return max(0.0, 2 * _ROUNDEST_M * math.asin(min(1.0, math.sqrt(half))) - 2 * RADIUS_M)


def _middle(cell: int) -> tuple[float, float]:
    """Latitude and longitude in radians."""
    row, column = divmod(cell, _MOST)
    lat = (row + 0.5) / CELLS_IN_90_DEGREES * math.pi / 2 - math.pi / 2
    return lat, (column + 0.5) / int(_in_rows()[row]) * 2 * math.pi - math.pi


@cache
def _in_rows() -> Cells:
    """How many cells each row has: as many as fit at the edge that is nearer to the equator, and none wider than it is high."""
    edges = np.radians(np.arange(_ROWS + 1) * (90 / CELLS_IN_90_DEGREES) - 90.0)
    longest = np.maximum(np.cos(edges[:-1]), np.cos(edges[1:]))
    in_rows: Cells = np.maximum(1, np.ceil(longest * _MOST)).astype(np.int64)
    return in_rows
