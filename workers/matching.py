"""Matching a lane: letters in, presences moved, transitions recorded in SQL, then one atomic step that removes the letters.

SQL first, the lane second: a crash between them repeats the entry, and what SQL has already is not done again.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from redis.exceptions import RedisError

from geofences.presence import Presence, due_at
from offers.arrivals import Crossing, known_presences, record_crossings
from offers.devices import blocked_devices, known_devices
from offers.distances import Sighted, expected, record_distances
from offers.follows import Follows
from offers.records import database
from offers.records.database import Database
from workers.failpoints import Failpoints
from workers.fences import FenceKeeper
from workers.lane_work import Changes, Entry, LaneWork
from workers.lanes import LaneDesk, lane_of, unpack_targets
from workers.letters import DeviceLetter, Letter, PingLetter, pack, unpack
from workers.seal import UnreadableError
from workers.walk import Walk
from workers.written_distances import WrittenDistances

ENTRIES_A_STEP = 64
CROSSINGS_A_TRANSACTION = 200
"""SQLite has one writer: a longer transaction would keep the others waiting."""
BUDGET_S = 5.0
"""After this a lane that is still not empty is rung for again, so that sweeps and deliveries get their turn."""
TRIES = 5
AGAIN_MS = 1000
"""How soon a lane that could not be worked is rung for again."""
AWAY = (*database.AWAY, RedisError, OSError)
"""The database or Redis is away: the entry is not to blame, and beat rings again."""

log = structlog.get_logger()


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
    written: WrittenDistances = field(default_factory=WrittenDistances)

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
        with self.database.reading() as session:
            known = known_presences(session, index.version, self.clock())
            blocked = {
                device: reason
                for device, reason in blocked_devices(session).items()
                if self._is_here(device, work.lane)
            }
            expected_at = expected(session)
        presences = {
            device: (presence.to_bytes(), due_at(presence, index))
            for device, presence in known.items()
            if self._is_here(device, work.lane)
        }
        targets = {device: some for device, some in expected_at.items() if self._is_here(device, work.lane)}
        work.build(presences, blocked, targets)
        log.info("lane_built", lane=work.lane, devices=len(presences))

    def _presences(self, work: LaneWork, kept: Mapping[str, bytes]) -> dict[str, Presence]:
        """Those that are kept. Bytes that no presence of ours are, as of another release, take SQL's word: else their device's next
        tick would hold up the lane, and the one after it, for ever.
        """
        found, unreadable = dict[str, Presence](), list[str]()
        for device, raw in kept.items():
            try:
                found[device] = Presence.from_bytes(raw)
            except ValueError:
                unreadable.append(device)
        if unreadable:
            log.warning("presences_unreadable", lane=work.lane, devices=len(unreadable))
            with self.database.reading() as session:
                found |= known_presences(session, self.fences.current().version, self.clock(), unreadable)
        return found

    def _is_here(self, device: str, lane: int) -> bool:
        return lane_of(device, self.desk.lanes) == lane

    def _open(self, lane: int, entry: Entry) -> list[Letter]:
        return unpack(self.desk.seal.open(entry.hour, lane, entry.sealed))

    def _work(self, work: LaneWork, opened: Sequence[tuple[Entry, list[Letter]]]) -> Changes:
        """Step every device that these letters are about, and record in SQL what changed."""
        letters = [letter for _, some in opened for letter in some]
        devices = dict.fromkeys(device for letter in letters for device in _devices_of(letter))
        kept, targets = work.kept(devices, {one.device: None for one in letters if isinstance(one, PingLetter)})
        presences = self._presences(work, kept)
        versions = [one.version for one in presences.values()] + [
            one.version for one in letters if isinstance(one, DeviceLetter)
        ]
        index = self.fences.current(at_least=max(versions, default=0))
        strangers = self._strangers(letters, presences)
        expected_at = {device: unpack_targets(raw) for device, raw in targets.items()}
        walk = Walk(index, presences, self.clock(), expected_at)
        walk.go([one for one in letters if not (isinstance(one, DeviceLetter) and one.device in strangers)])
        self._record(walk)
        self._measure(walk)
        changes = walk.changes()
        changes.dropped |= strangers
        return changes

    def _strangers(self, letters: Sequence[Letter], presences: Mapping[str, Presence]) -> set[str]:
        """Devices that SQL does not know, of those that the lane has no presence of; from now on the door refuses them.

        Whoever is erased is blocked in Redis alone: no row is left to build an emptied Redis from, and a token may outlive it.
        """
        new = {one.device for one in letters if isinstance(one, DeviceLetter)} - presences.keys()
        if not new:
            return set()
        with self.database.reading() as session:
            strangers = new - known_devices(session, new)
        if strangers:
            self.desk.block(dict.fromkeys(strangers, "revoked"))
            log.warning("devices_unknown", count=len(strangers))
        return strangers

    def _record(self, walk: Walk) -> None:
        """Whole devices a transaction, so that a device's crossings are never split."""
        chunk: list[Crossing] = []
        for crossings in walk.crossings.values():
            if chunk and len(chunk) + len(crossings) > CROSSINGS_A_TRANSACTION:
                self._commit(walk, chunk)
                chunk = []
            chunk += crossings
        if chunk:
            self._commit(walk, chunk)

    def _commit(self, walk: Walk, crossings: list[Crossing]) -> None:
        with self.database.transaction() as session:
            arrivals = record_crossings(session, crossings, now=datetime.fromtimestamp(self.clock(), UTC))
        walk.settle(arrivals.memberships, arrivals.gone)
        self.follow(Matched(arrivals.deliveries, arrivals.happened))
        if arrivals.targets:
            self._follow(Follows(targets=arrivals.targets))

    def _measure(self, walk: Walk) -> None:
        """How far they are from where they are expected, of those who moved enough since it was last written."""
        worth = [one for one in walk.measure() if self.written.is_worth_writing(one)]
        for some in _portions(worth):
            with self.database.transaction() as session:
                recorded = record_distances(session, some, now=datetime.fromtimestamp(self.clock(), UTC))
            self.written.note(some, recorded.coming)
            if recorded.follows != Follows():
                self._follow(recorded.follows)

    def _follow(self, follows: Follows) -> None:
        """What follows a commit of ours, in the lanes too; the letters of the forgotten are this lane's, or beat rings for them."""
        self.follow(Matched(list(follows.deliveries), [dict(one) for one in follows.happened]))
        self.desk.follow(follows, self.clock())

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


def _apart(letter: Letter) -> list[Letter]:
    if isinstance(letter, DeviceLetter):
        return [letter]
    return [type(letter)([device]) for device in letter.devices]


def _portions(sighted: Sequence[Sighted]) -> Iterator[Sequence[Sighted]]:
    for i in range(0, len(sighted), CROSSINGS_A_TRANSACTION):
        yield sighted[i : i + CROSSINGS_A_TRANSACTION]
