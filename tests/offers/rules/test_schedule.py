"""When a campaign speaks, by the place's clock, and what it says when it does not."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from offers.rules.campaign import Schedule
from offers.rules.schedule import Whereabouts, why_silent

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SHOP = Whereabouts(AMSTERDAM, (52.3731, 4.8926), "Mo-Sa 09:00-18:00; PH off")


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _schedule(**said: Any) -> Schedule:
    return Schedule.model_validate(said)


def test_a_campaign_without_a_schedule_always_speaks() -> None:
    assert why_silent(_schedule(), SHOP, _utc("2026-06-10T02:00")) is None


def test_from_and_until_are_moments_and_both_belong_to_it() -> None:
    schedule = _schedule(**{"from": "2026-12-01T00:00:00+01:00", "until": "2026-12-31T23:59:59+01:00"})
    for at, silent in (
        ("2026-11-30T22:59:59", True),
        ("2026-11-30T23:00:00", False),
        ("2026-12-31T22:59:59", False),
        ("2026-12-31T23:00:00", True),
    ):
        answer = why_silent(schedule, SHOP, _utc(at))
        assert (answer is not None) is silent
        facts = {"from": "2026-12-01T00:00:00+01:00", "until": "2026-12-31T23:59:59+01:00"}
        assert answer in (None, ("outside_schedule", facts))


@pytest.mark.parametrize(
    ("utc", "speaks"),
    [
        ("2026-03-28T08:30", True),  # 09:30 in winter
        ("2026-03-29T07:30", True),  # 09:30 in summer, the day the clock was put forward
        ("2026-03-29T06:59", False),
        ("2026-10-25T07:59", False),  # 08:59 in winter again
        ("2026-10-25T08:00", True),
    ],
)
def test_hours_of_the_week_are_the_places_on_the_days_the_clock_changes(utc: str, speaks: bool) -> None:
    assert (why_silent(_schedule(weekly="Mo-Su 09:00-10:00"), SHOP, _utc(utc)) is None) is speaks


def test_hours_of_the_week_know_the_places_holidays() -> None:
    silent = why_silent(_schedule(weekly="Mo-Su 09:00-18:00; PH off"), SHOP, _utc("2026-04-27T10:00"))
    assert silent == ("outside_schedule", {"weekly": "Mo-Su 09:00-18:00; PH off", "local_time": "Mon 12:00"})


def test_a_closed_place_says_when_it_opens() -> None:
    silent = why_silent(_schedule(only_when_open=True), SHOP, _utc("2026-04-27T10:00"))
    assert silent == (
        "place_closed",
        {"opening_hours": SHOP.opening_hours, "local_time": "Mon 12:00", "opens_at": "2026-04-28T09:00:00+02:00"},
    )
    for_good = why_silent(_schedule(only_when_open=True), SHOP._replace(opening_hours="off"), _utc("2026-04-27T10:00"))
    assert for_good == ("place_closed", {"opening_hours": "off", "local_time": "Mon 12:00"})


def test_a_place_without_hours_is_open() -> None:
    assert (
        why_silent(_schedule(only_when_open=True), SHOP._replace(opening_hours=None), _utc("2026-06-10T02:00")) is None
    )


def test_a_place_whose_zone_is_not_known_goes_by_utc_and_says_so() -> None:
    lost = Whereabouts(ZoneInfo("UTC"), SHOP.spot, SHOP.opening_hours, zone_is_known=False)
    silent = why_silent(_schedule(only_when_open=True), lost, _utc("2026-06-10T18:00"))
    assert silent is not None
    assert silent[1]["local_time"] == "Wed 18:00"
    assert (silent[1]["time_zone"], silent[1]["zone_of"]) == ("UTC", "utc")
