from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from offers.rules.opening import check_hours, closes_at, is_open, opens_at

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAM, MUNICH, MID_PACIFIC = (52.3731, 4.8926), (48.1372, 11.5756), (-40.0, -120.0)
SHOP = "Mo-Sa 09:00-18:00; Su 12:00-17:00"


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


def test_a_public_holiday_is_the_countrys_that_the_place_lies_in() -> None:
    expression = f"{SHOP}; PH off"
    kings_day, epiphany, christmas = (_at(f"2026-{day}T14:00") for day in ("04-27", "01-06", "12-25"))
    assert not is_open(expression, kings_day, AMSTERDAM, DAM)
    assert is_open(expression, kings_day, AMSTERDAM, MUNICH)
    assert is_open(expression, epiphany, AMSTERDAM, MUNICH), "Bavaria's own holidays are not known"
    assert not is_open(expression, christmas, AMSTERDAM, MUNICH)


def test_a_holiday_may_have_hours_of_its_own() -> None:
    expression = f"{SHOP}; PH 10:00-16:00"
    hours = {
        hour: is_open(expression, _at(f"2026-04-27T{hour}"), AMSTERDAM, DAM)
        for hour in ("09:59", "10:00", "15:59", "16:00")
    }
    assert hours == {"09:59": False, "10:00": True, "15:59": True, "16:00": False}


@pytest.mark.parametrize("spot", [MID_PACIFIC, (-85.0, 30.0), (90.0, 0.0), (0.0, 180.0), None])
def test_where_there_is_no_country_no_day_is_a_holiday(spot: tuple[float, float] | None) -> None:
    assert is_open(f"{SHOP}; PH off", _at("2026-12-25T14:00"), AMSTERDAM, spot)


def test_school_holidays_are_no_days_at_all() -> None:
    august = _at("2026-08-03T14:00")
    assert is_open(f"{SHOP}; SH off", august, AMSTERDAM, DAM)
    assert not is_open("SH 10:00-16:00", august, AMSTERDAM, DAM)


def test_the_sun_is_the_places_own() -> None:
    assert is_open("sunrise-sunset", _at("2026-06-21T21:50"), AMSTERDAM, DAM)
    assert not is_open("sunrise-sunset", _at("2026-12-21T17:00"), AMSTERDAM, DAM)
    assert is_open("sunrise-sunset", _at("2026-12-21T16:15"), AMSTERDAM, DAM)
    assert opens_at("sunrise-sunset", _at("2026-12-21T03:00"), AMSTERDAM, DAM) == _at("2026-12-21T08:48")


@pytest.mark.parametrize("name", ["Factory", "localtime", "Etc/GMT+5", "Antarctica/Troll"])
def test_no_zone_makes_hours_fail(name: str) -> None:
    try:
        zone = ZoneInfo(name)
    except KeyError:
        pytest.skip(f"this machine has no {name}")
    at = _at("2026-06-10T14:00")
    local = at.astimezone(zone)
    assert is_open(SHOP, at, zone, DAM) is (9 <= local.hour < 18)
    for hour, opened in ((12, True), (23, False)):  # in UTC: day and night over Amsterdam, whatever the zone is called
        there = datetime(2026, 6, 10, hour, tzinfo=UTC)
        assert is_open("sunrise-sunset; PH off", there, zone, DAM) is opened
        assert opens_at("sunrise-sunset; PH off", there, zone, DAM) is not None


def test_what_is_not_certain_counts_as_closed() -> None:
    assert not is_open("Mo-Su 09:00-18:00 unknown", _at("2026-06-10T14:00"), AMSTERDAM)
    assert opens_at("Mo-Su 09:00-18:00 unknown", _at("2026-06-10T08:00"), AMSTERDAM) is None


@pytest.mark.parametrize(
    ("closed", "opens"),
    [
        ("2026-06-10T08:00", "2026-06-10T09:00"),
        ("2026-06-10T18:00", "2026-06-11T09:00"),
        ("2026-06-13T18:30:59", "2026-06-14T12:00"),
        ("2026-04-27T12:00", "2026-04-28T09:00"),
        ("2026-04-04T18:00", "2026-04-07T09:00"),  # both days of Easter between them
    ],
)
def test_when_it_opens_next(closed: str, opens: str) -> None:
    assert opens_at(f"{SHOP}; PH off", _at(closed), AMSTERDAM, DAM) == _at(opens)


