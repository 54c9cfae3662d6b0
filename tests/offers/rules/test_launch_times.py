from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.rules.campaign import Schedule
from offers.rules.launch_times import MOST_CLOCKS, Times, times_of
from offers.rules.opening import is_open
from offers.rules.values import Window
from tests.offers.stories import NOON

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NIGHT = Window(**{"from": time(21), "until": time(8)})
ALL = Times(ever_in_week=True, ever_open=True, ever_loud=True)


def _times(schedule: dict[str, object], *hours: str | None, quiet: Window | None = NIGHT) -> Times:
    clocks = [(AMSTERDAM, one, None) for one in hours or (None,)]
    return times_of(Schedule.model_validate(schedule), clocks, quiet, NOON)


@pytest.mark.parametrize(
    ("schedule", "hours", "told"),
    [
        ({}, [None], ALL),
        ({"weekly": "Mo-Su 22:00-23:00"}, [None], Times(True, True, False)),
        ({"weekly": "Mo-Su 22:00-08:00"}, [None], Times(True, True, False)),
        ({"weekly": "Mo-Su 22:00-08:01"}, [None], ALL),
        ({"weekly": "Mo-Su 20:59-23:00"}, [None], ALL),
        ({"weekly": "Dec Mo-Su 10:00-11:00"}, [None], ALL),
        ({"weekly": "2020 Mo-Su 10:00-11:00"}, [None], Times(False, False, False)),
        ({"weekly": "Mo 10:00-12:00", "until": "2026-06-12T00:00:00Z"}, [None], Times(False, False, False)),
        ({"weekly": "Th 10:00-12:00", "until": "2026-06-12T00:00:00Z"}, [None], ALL),
        ({"only_when_open": True}, ["off"], Times(True, False, False)),
        ({"only_when_open": True}, ["off", "Mo-Su 09:00-17:00"], ALL),
        ({"only_when_open": True}, ["off", "Mo-Su 22:00-06:00"], Times(True, True, False)),
        ({"only_when_open": True, "weekly": "Mo-Fr 18:00-20:00"}, ["Mo-Su 09:00-17:00"], Times(True, False, False)),
        ({"only_when_open": False}, ["off"], ALL),
        ({"from": "2026-06-11T22:00:00+02:00", "until": "2026-06-12T07:00:00+02:00"}, [None], Times(True, True, False)),
        ({"from": "2030-06-11T22:00:00+02:00"}, [None], ALL),
        ({"from": "9999-06-01T00:00:00Z"}, [None], ALL),
    ],
)
def test_what_the_year_leaves(schedule: dict[str, object], hours: list[str | None], told: Times) -> None:
    assert _times(schedule, *hours) == told


def test_without_quiet_hours_every_moment_is_loud() -> None:
    assert _times({"weekly": "Mo-Su 22:00-23:00"}, quiet=None) == ALL


def test_of_too_many_clocks_nothing_is_claimed() -> None:
    hours = [f"Mo {minute // 60:02}:{minute % 60:02}-23:30 closed" for minute in range(MOST_CLOCKS + 1)]
    assert _times({"only_when_open": True}, *hours[:-1]).ever_open is False
    assert _times({"only_when_open": True}, *hours) == ALL


CLOCK = st.integers(0, 24 * 4 - 1).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))


@given(st.tuples(CLOCK, CLOCK), st.tuples(CLOCK, CLOCK))
def test_it_agrees_with_looking_at_each_quarter_of_an_hour(hours: tuple[time, time], quiet: tuple[time, time]) -> None:
    """All begins and ends here are quarters, so that each quarter as a whole is quiet or is not."""
    if hours[0] == hours[1] or quiet[0] == quiet[1]:
        return
    weekly = f"{hours[0]:%H:%M}-{hours[1]:%H:%M}"
    window = Window(**{"from": quiet[0], "until": quiet[1]})
    quarters = [NOON + timedelta(minutes=15 * number) for number in range(14 * 96)]
    loud = any(is_open(weekly, at, AMSTERDAM) and not window.covers(_clock(at)) for at in quarters)
    assert _times({"weekly": weekly}, quiet=window).ever_loud == loud


def _clock(at: datetime) -> time:
    return at.astimezone(AMSTERDAM).time()
