"""Enter and exit by the plain rule that Tile38 has: a device is inside where its last ping was inside.

No accuracy, no hysteresis, no time: what our own rule (geofences/presence.py) does beyond that is another table's matter.
Here it is the least that anything stateful must do, so that engines can be held against each other.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.matching.agreement import Pairs
from benchmarks.matching.workload import Walk
from geofences.fence_index import Ints
from geofences.metres import Floats

Containing = Callable[[Floats, Floats], Pairs]
NOWHERE = -1
WIDTH = 4


@dataclass(frozen=True, slots=True)
class Events:
    """One row for each: the ping's place in the batch, the geofence, whether it is an enter; by ping, exits first, then by geofence."""

    ping: Ints
    fence: Ints
    enter: np.ndarray[tuple[int], np.dtype[np.bool_]]

    def __len__(self) -> int:
        return len(self.ping)

    def told(self, walk: Walk) -> list[tuple[int, int, bool]]:
        """Device, geofence, whether it is an enter."""
        return list(zip(walk.device[self.ping].tolist(), self.fence.tolist(), self.enter.tolist(), strict=True))


class Differ:
    """Whole batches at once. A device may ping several times in one: each ping is held against the one before it.

    State is a row of geofences a device, as wide as the most that a device is in; a batch costs what it holds, whatever
    else is remembered.
    """

    def __init__(self, containing: Containing, devices: int, fences: int) -> None:
        self._containing = containing
        self._fences = np.int64(max(fences, 1))
        self._inside = np.full((devices, WIDTH), NOWHERE, dtype=np.int32)
        self._busy = np.zeros(devices, dtype=bool)
        """Devices that are inside anything."""

    def batch(self, walk: Walk) -> Events:
        row, fence = self._containing(walk.lat, walk.lon)
        matters = self._busy[walk.device]
        if len(row):
            here = walk.device[row]
            was = self._busy[here]
            self._busy[here] = True
            matters = self._busy[walk.device]
            self._busy[here] = was
        pings = np.flatnonzero(matters)
        if not len(pings):
            nothing = np.empty(0, dtype=np.intp)
            return Events(nothing, nothing, np.empty(0, dtype=bool))
        return self._changes(walk, pings, row, fence)

    def _changes(self, walk: Walk, pings: Ints, row: Ints, fence: Ints) -> Events:
        # the pings that matter in a line, device by device, each device's remembered state as a slot before its first
        pings = pings[np.argsort(walk.device[pings], kind="stable")]
        device = walk.device[pings]
        first = np.flatnonzero(np.concatenate([[True], device[1:] != device[:-1]]))
        nth = np.zeros(len(pings), dtype=np.intp)
        nth[first] = 1
        slot = np.arange(len(pings)) + np.cumsum(nth)
        known = device[first]
        state = slot[first] - 1
        slots = len(pings) + len(first)
        ping_of = np.full(slots, NOWHERE, dtype=np.intp)
        ping_of[slot] = pings
        last = np.zeros(slots, dtype=bool)
        last[np.concatenate([state[1:] - 1, [slots - 1]])] = True

        slot_of = np.empty(len(walk), dtype=np.intp)
        slot_of[pings] = slot
        remembered = self._inside[known]
        at, column = np.nonzero(remembered != NOWHERE)
        keys = np.concatenate(
            [state[at] * self._fences + remembered[at, column], slot_of[row] * self._fences + fence]
        ).astype(np.int64)
        keys.sort()
        in_slot, inside = np.divmod(keys, self._fences)

        entered = (ping_of[in_slot] != NOWHERE) & ~_has(keys, keys - self._fences)
        left = ~last[in_slot] & ~_has(keys, keys + self._fences)
        kept = last[in_slot]
        self._remember(known, walk.device[ping_of[in_slot[kept]]], inside[kept])

        ping = np.concatenate([ping_of[in_slot[left] + 1], ping_of[in_slot[entered]]])
        changed = np.concatenate([inside[left], inside[entered]])
        enter = np.repeat([False, True], [int(left.sum()), int(entered.sum())])
        order = np.lexsort((changed, enter, ping))
        return Events(ping[order], changed[order], enter[order])

    def _remember(self, known: Ints, who: Ints, where: Ints) -> None:
        """`known` are the batch's devices; each of `who`, device by device, is now inside `where` beside it."""
        begins = np.flatnonzero(np.concatenate([[True], who[1:] != who[:-1]])) if len(who) else np.empty(0, np.intp)
        column = np.arange(len(who)) - np.repeat(begins, np.diff(np.concatenate([begins, [len(who)]])))
        if len(column) and column.max() >= self._inside.shape[1]:
            wider = np.full((len(self._inside), 2 * int(column.max()) + 2), NOWHERE, dtype=np.int32)
            wider[:, : self._inside.shape[1]] = self._inside
            self._inside = wider
        self._inside[known] = NOWHERE
        self._inside[who, column] = where
        self._busy[known] = False
        self._busy[who] = True


class PlainDiffer:
    """The same as a set a device and one ping after another: too simple to be wrong, and what the other is held against."""

    def __init__(self, containing: Containing) -> None:
        self._containing = containing
        self._inside: dict[int, frozenset[int]] = {}

    def batch(self, walk: Walk) -> list[tuple[int, int, bool]]:
        found: list[set[int]] = [set() for _ in range(len(walk))]
        for row, fence in zip(*(part.tolist() for part in self._containing(walk.lat, walk.lon)), strict=True):
            found[row].add(fence)
        events = []
        for device, now in zip(walk.device.tolist(), found, strict=True):
            before = self._inside.get(device, frozenset())
            events += [(device, fence, False) for fence in sorted(before - now)]
            events += [(device, fence, True) for fence in sorted(now - before)]
            self._inside[device] = frozenset(now)
        return events


def _has(keys: Ints, wanted: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which of `wanted` are among the sorted `keys`."""
    place = np.searchsorted(keys, wanted)
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = keys[np.minimum(place, len(keys) - 1)] == wanted
    return found
