"""How long customers of a store wait, from what is known of each order that became ready: counts, medians and p90 by the hour of the store's own clock."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from statistics import median
from typing import Any, Literal
from zoneinfo import ZoneInfo

from offers.rules.local_time import clock_of
from offers.rules.quiet_hours import is_quiet
from offers.rules.values import Window

LEAST = 5
"""Of fewer a median says more of a person than of a store, and is not told."""
NOT_TOLD = ("waiting", "no_consent", "no_device", "failed", "expired", "unknown")
"""Why nothing was sent of an order that is ready; `unknown`: nobody can tell whether it was."""
_UNDER_WAY = ("queued", "sending")

Measure = Literal["ready_to_told", "arrived_to_handed_over"]
MEASURES: tuple[Measure, ...] = ("ready_to_told", "arrived_to_handed_over")


@dataclass(frozen=True, slots=True)
class Tried:
    """One delivery of an order's moment `ready`."""

    state: str
    reason: str | None
    created_at: datetime
    not_before: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Collected:
    """An order that became ready, and how far it came."""

    order_id: str
    place_id: str
    status: str
    ready_at: datetime
    arrived_at: datetime | None
    closed_at: datetime | None
    agreed: bool
    """Whether its customer agrees to `orders` now."""
    customer_zone: str | None
    place_zone: str
    tried: tuple[Tried, ...]

    @property
    def told_at(self) -> datetime | None:
        return min((one.sent_at for one in self.tried if one.sent_at is not None), default=None)

    @property
    def why_not_told(self) -> str:
        """One of NOT_TOLD, of an order of which nothing was sent: of several devices what the last one came to."""
        if not self.tried:
            return "no_device" if self.agreed else "no_consent"
        last = max(self.tried, key=lambda one: one.created_at)
        if last.state in _UNDER_WAY:
            return "waiting"
        if last.reason in ("no_consent", "no_reachable_device"):
            return "no_consent" if last.reason == "no_consent" else "no_device"
        return last.state if last.state in NOT_TOLD else "failed"

    def waited_for_morning(self, window: Window | None) -> bool:
        """Whether it was put off because it was quiet where its customer lives when it became ready."""
        put_off = any(one.not_before > one.created_at for one in self.tried)
        return put_off and is_quiet(self.ready_at, clock_of(self.customer_zone, self.place_zone).zone, window)


def times_at(orders: Sequence[Collected], zone: str, window: Window | None) -> dict[str, Any]:
    """Of one place: `{orders, ready_to_told, arrived_to_handed_over}`, seconds. What waited for the morning is counted, and no part of
    the time to told: it was late by rule.
    """
    waited = {one.order_id for one in orders if one.waited_for_morning(window)}
    clock = ZoneInfo(zone)
    told = _spans(orders, "ready_at", lambda one: None if one.order_id in waited else one.told_at, clock)
    handed = _spans(
        orders, "arrived_at", lambda one: one.closed_at if one.status == "collected" and one.arrived_at else None, clock
    )
    untold = Counter(one.why_not_told for one in orders if one.told_at is None)
    states = Counter(one.status for one in orders)
    return {
        "orders": {
            "ready": len(orders),
            "told": sum(one.told_at is not None for one in orders),
            "waited_for_morning": len(waited),
            "not_told": {name: untold[name] for name in NOT_TOLD},
            "collected": states["collected"],
            "unannounced": sum(one.status == "collected" and one.arrived_at is None for one in orders),
            "not_collected": len(orders) - states["collected"] - states["cancelled"],
            "cancelled": states["cancelled"],
        },
        "ready_to_told": _by_hour(told),
        "arrived_to_handed_over": _by_hour(handed),
    }


def _spans(
    orders: Iterable[Collected], start: str, end: Callable[[Collected], datetime | None], clock: ZoneInfo
) -> Mapping[int, list[float]]:
    """Seconds, by the hour in which each began."""
    hours: dict[int, list[float]] = defaultdict(list)
    for one in orders:
        began, ended = getattr(one, start), end(one)
        if began is not None and ended is not None:
            hours[began.astimezone(clock).hour].append(max(0.0, (ended - began).total_seconds()))
    return hours


def _by_hour(hours: Mapping[int, list[float]]) -> dict[str, Any]:
    whole = [one for spans in hours.values() for one in spans]
    return {**summed_up(whole), "hours": [{"hour": hour, **summed_up(hours[hour])} for hour in sorted(hours)]}


def summed_up(spans: Sequence[float]) -> dict[str, Any]:
    """`{n, median_s, p90_s}` in whole seconds. p90 is by nearest rank: nine of ten took no longer. None of fewer than LEAST."""
    if len(spans) < LEAST:
        return {"n": len(spans), "median_s": None, "p90_s": None}
    ordered = sorted(spans)
    return {
        "n": len(ordered),
        "median_s": round(median(ordered)),
        "p90_s": round(ordered[ceil(0.9 * len(ordered)) - 1]),
    }