def test_what_opens_in_years_or_never_is_not_told_and_not_looked_for_long() -> None:
    at = _at("2026-06-10T12:00")
    for expression in (
        "off",
        "2099 Mo-Su 10:00-12:00",
        "2020 Mo-Su 10:00-12:00",
        "Mo-Su 09:00-18:00 unknown",
        "Dec 24 10:00-12:00",
    ):
        assert opens_at(expression, at, AMSTERDAM) is None
    assert opens_at(None, at, AMSTERDAM) is None


@pytest.mark.parametrize(
    ("closed", "opens"),
    [
        ("2026-03-29T00:30", "2026-03-29T01:00"),  # 02:30 does not exist: at the jump
        ("2026-10-24T23:00", "2026-10-25T00:30"),  # 02:30 the first time
        ("2026-10-25T01:15", "2026-10-25T01:30"),  # put back to before it: 02:30 once more
    ],
)
def test_when_it_opens_on_the_nights_the_clock_changes(closed: str, opens: str) -> None:
    at, wanted = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (closed, opens))
    assert not is_open("Mo-Su 02:30-04:00", at, AMSTERDAM)
    assert opens_at("Mo-Su 02:30-04:00", at, AMSTERDAM) == wanted
    assert is_open("Mo-Su 02:30-04:00", wanted, AMSTERDAM)


def test_hours_have_a_length_that_a_year_of_them_can_be_looked_at() -> None:
    rules = "Jan 01 10:00-11:00; " * 200
    assert check_hours(rules[:1998]) == rules[:1998]
    with pytest.raises(ValueError, match="longer than 2000 characters"):
        check_hours(rules)


def test_a_year_of_hours_agrees_with_the_next_opening() -> None:
    """Wherever it is closed, it is closed until the next opening and open then."""
    expression = f"{SHOP}; PH off; Dec 24 09:00-16:00; Fr 22:00-02:00"
    moment, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    asked = 0
    while moment < end:
        if not is_open(expression, moment, AMSTERDAM, DAM):
            opens = opens_at(expression, moment, AMSTERDAM, DAM)
            assert opens is not None
            assert opens > moment
            assert is_open(expression, opens, AMSTERDAM, DAM)
            assert not is_open(expression, opens - timedelta(minutes=1), AMSTERDAM, DAM)
            asked += 1
        moment += timedelta(minutes=173)
    assert asked > 1000


@pytest.mark.parametrize(
    ("hours", "local", "closes"),
    [
        ("Mo-Sa 09:00-18:00", "2026-06-10T12:00", "2026-06-10T18:00"),
        ("Mo-Sa 09:00-18:00", "2026-06-10T17:59", "2026-06-10T18:00"),
        ("Mo-Sa 09:00-18:00", "2026-06-10T18:00", None),  # closed by then
        ("Mo-Sa 09:00-18:00", "2026-06-10T08:59", None),
        ("Fr 22:00-02:00", "2026-06-12T23:00", "2026-06-13T02:00"),
        ("Fr 22:00-02:00", "2026-06-13T01:00", "2026-06-13T02:00"),
        ("Mo-Fr 09:00-12:00,12:00-18:00", "2026-06-10T10:00", "2026-06-10T18:00"),
        ('Mo-Fr 09:00-12:00; Mo-Fr 12:00-18:00 "by the side door"', "2026-06-10T13:00", "2026-06-10T18:00"),
        ("Mo-Fr 00:00-24:00", "2026-06-10T10:00", "2026-06-13T00:00"),
        ("24/7", "2026-06-10T10:00", None),
        ("off", "2026-06-10T10:00", None),
    ],
)
def test_when_it_closes(hours: str, local: str, closes: str | None) -> None:
    assert closes_at(hours, _at(local), AMSTERDAM) == (None if closes is None else _at(closes))


def test_hours_that_nobody_said_never_close() -> None:
    assert closes_at(None, _at("2026-06-10T12:00"), AMSTERDAM) is None


@pytest.mark.parametrize(
    ("utc", "hours", "closes"),
    [
        ("2026-03-28T22:00", "Sa 20:00-26:30", "2026-03-29T01:00"),  # 02:30 is never shown: it closes at the jump
        ("2026-03-28T22:00", "Sa 20:00-28:00", "2026-03-29T02:00"),  # 04:00, an hour sooner than the wall says
        ("2026-10-24T22:00", "Sa 20:00-26:30", "2026-10-25T00:30"),  # 02:30 the first time
        ("2026-10-25T00:10", "Su 00:00-04:00", "2026-10-25T03:00"),  # an hour later
    ],
)
def test_when_it_closes_on_the_nights_the_clock_changes(utc: str, hours: str, closes: str) -> None:
    at = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert closes_at(hours, at, AMSTERDAM) == datetime.fromisoformat(closes).replace(tzinfo=UTC)
