"""One batch's way through the presences: letters in, presences moved, crossings out. Pure but for what it gathers."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from geofences.cells import cells_of
from geofences.fence_index import FenceIndex
from geofences.hearing import Heard, hear
from geofences.metres import distance_m
from geofences.presence import Presence, Sighting, Step, Transition, due_at, step, tick
from offers.arrivals import Crossing
from workers.lane_work import Changes
from workers.letters import DeviceLetter, ForgetLetter, Letter, PingLetter, TickLetter, TransitionLetter


class _Seen(NamedTuple):
    distances: dict[str, float]
    cell: int


def _positions(letter: DeviceLetter) -> list[tuple[int, tuple[float, float]]]:
    """Where the device says it was, by the number of the ping or transition; a transition need not say."""
    if isinstance(letter, PingLetter):
        return [(number, ping[:2]) for number, ping in enumerate(letter.pings)]
    told = ((number, item[4], item[5]) for number, item in enumerate(letter.items))
    return [(number, (lat, lon)) for number, lat, lon in told if lat is not None and lon is not None]


def _requests(letters: Sequence[Letter]) -> Iterator[list[Any]]:
    """Letters that came as one: a client's batch of pings and transitions lies in two letters behind each other."""
    request: list[Any] = []
    for letter in letters:
        if request and not _is_same_request(request[0], letter):
            yield request
            request = []
        request.append(letter)
    if request:
        yield request


def _is_same_request(one: Letter, other: Letter) -> bool:
    if not (isinstance(one, DeviceLetter) and isinstance(other, DeviceLetter)):
        return False
    return (one.device, one.received_at) == (other.device, other.received_at)


def _by_time(request: Sequence[DeviceLetter]) -> list[tuple[float, DeviceLetter, int]]:
    """All that was said, by the device's time; at one time pings first, then in the order they came."""
    pings = [letter for letter in request if isinstance(letter, PingLetter)]
    said: list[tuple[float, DeviceLetter, int]]
    said = [(ping[2], letter, number) for letter in pings for number, ping in enumerate(letter.pings)]
    told = [letter for letter in request if isinstance(letter, TransitionLetter)]
    said += [(item[2], letter, number) for letter in told for number, item in enumerate(letter.items)]
    return sorted(said, key=lambda one: one[0]) if len(said) > 1 else said


