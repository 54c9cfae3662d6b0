"""Matching a lane: letters in, presences moved, transitions recorded in SQL, then one atomic step that removes the letters.

SQL first, the lane second: a crash between them repeats the entry, and what SQL has already is not done again.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
import structlog
from redis.exceptions import RedisError

from geofences.fence_index import FenceIndex
from geofences.metres import distance_m
from geofences.presence import Presence, Sighting, Transition, due_at, step, tick
from offers.arrivals import Crossing, memberships_of, record_crossings
from offers.devices import blocked_devices
from offers.places import fence_version, read_fences
from offers.records import database
from offers.records.database import Database
from workers.failpoints import Failpoints
from workers.lane_work import Changes, Entry, LaneWork
from workers.lanes import LaneDesk, lane_of
from workers.letters import DeviceLetter, ForgetLetter, Letter, PingLetter, TickLetter, TransitionLetter, pack, unpack
from workers.seal import UnreadableError

ENTRIES_A_STEP = 64
CROSSINGS_A_TRANSACTION = 200
"""SQLite has one writer: a longer transaction would keep the others waiting."""
BUDGET_S = 5.0
"""After this a lane that is still not empty is rung for again, so that sweeps and deliveries get their turn."""
TRIES = 5
AGAIN_MS = 1000
"""How soon a lane that could not be worked is rung for again."""
LOOK_EVERY_S = 1.0
AWAY = (*database.AWAY, RedisError, OSError)
"""The database or Redis is away: the entry is not to blame, and beat rings again."""

log = structlog.get_logger()


class FenceKeeper:
    """This process's FenceIndex, at most a second old."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._index: FenceIndex | None = None
        self._looked_at = 0.0

    def current(self, at_least: int = 0) -> FenceIndex:
        """The index, read anew when the version moved on; looked at once a second, and at once when `at_least` asks for more."""
        now = time.monotonic()
        stale = now - self._looked_at >= LOOK_EVERY_S
        if self._index is None or stale or self._index.version < at_least:
            with self._database.reading() as session:
                if self._index is None or fence_version(session) != self._index.version:
                    version, fences = read_fences(session)
                    self._index = FenceIndex(fences, version)
            self._looked_at = now
        return self._index


@dataclass(slots=True)
class Matched:
    deliveries: list[str] = field(default_factory=list)
    happened: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Matcher:
    """What matching needs of the world. `follow` is told what was committed, at once, before the lane moves on."""

    database: Database
    desk: LaneDesk
    fences: FenceKeeper
    failpoints: Failpoints
    follow: Callable[[Matched], None]
    clock: Callable[[], float] = time.time

    def match(self, lane: int) -> bool:
        """Work the lane until it is empty or the time is up; true when it wants another ring. One worker at a time has a lane."""
        work = LaneWork(self.desk.redis, lane)
        if not work.take():
            return False
        try:
            return self._match(work)
        except AWAY as error:
            log.warning("lane_left", lane=lane, error=type(error).__name__)
            return False

    def _match(self, work: LaneWork) -> bool:
        if not work.is_built():
            self._build(work)
        until = time.monotonic() + BUDGET_S
        most = ENTRIES_A_STEP
        while time.monotonic() < until:
            entries = work.entries(most)
            if not entries:
                if work.let_go(only_if_empty=True):
                    return False
                continue
            self.failpoints.reach("match.before")
            try:
                changes = self._work(work, [(entry, self._open(work.lane, entry)) for entry in entries])
            except AWAY:
                work.let_go(again_ms=AGAIN_MS)
                raise
            except Exception as error:
                log.exception("entry_failed", lane=work.lane, entries=len(entries), error=type(error).__name__)
                if len(entries) > 1:
                    most = 1
                    continue
                if work.failed(entries[0]) < TRIES:
                    work.let_go(again_ms=AGAIN_MS)
                    return False
                changes = self._work_apart(work, entries[0])
            self.failpoints.reach("match.committed")
            if not work.advance(entries, changes):
                log.warning("lease_lost", lane=work.lane)
                return False
            self.failpoints.reach("match.advanced")
            most = ENTRIES_A_STEP
        work.let_go()
        return True

    def _build(self, work: LaneWork) -> None:
        """An empty Redis is filled from the open stays before the first match."""
        index = self.fences.current()
        now = self.clock()
        with self.database.reading() as session:
            inside = {
                device: stays for device, stays in memberships_of(session).items() if self._is_here(device, work.lane)
            }
            blocked = {
                device: reason
                for device, reason in blocked_devices(session).items()
                if self._is_here(device, work.lane)
            }
        presences = {}
        for device, stays in inside.items():
            since = max(stay.since for stay in stays.values())
            presence = Presence(last_at=since, heard_at=now, version=index.version).with_inside(stays)
            presences[device] = (presence.to_bytes(), due_at(presence, index))
        work.build(presences, blocked)
        log.info("lane_built", lane=work.lane, devices=len(presences))

    def _is_here(self, device: str, lane: int) -> bool:
        return lane_of(device, self.desk.lanes) == lane

    def _open(self, lane: int, entry: Entry) -> list[Letter]:
        return unpack(self.desk.seal.open(entry.hour, lane, entry.sealed))

    def _work(self, work: LaneWork, opened: Sequence[tuple[Entry, list[Letter]]]) -> Changes:
        """Step every device that these letters are about, and record in SQL what changed."""
        letters = [letter for _, some in opened for letter in some]
        devices = dict.fromkeys(device for letter in letters for device in _devices_of(letter))
        presences = {device: Presence.from_bytes(raw) for device, raw in work.presences(devices).items()}
        versions = [one.version for one in presences.values()] + [
            one.version for one in letters if isinstance(one, DeviceLetter)
        ]
        index = self.fences.current(at_least=max(versions, default=0))
        walk = _Walk(index, presences, self.clock())
        walk.go(letters)
        self._record(walk)
        return walk.changes()

    def _record(self, walk: "_Walk") -> None:
        """Whole devices a transaction, so that a device's crossings are never split."""
        chunk: list[Crossing] = []
        for crossings in walk.crossings.values():
            if chunk and len(chunk) + len(crossings) > CROSSINGS_A_TRANSACTION:
                self._commit(walk, chunk)
                chunk = []
            chunk += crossings
        if chunk:
            self._commit(walk, chunk)

    def _commit(self, walk: "_Walk", crossings: list[Crossing]) -> None:
        with self.database.transaction() as session:
            arrivals = record_crossings(session, crossings, now=datetime.fromtimestamp(self.clock(), UTC))
        walk.settle(arrivals.memberships, arrivals.gone)
        self.follow(Matched(arrivals.deliveries, arrivals.happened))

    def _work_apart(self, work: LaneWork, entry: Entry) -> Changes:
        """An entry that failed five times: each device alone; what fails is set aside as it is, sealed, counted and said."""
        together = Changes()
        try:
            letters = [one for letter in self._open(work.lane, entry) for one in _apart(letter)]
        except (UnreadableError, msgspec.DecodeError) as error:
            log.exception("entry_set_aside", lane=work.lane, error=type(error).__name__)
            return Changes(aside=[(entry.hour, entry.sealed)], counts={"aside": 1})
        for letter in letters:
            try:
                changes = self._work(work, [(entry, [letter])])
            except AWAY:
                raise
            except Exception as error:
                log.exception("letter_set_aside", lane=work.lane, error=type(error).__name__)
                changes = Changes(
                    aside=[(entry.hour, self.desk.seal.close(entry.hour, work.lane, pack([letter])))],
                    counts={"aside": 1},
                )
            together.presences |= changes.presences
            together.dropped |= changes.dropped
            together.aside += changes.aside
            for name, by in changes.counts.items():
                together.count(name, by)
        return together


