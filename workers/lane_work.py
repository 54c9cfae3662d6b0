"""The one writer's side of a lane: the lease, what is to be read, and the one atomic step that moves presences and removes entries."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from redis import Redis

from offers.rules.target import Target
from workers.lanes import BELL_MS, LaneKeys, pack_targets

LEASE_MS = 10_000
"""Renewed by every step. A worker that dies leaves its lane to the next one after this."""

ADVANCE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)
if not first[1] or first[1][1] ~= ARGV[4] then return 0 end
local at = 5
local function several(act, width)
  local count = tonumber(ARGV[at]); at = at + 1
  for _ = 1, count do act(); at = at + width end
end
several(function() redis.call('XDEL', KEYS[2], ARGV[at]); redis.call('HDEL', KEYS[7], ARGV[at]) end, 1)
several(function() redis.call('HSET', KEYS[3], ARGV[at], ARGV[at + 1]); redis.call('ZADD', KEYS[4], ARGV[at + 2], ARGV[at]) end, 3)
several(function() redis.call('HDEL', KEYS[3], ARGV[at]); redis.call('ZREM', KEYS[4], ARGV[at]) end, 1)
several(function() redis.call('HINCRBY', KEYS[6], ARGV[at], ARGV[at + 1]) end, 2)
several(function() redis.call('XADD', KEYS[8], '*', 'h', ARGV[at], 'b', ARGV[at + 1]) end, 2)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('SET', KEYS[5], '1', 'PX', ARGV[3])
return 1
"""
"""KEYS lease, entries, presence, due, bell, counters, failures, aside. ARGV token, lease's ms, bell's ms, the head entry that is
expected, then five lists, each with its length before it: entries done; device, presence, due; devices to drop; counter, by; hour,
sealed letter to set aside. Whoever lost the lease changes nothing."""

RELEASE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 1 end
if ARGV[2] == '1' and redis.call('XLEN', KEYS[2]) > 0 then return 0 end
if redis.call('XLEN', KEYS[2]) == 0 then redis.call('DEL', KEYS[3])
elseif ARGV[3] ~= '0' then redis.call('PEXPIRE', KEYS[3], ARGV[3]) end
redis.call('DEL', KEYS[1])
return 1
"""
"""KEYS lease, entries, bell; ARGV token, whether only an empty lane may be let go, ms until beat may ring again (0: as it was). Bell and lease go only when the lane is empty,
so no append can fall between."""

REBUILD = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5])
local at = 2
local count = tonumber(ARGV[at]); at = at + 1
for _ = 1, count do
  redis.call('HSET', KEYS[2], ARGV[at], ARGV[at + 1]); redis.call('ZADD', KEYS[3], ARGV[at + 2], ARGV[at]); at = at + 3
end
count = tonumber(ARGV[at]); at = at + 1
for _ = 1, count do redis.call('HSET', KEYS[4], ARGV[at], ARGV[at + 1]); at = at + 2 end
count = tonumber(ARGV[at]); at = at + 1
for _ = 1, count do redis.call('HSET', KEYS[5], ARGV[at], ARGV[at + 1]); at = at + 2 end
redis.call('SET', KEYS[1], ARGV[1])
return 1
"""
"""KEYS epoch, presence, due, blocked, targets; ARGV new epoch, then device, presence, due; device, reason; device, its targets."""


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    hour: int
    sealed: bytes


