"""Which geofences hold a position or are within reach of it, and how far away their borders are.

A snapshot that never changes: a base of all geofences, and over it at most one small layer of those that were edited
since. An edit makes a new snapshot on the same base.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from geofences.layer import REACH_M, Fence, Ints, Layer
from geofences.metres import Floats

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

    def __init__(self, fences: Iterable[Fence], version: int) -> None:
        """Raises ValueError when two geofences have one id."""
        base = Layer(fences)
        by_id = {fence.id: fence for fence in base.fences}
        if len(by_id) != len(base.fences):
            raise ValueError("two geofences have the same id")
        self.version = version
        self.fences = base.fences
        self.by_id = MappingProxyType(by_id)
        self.layers = (base,)
        self.numbers = (np.arange(len(base.fences)),)

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
        by_id = dict(self.by_id)
        for fence_id in touched:
            by_id.pop(fence_id, None)
        by_id |= fresh
        over = [fence for layer in self.layers[1:] for fence in layer.fences if fence.id not in touched] + new
        base = self.layers[0]
        alive = self.numbers[0] >= 0
        alive[[base.place[fence_id] for fence_id in touched if fence_id in base.place]] = False
        first = np.where(alive, np.cumsum(alive) - 1, -1)
        count = int(alive.sum())
        after = FenceIndex.__new__(FenceIndex)
        after.version = version
        after.fences = tuple(by_id.values())
        after.by_id = MappingProxyType(by_id)
        after.layers = (base, Layer(over)) if over else (base,)
        after.numbers = (first, np.arange(count, count + len(over))) if over else (first,)
        return after

    def compacted(self) -> "FenceIndex":
        """The same snapshot, with the same numbers, on one fresh base."""
        return FenceIndex(self.fences, self.version)

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
        """All pairs of a position (degrees, `lon` in [-180, 180)) and a geofence whose border is at most REACH_M away.

        Metres to the border, also of a hole, are negative inside; on the border is inside.
        """
        lat, lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
        found = []
        for layer, numbers in zip(self.layers, self.numbers, strict=True):
            row, fence, metres = layer.locate(lat, lon)
            number = numbers[fence]
            found.append((row[number >= 0], number[number >= 0], metres[number >= 0]))
        row, number, metres = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.argsort(row, kind="stable")
        return Sightings(row[order], number[order], metres[order])

    def locate_one(self, lat: float, lon: float) -> dict[str, float]:
        """`locate` for one position: the geofence's id to the metres to its border, in the order of `fences`."""
        found = self.locate(np.array([lat]), np.array([lon]))
        return {
            self.fences[i].id: metres for i, metres in zip(found.fence.tolist(), found.distance_m.tolist(), strict=True)
        }

    def containing(self, lat: Floats, lon: Floats) -> tuple[Ints, Ints]:
        """Row and geofence's number of each pair with the position inside or on the border, sorted by both."""
        lat, lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
        found = []
        for layer, numbers in zip(self.layers, self.numbers, strict=True):
            row, fence = layer.containing(lat, lon)
            number = numbers[fence]
            found.append((row[number >= 0], number[number >= 0]))
        row, number = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.argsort(row, kind="stable")
        return row[order], number[order]

    def containing_one(self, lat: float, lon: float) -> tuple[int, ...]:
        """`containing` for one position: the geofences' numbers, growing."""
        return tuple(self.containing(np.array([lat]), np.array([lon]))[1].tolist())

    def around(self, lat: float, lon: float, within_m: float) -> tuple[Ints, Floats]:
        """Every geofence whose border may be at most `within_m` away, and the signed metres to it."""
        found = [n[layer.around(lat, lon, within_m)] for layer, n in zip(self.layers, self.numbers, strict=True)]
        fences = np.concatenate(found)
        fences = fences[fences >= 0]
        return fences, self.distances(np.full(fences.shape, lat), np.full(fences.shape, lon), fences)

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
