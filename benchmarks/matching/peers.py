"""What else could say which geofences hold a position, in this process: Shapely's R-tree, geopandas, H3. And ours.

Each is a context that gives an Engine, or raises AbsentError with the reason why it is not in the race.
"""

import importlib
import importlib.util
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.figures import version_of
from benchmarks.matching.agreement import Pairs
from geofences.fence_index import Fence, FenceIndex
from geofences.metres import Floats, distances_m
from geofences.shapes import Area, Circle

H3_RESOLUTION = 10
"""Cells of about 130 m across: the fence's own size, as people use it."""
AT_ONCE = 10_000
H3_MOST = 10_000
"""Covering more geofences with cells takes minutes."""

LEAST_M_A_DEGREE = 110_000.0
"""No degree of latitude is as short: a box made with it is a little larger than its circle."""


class AbsentError(Exception):
    """Why an engine is not in the race."""


Ask = Callable[[int], Pairs]
"""(row, geofence) of the first so many points."""


@dataclass(frozen=True, slots=True)
class Engine:
    """`ready` takes arrays of degrees and gives what is timed; `cpu_s` are the CPU seconds spent on it so far."""

    name: str
    version: str
    ready: Callable[[Floats, Floats], Ask]
    build_s: float
    cpu_s: Callable[[], float] = time.process_time


def from_degrees(containing: Callable[[Floats, Floats], Pairs]) -> Callable[[Floats, Floats], Ask]:
    """Nothing is prepared: what it needs of the points it makes while it is timed."""
    return lambda lat, lon: lambda count: containing(lat[:count], lon[:count])


@contextmanager
def ours(fences: Sequence[Fence]) -> Iterator[Engine]:
    began = time.perf_counter()
    index = FenceIndex(fences, version=1)
    yield Engine("Passerby", "", from_degrees(index.containing), time.perf_counter() - began)


@contextmanager
def shapely_tree(fences: Sequence[Fence]) -> Iterator[Engine]:
    """STRtree.query of all points at once, as good as it gets: they are GEOS' points before the clock starts."""
    began = time.perf_counter()
    tree = Tree(fences)
    build_s = time.perf_counter() - began

    def ready(lat: Floats, lon: Floats) -> Ask:
        points = shapely.points(lon, lat)
        return lambda count: tree.holding(points[:count], lat[:count], lon[:count])

    yield Engine("Shapely STRtree, bulk", "", ready, build_s)


@contextmanager
def shapely_tree_from_degrees(fences: Sequence[Fence]) -> Iterator[Engine]:
    """The same asked with degrees, as a ping has them, 10,000 at a time: its points then lie in the cache."""
    began = time.perf_counter()
    tree = Tree(fences)
    build_s = time.perf_counter() - began
    yield Engine("Shapely STRtree, from degrees", "", from_degrees(tree.containing), build_s)


class Tree:
    """Areas in one R-tree, the boxes of circles in another; not for circles at a pole or over the antimeridian."""

    def __init__(self, fences: Sequence[Fence]) -> None:
        self._areas = np.array([i for i, fence in enumerate(fences) if isinstance(fence.shape, Area)], dtype=np.intp)
        self._tree = shapely.STRtree([fence.shape.geometry for fence in fences if isinstance(fence.shape, Area)])
        circles = [(i, fence.shape) for i, fence in enumerate(fences) if isinstance(fence.shape, Circle)]
        self._circles = np.array([i for i, _ in circles], dtype=np.intp)
        self._round = np.array([(c.lat, c.lon, c.radius_m) for _, c in circles]).reshape(-1, 3)
        lat, lon, radius_m = self._round.T
        high = radius_m / LEAST_M_A_DEGREE
        wide = high / np.cos(np.radians(np.abs(lat) + high))
        self._boxes = shapely.STRtree(shapely.box(lon - wide, lat - high, lon + wide, lat + high))

    def containing(self, lat: Floats, lon: Floats) -> Pairs:
        rows, fences = [np.empty(0, dtype=np.intp)], [np.empty(0, dtype=np.intp)]
        for first in range(0, len(lat), AT_ONCE):
            part = slice(first, first + AT_ONCE)
            row, fence = self.holding(shapely.points(lon[part], lat[part]), lat[part], lon[part])
            rows.append(row + first)
            fences.append(fence)
        return np.concatenate(rows), np.concatenate(fences)

    def holding(self, points: NDArray[np.object_], lat: Floats, lon: Floats) -> Pairs:
        """For points that are GEOS' already; the degrees are for circles."""
        if not len(self._circles):
            row, area = self._tree.query(points, predicate="intersects")
            return row, self._areas[area]
        row, box = self._boxes.query(points)
        middle = self._round[box]
        inside = distances_m(lat[row], lon[row], middle[:, 0], middle[:, 1]) <= middle[:, 2]
        if not len(self._areas):
            return row[inside], self._circles[box[inside]]
        area_row, area = self._tree.query(points, predicate="intersects")
        return (
            np.concatenate([area_row, row[inside]]),
            np.concatenate([self._areas[area], self._circles[box[inside]]]),
        )

    def containing_one(self, lat: float, lon: float) -> tuple[int, ...]:
        """One point a call, as a program calls it that has one."""
        point = shapely.Point(lon, lat)
        found: list[int] = []
        if len(self._areas):
            found += self._areas[self._tree.query(point, predicate="intersects")].tolist()
        if len(self._circles):
            box = self._boxes.query(point)
            if len(box):
                middle = self._round[box]
                at = np.full(len(box), lat), np.full(len(box), lon)
                found += self._circles[box[distances_m(*at, middle[:, 0], middle[:, 1]) <= middle[:, 2]]].tolist()
        return tuple(sorted(found))


