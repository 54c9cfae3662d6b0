"""The vertices of many areas behind each other, as borders and stripes read them."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geofences.metres import Floats

AT_ONCE = 4096
"""Areas worked in one go: some milliseconds in C, during which other threads wait."""

Ints = NDArray[np.intp]
Geometries = NDArray[np.object_]
"""Of areas, as GEOS has them."""


@dataclass(frozen=True, slots=True)
class Rings:
    """`vertices` are rows of lat, lon: each ring's, its first once more, and then one that is not a number. So vertex i and
    vertex i + 1 are an edge, or not a number. Those of area a are `count[a]` from `first[a]` on.
    """

    vertices: Floats
    first: Ints
    count: Ints

    @classmethod
    def of(cls, areas: Geometries) -> "Rings":
        parts = [_in_a_row(areas[i : i + AT_ONCE]) for i in range(0, len(areas), AT_ONCE)]
        count = np.concatenate([count for _, count in parts]) if parts else np.empty(0, dtype=np.intp)
        vertices = [vertices for vertices, _ in parts]
        return cls(np.concatenate([*vertices, np.full((1, 2), np.nan)]), np.cumsum(count) - count, count)


def _in_a_row(areas: Geometries) -> tuple[Floats, Ints]:
    polygons, area = shapely.get_parts(areas, return_index=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    vertices = np.full((len(coordinates) + len(rings), 2), np.nan)
    vertices[np.arange(len(coordinates)) + ring] = coordinates[:, ::-1]
    length = np.bincount(ring, minlength=len(rings)) + 1
    return vertices, np.bincount(area[polygon], weights=length, minlength=len(areas)).astype(np.intp)


def each(count: Ints) -> tuple[Ints, Ints]:
    """[2, 0, 3] is ([0, 0, 2, 2, 2], [0, 1, 0, 1, 2]): which it is of, and the how manieth."""
    which = np.repeat(np.arange(len(count)), count)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
