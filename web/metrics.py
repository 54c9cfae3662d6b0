"""What /metrics shows beside this process's own counts: the vital signs that workers leave in Redis."""

from collections.abc import Callable, Iterator

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from offers.push_lanes import LaneNow
from offers.records.database import AWAY
from workers.vitals import FenceVitals, Vitals

log = structlog.get_logger()

WITH_OUTCOME = {
    "decision": ("passerby_decisions", "Decisions by outcome"),
    "delivery": ("passerby_deliveries", "Deliveries by what became of them; sent: a push service accepted it"),
    "mqtt": ("passerby_mqtt_messages", "Messages of OwnTracks over MQTT by what became of them"),
    "transition": ("passerby_transitions", "Transitions by kind"),
    "zone": (
        "passerby_decisions_without_zone",
        "Decisions by the place's clock, as the customer's zone is missing or unknown",
    ),
    "told": ("passerby_phone_transitions", "Transitions that phones told, by what became of them"),
}
DEFAULT_TEXTS = ("passerby_default_texts", "Messages that went out as the default text, by the fact that was missing")
NAMED = {"used": "matched"}
"""What workers count under a name of their own."""


class VitalsCollector(Collector):
    """Reads at each scrape. With Redis away there is `passerby_redis_up 0` and nothing else of this."""

    def __init__(self, read: Callable[[], Vitals]) -> None:
        self._read = read

    def describe(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("passerby_redis_up", "")

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("passerby_redis_up", "1 when Redis answered this scrape")
        try:
            vitals = self._read()
        except (RedisError, OSError) as error:
            log.warning("vitals_not_read", error=type(error).__name__)
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from _lanes(vitals)
        yield from _fences(vitals)
        yield from _counters(vitals)


class PushLanesCollector(Collector):
    """Reads at each scrape which ways out to the push services pause. With the database away there is nothing of this."""

    def __init__(self, read: Callable[[], list[LaneNow]]) -> None:
        self._read = read

    def describe(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("passerby_push_lane_paused", "")

    def collect(self) -> Iterator[Metric]:
        try:
            lanes = self._read()
        except AWAY as error:
            log.warning("push_lanes_not_read", error=type(error).__name__)
            return
        paused = GaugeMetricFamily("passerby_push_lane_paused", "1 while a way out pauses", labels=["lane"])
        braked = GaugeMetricFamily(
            "passerby_push_lane_braked",
            "1 while too many addresses are another sender's to give any up",
            labels=["lane"],
        )
        pace = GaugeMetricFamily("passerby_push_lane_pace", "Per cent of its rate that it uses", labels=["lane"])
        for one in lanes:
            paused.add_metric([one.name], one.is_paused)
            braked.add_metric([one.name], one.is_braked)
            pace.add_metric([one.name], one.pace)
        yield paused
        yield braked
        yield pace


def _lanes(vitals: Vitals) -> Iterator[Metric]:
    length = GaugeMetricFamily("passerby_lane_length", "Entries that wait in a lane", labels=["lane"])
    oldest = GaugeMetricFamily("passerby_lane_oldest_seconds", "Age of a lane's oldest entry", labels=["lane"])
    for one in vitals.lanes:
        length.add_metric([str(one.lane)], one.length)
        oldest.add_metric([str(one.lane)], one.oldest_age_s)
    yield length
    yield oldest
    yield GaugeMetricFamily("passerby_lanes_unbuilt", "Lanes that take no pings yet", value=vitals.epochs_missing)
    yield GaugeMetricFamily("passerby_letters_aside", "Sealed letters that could not be worked", value=vitals.aside)
    if vitals.waiting is not None:
        waiting, due = vitals.waiting
        yield GaugeMetricFamily("passerby_deferrals_waiting", "Moments that wait out the quiet hours", value=waiting)
        yield GaugeMetricFamily("passerby_deferrals_due", "Of them, those that are due and not decided", value=due)
    for role, heard in (("worker", vitals.worker_heard_s), ("beat", vitals.beat_heard_s)):
        if heard is not None:
            yield GaugeMetricFamily(f"passerby_{role}_heard_seconds", f"Since a {role} was last heard", value=heard)


def _fences(vitals: Vitals) -> Iterator[Metric]:
    def of(
        kind: type[GaugeMetricFamily | CounterMetricFamily], name: str, what: str, value: Callable[[FenceVitals], float]
    ) -> Metric:
        family = kind(f"passerby_geofences_{name}", what, labels=["process"])
        for process, one in vitals.fences.items():
            family.add_metric([process], value(one))
        return family

    newest = vitals.newest_fences
    gauge, counter = GaugeMetricFamily, CounterMetricFamily
    yield of(gauge, "version", "The geofence version that a process knows", lambda one: one.version)
    yield of(
        gauge, "behind_seconds", "Since it could look, while another knows newer", lambda one: one.behind_s(newest)
    )
    yield of(gauge, "overlay", "Geofences that differ from its base", lambda one: one.overlay)
    yield of(counter, "compactions", "How often it built its base anew", lambda one: one.compactions)
    yield of(counter, "compactions_failed", "How often that failed", lambda one: one.compactions_failed)
    yield of(counter, "compaction_seconds", "What that took", lambda one: one.compaction_s)


def _counters(vitals: Vitals) -> Iterator[Metric]:
    labelled = {kind: CounterMetricFamily(*named, labels=["outcome"]) for kind, named in WITH_OUTCOME.items()}
    labelled["default_text"] = CounterMetricFamily(*DEFAULT_TEXTS, labels=["fact"])
    plain = {"matched": 0}
    for name, value in sorted(vitals.counters.items()):
        kind, _, outcome = name.partition(":")
        if kind in labelled:
            labelled[kind].add_metric([outcome], value)
        elif name not in ("accepted", "rejected"):
            plain[NAMED.get(name, name)] = value
    for name, value in plain.items():
        yield CounterMetricFamily(f"passerby_pings_{name.replace(':', '_')}", f"Pings: {name}", value=value)
    yield from labelled.values()
