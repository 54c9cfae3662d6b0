"""Metres from positions to the borders of areas.

The nearest spot of each edge is looked for on a plane around the position, and the way to the nearest of these is then
measured on the ellipsoid. A distance d is too long by at most d * (d * tan(lat) / 6,400 km)**2: nothing that could be
seen within 300 m up to 89 degrees of latitude, 0.3 m for 20 km at 52 degrees. It is never too short.

Nearer to a pole no plane in degrees is one: there each edge is sampled, ever finer around its nearest spot.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geofences.metres import Floats, distances_m, metres_per_degree_at
from geofences.pieces import LONGEST_M, pieces_of, short_pieces
from geofences.rings import Ints, Rings, each
from geofences.shapes import Area

_EDGES_AT_ONCE = 16_384  # their columns stay in the processor's cache
_POLAR = 89.0
_SAMPLES, _ROUNDS = 9, 12
"""Each round looks at an eighth of the last on both sides: 10 km become less than a millimetre."""


class Borders:
    """Of the areas whose rings these are; those with long edges, and those over the antimeridian, get rings of their own."""

    def __init__(self, areas: Sequence[Area], rings: Rings, cut: NDArray[np.bool_]) -> None:
        """`cut` says which areas lie over the antimeridian."""
        own = np.flatnonzero(_has_long_edges(rings) | cut)
        edges = [short_pieces(areas[i].edges) for i in own.tolist()]
        more = [np.insert(edge.reshape(-1, 2), slice(2, None, 2), np.nan, axis=0) for edge in edges]
        ends = np.full((1, 2), np.nan)
        self.vertices = np.concatenate([rings.vertices, *(part for one in more for part in (one, ends)), ends])
        self._first, self._count = rings.first.copy(), rings.count.copy()
        lengths = np.array([len(one) + 1 for one in more], dtype=np.intp)
        self._count[own], self._first[own] = lengths, len(rings.vertices) + np.cumsum(lengths) - lengths

    def distances(self, lat: Floats, lon: Floats, area: Ints) -> Floats:
        """Metres from each position to the border of the area beside it, without sign."""
        metres = np.empty(len(lat))
        edges = np.cumsum(self._count[area])
        steps = np.arange(_EDGES_AT_ONCE, edges[-1] if len(edges) else 0, _EDGES_AT_ONCE)
        bounds = [0, *np.unique(np.searchsorted(edges, steps, side="right")).tolist(), len(lat)]
        for i, j in pairwise(bounds):
            if i < j:
                metres[i:j] = self._distances(lat[i:j], lon[i:j], area[i:j])
        for i in np.flatnonzero(np.abs(lat) > _POLAR).tolist():
            metres[i] = self._polar(lat[i], lon[i], int(area[i]))
        return metres

    def _distances(self, lat: Floats, lon: Floats, area: Ints) -> Floats:
        count = self._count[area]
        start = np.cumsum(count) - count
        pair, nth = each(count)
        nth += self._first[area].take(pair)
        vertices = self.vertices.take(nth, axis=0)
        per_lat, per_lon = metres_per_degree_at(lat)
        east = vertices[:, 1] - lon.take(pair)
        east -= 360.0 * np.rint(east / 360.0)
        x, y = east * per_lon.take(pair), (vertices[:, 0] - lat.take(pair)) * per_lat.take(pair)
        dx, dy = (
            np.empty_like(x),
            np.empty_like(y),
        )  # the last of each area is none, so that the next area's first does no harm
        dx[:-1], dy[:-1] = x[1:] - x[:-1], y[1:] - y[:-1]
        dx[-1] = dy[-1] = np.nan
        length_sq = dx * dx + dy * dy
        length_sq[length_sq == 0] = 1.0
        share = np.minimum(np.maximum(-(x * dx + y * dy) / length_sq, 0.0), 1.0)
        x += share * dx
        y += share * dy
        squared = x * x + y * y
        nearest = np.flatnonzero(squared == np.fmin.reduceat(squared, start).take(pair))
        nearest = nearest[np.unique(pair[nearest], return_index=True)[1]]
        begin, after = vertices[nearest], self.vertices[nth[nearest] + 1]
        spot = begin + share[nearest, None] * (after - begin)
        return distances_m(lat, lon, spot[:, 0], spot[:, 1])

    def _polar(self, lat: float, lon: float, area: int) -> float:
        mine = slice(self._first[area], self._first[area] + self._count[area] + 1)
        vertex, after = self.vertices[mine][:-1], self.vertices[mine][1:]
        real = ~np.isnan(vertex[:, 0] + after[:, 0])
        vertex, way = vertex[real], (after - vertex)[real]
        low, high = np.zeros(len(way)), np.ones(len(way))
        for _ in range(_ROUNDS):
            shares = np.linspace(low, high, _SAMPLES)
            metres = distances_m(
                np.float64(lat),  # type: ignore[arg-type]
                np.float64(lon),  # type: ignore[arg-type]
                vertex[:, 0] + shares * way[:, 0],
                vertex[:, 1] + shares * way[:, 1],
            )
            width = (high - low) / (_SAMPLES - 1)
            middle = shares[metres.argmin(axis=0), np.arange(len(way))]
            maybe = metres.min(axis=0) <= metres.min() + 2 * LONGEST_M * width
            vertex, way, middle, width = vertex[maybe], way[maybe], middle[maybe], width[maybe]
            low, high = np.maximum(middle - width, 0.0), np.minimum(middle + width, 1.0)
        return float(metres.min())


def _has_long_edges(rings: Rings) -> NDArray[np.bool_]:
    vertices = rings.vertices
    long = np.zeros(len(vertices), dtype=bool)
    for i in range(0, len(vertices) - 1, _EDGES_AT_ONCE):
        start, end = vertices[i : i + _EDGES_AT_ONCE], vertices[i + 1 : i + 1 + _EDGES_AT_ONCE]
        start = start[: len(end)]
        long[i : i + len(end)] = pieces_of(*start.T, *end.T) > 1
    return np.logical_or.reduceat(long, rings.first) if len(rings.first) else np.empty(0, dtype=bool)