class Walk:
    """One batch's way through the presences: pure but for what it gathers."""

    def __init__(self, index: FenceIndex, presences: dict[str, Presence], now: float) -> None:
        self.index = index
        self.presences = presences
        self.now = now
        self.crossings: dict[str, list[Crossing]] = {}
        self._touched: set[str] = set()
        self._dropped: set[str] = set()
        self._counts: dict[str, int] = {}

    def go(self, letters: Sequence[Letter]) -> None:
        said = [letter for letter in letters if isinstance(letter, DeviceLetter)]
        seen = self._locate(said)
        for request in _requests(letters):
            first = request[0]
            if isinstance(first, TickLetter):
                for device in first.devices:
                    self._tick(device)
            elif isinstance(first, ForgetLetter):
                self._forget(first)
            else:
                for _, letter, number in _by_time(request):
                    if isinstance(letter, PingLetter):
                        self._ping(letter, number, seen[id(letter), number])
                    else:
                        self._hear(letter, number, seen.get((id(letter), number)))

    def _locate(self, letters: Sequence[DeviceLetter]) -> dict[tuple[int, int], "_Seen"]:
        """For every position of every letter: signed metres to the borders of the geofences within reach, all found at once, and its cell."""
        rows = [(id(letter), number) for letter in letters for number, _ in _positions(letter)]
        if not rows:
            return {}
        positions = [position for letter in letters for _, position in _positions(letter)]
        lat, lon = np.array([one[0] for one in positions]), np.array([one[1] for one in positions])
        found = {row: _Seen({}, cell) for row, cell in zip(rows, cells_of(lat, lon).tolist(), strict=True)}
        seen = self.index.locate(lat, lon)
        fences = self.index.fences
        for row, fence, metres in zip(seen.row.tolist(), seen.fence.tolist(), seen.distance_m.tolist(), strict=True):
            found[rows[row]].distances[fences[fence].id] = metres
        return found

    def _ping(self, letter: PingLetter, number: int, seen: "_Seen") -> None:
        lat, lon, at, accuracy_m = letter.pings[number]
        sighting = Sighting(at, accuracy_m, seen.distances, seen.cell)
        before = self.presences.get(letter.device)
        moved = step(before, sighting, self.index, received_at=letter.received_at)
        self._count(moved.verdict)
        self._moved(letter.device, before, moved, (lat, lon))

    def _hear(self, letter: TransitionLetter, number: int, seen: "_Seen | None") -> None:
        fence_id, kind, at, accuracy_m, lat, lon = letter.items[number]
        heard = Heard(fence_id, kind, at, accuracy_m)
        if seen is not None:
            heard = replace(heard, distance_m=seen.distances.get(fence_id, math.inf), cell=seen.cell)
        before = self.presences.get(letter.device)
        moved = hear(before, heard, self.index, received_at=letter.received_at)
        self._count(f"told:{moved.verdict}")
        self._moved(letter.device, before or Presence.EMPTY, moved, None if lat is None or lon is None else (lat, lon))

    def _moved(self, device: str, before: Presence | None, moved: Step, seen_at: tuple[float, float] | None) -> None:
        if moved.presence is not before:
            self.presences[device] = moved.presence
            self._touched.add(device)
            self._dropped.discard(device)
        self._cross(device, moved.transitions, seen_at)

    def _tick(self, device: str) -> None:
        presence = self.presences.get(device)
        if presence is None:
            self._dropped.add(device)
            return
        moved = tick(presence, self.index, now=self.now)
        self.presences[device] = moved.presence
        idle = not (moved.presence.inside or moved.presence.pending)
        if idle and not moved.transitions and due_at(moved.presence, self.index) <= self.now:
            self._dropped.add(device)
        else:
            self._touched.add(device)
        self._cross(device, moved.transitions, None)

    def _forget(self, letter: ForgetLetter) -> None:
        for device in letter.devices:
            self.presences.pop(device, None)
            self.crossings.pop(device, None)
            self._touched.discard(device)
            self._dropped.add(device)

    def _cross(self, device: str, transitions: Sequence[Transition], seen_at: tuple[float, float] | None) -> None:
        for one in transitions:
            crossing = Crossing(
                device, one.kind, one.fence_id, one.at, one.source, one.reason, self._distance(one.fence_id, seen_at)
            )
            self.crossings.setdefault(device, []).append(crossing)

    def _distance(self, fence_id: str, seen_at: tuple[float, float] | None) -> int | None:
        """Metres to the geofence's centre, rounded to 50: as near as SQL may know it."""
        fence = self.index.by_id.get(fence_id)
        if seen_at is None or fence is None:
            return None
        return max(50, round(float(distance_m(*seen_at, *fence.shape.centre)) / 50) * 50)

    def settle(self, memberships: dict[str, dict[str, Any]], gone: set[str]) -> None:
        """SQL has the last word on who is inside, and on who may not be located at all."""
        for device, inside in memberships.items():
            self.presences[device] = self.presences[device].with_inside(inside)
        for device in gone:
            self._touched.discard(device)
            self._dropped.add(device)
            self._count("uncovered")

    def changes(self) -> Changes:
        written = {}
        for device in self._touched - self._dropped:
            presence = self.presences[device]
            written[device] = (presence.to_bytes(), due_at(presence, self.index))
        return Changes(written, set(self._dropped), dict(self._counts))

    def _count(self, name: str) -> None:
        self._counts[name] = self._counts.get(name, 0) + 1
