"""Which geofences hold a position or are within reach of it, and how far away their borders are.

A snapshot that never changes: a base of all geofences, and over it at most one small layer of those that were edited
since. An edit makes a new snapshot on the same base.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from geofences.edits import Edits
from geofences.layer import Fence, Ints, Layer
from geofences.metres import Floats
from geofences.outlines import REACH_M

__all__ = ["REACH_M", "Fence", "FenceIndex", "Ints", "Layer", "Sightings"]


@dataclass(frozen=True, slots=True)
class Sightings:
    """One row for each (position, geofence) within REACH_M, sorted by both: position's row, fence's number, metres."""

    row: Ints
    fence: Ints
    distance_m: Floats


class FenceIndex:
    """An immutable snapshot of all geofences; an edit is a new one with a higher `version`.

    `fences` holds the geofences in force and no others; a geofence's number is its place there. Numbers are of one
    snapshot: an edit may give each geofence another.

    `layers` are the parts it is searched in: the base and, after edits, an overlay. A layer has its own `fences`, some of
    them perhaps no longer in force, and stays the same object from edit to edit, so that something may be kept beside
    it. `numbers[i][j]` is the number of geofence j of layer i, -1 where it is no longer in force. They grow along each layer, and from
    one layer to the next.
    """

    version: int
    fences: tuple[Fence, ...]
    by_id: Mapping[str, Fence]
    layers: tuple[Layer, ...]
    numbers: tuple[Ints, ...]
    edits: Edits
    """The last ones. Of a snapshot that was made anew nothing is known of the edits before it."""

    def __init__(
        self,
        fences: Iterable[Fence],
        version: int,
        *,
        by_id: dict[str, Fence] | None = None,
        searched_in: Sequence[tuple[Layer, Ints]] = (),
    ) -> None:
        """What is known of the fences already is for `edited` alone. Raises ValueError when two geofences have one id."""
        self.version = version
        self.fences = tuple(fences)
        self._by_id = by_id if by_id is not None else {fence.id: fence for fence in self.fences}
        self.by_id = MappingProxyType(self._by_id)
        if len(self.by_id) != len(self.fences):
            raise ValueError("two geofences have the same id")
        parts = searched_in or [(Layer(self.fences), np.arange(len(self.fences)))]
        self.layers = tuple(layer for layer, _ in parts)
        self.numbers = tuple(numbers for _, numbers in parts)
        self._numbers_at = tuple(numbers.data for numbers in self.numbers)
        self._edited = bool(searched_in)
        self.edits = Edits(version)

    def edited(self, changed: Iterable[Fence], removed: Iterable[str], version: int) -> "FenceIndex":
        """The snapshot after an edit: `changed` are new or take the place of those of the same id, `removed` are ids that
        go (unknown ones are gone already; one that is also changed stays). It answers as a fresh index of its `fences`.

        Raises ValueError when two of `changed` have one id.
        """
        new = list(changed)
        fresh = {fence.id: fence for fence in new}
        if len(fresh) != len(new):
            raise ValueError("two geofences have the same id")
        touched = {*fresh, *removed}
        base = self.layers[0]
        over = [fence for layer in self.layers[1:] for fence in layer.fences if fence.id not in touched] + new
        alive = self.numbers[0] >= 0
        alive[[base.place[fence_id] for fence_id in touched if fence_id in base.place]] = False
        by_id = self._by_id.copy()
        for fence_id in touched:
            by_id.pop(fence_id, None)
        by_id |= fresh
        layers = [(base, np.where(alive, np.cumsum(alive) - 1, -1))]
        if over:
            layers.append((Layer(over), np.arange(len(by_id) - len(over), len(by_id))))
        index = FenceIndex(by_id.values(), version, by_id=by_id, searched_in=layers)
        before = [self.by_id[fence_id].shape for fence_id in sorted(touched) if fence_id in self.by_id]
        index.edits = self.edits.after([*before, *(fence.shape for fence in new)], version)
        return index

    def compacted(self) -> "FenceIndex":
        """The same snapshot, with the same numbers, on one fresh base that is ready where the old one was asked for the nearest."""
        index = FenceIndex(self.fences, self.version)
        index.edits = self.edits
        index.layers[0].learn_from(self.layers[0])
        return index

    @cached_property
    def gone(self) -> tuple[frozenset[int], ...]:
        """For each layer its geofences that are no longer in force."""
        return tuple(frozenset(np.flatnonzero(numbers < 0).tolist()) for numbers in self.numbers)

    @property
    def overlay_size(self) -> int:
        """How many geofences differ from the base: changed, new and removed ones."""
        gone = {self.layers[0].fences[i].id for i in np.flatnonzero(self.numbers[0] < 0).tolist()}
        return len(gone.union(fence.id for layer in self.layers[1:] for fence in layer.fences))

    def locate(self, lat: Floats, lon: Floats) -> Sightings:
        """All pairs of a position (degrees, `lon` in [-180, 180]) and a geofence whose border is at most REACH_M away.

        Metres to the border, also of a hole, are negative inside; on the border is inside. What is no position on Earth is
        near nothing.
        """
        lat, lon, rows = _on_earth(lat, lon)
        found = [layer.locate(lat, lon) for layer in self.layers]
        row, number, metres = self._merged(found)
        return Sightings(row if rows is None else rows[row], number, metres)

    def locate_one(self, lat: float, lon: float) -> dict[str, float]:
        """`locate` for one position: the geofence's id to the metres to its border, in the order of `fences`."""
        if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
            return {}
        lon = -180.0 if lon == 180.0 else lon
        near: dict[str, float] = {}
        for layer, numbers in zip(self.layers, self.numbers, strict=True):
            maybe = [fence for fence in layer.maybe_near(lat, lon) if numbers[fence] >= 0]
            if maybe:
                metres = layer.distances(np.full(len(maybe), lat), np.full(len(maybe), lon), np.array(maybe))
                near |= {layer.fences[i].id: m for i, m in zip(maybe, metres.tolist(), strict=True) if m <= REACH_M}
        return near

    def containing(self, lat: Floats, lon: Floats) -> tuple[Ints, Ints]:
        """Row and geofence's number of each pair with the position inside or on the border, sorted by both."""
        lat, lon, rows = _on_earth(lat, lon)
        row, number, _ = self._merged([(*layer.containing(lat, lon), np.empty(0)) for layer in self.layers])
        return row if rows is None else rows[row], number

    def containing_one(self, lat: float, lon: float) -> tuple[int, ...]:
        """`containing` for one position: the geofences' numbers, growing."""
        if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
            return ()
        lon = -180.0 if lon == 180.0 else lon
        found = self.layers[0].containing_one(lat, lon)
        if not self._edited:
            return tuple(found)
        numbers = [self._numbers_at[0][fence] for fence in found]
        for layer, at in zip(self.layers[1:], self._numbers_at[1:], strict=True):
            numbers += [at[fence] for fence in layer.containing_one(lat, lon)]
        return tuple(number for number in numbers if number >= 0)

    def _merged(self, found: Sequence[tuple[Ints, Ints, Floats]]) -> tuple[Ints, Ints, Floats]:
        """What each layer found, those in force, under their numbers, sorted by row and number."""
        if not self._edited:
            return found[0]
        row = np.concatenate([rows for rows, _, _ in found])
        number = np.concatenate([n[fences] for n, (_, fences, _) in zip(self.numbers, found, strict=True)])
        metres = np.concatenate([m for _, _, m in found])
        order = np.argsort(row, kind="stable")
        order = order[number[order] >= 0]
        return row[order], number[order], metres[order] if len(metres) else metres

    def distances(self, lat: Floats, lon: Floats, fence: Ints) -> Floats:
        """Metres from each position to the border of the geofence beside it, however far; negative inside."""
        metres = np.empty(lat.shape)
        first = 0
        for layer, numbers in zip(self.layers, self.numbers, strict=True):
            alive = np.flatnonzero(numbers >= 0)
            mine = (fence >= first) & (fence < first + len(alive))
            metres[mine] = layer.distances(lat[mine], lon[mine], alive[fence[mine] - first])
            first += len(alive)
        return metres


def _on_earth(lat: Floats, lon: Floats) -> tuple[Floats, Floats, Ints | None]:
    """The positions with `lon` in [-180, 180), and which they were, where not all are positions."""
    lat, lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    if not len(lat) or (lat.min() >= -90 and lat.max() <= 90 and lon.min() >= -180 and lon.max() < 180):
        return lat, lon, None
    rows = np.flatnonzero((np.abs(lat) <= 90) & (np.abs(lon) <= 180))
    return lat[rows], np.where(lon == 180, -180.0, lon)[rows], rows