@dataclass(slots=True)
class Changes:
    """What one step writes, all of it or nothing."""

    presences: dict[str, tuple[bytes, float]] = field(default_factory=dict)
    """Device -> presence, and the server time (epoch seconds) of the next tick worth making."""
    dropped: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    aside: list[tuple[int, bytes]] = field(default_factory=list)
    """(hour, sealed letter) that could not be worked."""

    def count(self, name: str, by: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + by


class LaneWork:
    """One worker's hold on one lane. Not for use by two threads."""

    def __init__(self, redis: Redis, lane: int) -> None:
        self._redis: Any = redis
        self.lane = lane
        self.keys = LaneKeys.of(lane)
        self._token = secrets.token_hex(8)
        self._advance = redis.register_script(ADVANCE)
        self._release = redis.register_script(RELEASE)
        self._rebuild = redis.register_script(REBUILD)
        self._anybody_is_expected = False

    def take(self) -> bool:
        """Try to become the lane's one writer."""
        return bool(self._redis.set(self.keys.lease, self._token, nx=True, px=LEASE_MS))

    def let_go(self, *, only_if_empty: bool = False, again_ms: int = 0) -> bool:
        """Give the lease back; false when entries came meanwhile and `only_if_empty` was asked.

        `again_ms`: how soon beat may ring for what is left; 0 leaves the bell as it is.
        """
        args: list[Any] = [self._token, int(only_if_empty), again_ms]
        return bool(self._release(keys=[self.keys.lease, self.keys.entries, self.keys.bell], args=args))

    def is_built(self) -> bool:
        return bool(self._redis.exists(self.keys.epoch))

    def build(
        self,
        presences: Mapping[str, tuple[bytes, float]],
        blocked: Mapping[str, str],
        targets: Mapping[str, Sequence[Target]],
    ) -> None:
        """Fill an empty lane from what SQL knows, and open it to the door. Does nothing when another did it already."""
        triples = [part for device, (raw, due) in presences.items() for part in (device, raw, due)]
        pairs = [part for pair in blocked.items() for part in pair]
        expected = [part for device, some in targets.items() for part in (device, pack_targets(some))]
        self._rebuild(
            keys=[self.keys.epoch, self.keys.presence, self.keys.due, self.keys.blocked, self.keys.targets],
            args=[secrets.token_hex(8), len(presences), *triples, len(blocked), *pairs, len(targets), *expected],
        )

    def entries(self, most: int) -> list[Entry]:
        """The oldest entries, which stay where they are until `advance`."""
        asked = self._redis.pipeline(transaction=False)
        asked.xrange(self.keys.entries, count=most)
        asked.exists(self.keys.targets)
        rows, self._anybody_is_expected = asked.execute()
        return [Entry(entry_id.decode(), int(fields[b"h"]), fields[b"b"]) for entry_id, fields in rows]

    def kept(self, devices: Iterable[str], pinging: Iterable[str]) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """What is kept of these devices, and where those of them that ping are expected, in one round trip.

        Where nobody of the lane was expected anywhere when its entries were read, as on most days, nobody is asked about.
        """
        asked, who = list(devices), list(pinging) if self._anybody_is_expected else []
        if not asked:
            return {}, {}
        if not who:
            return _found(asked, self._redis.hmget(self.keys.presence, asked)), {}
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.hmget(self.keys.presence, asked)
        pipeline.hmget(self.keys.targets, who)
        presences, targets = pipeline.execute()
        return _found(asked, presences), _found(who, targets)

    def failed(self, entry: Entry) -> int:
        """Note that working this entry failed; how often it has by now."""
        return int(self._redis.hincrby(self.keys.failures, entry.id, 1))

    def advance(self, entries: list[Entry], changes: Changes) -> bool:
        """Write the changes and remove the entries, if the lease is still ours and the head is the expected one."""
        args: list[Any] = [
            self._token,
            LEASE_MS,
            BELL_MS,
            entries[0].id,
            len(entries),
            *(entry.id for entry in entries),
        ]
        args += [len(changes.presences)]
        for device, (raw, due) in changes.presences.items():
            args += [device, raw, due]
        args += [len(changes.dropped), *changes.dropped, len(changes.counts)]
        for pair in changes.counts.items():
            args += pair
        args += [len(changes.aside)]
        for letter in changes.aside:
            args += letter
        keys = self.keys
        return bool(
            self._advance(
                keys=[
                    keys.lease,
                    keys.entries,
                    keys.presence,
                    keys.due,
                    keys.bell,
                    keys.counters,
                    keys.failures,
                    keys.aside,
                ],
                args=args,
            )
        )


def _found(asked: Sequence[str], kept: Sequence[bytes | None]) -> dict[str, bytes]:
    return {device: raw for device, raw in zip(asked, kept, strict=True) if raw is not None}
