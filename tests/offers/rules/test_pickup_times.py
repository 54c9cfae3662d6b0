"""Medians, p90 and reasons by hand: what is measured of a store's orders."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from offers.rules.pickup_times import LEAST, Collected, Tried, summed_up, times_at
from offers.rules.values import Window

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
NIGHT = Window.model_validate({"from": "21:00", "until": "08:00"})


def tried(sent_s: float | None = 3, state: str = "sent", reason: str | None = None, **more: Any) -> Tried:
    made = more.get("created_at", NOON)
    sent = None if sent_s is None else made + timedelta(seconds=sent_s)
    return Tried(state, reason, made, more.get("not_before", made), sent)


def order(number: int = 1, *those: Tried, **more: Any) -> Collected:
    told: dict[str, Any] = {
        "order_id": f"A-{number}",
        "place_id": "kalverstraat",
        "status": "ready",
        "ready_at": NOON,
        "arrived_at": None,
        "closed_at": None,
        "agreed": True,
        "customer_zone": None,
        "place_zone": "Europe/Amsterdam",
    }
    return Collected(**{**told, **more}, tried=those)


@pytest.mark.parametrize(
    ("spans", "told"),
    [
        ([], {"n": 0, "median_s": None, "p90_s": None}),
        ([1.0] * (LEAST - 1), {"n": 4, "median_s": None, "p90_s": None}),
        ([5, 1, 4, 2, 3], {"n": 5, "median_s": 3, "p90_s": 5}),
        (list(range(1, 11)), {"n": 10, "median_s": 6, "p90_s": 9}),  # 5.5 rounds to the even
        ([1] * 90 + [1000] * 10, {"n": 100, "median_s": 1, "p90_s": 1}),
        ([1] * 89 + [1000] * 11, {"n": 100, "median_s": 1, "p90_s": 1000}),
    ],
)
def test_half_and_nine_of_ten(spans: list[float], told: dict[str, Any]) -> None:
    assert summed_up(spans) == told


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (order(1, agreed=False), "no_consent"),
        (order(1), "no_device"),
        (order(1, tried(None, "queued", "unavailable")), "waiting"),
        (order(1, tried(None, "sending")), "waiting"),
        (order(1, tried(None, "failed", "no_consent")), "no_consent"),
        (order(1, tried(None, "failed", "no_reachable_device")), "no_device"),
        (order(1, tried(None, "failed", "push_refused")), "failed"),
        (order(1, tried(None, "expired", "too_late")), "expired"),
        (order(1, tried(None, "unknown", "no_answer")), "unknown"),
    ],
)
def test_whoever_was_not_told_has_a_reason(one: Collected, why: str) -> None:
    counts = times_at([one], "Europe/Amsterdam", NIGHT)["orders"]
    assert counts["told"] == 0
    assert {name: many for name, many in counts["not_told"].items() if many} == {why: 1}


def test_of_several_devices_the_first_that_was_told_counts_and_the_last_reason() -> None:
    gone = tried(None, "failed", "unregistered")
    later = tried(2, created_at=NOON + timedelta(seconds=8))
    assert order(1, gone, later).told_at == NOON + timedelta(seconds=10)
    tried_again = tried(None, "expired", "too_late", created_at=NOON + timedelta(minutes=1))
    assert order(1, tried_again, gone).why_not_told == "expired"


def test_hours_are_the_stores_own_on_the_night_that_the_clock_is_put_back() -> None:
    """Both 02:30s of 25 October are the hour 2 in Amsterdam; in New York it is the evening before."""
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    orders = [
        order(n, tried(3, created_at=at), ready_at=at) for n, at in enumerate([first, first + timedelta(hours=1)])
    ]
    hours = {
        zone: times_at(orders, zone, None)["ready_to_told"]["hours"]
        for zone in ("Europe/Amsterdam", "America/New_York")
    }
    assert [(one["hour"], one["n"]) for one in hours["Europe/Amsterdam"]] == [(2, 2)]
    assert [(one["hour"], one["n"]) for one in hours["America/New_York"]] == [(20, 1), (21, 1)]


def test_what_waited_for_the_morning_is_kept_apart() -> None:
    """23:00 in Amsterdam, told at 08:00; and another that waited a minute at noon because the push service was away."""
    night, morning = NOON + timedelta(hours=9), NOON + timedelta(hours=18)
    quiet = order(1, tried(9 * 3600, created_at=night, not_before=morning), ready_at=night)
    away = order(2, tried(60, not_before=NOON + timedelta(seconds=50)))
    told = times_at([quiet, away], "Europe/Amsterdam", NIGHT)
    assert told["orders"]["waited_for_morning"] == 1
    assert told["orders"]["told"] == 2
    assert [(one["hour"], one["n"]) for one in told["ready_to_told"]["hours"]] == [(14, 1)]
    in_new_york = order(1, *quiet.tried, ready_at=night, customer_zone="America/New_York")
    assert not in_new_york.waited_for_morning(NIGHT), "17:00 where they live"


def test_from_arrived_to_handed_over_is_of_the_hour_of_arrival() -> None:
    came, went = NOON + timedelta(minutes=55), NOON + timedelta(minutes=65)
    orders = [
        *(order(n, status="collected", arrived_at=came, closed_at=went) for n in range(LEAST)),
        order(8, status="collected", closed_at=went),
        order(9, status="cancelled", arrived_at=came, closed_at=went),
        order(10, status="arrived", arrived_at=came),
    ]
    told = times_at(orders, "Europe/Amsterdam", NIGHT)
    whole = {"n": LEAST, "median_s": 600, "p90_s": 600}
    assert told["arrived_to_handed_over"] == {**whole, "hours": [{"hour": 14, **whole}]}
    counts = told["orders"]
    assert {name: counts[name] for name in ("collected", "unannounced", "not_collected", "cancelled")} == {
        "collected": LEAST + 1,
        "unannounced": 1,
        "not_collected": 1,
        "cancelled": 1,
    }
