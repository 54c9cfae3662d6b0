"""A set of geofences that never changes, searched as one: a FenceIndex has a base and at most one overlay of these."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from geofences.borders import Borders
from geofences.metres import Floats, distances_m
from geofences.nearest import Nearest
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


class Layer:
    """Geofences under the numbers 0 to n - 1 of their order; the same object as long as it is in force."""

    def __init__(self, fences: Iterable[Fence]) -> None:
        self.fences = tuple(fences)
        self.place = {fence.id: i for i, fence in enumerate(self.fences)}
        found = [(i, box) for i, f in enumerate(self.fences) for box in boxes(widen(f.shape.bounds, REACH_M))]
        self._box_fence = np.array([i for i, _ in found], dtype=np.intp)
        self._tree = shapely.STRtree([shapely.box(*box) for _, box in found])
        circles = [f.shape if isinstance(f.shape, Circle) else Circle(0.0, 0.0, 0.0) for f in self.fences]
        self._circles = np.array([(c.lat, c.lon, c.radius_m) for c in circles], dtype=np.float64).reshape(-1, 3)
        self._is_circle = np.array([isinstance(f.shape, Circle) for f in self.fences], dtype=bool)
        self._borders = Borders([f.shape if isinstance(f.shape, Area) else None for f in self.fences])

    @cached_property
    def nearest(self) -> Nearest:
        """What is asked for the nearest borders; it learns as it is asked, and lasts as long as the layer."""
        return Nearest([fence.shape for fence in self.fences])

    def locate(self, lat: Floats, lon: Floats) -> tuple[Ints, Ints, Floats]:
        """Row, geofence and signed metres of each pair at most REACH_M apart, sorted by both."""
        row, box = self._tree.query(shapely.points(lon, lat))
        pairs = np.unique(np.stack([row, self._box_fence[box]]), axis=1)  # boxes of one fence touch at the antimeridian
        row, fence = pairs
        distances = self.distances(lat[row], lon[row], fence)
        near = distances <= REACH_M
        return row[near], fence[near], distances[near]

    def containing(self, lat: Floats, lon: Floats) -> tuple[Ints, Ints]:
        """Row and geofence of each pair with the position inside or on the border, sorted by both."""
        row, fence, metres = self.locate(lat, lon)
        return row[metres <= 0], fence[metres <= 0]

    def containing_one(self, lat: float, lon: float) -> tuple[int, ...]:
        """The geofences that hold one position."""
        return tuple(self.containing(np.array([lat]), np.array([lon]))[1].tolist())

    def around(self, lat: float, lon: float, within_m: float) -> Ints:
        """Every geofence whose border may be at most `within_m` away."""
        search = [shapely.box(*box) for box in boxes(widen(Bounds(lat, lon, lat, lon), within_m))]
        return np.unique(self._box_fence[self._tree.query(search)[1]])

    def distances(self, lat: Floats, lon: Floats, fence: Ints) -> Floats:
        """Metres from each position to the border of the geofence beside it, however far; negative inside."""
        distances = np.empty(lat.shape)
        circle = self._is_circle[fence]
        at = self._circles[fence[circle]]
        distances[circle] = distances_m(lat[circle], lon[circle], at[:, 0], at[:, 1]) - at[:, 2]
        distances[~circle] = self._borders.distances(lat[~circle], lon[~circle], fence[~circle])
        return distances
