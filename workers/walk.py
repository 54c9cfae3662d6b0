"""One batch's way through the presences: letters in, presences moved, crossings out. Pure but for what it gathers."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from geofences.cells import cells_of
from geofences.fence_index import FenceIndex
from geofences.hearing import Heard, hear
from geofences.metres import distance_m
from geofences.presence import LIMIT_M, Outcome, Presence, Sighting, Step, Transition, Verdict, due_at, step, tick
from geofences.teleports import is_suspect
from offers.arrivals import Crossing
from offers.distances import Sighted
from offers.rules.target import Target
from offers.rules.track import LASTS, rounded
from workers.lane_work import Changes
from workers.letters import DeviceLetter, ForgetLetter, Letter, PingLetter, TickLetter, TransitionLetter

USABLE_M = 500.0
"""A ping less accurate than this gives no distance to a store, however far away that is."""
SHARE = 0.05
"""Less accurate than presence's limit, a ping still tells how far away somebody is who is far away."""


def is_near_enough(metres: float, accuracy_m: float | None) -> bool:
    """Whether a ping of this accuracy tells so many metres to a store; one without tells, as it does to presence."""
    return accuracy_m is None or accuracy_m <= max(LIMIT_M, min(USABLE_M, SHARE * metres))


_Heard = tuple[float, float, int, float | None]
"""Latitude, longitude, epoch seconds, accuracy in metres."""


class _Seen(NamedTuple):
    distances: dict[str, float]
    cell: int


def _requests(letters: Sequence[Letter]) -> Iterator[list[Any]]:
    """Letters that came as one: a client's batch of pings and transitions lies in two letters behind each other."""
    request: list[Any] = []
    came: tuple[str, float] | None = None
    for letter in letters:
        of = (letter.device, letter.received_at) if isinstance(letter, DeviceLetter) else None
        if request and (of is None or of != came):
            yield request
            request = []
        request.append(letter)
        came = of
    if request:
        yield request


def _by_time(request: Sequence[DeviceLetter]) -> list[tuple[float, DeviceLetter, int]]:
    """All that was said, by the device's time; at one time pings first, then in the order they came."""
    first = request[0]
    if len(request) == 1 and isinstance(first, PingLetter) and len(first.pings) == 1:  # what most phones send
        return [(0.0, first, 0)]
    pings = [letter for letter in request if isinstance(letter, PingLetter)]
    said: list[tuple[float, DeviceLetter, int]]
    said = [(ping[2], letter, number) for letter in pings for number, ping in enumerate(letter.pings)]
    told = [letter for letter in request if isinstance(letter, TransitionLetter)]
    said += [(item[2], letter, number) for letter in told for number, item in enumerate(letter.items)]
    return sorted(said, key=lambda one: one[0]) if len(said) > 1 else said


class Walk:
    """One batch's way through the presences: pure but for what it gathers."""

    def __init__(
        self,
        index: FenceIndex,
        presences: dict[str, Presence],
        now: float,
        targets: Mapping[str, Sequence[Target]] | None = None,
    ) -> None:
        self.index = index
        self.presences = presences
        self.now = now
        self.targets = targets or {}
        self._newest: dict[str, _Heard] = {}
        self._sighted: dict[tuple[str, str], Sighted] = {}
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
        rows, lats, lons = list[tuple[int, int]](), list[float](), list[float]()
        for letter in letters:
            if isinstance(letter, PingLetter):
                said = [(number, ping[0], ping[1]) for number, ping in enumerate(letter.pings)]
            else:
                told = ((number, item[4], item[5]) for number, item in enumerate(letter.items))
                said = [(number, lat, lon) for number, lat, lon in told if lat is not None and lon is not None]
            for number, lat, lon in said:
                rows.append((id(letter), number))
                lats.append(lat)
                lons.append(lon)
        if not rows:
            return {}
        at_lat, at_lon = np.array(lats), np.array(lons)
        found = {row: _Seen({}, cell) for row, cell in zip(rows, cells_of(at_lat, at_lon).tolist(), strict=True)}
        seen = self.index.locate(at_lat, at_lon)
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
        if letter.device in self.targets and _tells(moved.verdict, before, sighting):
            heard = (lat, lon, int(min(at, letter.received_at)), accuracy_m)
            if accuracy_m is None or accuracy_m <= LIMIT_M:
                self._newest[letter.device] = heard  # measured once, at the end: a batch may have many of one device
            else:
                self._measure(letter.device, heard)

    def measure(self) -> list[Sighted]:
        """How far the devices still are whose customers are expected somewhere: one a device and order, the newest."""
        for device, heard in self._newest.items():
            self._measure(device, heard)
        self._newest.clear()
        return list(self._sighted.values())

    def _measure(self, device: str, heard: _Heard) -> None:
        """By a clock that is not ahead of ours; a ping that waited on the phone for long tells nothing of now."""
        lat, lon, at, accuracy_m = heard
        if at < self.now - LASTS.total_seconds():
            return
        for target in self.targets[device]:
            metres = float(distance_m(lat, lon, target.lat, target.lon))
            key = device, target.order_id
            if is_near_enough(metres, accuracy_m) and (key not in self._sighted or self._sighted[key].at <= at):
                self._sighted[key] = Sighted(device, target.order_id, rounded(metres), at)

    def _expect_no_more(self, device: str) -> None:
        self._newest.pop(device, None)
        self._sighted = {key: one for key, one in self._sighted.items() if key[0] != device}

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
            self._expect_no_more(device)
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
            self._expect_no_more(device)
            self._count("uncovered")

    def changes(self) -> Changes:
        written = {}
        for device in self._touched - self._dropped:
            presence = self.presences[device]
            written[device] = (presence.to_bytes(), due_at(presence, self.index))
        return Changes(written, set(self._dropped), dict(self._counts))

    def _count(self, name: str) -> None:
        self._counts[name] = self._counts.get(name, 0) + 1


def _tells(verdict: Verdict | Outcome, before: Presence | None, sighting: Sighting) -> bool:
    """Whether a ping may give a distance: not one that is late or suspect. One too inaccurate for a geofence was not asked whether it is."""
    if verdict == "inaccurate":
        return before is None or not is_suspect(before, sighting.cell, sighting.at)
    return verdict in ("used", "unsure")
