"""Which geofences are within reach of a position, and how far away their borders are.

An R-tree over widened boxes finds the candidates, true metres decide. The one-position path is the many-position path
with one row, so that both always say the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import shapely
from numpy.typing import NDArray

from geofences.borders import Borders
from geofences.metres import Floats, distances_m
from geofences.shapes import Area, Bounds, Circle, boxes, widen

REACH_M = 300.0
"""Farther outside a geofence than this, a position says nothing about it but that it is not inside."""

Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Fence:
    """A geofence as matching needs it; `since` is the version in which it came to be, `dwell_s` None has no dwell."""

    id: str
    place: str
    role: str
    shape: Circle | Area
    dwell_s: int | None = None
    since: int = 0


@dataclass(frozen=True, slots=True)
class Sightings:
    """One row for each (position, geofence) within REACH_M, sorted by both: position's row, fence's index, metres."""

    row: Ints
    fence: Ints
    distance_m: Floats


class FenceIndex:
    """An immutable snapshot of all geofences; an edit is a new one with a higher `version`."""

    def __init__(self, fences: Iterable[Fence], version: int) -> None:
        """Raises ValueError when two geofences have one id."""
        self.version = version
        self.fences = tuple(fences)
        self.by_id: Mapping[str, Fence] = MappingProxyType({fence.id: fence for fence in self.fences})
        if len(self.by_id) != len(self.fences):
            raise ValueError("two geofences have the same id")
        found = [(i, box) for i, f in enumerate(self.fences) for box in boxes(widen(f.shape.bounds, REACH_M))]
        self._box_fence = np.array([i for i, _ in found], dtype=np.intp)
        self._tree = shapely.STRtree([shapely.box(*box) for _, box in found])
        circles = [f.shape if isinstance(f.shape, Circle) else Circle(0.0, 0.0, 0.0) for f in self.fences]
        self._circles = np.array([(c.lat, c.lon, c.radius_m) for c in circles], dtype=np.float64).reshape(-1, 3)
        self._is_circle = np.array([isinstance(f.shape, Circle) for f in self.fences], dtype=bool)
        self._borders = Borders([f.shape if isinstance(f.shape, Area) else None for f in self.fences])

    def locate(self, lat: Floats, lon: Floats) -> Sightings:
        """All pairs of a position (degrees, `lon` in [-180, 180)) and a geofence whose border is at most REACH_M away.

        Metres to the border, also of a hole, are negative inside; on the border is inside.
        """
        lat, lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
        row, box = self._tree.query(shapely.points(lon, lat))
        pairs = np.unique(np.stack([row, self._box_fence[box]]), axis=1)  # boxes of one fence touch at the antimeridian
        row, fence = pairs
        distances = self.distances(lat[row], lon[row], fence)
        near = distances <= REACH_M
        return Sightings(row[near], fence[near], distances[near])

    def locate_one(self, lat: float, lon: float) -> dict[str, float]:
        """`locate` for one position: the geofence's id to the metres to its border, in the order of `fences`."""
        found = self.locate(np.array([lat]), np.array([lon]))
        return {
            self.fences[i].id: metres for i, metres in zip(found.fence.tolist(), found.distance_m.tolist(), strict=True)
        }

    def around(self, lat: float, lon: float, within_m: float) -> tuple[Ints, Floats]:
        """Every geofence whose border may be at most `within_m` away, and the signed metres to it."""
        search = [shapely.box(*box) for box in boxes(widen(Bounds(lat, lon, lat, lon), within_m))]
        fences = np.unique(self._box_fence[self._tree.query(search)[1]])
        return fences, self.distances(np.full(fences.shape, lat), np.full(fences.shape, lon), fences)

    def distances(self, lat: Floats, lon: Floats, fence: Ints) -> Floats:
        """Metres from each position to the border of the geofence beside it, however far; negative inside."""
        distances = np.empty(lat.shape)
        circle = self._is_circle[fence]
        at = self._circles[fence[circle]]
        distances[circle] = distances_m(lat[circle], lon[circle], at[:, 0], at[:, 1]) - at[:, 2]
        distances[~circle] = self._borders.distances(lat[~circle], lon[~circle], fence[~circle])
        return distances
