"""What follows from a push service's answer: the table, and what holds for whatever it says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from offers.push import Outcome
from offers.rules.sending import A_MOMENT, Step, Tried, life_over, next_step, put_off

NOW = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
FAR = NOW + timedelta(days=2)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def step(outcome: Outcome, *, kind: str = "offer", attempts: int = 1, doubts: int = 0, **more: Any) -> Step:
    tried = Tried(kind, attempts, doubts, more.pop("expires_at", FAR))
    return next_step(outcome, tried, now=NOW, dice=more.pop("dice", 0.0), **more)


def waits(outcome: Outcome, **more: Any) -> float:
    found = step(outcome, **more)
    assert found.state == "queued"
    assert found.not_before is not None
    return (found.not_before - NOW).total_seconds()


BUSY = Outcome("waiting", "unavailable")


def test_what_is_sent_or_failed_is_over() -> None:
    assert step(Outcome("sent")) == Step("sent", None, 1, 0)
    assert step(Outcome("failed", "too_large")) == Step("failed", "too_large", 1, 0)
    gone = step(Outcome("failed", "unregistered", address="dead"))
    assert (gone.state, gone.reason, gone.retire) == ("failed", "unregistered", "dead")


def test_a_ports_own_look_at_a_life_means_what_ours_means() -> None:
    assert step(Outcome("failed", "too_late")) == Step("expired", "too_late", 1, 0)
    assert step(Outcome("failed", "too_late"), kind="order", doubts=1).state == "unknown", (
        "a try before may have arrived"
    )


@pytest.mark.parametrize(("attempts", "s"), [(1, 10), (2, 20), (3, 40), (5, 160), (6, 300), (7, 300), (500, 300)])
def test_each_wait_is_twice_the_last_until_five_minutes(attempts: int, s: float) -> None:
    assert waits(BUSY, attempts=attempts) == s
    assert waits(BUSY, attempts=attempts, dice=0.5) == s * 1.25


@pytest.mark.parametrize(("asked", "dice", "s"), [(5, 0.0, 10), (60, 0.0, 60), (60, 0.5, 66), (3600, 0.5, 3960)])
def test_what_the_service_asks_for_is_the_least(asked: float, dice: float, s: float) -> None:
    assert waits(Outcome("waiting", "throttled", retry_after_s=asked), dice=dice) == pytest.approx(s)


def test_what_would_come_too_late_is_over_and_tells_what_kept_it() -> None:
    over = step(BUSY, expires_at=NOW + seconds(10.5))
    assert (over.state, over.reason, over.fault) == ("expired", "too_late", "unavailable")
    assert step(BUSY, expires_at=NOW + seconds(11)).state == "queued"


def test_an_offer_that_nobody_can_tell_of_stays_so_and_so_does_a_test() -> None:
    for kind in ("offer", "test"):
        assert step(Outcome("unknown", "timeout"), kind=kind) == Step("unknown", "timeout", 1, 0)


@pytest.mark.parametrize(("doubts", "s"), [(0, 10), (1, 20), (4, 160), (7, 1280), (8, 1800), (90, 1800)])
def test_an_order_that_nobody_can_tell_of_goes_again(doubts: int, s: float) -> None:
    found = step(Outcome("unknown", "timeout"), kind="order", doubts=doubts)
    assert (found.state, found.doubts) == ("queued", doubts + 1)
    assert waits(Outcome("unknown", "timeout"), kind="order", doubts=doubts) == s


def test_an_order_in_doubt_whose_life_ends_stays_unknown_whatever_came_last() -> None:
    late = NOW + seconds(5)
    assert step(Outcome("unknown", "timeout"), kind="order", expires_at=late).state == "unknown"
    assert step(BUSY, kind="order", doubts=1, expires_at=late).state == "unknown"
    assert step(BUSY, kind="order", doubts=0, expires_at=late).state == "expired"
    assert step(Outcome("failed", "unregistered"), kind="order", doubts=1).state == "failed", "an answer was had"
    assert life_over(Tried("order", 3, 1, NOW), None).reason == "too_late"


def test_a_lane_that_pauses_keeps_its_messages_until_it_goes_on() -> None:
    ends = NOW + seconds(300)
    refused = Outcome("waiting", "credentials_refused", lane="fcm", alarm=True)
    kept = step(refused, attempts=4, pause_ends=ends)
    assert (kept.state, kept.reason, kept.not_before, kept.attempts) == ("queued", "credentials_refused", ends, 3)
    assert step(refused, attempts=4, pause_ends=ends, dice=0.5).not_before == ends + seconds(15)
    throttled = Outcome("waiting", "throttled", lane="fcm", retry_after_s=600)
    kept = step(throttled, attempts=4, pause_ends=ends)
    assert (kept.not_before, kept.attempts) == (NOW + seconds(600), 4)


def test_a_pause_that_is_over_is_none() -> None:
    assert waits(Outcome("waiting", "throttled", lane="fcm"), pause_ends=NOW - seconds(1)) == 10


DICE = st.floats(0, 1, exclude_max=True)
ANSWERS = st.builds(
    Outcome,
    state=st.sampled_from(["sent", "failed", "waiting", "unknown"]),
    reason=st.none() | st.just("some"),
    retry_after_s=st.none() | st.floats(),
    address=st.sampled_from([None, "dead", "mismatched"]),
    alarm=st.booleans(),
)
LIVES = st.floats(-10, 200_000).map(lambda number: NOW + seconds(number))
TRIED = st.builds(
    Tried,
    kind=st.sampled_from(["offer", "order", "test"]),
    attempts=st.integers(1, 10_000),
    doubts=st.integers(0, 10_000),
    expires_at=LIVES,
)
PAUSES = st.none() | st.floats(-100, 100_000).map(lambda number: NOW + seconds(number))


@given(ANSWERS, TRIED, DICE, PAUSES)
@example(Outcome("waiting", retry_after_s=float("inf")), Tried("offer", 1, 0, FAR), 0.9, None)
@example(Outcome("waiting", retry_after_s=float("nan")), Tried("offer", 1, 0, FAR), 0.0, NOW + seconds(3))
def test_whatever_it_says_nothing_goes_before_now_or_after_its_life(
    outcome: Outcome, tried: Tried, dice: float, pause_ends: datetime | None
) -> None:
    found = next_step(outcome, tried, now=NOW, dice=dice, pause_ends=pause_ends)
    if outcome.state == "unknown" and tried.kind != "order":
        assert found.state == "unknown"
    if found.state != "queued":
        assert found.not_before is None
        assert found.state != "expired" or found.reason == "too_late"
        return
    assert outcome.state in ("waiting", "unknown")
    assert found.not_before is not None
    assert NOW < found.not_before <= tried.expires_at - A_MOMENT
    if outcome.retry_after_s is not None and 0 < outcome.retry_after_s < 30 * 86_400:
        assert found.not_before >= NOW + seconds(outcome.retry_after_s) - timedelta(microseconds=1)
    if pause_ends and outcome.state == "waiting":
        assert found.not_before >= pause_ends
    else:
        assert found.not_before >= NOW + seconds(10)
    assert found.doubts == tried.doubts + (outcome.state == "unknown")


@given(st.integers(1, 60), st.floats(0, 5000), DICE, DICE, st.booleans())
def test_later_tries_longer_requests_and_higher_dice_never_wait_for_less(
    attempts: int, asked: float, low: float, high: float, is_doubt: bool
) -> None:
    low, high = sorted((low, high))
    state, kind = ("unknown", "order") if is_doubt else ("waiting", "offer")

    def wait(more: int, longer: float, dice: float) -> float:
        outcome = Outcome(state, "some", retry_after_s=asked + longer)  # type: ignore[arg-type]  # one of its literals
        return waits(outcome, kind=kind, attempts=attempts + more, doubts=attempts + more, dice=dice)

    least = wait(0, 0, low)
    assert least <= min(wait(1, 0, low), wait(0, 60, low), wait(0, 0, high))


@given(TRIED, st.floats(-100, 200_000), st.integers(0, 5))
def test_what_is_put_off_is_put_off_until_then_or_over(tried: Tried, s: float, attempts: int) -> None:
    until = NOW + seconds(s)
    found = put_off(tried, "quiet_hours", until, attempts=attempts)
    if until <= tried.expires_at - A_MOMENT:
        assert (found.state, found.not_before, found.attempts) == ("queued", until, attempts)
    else:
        assert found.state == ("unknown" if tried.doubts else "expired")
