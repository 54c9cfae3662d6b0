"""How fast ways out go, when they pause, and when they are braked."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.rules.push_lanes import (
    FORGET_AT,
    TRIED,
    LaneState,
    Rate,
    Ways,
    counted,
    let_through,
    slower,
)

NOW = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)


def later(s: float) -> datetime:
    return NOW + timedelta(seconds=s)


def test_a_seconds_worth_goes_at_once_and_then_one_at_a_time() -> None:
    rate = Rate(10, None)
    assert rate.free(NOW, 100) == 10
    taken = Rate(10, rate.after(NOW, 10))
    assert [taken.free(later(s), 100) for s in (0, 0.05, 0.1, 0.55, 1, 60)] == [0, 0, 1, 5, 10, 10]
    assert Rate(10, taken.given_back(4)).free(NOW, 100) == 4


@given(st.integers(1, 5000), st.lists(st.tuples(st.floats(0, 3), st.integers(1, 300)), max_size=40))
def test_in_no_while_goes_more_than_its_rate_and_one_seconds_worth(per_s: int, asks: list[tuple[float, int]]) -> None:
    now, free_at = NOW, None
    taken: list[tuple[datetime, int]] = []
    for gap, most in asks:
        now += timedelta(seconds=gap)
        rate = Rate(per_s, free_at)
        number = rate.free(now, most)
        assert 0 <= number <= most
        free_at = rate.after(now, number) if number else free_at
        taken.append((now, number))
    for first, (begins, _) in enumerate(taken):
        together = 0
        for ends, number in taken[first:]:
            together += number
            assert together <= per_s * ((ends - begins).total_seconds() + 1) + 1


def test_a_rate_of_one_lets_one_go() -> None:
    assert Rate(1, None).free(NOW, 5) == 1
    assert Rate(1, later(1)).free(NOW, 5) == 0


def test_a_pace_ramps_back_within_a_minute_of_the_pause() -> None:
    lane = LaneState("fcm", pace=50, pace_at=later(60))
    assert [lane.pace_now(later(s)) for s in (0, 60, 90, 120, 900)] == [50, 50, 75, 100, 100]
    assert [slower(one) for one in (100, 50, 11, 5, 6)] == [50, 25, 5, 5, 5]
    assert [let_through(*one) for one in ((0, 50), (1, 5), (100, 5), (99, 50))] == [0, 1, 5, 50]


@pytest.mark.parametrize(
    ("answered", "mismatched", "braked"),
    [(0, 5, False), (3, 6, True), (100, 5, False), (400, 20, False), (400, 21, True)],
)
def test_more_than_a_twentieth_of_foreign_addresses_is_rather_us(answered: int, mismatched: int, braked: bool) -> None:
    assert LaneState("fcm:ios", answered=answered, mismatched=mismatched).is_braked() is braked


def test_counts_are_halved_together() -> None:
    assert counted(FORGET_AT - 1, 20) == (FORGET_AT - 1, 20)
    assert counted(FORGET_AT + 100, 20) == (300, 10)
    assert counted(5 * FORGET_AT, 2000)[0] < FORGET_AT


def _waiting(ways: Ways, lanes: tuple[str, ...], times: int) -> list[bool]:
    return [ways.wait(lanes) is not None for _ in range(times)]


def test_a_pause_of_a_service_pauses_all_that_is_under_it_and_nothing_else() -> None:
    ways = Ways({"fcm": LaneState("fcm", later(60), "refused", alarm=True)}, [], NOW, {})
    wait = ways.wait(("fcm", "fcm:ios"))
    assert wait
    assert (wait.reason, wait.until, wait.paced) == ("refused", later(60), False)
    assert ways.wait(("web_push",)) is None
    one = Ways({"fcm:ios": LaneState("fcm:ios", later(60))}, [], NOW, {})
    assert one.wait(("fcm", "fcm:android")) is None


def test_after_an_alarms_pause_a_few_try_and_only_where_it_is_their_turn() -> None:
    states = {"fcm": LaneState("fcm", later(-1), alarm=True)}
    assert _waiting(Ways(states, ["fcm"], NOW, {}), ("fcm", "fcm:ios"), TRIED + 2) == [False] * TRIED + [True] * 2
    assert _waiting(Ways(states, [], NOW, {}), ("fcm", "fcm:ios"), 1) == [True]


def test_a_slow_lane_lets_its_share_go() -> None:
    states = {"fcm": LaneState("fcm", pace=25, pace_at=later(0))}
    ways = Ways(states, [], NOW, {"fcm:ios": 4, "fcm:android": 4, "web_push": 8})
    both = [ways.wait(("fcm", lane)) for lane in ("fcm:ios", "fcm:android", "fcm:ios")]
    assert [one is None for one in both] == [True, True, False]
    assert both[2]
    assert both[2].paced
    assert ways.wait(("web_push",)) is None
