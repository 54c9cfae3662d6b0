"""What is inside an area, exactly: a ray to the east crosses its border an odd number of times.

Each area is cut into stripes of latitude that know the edges in them, so that a ray meets some four edges, not all.
On which side of an edge a position lies is the sign of a determinant; where that is smaller than its own rounding may be
(J. R. Shewchuk, Adaptive precision floating-point arithmetic, 1997: 3 + 16 eps times eps times the sum of the products), the
position is left open, and GEOS decides in more digits. That is so on an edge, on a vertex, and hardly anywhere else.
"""

import numpy as np
from numpy.typing import NDArray

from geofences.metres import Floats
from geofences.rings import AT_ONCE, Ints, Rings, each

EDGES_A_STRIPE = 2
ENTRIES_AN_EDGE = 3
"""An edge lies in about so many stripes, on average: bounds the memory of areas whose edges all run far north."""
OPEN = 2
"""Neither inside (1) nor outside (0)."""

_EPS = 2.0**-53
_ROUNDING = (3 + 16 * _EPS) * _EPS

Bytes = NDArray[np.int8]


class Stripes:
    def __init__(self, rings: Rings) -> None:
        self._rings = rings
        many = len(rings.count)
        chunks = [slice(i, min(i + AT_ONCE, many)) for i in range(0, many, AT_ONCE)]
        made = [_cut(rings, chunk) for chunk in chunks]
        self._south, self._north, self._per_degree, stripes = (
            np.concatenate([one[i] for one in made]) if made else np.empty(0, dtype=kind)
            for i, kind in enumerate((float, float, float, np.intp))
        )
        self._stripes = stripes
        self._first = np.cumsum(stripes) - stripes
        counts = np.concatenate([[0], *(one[4] for one in made)])
        self._starts = np.cumsum(counts, dtype=np.int32)
        self._edges = np.concatenate([*(one[5] for one in made), np.empty(0, dtype=np.int32)])
        self._edges_at, self._starts_at = self._edges.data, self._starts.data
        self._vertices_at = rings.vertices.ravel().data

    @property
    def nbytes(self) -> int:
        columns = (self._south, self._north, self._per_degree, self._stripes, self._first, self._starts, self._edges)
        return sum(one.nbytes for one in columns)

    def sides(self, lat: Floats, lon: Floats, area: Ints) -> Bytes:
        """For each position and the area beside it: 1 inside, 0 outside, OPEN. Degrees, as the area has them."""
        south, most = self._south.take(area), self._stripes.take(area) - 1
        beside = ~((lat >= south) & (lat <= self._north.take(area)))
        stripe = np.minimum(((lat - south) * self._per_degree.take(area)).astype(np.intp), most)
        stripe[beside] = 0
        stripe += self._first.take(area)
        start = self._starts.take(stripe)
        count = self._starts.take(stripe + 1) - start
        count[beside] = 0
        which, nth = each(count)
        edge = self._edges.take(start.take(which) + nth)
        a, b = self._rings.vertices.take(edge, axis=0), self._rings.vertices.take(edge + 1, axis=0)
        lat, lon = lat.take(which), lon.take(which)
        y1, x1, y2, x2 = a[:, 0] - lat, a[:, 1] - lon, b[:, 0] - lat, b[:, 1] - lon
        left, right = x1 * y2, x2 * y1
        side = left - right
        meets = (np.minimum(y1, y2) <= 0) & (np.maximum(y1, y2) >= 0)
        unsure = meets & ~(np.abs(side) > _ROUNDING * (np.abs(left) + np.abs(right)))
        crosses = ((y1 > 0) != (y2 > 0)) & ((side > 0) == (y2 > 0))
        sides = (np.bincount(which[crosses], minlength=len(area)) & 1).astype(np.int8)
        sides[which[unsure]] = OPEN
        return sides

    def side(self, lat: float, lon: float, area: int) -> int:
        """`sides` of one."""
        south = float(self._south[area])
        if not south <= lat <= self._north[area]:
            return 0
        stripe = min(int((lat - south) * float(self._per_degree[area])), int(self._stripes[area]) - 1)
        stripe += int(self._first[area])
        inside, at = 0, self._vertices_at
        for edge in self._edges_at[self._starts_at[stripe] : self._starts_at[stripe + 1]]:
            y1, x1, y2, x2 = at[2 * edge] - lat, at[2 * edge + 1] - lon, at[2 * edge + 2] - lat, at[2 * edge + 3] - lon
            if (y1 > 0 and y2 > 0) or (y1 < 0 and y2 < 0):
                continue
            left, right = x1 * y2, x2 * y1
            side = left - right
            if not abs(side) > _ROUNDING * (abs(left) + abs(right)):
                return OPEN
            if (y1 > 0) != (y2 > 0) and (side > 0) == (y2 > 0):
                inside ^= 1
        return inside


def _cut(rings: Rings, areas: slice) -> tuple[Floats, Floats, Floats, Ints, Ints, NDArray[np.int32]]:
    """South, north, stripes a degree and stripes of each area; then how many edges each stripe has, and which."""
    first, count = rings.first[areas], rings.count[areas]
    offset = int(first[0])
    lat = rings.vertices[offset : offset + int(count.sum()) + 1, 0]
    low, high = np.minimum(lat[:-1], lat[1:]), np.maximum(lat[:-1], lat[1:])  # not a number where there is no edge
    south, north = np.fmin.reduceat(low, first - offset), np.fmax.reduceat(high, first - offset)
    heights = np.add.reduceat(np.nan_to_num(high - low), first - offset)
    most = np.minimum(count / EDGES_A_STRIPE, ENTRIES_AN_EDGE * count * (north - south) / heights)
    stripes = np.maximum(most, 1).astype(np.intp)
    per_degree = stripes / (north - south)
    edge = np.flatnonzero(~np.isnan(low))
    area = np.repeat(np.arange(len(count)), count)[edge]
    bottom, top = (
        np.minimum(((at[edge] - south[area]) * per_degree[area]).astype(np.intp), stripes[area] - 1)
        for at in (low, high)
    )
    which, nth = each(top - bottom + 1)
    stripe = (np.cumsum(stripes) - stripes)[area[which]] + bottom[which] + nth
    keys = stripe << 32 | edge[which]
    keys.sort(kind="stable")  # they are nearly in order
    edges = ((keys & 0xFFFFFFFF) + offset).astype(np.int32)
    return south, north, per_degree, stripes, np.bincount(keys >> 32, minlength=int(stripes.sum())), edges