def _devices_of(letter: Letter) -> Iterable[str]:
    return [letter.device] if isinstance(letter, DeviceLetter) else letter.devices


def _by_time(letter: PingLetter) -> list[int]:
    return sorted(range(len(letter.pings)), key=lambda number: letter.pings[number][2])


def _apart(letter: Letter) -> list[Letter]:
    if isinstance(letter, DeviceLetter):
        return [letter]
    return [type(letter)([device]) for device in letter.devices]


class _Walk:
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
        distances = self._locate([letter for letter in letters if isinstance(letter, PingLetter)])
        for letter in letters:
            if isinstance(letter, PingLetter):
                for number in _by_time(letter):
                    self._ping(letter, number, distances[id(letter), number])
            elif isinstance(letter, TransitionLetter):
                self._count("told", len(letter.items))
            elif isinstance(letter, TickLetter):
                for device in letter.devices:
                    self._tick(device)
            else:
                self._forget(letter)

    def _locate(self, letters: Sequence[PingLetter]) -> dict[tuple[int, int], dict[str, float]]:
        """For every ping of every letter: signed metres to the borders of the geofences within reach, all found at once."""
        rows = [(id(letter), number) for letter in letters for number in range(len(letter.pings))]
        found: dict[tuple[int, int], dict[str, float]] = {row: {} for row in rows}
        if rows:
            pings = [ping for letter in letters for ping in letter.pings]
            seen = self.index.locate(np.array([ping[0] for ping in pings]), np.array([ping[1] for ping in pings]))
            fences = self.index.fences
            for row, fence, metres in zip(
                seen.row.tolist(), seen.fence.tolist(), seen.distance_m.tolist(), strict=True
            ):
                found[rows[row]][fences[fence].id] = metres
        return found

    def _ping(self, letter: PingLetter, number: int, distances: dict[str, float]) -> None:
        lat, lon, at, accuracy_m = letter.pings[number]
        before = self.presences.get(letter.device)
        moved = step(before, Sighting(at, accuracy_m, distances), self.index, received_at=letter.received_at)
        self._count(moved.verdict)
        if moved.presence is not before:
            self.presences[letter.device] = moved.presence
            self._touched.add(letter.device)
            self._dropped.discard(letter.device)
        self._cross(letter.device, moved.transitions, (lat, lon))

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

    def _count(self, name: str, by: int = 1) -> None:
        self._counts[name] = self._counts.get(name, 0) + by
