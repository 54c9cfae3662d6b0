from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from offers.rules.opening import check_hours, is_open

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def _at(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=AMSTERDAM).astimezone(UTC)


@pytest.mark.parametrize(
    ("local", "opened"),
    [
        ("2026-06-10T08:59", False),
        ("2026-06-10T09:00", True),
        ("2026-06-10T18:59", True),
        ("2026-06-10T19:00", False),
        ("2026-06-14T10:59", False),
        ("2026-06-14T11:00", True),
    ],
)
def test_hours_are_read_by_the_places_own_clock(local: str, opened: bool) -> None:
    assert is_open("Mo-Sa 09:00-19:00; Su 11:00-18:00", _at(local), AMSTERDAM) is opened


def test_the_same_moment_is_open_in_one_zone_and_closed_in_another() -> None:
    at = datetime(2026, 6, 10, 18, 30, tzinfo=UTC)
    assert is_open("Mo-Su 09:00-19:00", at, ZoneInfo("Europe/London")) is False
    assert is_open("Mo-Su 09:00-19:00", at, ZoneInfo("UTC")) is True


def test_a_night_shop_is_open_over_midnight() -> None:
    assert is_open("Fr 22:00-02:00", _at("2026-06-13T01:59"), AMSTERDAM)
    assert not is_open("Fr 22:00-02:00", _at("2026-06-13T02:00"), AMSTERDAM)


@pytest.mark.parametrize(
    ("utc", "opened"),
    [
        ("2026-03-29T00:59", False),  # 01:59, and the clock jumps to 03:00
        ("2026-03-29T01:00", True),
        ("2026-03-29T01:59", True),
        ("2026-03-29T02:00", False),
        ("2026-10-25T00:30", False),  # 02:30 the first time
        ("2026-10-25T01:30", False),  # 02:30 once more
        ("2026-10-25T02:00", True),
    ],
)
def test_the_clock_is_the_wall_clock_on_the_nights_it_changes(utc: str, opened: bool) -> None:
    assert is_open("Mo-Su 03:00-04:00", datetime.fromisoformat(utc).replace(tzinfo=UTC), AMSTERDAM) is opened


def test_hours_that_nobody_said_are_open_and_closed_is_closed() -> None:
    at = _at("2026-06-10T12:00")
    assert is_open(None, at, AMSTERDAM)
    assert is_open("24/7", at, AMSTERDAM)
    assert not is_open("off", at, AMSTERDAM)
    assert not is_open("Mo-Su 09:00-18:00; Jun 10 off", at, AMSTERDAM)


@pytest.mark.parametrize("expression", ["", "whenever", "Mo-Sa 9 to 5", "Mo-Su 25:99-26:00", "\x00", "Mo-"])
def test_what_is_no_opening_hours_is_refused_in_words(expression: str) -> None:
    with pytest.raises(ValueError, match="Mo-Sa 09:00-18:00"):
        check_hours(expression)


def test_what_is_good_comes_back_as_it_was() -> None:
    assert check_hours("Mo-Sa 09:00-18:00; PH off") == "Mo-Sa 09:00-18:00; PH off"
