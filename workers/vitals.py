"""The vital signs: lane lengths and ages, counts, and when workers and beat were last heard. What /readyz and /metrics read."""

import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from redis import Redis

from workers.lanes import LaneKeys

HEARD_WORKER = "pb:heard:worker"
HEARD_BEAT = "pb:heard:beat"
HEARD_FENCES = "pb:heard:geofences"
"""Hash: a process -> how far it is with the geofences, and when it said so."""
HEARD_MQTT = "pb:heard:mqtt"
WAITING = "pb:waiting"
"""Hash: how many deferred moments wait, and how many of them are due; counted once a minute."""
COUNTERS = "pb:counters"
NEARLY_FULL = 0.95
"""Share of Redis' `maxmemory`. Above it /readyz says no: somebody should look before pings are refused."""

GONE_S = 10.0
"""Whoever told nothing for so long is no more: processes tell each second, also while they wait for the database."""
BEHIND_S = 10.0
"""A process that knows an older geofence version than another, and could not look for so long, runs behind. Two seconds are promised; five
times that is no slow look any more. How many versions it lacks says nothing: one edit that is not in force is one too many,
and an import makes hundreds between two looks."""


@dataclass(frozen=True, slots=True)
class FenceVitals:
    """How far one process is with the geofences."""

    version: int
    looked_ago_s: float
    """Seconds since its last look at the database that succeeded; since its start when there was none."""
    overlay: int = 0
    """Geofences that differ from the base it built last."""
    compactions: int = 0
    """How often it built a base anew, since its start."""
    compactions_failed: int = 0
    compaction_s: float = 0.0
    """What that took in all."""

    def behind_s(self, newest: int) -> float:
        """For how long it may have been without the newest version; 0 when it has that."""
        return self.looked_ago_s if self.version < newest else 0.0


@dataclass(slots=True)
class LaneVitals:
    lane: int
    length: int
    oldest_age_s: float


class Waiting(NamedTuple):
    """Moments that wait for the end of the quiet hours."""

    deferrals: int
    due: int
    """Of them: their time has come, and no worker has decided them yet."""


@dataclass(slots=True)
class Vitals:
    lanes: list[LaneVitals] = field(default_factory=list)
    epochs_missing: int = 0
    """Lanes that are not built yet: the door answers 503 for their devices."""
    aside: int = 0
    """Sealed letters that could not be worked."""
    worker_heard_s: float | None = None
    """Seconds since a worker last ran one of beat's looks; none: never."""
    beat_heard_s: float | None = None
    fences: dict[str, FenceVitals] = field(default_factory=dict)
    """By process, those that live."""
    waiting: Waiting | None = None
    """None: nobody has counted yet."""
    counters: dict[str, int] = field(default_factory=dict)
    """Since Redis was started empty: `used`, `late`, `unsure`, `inaccurate`, `decision:send`, `delivery:sent` …"""

    @property
    def newest_fences(self) -> int:
        """The newest geofence version that any process knows; -1: nobody told."""
        return max((one.version for one in self.fences.values()), default=-1)

    def behind(self) -> dict[str, FenceVitals]:
        """The processes that match by geofences as they were, and have for too long."""
        newest = self.newest_fences
        return {process: one for process, one in self.fences.items() if one.behind_s(newest) > BEHIND_S}


def behind_in_words(vitals: Vitals) -> str:
    """Who runs behind, and how far; empty when nobody does."""
    return "; ".join(
        f"{process} matches by geofence version {one.version}, the newest is {vitals.newest_fences},"
        f" and could last look {one.looked_ago_s:.0f} s ago"
        for process, one in vitals.behind().items()
    )


