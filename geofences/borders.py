"""Metres from positions to the borders of areas.

The nearest spot of each edge is looked for on a plane around the position, and the way to the nearest of these is then
measured on the ellipsoid. A distance d is too long by at most d * (d * tan(lat) / 6,400 km)**2: nothing that could be
seen within 300 m up to 89 degrees of latitude, 0.3 m for 20 km at 52 degrees. It is never too short.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geofences.metres import E2, A, Floats, distances_m
from geofences.shapes import Area

_EDGES_AT_ONCE = 500_000  # bounds the memory of one step to some tens of megabytes

Ints = NDArray[np.intp]


class Borders:
    """The edges of many areas behind each other; None stands for a geofence that is no area."""

    def __init__(self, areas: Sequence[Area | None]) -> None:
        edges = [area.edges if area is not None else np.empty((0, 4)) for area in areas]
        self._count = np.array([len(e) for e in edges], dtype=np.intp)
        self._first = np.cumsum(self._count) - self._count
        self._edges = np.concatenate(edges) if edges else np.empty((0, 4))
        self._geometry = np.array([area.geometry if area is not None else None for area in areas], dtype=object)
        shapely.prepare(self._geometry)

    def distances(self, lat: Floats, lon: Floats, area: Ints) -> Floats:
        """Metres from each position to the border of the area beside it, negative inside."""
        metres = np.empty(lat.shape)
        step = max(1, _EDGES_AT_ONCE // max(1, int(self._count[area].max(initial=0))))
        for i in range(0, len(lat), step):
            chunk = slice(i, i + step)
            metres[chunk] = self._unsigned(lat[chunk], lon[chunk], area[chunk])
        inside = shapely.intersects_xy(self._geometry[area], lon, lat)
        return np.where(inside, -metres, metres)

    def _unsigned(self, lat: Floats, lon: Floats, area: Ints) -> Floats:
        count = self._count[area]
        pair = np.repeat(np.arange(len(area)), count)
        start = np.cumsum(count) - count
        edge = self._edges[np.arange(count.sum()) - np.repeat(start - self._first[area], count)]
        phi = np.radians(lat)
        w = np.sqrt(1 - E2 * np.sin(phi) ** 2)
        per_lat = np.radians(A * (1 - E2) / w**3)[pair]
        per_lon = np.radians(A / w * np.cos(phi))[pair]

        east_deg = (edge[:, 1] - lon[pair] + 180.0) % 360.0 - 180.0
        x, y = east_deg * per_lon, (edge[:, 0] - lat[pair]) * per_lat
        dx, dy = (edge[:, 3] - edge[:, 1]) * per_lon, (edge[:, 2] - edge[:, 0]) * per_lat
        length_sq = dx * dx + dy * dy
        share = np.clip(-(x * dx + y * dy) / np.where(length_sq > 0, length_sq, 1.0), 0.0, 1.0)
        squared = (x + share * dx) ** 2 + (y + share * dy) ** 2

        nearest = squared == np.repeat(np.minimum.reduceat(squared, start), count)
        first = np.flatnonzero(nearest)[np.unique(pair[nearest], return_index=True)[1]]
        spot_lat = edge[first, 0] + share[first] * (edge[first, 2] - edge[first, 0])
        spot_lon = edge[first, 1] + share[first] * (edge[first, 3] - edge[first, 1])
        return distances_m(lat, lon, spot_lat, spot_lon)
