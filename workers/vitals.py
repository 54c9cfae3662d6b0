"""The vital signs: lane lengths and ages, counts, and when workers and beat were last heard. What /readyz and /metrics read."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from redis import Redis

from workers.lanes import LaneKeys

HEARD_WORKER = "pb:heard:worker"
HEARD_BEAT = "pb:heard:beat"
HEARD_MQTT = "pb:heard:mqtt"
COUNTERS = "pb:counters"
NEARLY_FULL = 0.95
"""Share of Redis' `maxmemory`. Above it /readyz says no: somebody should look before pings are refused."""


@dataclass(slots=True)
class LaneVitals:
    lane: int
    length: int
    oldest_age_s: float


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
    counters: dict[str, int] = field(default_factory=dict)
    """Since Redis was started empty: `used`, `late`, `unsure`, `inaccurate`, `decision:send`, `delivery:sent` …"""


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
    worker, beat, counts = answers[-3:]
    vitals.worker_heard_s = now - float(worker) if worker else None
    vitals.beat_heard_s = now - float(beat) if beat else None
    _add(vitals.counters, counts)
    return vitals


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


def count(redis: Redis, counts: dict[str, int]) -> None:
    """Add to the counters beside the lanes: decisions by outcome, deliveries by state."""
    pipeline = redis.pipeline(transaction=False)
    for name, by in counts.items():
        pipeline.hincrby(COUNTERS, name, by)
    pipeline.execute()


def _add(counters: dict[str, int], counts: dict[bytes, bytes]) -> None:
    for name, by in counts.items():
        counters[name.decode()] = counters.get(name.decode(), 0) + int(by)
