"""Metres from positions to the borders of areas.

The nearest spot of each edge is looked for on a plane around the position, and the way to the nearest of these is then
measured on the ellipsoid. A distance d is too long by at most d * (d * tan(lat) / 6,400 km)**2: nothing that could be
seen within 300 m up to 89 degrees of latitude, 0.3 m for 20 km at 52 degrees. It is never too short.

Nearer to a pole no plane in degrees is one: there each edge is sampled, ever finer around its nearest spot.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geofences.metres import E2, A, Floats, distances_m
from geofences.shapes import Area, pieces_of

_EDGES_AT_ONCE = 500_000  # bounds the memory of one step to some tens of megabytes
_AREAS_AT_ONCE = 4096
_POLAR = 89.0
_SAMPLES, _ROUNDS = 9, 12
"""Each round looks at an eighth of the last on both sides: 10 km become less than a millimetre."""

Ints = NDArray[np.intp]


class Borders:
    """The vertices (lat, lon) of many areas behind each other, each ring's followed by one that is not a number."""

    def __init__(self, areas: Sequence[Area]) -> None:
        parts = [_vertices(areas[i : i + _AREAS_AT_ONCE]) for i in range(0, len(areas), _AREAS_AT_ONCE)]
        self._vertices = np.concatenate([*(vertices for vertices, _ in parts), np.full((1, 2), np.nan)])
        self._count = np.concatenate([count for _, count in parts]) if parts else np.empty(0, dtype=np.intp)
        self._first = np.cumsum(self._count) - self._count

    def distances(self, lat: Floats, lon: Floats, area: Ints) -> Floats:
        """Metres from each position to the border of the area beside it, without sign."""
        metres = np.empty(lat.shape)
        step = max(1, _EDGES_AT_ONCE // max(1, int(self._count[area].max(initial=0))))
        for i in range(0, len(lat), step):
            chunk = slice(i, i + step)
            metres[chunk] = self._distances(lat[chunk], lon[chunk], area[chunk])
        for i in np.flatnonzero(np.abs(lat) > _POLAR).tolist():
            metres[i] = self._polar(lat[i], lon[i], int(area[i]))
        return metres

    def _distances(self, lat: Floats, lon: Floats, area: Ints) -> Floats:
        count = self._count[area]
        start = np.cumsum(count) - count
        pair = np.repeat(np.arange(len(area)), count)
        at = np.arange(len(pair)) + np.repeat(self._first[area] - start, count)
        phi = np.radians(lat)
        w = np.sqrt(1 - E2 * np.sin(phi) ** 2)
        per_lat = np.radians(A * (1 - E2) / w**3)[pair]
        per_lon = np.radians(A / w * np.cos(phi))[pair]

        vertex, after = self._vertices[at], self._vertices[at + 1]
        east_deg = (vertex[:, 1] - lon[pair] + 180.0) % 360.0 - 180.0
        x, y = east_deg * per_lon, (vertex[:, 0] - lat[pair]) * per_lat
        dx, dy = (after[:, 1] - vertex[:, 1]) * per_lon, (after[:, 0] - vertex[:, 0]) * per_lat
        length_sq = dx * dx + dy * dy
        share = np.clip(-(x * dx + y * dy) / np.where(length_sq > 0, length_sq, 1.0), 0.0, 1.0)
        squared = (x + share * dx) ** 2 + (y + share * dy) ** 2  # not a number where there is no edge

        nearest = np.flatnonzero(squared == np.repeat(np.fmin.reduceat(squared, start), count))
        nearest = nearest[np.unique(pair[nearest], return_index=True)[1]]
        spot = vertex[nearest] + share[nearest, None] * (after[nearest] - vertex[nearest])
        return distances_m(lat, lon, spot[:, 0], spot[:, 1])

    def _polar(self, lat: float, lon: float, area: int) -> float:
        mine = slice(self._first[area], self._first[area] + self._count[area] + 1)
        vertex, after = self._vertices[mine][:-1], self._vertices[mine][1:]
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
            middle = shares[metres.argmin(axis=0), np.arange(len(way))]
            width = (high - low) / (_SAMPLES - 1)
            low, high = np.maximum(middle - width, 0.0), np.minimum(middle + width, 1.0)
        return float(metres.min())


def _vertices(areas: Sequence[Area]) -> tuple[Floats, Ints]:
    """The vertices, and how many each area has, those that are none among them."""
    polygons, area = shapely.get_parts([one.geometry for one in areas], return_index=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    vertices, ring = shapely.get_coordinates(rings, return_index=True)
    vertices, area = vertices[:, ::-1], area[polygon[ring]]
    cut = np.flatnonzero([one.over_antimeridian for one in areas])
    if len(cut):  # no ring as it stands: its border is a list of edges
        whole = ~np.isin(area, cut)
        edges = [areas[i].edges for i in cut.tolist()]
        ends = np.concatenate([edge.reshape(-1, 2) for edge in edges])
        of = np.repeat(cut, [2 * len(edge) for edge in edges])
        own_ring = int(ring.max(initial=0)) + 1 + np.arange(len(ends)) // 2
        order = np.argsort(np.concatenate([area[whole], of]), kind="stable")
        vertices = np.concatenate([vertices[whole], ends])[order]
        ring, area = np.concatenate([ring[whole], own_ring])[order], np.concatenate([area[whole], of])[order]
    goes_on = np.append(ring[1:] == ring[:-1], False)
    after = np.where(goes_on[:, None], np.roll(vertices, -1, axis=0), np.nan)
    pieces = np.where(goes_on, pieces_of(*vertices.T, *after.T), 2)  # the second of the last is no vertex
    share = (np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)) / np.repeat(pieces, pieces)
    dense = np.repeat(vertices, pieces, axis=0)
    between = np.flatnonzero(share > 0)
    which = np.repeat(np.arange(len(pieces)), pieces)[between]
    dense[between] += share[between, None] * (after[which] - vertices[which])
    return dense, np.bincount(area, weights=pieces, minlength=len(areas)).astype(np.intp)
