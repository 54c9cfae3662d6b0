"""When the quiet hours end: every zone on every day of a year, and by name the nights on which clocks do something odd."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from offers.rules.quiet_hours import ends_at, is_quiet
from offers.rules.values import Window

YEAR = 2026
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def window(start: str, end: str) -> Window:
    return Window(**{"from": time.fromisoformat(start), "until": time.fromisoformat(end)})


NIGHT = window("21:00", "08:00")
WINDOWS = [
    NIGHT,
    window("22:30", "02:30"),
    window("23:00", "02:00"),
    window("02:30", "01:45"),
    window("13:00", "15:00"),
    window("00:00", "03:00"),
    window("01:15", "02:45"),
]
"""The default, and those whose ends lie where clocks are changed."""


def local(zone: str, wall: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall_exists(zone: ZoneInfo, day: date, clock: time) -> bool:
    there = datetime.combine(day, clock, zone)
    return there.astimezone(UTC).astimezone(zone).time() == clock


def days() -> Iterator[date]:
    return (date(YEAR, 1, 1) + timedelta(days=number) for number in range(365))


def changes_on(zone: ZoneInfo, day: date) -> bool:
    """Whether the clock is put forward or back on this local day."""
    begin, end = datetime.combine(day, time(), zone), datetime.combine(day + DAY, time(), zone)
    return begin.utcoffset() != end.utcoffset()


def test_in_every_zone_on_every_day_it_is_not_quiet_at_the_end_and_it_is_a_minute_before() -> None:
    zones = [ZoneInfo(name) for name in sorted(available_timezones())]
    assert len(zones) > 550
    covered = 0
    for number, zone in enumerate(zones):
        for day in days():
            # a moment of the evening or of the small hours, another one on each day and in each zone
            minute = (day.toordinal() * 37 + number * 11) % (11 * 60)
            at = datetime.combine(day, time(21), zone) + timedelta(minutes=minute)
            end = ends_at(at, zone, NIGHT)
            there = end.astimezone(zone)
            assert not is_quiet(end, zone, NIGHT), (zone, at)
            assert (there.date(), there.time()) == (day + DAY, time(8)), (zone, at, "no clock is changed at eight")
            assert is_quiet(end - MINUTE, zone, NIGHT), (zone, at)
            assert end > at, (zone, at)
            covered += 1
    assert covered == len(zones) * 365


def test_on_every_day_that_a_clock_is_changed_it_holds_at_every_quarter_and_for_every_window() -> None:
    changes = 0
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        for day in days():
            if not changes_on(zone, day):
                continue
            changes += 1
            begin = datetime.combine(day, time(), zone).astimezone(UTC)
            for quarter in range(-12, 26 * 4):
                at = begin + quarter * 15 * MINUTE
                for quiet in WINDOWS:
                    if is_quiet(at, zone, quiet):
                        holds_on_a_change(at, zone, quiet)
    assert changes > 300


def holds_on_a_change(at: datetime, zone: ZoneInfo, quiet: Window) -> None:
    """What is true of an end on such a day, told by the local clock alone."""
    end = ends_at(at, zone, quiet)
    said = (zone.key, at, end, quiet)
    assert end > at, said
    assert not is_quiet(end, zone, quiet), said
    assert is_quiet(end - MINUTE, zone, quiet), said
    clock, there = at.astimezone(zone), end.astimezone(zone)
    day = clock.date() if clock.time() < quiet.end else clock.date() + DAY
    if wall_exists(zone, day, quiet.end):
        assert (there.date(), there.time()) == (day, quiet.end), said
        assert end <= at + DAY + 2 * HOUR, said
    else:
        assert there.date() in (day, day + DAY), said


@pytest.mark.parametrize(
    ("evening", "end", "hours"),
    [
        ("2026-03-28T21:30", "2026-03-29T06:00", 9.5),
        ("2026-10-24T21:30", "2026-10-25T07:00", 11.5),
        ("2026-06-10T21:30", "2026-06-11T06:00", 10.5),
    ],
)
def test_a_night_in_amsterdam_is_as_long_as_its_clock_makes_it(evening: str, end: str, hours: float) -> None:
    at = local("Europe/Amsterdam", evening)
    found = ends_at(at, ZoneInfo("Europe/Amsterdam"), NIGHT)
    assert found == utc(end)
    assert found - at == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("until", "end"),
    [
        ("01:59", "2026-03-29T00:59"),
        ("02:00", "2026-03-29T01:00"),  # 02:00 is 03:00
        ("02:30", "2026-03-29T01:00"),  # and so is 02:30: the clock never shows it
        ("03:00", "2026-03-29T01:00"),
        ("03:01", "2026-03-29T01:01"),
    ],
)
def test_an_end_that_does_not_exist_is_the_jump(until: str, end: str) -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    assert ends_at(local("Europe/Amsterdam", "2026-03-28T23:00"), zone, window("21:00", until)) == utc(end)


@pytest.mark.parametrize(
    ("until", "end"),
    [
        ("01:59", "2026-10-24T23:59"),
        ("02:00", "2026-10-25T00:00"),  # put back to 02:00 it does not come into the window again
        ("02:30", "2026-10-25T01:30"),  # at the first 02:30 half an hour of quiet would be to come
        ("03:00", "2026-10-25T02:00"),
    ],
)
def test_an_end_that_comes_twice_is_the_one_after_which_the_night_is_over(until: str, end: str) -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    for at in ("2026-10-24T23:00", "2026-10-25T01:58"):
        assert ends_at(local("Europe/Amsterdam", at), zone, window("21:00", until)) == utc(end)


def test_within_the_repeated_hour_the_end_is_still_to_come() -> None:
    zone, quiet = ZoneInfo("Europe/Amsterdam"), window("21:00", "02:30")
    for fold in (0, 1):
        assert ends_at(local("Europe/Amsterdam", "2026-10-25T02:10", fold), zone, quiet) == utc("2026-10-25T01:30")


def test_a_window_that_starts_within_the_repeated_hour_ends_at_its_end() -> None:
    zone, quiet = ZoneInfo("Europe/Amsterdam"), window("02:30", "08:00")
    for fold in (0, 1):
        assert ends_at(local("Europe/Amsterdam", "2026-10-25T02:40", fold), zone, quiet) == utc("2026-10-25T07:00")


def test_a_jump_from_one_window_into_the_next_waits_for_the_next_ones_end() -> None:
    zone, quiet = ZoneInfo("Europe/Amsterdam"), window("02:45", "02:30")
    end = ends_at(local("Europe/Amsterdam", "2026-03-29T01:30"), zone, quiet)
    assert end == local("Europe/Amsterdam", "2026-03-30T02:30")


@pytest.mark.parametrize(
    ("zone", "evening", "morning", "hours"),
    [
        # half an hour is all that Lord Howe changes
        ("Australia/Lord_Howe", "2026-10-03T22:00", "2026-10-04T08:00", 9.5),
        ("Australia/Lord_Howe", "2026-04-04T22:00", "2026-04-05T08:00", 10.5),
        # Chatham, at 02:45, 45 minutes beside everybody else
        ("Pacific/Chatham", "2026-09-26T22:00", "2026-09-27T08:00", 9.0),
        ("Pacific/Chatham", "2026-04-04T22:00", "2026-04-05T08:00", 11.0),
        # two hours at once at the Troll station
        ("Antarctica/Troll", "2026-03-28T22:00", "2026-03-29T08:00", 8.0),
        ("Antarctica/Troll", "2026-10-24T22:00", "2026-10-25T08:00", 12.0),
        # back for Ramadan and forward after it: summer time below zero
        ("Africa/Casablanca", "2026-02-14T22:00", "2026-02-15T08:00", 11.0),
        ("Africa/Casablanca", "2026-03-21T22:00", "2026-03-22T08:00", 9.0),
        # no summer time since 2021
        ("Pacific/Apia", "2026-09-26T22:00", "2026-09-27T08:00", 10.0),
        # 2011-12-30 was left out: from the evening of the 29th to the morning of the 31st
        ("Pacific/Apia", "2011-12-29T22:00", "2011-12-31T08:00", 10.0),
        # midnight itself is jumped over
        ("Africa/Cairo", "2026-04-23T22:00", "2026-04-24T08:00", 9.0),
        # a quarter to, all year
        ("Asia/Kathmandu", "2026-06-10T22:00", "2026-06-11T08:00", 10.0),
    ],
)
def test_odd_clocks(zone: str, evening: str, morning: str, hours: float) -> None:
    at = local(zone, evening)
    end = ends_at(at, ZoneInfo(zone), NIGHT)
    assert end == local(zone, morning)
    assert end - at == timedelta(hours=hours)


def test_from_within_its_hours_a_window_over_noon_ends_the_same_day() -> None:
    zone, siesta = ZoneInfo("Europe/Madrid"), window("13:00", "16:00")
    assert ends_at(local("Europe/Madrid", "2026-06-10T13:00"), zone, siesta) == local(
        "Europe/Madrid", "2026-06-10T16:00"
    )


def test_its_first_minute_is_quiet_its_last_is_not() -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    for wall, quiet in (("20:59:59", False), ("21:00", True), ("07:59:59", True), ("08:00", False)):
        assert is_quiet(local("Europe/Amsterdam", f"2026-06-10T{wall}"), zone, NIGHT) is quiet
    assert not is_quiet(local("Europe/Amsterdam", "2026-06-10T23:00"), zone, None)


def test_seconds_of_the_moment_do_not_move_the_end() -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    at = local("Europe/Amsterdam", "2026-06-10T22:30:17.250000")
    assert ends_at(at, zone, NIGHT) == utc("2026-06-11T06:00")
