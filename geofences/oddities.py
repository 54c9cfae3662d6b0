"""What is odd about a shape: too small for phones to find, or over another's. Nothing here is wrong, only worth a word."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geofences.layer import Fence
from geofences.metres import Floats, metres_per_degree
from geofences.shapes import Area, Circle, widened

LEAST_M = 100.0
"""Phones know where they are to 20 to 50 m, and their own watching of geofences asks for 100 m (Android's and Apple's own advice)."""
_TOUCHES_M2 = 1.0
"""Less common ground than this is a shared border."""
_PIECES = 32
"""Straight pieces that a quarter of a circle is drawn with: 0.03 % too small."""


def too_small_m(shape: Circle | Area, least_m: float = LEAST_M) -> float | None:
    """The radius in metres of the largest circle within the shape, where it is under `least_m`; None where it is not."""
    if isinstance(shape, Circle):
        return shape.radius_m if shape.radius_m < least_m else None
    plane = _on_plane(shape, *shape.centre)
    if not plane.buffer(-least_m).is_empty:
        return None
    return min(float(shapely.maximum_inscribed_circle(plane, tolerance=1.0).length), least_m)


class Ground:
    """What these geofences cover: their boxes are made once, and held against as many shapes as are asked about."""

    def __init__(self, fences: Sequence[Fence]) -> None:
        self._fences = fences
        self._boxes = _boxes([one.shape for one in fences])

    def near(self, shape: Circle | Area) -> list[Fence]:
        """Those whose boxes meet the shape's own."""
        return [self._fences[i] for i in np.flatnonzero(_boxes_meet(_boxes([shape]), self._boxes)).tolist()]


def overlapping(shape: Circle | Area, fences: Sequence[Fence]) -> list[Fence]:
    """Those of these geofences that share ground with the shape; a border that is shared is none. The boxes of all are held against its
    own at once, so that only neighbours are drawn.
    """
    return sharing(shape, Ground(fences).near(shape))


def sharing(shape: Circle | Area, neighbours: Sequence[Fence]) -> list[Fence]:
    """The same of few: each is drawn, which takes up to a millisecond."""
    lat, lon = shape.centre
    mine = _on_plane(shape, lat, lon)
    return [one for one in neighbours if mine.intersection(_on_plane(one.shape, lat, lon)).area > _TOUCHES_M2]


def _boxes(shapes: Sequence[Circle | Area]) -> Floats:
    """(n, 4): south, west, north, east."""
    boxes = np.empty((len(shapes), 4))
    rounds = [i for i, one in enumerate(shapes) if isinstance(one, Circle)]
    circles = [one for one in shapes if isinstance(one, Circle)]
    spots = np.array([(one.lat, one.lon, one.lat, one.lon) for one in circles], np.float64).reshape(-1, 4)
    boxes[rounds] = widened(spots, np.array([one.radius_m for one in circles], np.float64))
    for i, one in enumerate(shapes):
        if isinstance(one, Area):
            boxes[i] = one.bounds
    return boxes


def _boxes_meet(mine: Floats, others: Floats) -> NDArray[np.bool_]:
    south, west, north, east = mine[0]
    meet: NDArray[np.bool_] = (others[:, 0] <= north) & (others[:, 2] >= south)
    wide, theirs = _width(west, east), _width(others[:, 1], others[:, 3])
    meet &= ((others[:, 1] - west) % 360.0 <= wide) | ((west - others[:, 1]) % 360.0 <= theirs)
    return meet


def _width(west: Floats, east: Floats) -> Floats:
    width: Floats = np.where((west == -180.0) & (east == 180.0), 360.0, (east - west) % 360.0)
    return width


def _on_plane(shape: Circle | Area, lat: float, lon: float) -> shapely.Geometry:
    """The shape in metres around a point, flat: for shapes of some kilometres."""
    per_lat, per_lon = metres_per_degree(lat)

    def flat(spots: Floats) -> Floats:
        east = (spots[:, 0] - lon + 180.0) % 360.0 - 180.0
        return np.stack([east * per_lon, (spots[:, 1] - lat) * per_lat], axis=1)

    if isinstance(shape, Circle):
        return shapely.Point(*flat(np.array([[shape.lon, shape.lat]]))[0]).buffer(shape.radius_m, quad_segs=_PIECES)
    return shapely.transform(shape.geometry, flat)