def read_vitals(redis: Redis, lanes: int, now: float) -> Vitals:
    """Everything in one round trip; Redis' own errors are the caller's to name."""
    pipeline: Any = redis.pipeline(transaction=False)
    for lane in range(lanes):
        keys = LaneKeys.of(lane)
        pipeline.xlen(keys.entries)
        pipeline.xrange(keys.entries, count=1)
        pipeline.exists(keys.epoch)
        pipeline.xlen(keys.aside)
        pipeline.hgetall(keys.counters)
    pipeline.get(HEARD_WORKER)
    pipeline.get(HEARD_BEAT)
    pipeline.hgetall(HEARD_FENCES)
    pipeline.hgetall(WAITING)
    pipeline.hgetall(COUNTERS)
    answers = pipeline.execute()
    vitals = Vitals()
    for lane in range(lanes):
        length, oldest, epoch, aside, counts = answers[lane * 5 : lane * 5 + 5]
        age = max(0.0, now - int(oldest[0][0].split(b"-")[0]) / 1000) if oldest else 0.0
        vitals.lanes.append(LaneVitals(lane, length, age))
        vitals.epochs_missing += not epoch
        vitals.aside += aside
        _add(vitals.counters, counts)
    worker, beat, fences, waiting, counts = answers[-5:]
    vitals.worker_heard_s = now - float(worker) if worker else None
    vitals.beat_heard_s = now - float(beat) if beat else None
    vitals.fences = _living(fences, now)
    if waiting:
        vitals.waiting = Waiting(int(waiting[b"deferrals"]), int(waiting[b"due"]))
    _add(vitals.counters, counts)
    return vitals


def name_of_process(role: str) -> str:
    """`worker@host:pid-xxxx`: the last part tells two apart that have the same number in containers of one host's name."""
    return f"{role}@{socket.gethostname()}:{os.getpid()}-{secrets.token_hex(2)}"


def tell_fences(redis: Redis, process: str, vitals: FenceVitals | None, now: float) -> None:
    """Say how far this process is; None: it ends."""
    pipeline = redis.pipeline(transaction=False)
    if vitals is None:
        pipeline.hdel(HEARD_FENCES, process)
    else:
        pipeline.hset(HEARD_FENCES, process, json.dumps({"heard_at": now, **asdict(vitals)}))
        pipeline.expire(HEARD_FENCES, 600)
    pipeline.execute()


def forget_the_dead(redis: Redis, now: float) -> int:
    """Remove what processes told that were killed; how many."""
    client: Any = redis
    told = client.hgetall(HEARD_FENCES)
    living = _living(told, now)
    dead = [process for process in told if process.decode() not in living]
    return int(client.hdel(HEARD_FENCES, *dead)) if dead else 0


def _living(told: dict[bytes, bytes], now: float) -> dict[str, FenceVitals]:
    found = {}
    for process, raw in sorted(told.items()):
        said = json.loads(raw)
        silent_s = max(0.0, now - said.pop("heard_at"))
        if silent_s <= GONE_S:
            said["looked_ago_s"] += silent_s
            found[process.decode()] = FenceVitals(**said)
    return found


class MqttVitals(NamedTuple):
    """Seconds since the listener was heard, and whether the broker let it listen then."""

    heard_s: float
    connected: bool


def tell_mqtt(redis: Redis, now: float, *, connected: bool) -> None:
    redis.set(HEARD_MQTT, f"{now} {int(connected)}")


def read_mqtt(redis: Redis, now: float) -> MqttVitals | None:
    """None: there was never a listener."""
    kept: Any = redis.get(HEARD_MQTT)
    if kept is None:
        return None
    at, connected = kept.split()
    return MqttVitals(now - float(at), connected == b"1")


def tell_waiting(redis: Redis, waiting: Waiting) -> None:
    redis.hset(WAITING, mapping=waiting._asdict())


def count(redis: Redis, counts: dict[str, int]) -> None:
    """Add to the counters beside the lanes: decisions by outcome, deliveries by state."""
    pipeline = redis.pipeline(transaction=False)
    for name, by in counts.items():
        pipeline.hincrby(COUNTERS, name, by)
    pipeline.execute()


def _add(counters: dict[str, int], counts: dict[bytes, bytes]) -> None:
    for name, by in counts.items():
        counters[name.decode()] = counters.get(name.decode(), 0) + int(by)