@contextmanager
def geopandas(fences: Sequence[Fence]) -> Iterator[Engine]:
    """geopandas.sjoin of a frame of points, there before the clock starts, with the frame of areas."""
    frames = _installed("geopandas")
    shapes = _areas_only(fences)
    began = time.perf_counter()
    fenced = frames.GeoDataFrame(geometry=shapes, crs="EPSG:4326")
    fenced.sindex  # noqa: B018 - builds the tree

    build_s = time.perf_counter() - began

    def ready(lat: Floats, lon: Floats) -> Ask:
        points = frames.GeoDataFrame(geometry=frames.points_from_xy(lon, lat), crs="EPSG:4326")

        def ask(count: int) -> Pairs:
            joined = frames.sjoin(points.iloc[:count], fenced, how="inner", predicate="intersects")
            return joined.index.to_numpy(), joined["index_right"].to_numpy()

        return ask

    yield Engine("geopandas sjoin", version_of("geopandas"), ready, build_s)


@contextmanager
def h3(fences: Sequence[Fence]) -> Iterator[Engine]:
    """A dict from cell to the areas that touch it, one cell a point; then GEOS for what lies in a cell of a border."""
    cells = _installed("h3")
    # copies: preparing a geometry would help whoever else has it
    shapes = shapely.from_wkb(shapely.to_wkb(np.array(_areas_only(fences), dtype=object)))
    if len(fences) > H3_MOST:
        raise AbsentError(f"covering more than {H3_MOST:,} areas with cells takes minutes")
    began = time.perf_counter()
    touching: dict[str, list[int]] = {}
    for i, fence in enumerate(fences):
        assert isinstance(fence.shape, Area)
        for part in fence.shape.parts:
            outline = cells.LatLngPoly(*part)
            for cell in cells.h3shape_to_cells_experimental(outline, H3_RESOLUTION, contain="overlap"):
                touching.setdefault(cell, []).append(i)
    shapely.prepare(shapes)

    def containing(lat: Floats, lon: Floats) -> Pairs:
        cell_of, none = cells.latlng_to_cell, ()
        found = [
            (row, area)
            for row, (at_lat, at_lon) in enumerate(zip(lat.tolist(), lon.tolist(), strict=True))
            for area in touching.get(cell_of(at_lat, at_lon, H3_RESOLUTION), none)
        ]
        row, area = np.array(found, dtype=np.intp).reshape(-1, 2).T
        inside = shapely.intersects_xy(shapes[area], lon[row], lat[row])
        return row[inside], area[inside]

    yield Engine(
        f"H3 cells (resolution {H3_RESOLUTION}), then GEOS",
        version_of("h3"),
        from_degrees(containing),
        time.perf_counter() - began,
    )


def _installed(package: str) -> Any:
    if importlib.util.find_spec(package) is None:
        raise AbsentError(f"the package {package} is not installed")
    return importlib.import_module(package)


def _areas_only(fences: Sequence[Fence]) -> list[Any]:
    if not all(isinstance(fence.shape, Area) for fence in fences):
        raise AbsentError("it has no true circles: polygons only")
    return [fence.shape.geometry for fence in fences if isinstance(fence.shape, Area)]
