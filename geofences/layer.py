"""A set of geofences that never changes, searched as one: a FenceIndex has a base and at most one overlay of these."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from struct import Struct

import numpy as np
import shapely
from numpy.typing import NDArray

from geofences.borders import Borders
from geofences.grid import Grid, grids_of
from geofences.metres import Floats, distances_m
from geofences.nearest import Nearest
from geofences.outlines import (
    BEYOND,
    INSIDE,
    LAT,
    LON,
    OUTSIDE,
    REACH_M,
    SCALE,
    WIDTH,
    outlines_of_areas,
    outlines_of_circles,
)
from geofences.rings import Rings
from geofences.shapes import Area, Circle, widened
from geofences.stripes import OPEN, Stripes

LEAST_M = 1e-9
"""Outside an area by less than metres can tell is still not on its border."""
AT_ONCE = 32_768
"""Positions that are worked together: their columns stay in the processor's cache."""

Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

_ROW = Struct(f"{WIDTH}d")


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
    """Geofences under the numbers 0 to n - 1 of their order; the same object as long as it is in force.

    Positions are degrees: `lat` in [-90, 90], `lon` in [-180, 180).
    """

    def __init__(self, fences: Iterable[Fence]) -> None:
        self.fences = tuple(fences)
        self.place = {fence.id: i for i, fence in enumerate(self.fences)}
        count = len(self.fences)
        shapes = [fence.shape for fence in self.fences]
        areas = [shape for shape in shapes if isinstance(shape, Area)]
        circles = (at for one in shapes if isinstance(one, Circle) for at in (one.lat, one.lon, one.radius_m))
        self._is_area = np.fromiter((isinstance(shape, Area) for shape in shapes), dtype=bool, count=count)
        self._geometry = np.fromiter((area.geometry for area in areas), dtype=object, count=len(areas))
        box = shapely.bounds(self._geometry).reshape(-1, 4)
        cut = (box[:, 0] == -180.0) & (box[:, 2] == 180.0)
        self._area = np.cumsum(self._is_area) - 1
        rings = Rings.of(self._geometry)
        self._borders = Borders(areas, rings, cut)
        self._stripes = Stripes(replace(rings, vertices=self._borders.vertices))  # which begin with those: kept once
        self._circles = np.zeros((count, 3))
        self._circles[~self._is_area] = np.fromiter(circles, dtype=np.float64).reshape(-1, 3)
        self._outlines = np.empty((count, WIDTH))
        self._outlines[self._is_area] = outlines_of_areas(self._geometry)
        self._outlines[~self._is_area] = outlines_of_circles(self._circles[~self._is_area])
        self._outlines_at = self._outlines.data.cast("B") if count else memoryview(b"")
        box = box[:, [1, 0, 3, 2]]
        for i in np.flatnonzero(cut).tolist():
            box[i] = areas[i].bounds
        bounds = np.empty((count, 4))
        bounds[self._is_area] = box
        lat, lon, radius = self._circles[~self._is_area].T
        bounds[~self._is_area] = widened(np.stack([lat, lon, lat, lon], axis=1), radius)
        self._holding = grids_of(*_split(bounds))
        self._reaching = grids_of(*_split(widened(bounds, np.full(count, REACH_M))))

    @cached_property
    def nearest(self) -> Nearest:
        """What is asked for the nearest borders; it learns as it is asked, and lasts as long as the layer."""
        return Nearest([fence.shape for fence in self.fences])

    def learn_from(self, other: "Layer") -> None:
        """Be ready for questions after the nearest where the other was asked them; not at all where it never was, as in a worker."""
        if "nearest" in vars(other):
            other.nearest.teach(self.nearest)

    def containing(self, lat: Floats, lon: Floats) -> tuple[Ints, Ints]:
        """Row and geofence of each pair with the position inside or on the border, sorted by both."""
        rows, fences = [], []
        for row, fence, squared in self._candidates(self._holding, lat, lon, OUTSIDE):
            inside = self._inside(lat, lon, row, fence, squared)
            rows.append(row[inside])
            fences.append(fence[inside])
        return _joined(rows), _joined(fences)

    def containing_one(self, lat: float, lon: float) -> list[int]:
        """The geofences that hold one position."""
        found = []
        for grid in self._holding:
            for fence in grid.items_at(lat, lon):
                clat, clon, scale, inside, outside, _, _, _ = _ROW.unpack_from(self._outlines_at, fence * _ROW.size)
                north, east = lat - clat, lon - clon
                if not -180.0 <= east <= 180.0:
                    east += 360.0 if east < 0 else -360.0
                squared = north * north + east * east * scale
                if squared <= inside or (squared <= outside and self._holds(lat, lon, fence)):
                    found.append(fence)
        return sorted(found) if len(self._holding) > 1 else found

    def locate(self, lat: Floats, lon: Floats) -> tuple[Ints, Ints, Floats]:
        """Row, geofence and signed metres of each pair at most REACH_M apart, sorted by both."""
        rows, fences, metres = [], [], [np.empty(0)]
        for row, fence, squared in self._candidates(self._reaching, lat, lon, BEYOND):
            signed = self._signed(lat, lon, row, fence, squared)
            near = signed <= REACH_M
            rows.append(row[near])
            fences.append(fence[near])
            metres.append(signed[near])
        return _joined(rows), _joined(fences), np.concatenate(metres)

    def maybe_near(self, lat: float, lon: float) -> list[int]:
        """The geofences that `locate` has to measure from one position."""
        found = []
        for grid in self._reaching:
            for fence in grid.items_at(lat, lon):
                clat, clon, scale, _, _, beyond, _, _ = _ROW.unpack_from(self._outlines_at, fence * _ROW.size)
                north, east = lat - clat, lon - clon
                if not -180.0 <= east <= 180.0:
                    east += 360.0 if east < 0 else -360.0
                if north * north + east * east * scale <= beyond:
                    found.append(fence)
        return sorted(found) if len(self._reaching) > 1 else found

    def distances(self, lat: Floats, lon: Floats, fence: Ints) -> Floats:
        """Metres from each position to the border of the geofence beside it, however far; negative inside."""
        return self._signed(
            lat, lon, np.arange(len(lat)), fence, self._squared(lat, lon, self._outlines.take(fence, axis=0))
        )

    def _candidates(
        self, grids: tuple[Grid, ...], lat: Floats, lon: Floats, limit: int
    ) -> Iterator[tuple[Ints, Ints, Floats]]:
        """Row, geofence and squared flat distance of each pair in one cell that is not farther than that column of the outlines."""
        for row, fence in self._in_one_cell(grids, lat, lon):
            outlines = self._outlines.take(fence, axis=0)
            squared = self._squared(lat.take(row), lon.take(row), outlines)
            near = squared <= outlines[:, limit]
            yield row[near], fence[near], squared[near]

    def _in_one_cell(self, grids: tuple[Grid, ...], lat: Floats, lon: Floats) -> Iterator[tuple[Ints, Ints]]:
        """Rows and geofences, sorted by both, some ten thousand at a time."""
        rows: list[Ints] = []
        fences: list[Ints] = []
        for i in range(0, len(lat) if grids else 0, AT_ONCE):
            for grid in grids:
                row, fence = grid.candidates(lat[i : i + AT_ONCE], lon[i : i + AT_ONCE])
                rows.append(row + i)
                fences.append(fence)
            if i + AT_ONCE >= len(lat) or sum(map(len, rows)) >= AT_ONCE:
                row, fence = _joined(rows), _joined(fences)
                if len(grids) > 1:
                    order = np.argsort(row * len(self.fences) + fence)
                    row, fence = row[order], fence[order]
                yield row, fence
                rows, fences = [], []

    def _squared(self, lat: Floats, lon: Floats, outlines: Floats) -> Floats:
        north, east = lat - outlines[:, LAT], lon - outlines[:, LON]
        far = np.abs(east) > 180.0
        if far.any():
            east[far] -= np.copysign(360.0, east[far])
        return north * north + east * east * outlines[:, SCALE]

    def _inside(self, lat: Floats, lon: Floats, row: Ints, fence: Ints, squared: Floats) -> Bools:
        """For each pair; what the outlines leave open is asked of the exact shape."""
        outlines = self._outlines.take(fence, axis=0)
        inside = squared <= outlines[:, INSIDE]
        open_ = np.flatnonzero(~inside & (squared <= outlines[:, OUTSIDE]))
        inside[open_] = self._holding_exactly(lat[row[open_]], lon[row[open_]], fence[open_])
        return inside

    def _holding_exactly(self, lat: Floats, lon: Floats, fence: Ints) -> Bools:
        area = self._is_area[fence]
        inside = np.empty(len(fence), dtype=bool)
        circle = self._circles[fence[~area]]
        inside[~area] = distances_m(lat[~area], lon[~area], circle[:, 0], circle[:, 1]) <= circle[:, 2]
        inside[area] = self._in_areas(lat[area], lon[area], fence[area])
        return inside

    def _in_areas(self, lat: Floats, lon: Floats, fence: Ints) -> Bools:
        """Planar in degrees, borders inside. -180 is 180 too, on whichever side of the map the area lies."""
        inside = self._in_plane(lat, lon, fence)
        both = np.flatnonzero((np.abs(lon) == 180.0) & ~inside)
        if len(both):
            inside[both] = self._in_plane(lat[both], -lon[both], fence[both])
        return inside

    def _in_plane(self, lat: Floats, lon: Floats, fence: Ints) -> Bools:
        area = self._area[fence]
        sides = self._stripes.sides(lat, lon, area)
        for i in np.flatnonzero(sides == OPEN).tolist():
            sides[i] = shapely.intersects_xy(self._geometry[area[i]], lon[i], lat[i])
        return sides.astype(bool)

    def _holds(self, lat: float, lon: float, fence: int) -> bool:
        if not self._is_area[fence]:
            return bool(self._holding_exactly(np.array([lat]), np.array([lon]), np.array([fence]))[0])
        area = int(self._area[fence])
        for name in (lon, -lon) if abs(lon) == 180.0 else (lon,):
            side = self._stripes.side(lat, name, area)
            if side == OPEN:
                side = shapely.intersects_xy(self._geometry[area], name, lat)
            if side:
                return True
        return False

    def _signed(self, lat: Floats, lon: Floats, row: Ints, fence: Ints, squared: Floats) -> Floats:
        metres = np.empty(len(row))
        area = self._is_area[fence]
        circle = self._circles[fence[~area]]
        to_centre = distances_m(lat[row[~area]], lon[row[~area]], circle[:, 0], circle[:, 1])
        metres[~area] = to_centre - circle[:, 2]
        at, fence = row[area], fence[area]
        to_border = self._borders.distances(lat[at], lon[at], self._area[fence])
        inside = self._inside(lat, lon, at, fence, squared[area])
        metres[area] = np.where(inside, -to_border, np.maximum(to_border, LEAST_M))
        return metres


def _split(bounds: Floats) -> tuple[Floats, Ints]:
    """Bounds as boxes with west <= east, and whose they are: two over the antimeridian. What ends at 180 is met at -180 too."""
    over = np.flatnonzero(bounds[:, 1] > bounds[:, 3])
    ends = np.flatnonzero((bounds[:, 3] == 180.0) & (bounds[:, 1] > -180.0))
    own, east, edge = bounds.copy(), bounds[over], bounds[ends]
    own[over, 3] = 180.0
    east[:, 1] = -180.0
    edge[:, [1, 3]] = -180.0
    return np.concatenate([own, east, edge]), np.concatenate([np.arange(len(bounds)), over, ends])


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate([np.empty(0, dtype=np.intp), *parts])
