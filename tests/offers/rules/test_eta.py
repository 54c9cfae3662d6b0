"""Ways in metres and minutes: who is coming, in how many minutes, and who only passes by."""

import csv
import math
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geofences.metres import distance_m
from offers.rules.eta import Estimate, Reading, read_track
from offers.rules.track import Point, with_point
from tests.offers.rules.ways import followed, straight

ROOT = Path(__file__).parents[3]
KALVERSTRAAT = 52.3680500, 4.8921116
MODES = {"foot": ((1.1, 1.6), (400, 1700)), "bike": ((3.5, 5.5), (1000, 6000)), "car": ((5.0, 14.0), (1500, 15000))}


def points(*said: tuple[float, int], device: str = "phone") -> list[Point]:
    """Minutes and metres."""
    return [Point(int(minute * 60), metres, device) for minute, metres in said]


def test_somebody_who_walks_towards_the_store_is_coming_after_250_m() -> None:
    steps = list(followed(straight(1200, 1.3), until=900))
    first = next(one for one in steps if one.reading.coming)
    assert 150 <= 1200 - first.metres <= 400
    assert first.reading.estimate is not None
    assert first.reading.estimate.mode == "foot"
    assert all(one.reading.coming for one in steps if one.at >= first.at)


@pytest.mark.parametrize("mode", MODES)
def test_each_mode_is_told_by_its_speed(mode: str) -> None:
    (slow, fast), (_, far) = MODES[mode]
    mps = (slow + fast) / 2
    said = [one.reading.estimate for one in followed(straight(far, mps), until=int(far / mps))]
    modes = [one.mode for one in said if one is not None]
    assert modes
    assert set(modes) == {mode}


@st.composite
def evenly(draw: st.DrawFn) -> tuple[float, float, int]:
    speeds, starts = draw(st.sampled_from(list(MODES.values())))
    return draw(st.floats(*starts)), draw(st.floats(*speeds)), draw(st.integers(1, 60))


@given(evenly())
def test_who_comes_straight_and_evenly_arrives_within_the_range(way: tuple[float, float, int]) -> None:
    start, mps, every_s = way
    for one in followed(straight(start, mps), until=int(start / mps), every_s=every_s):
        if (estimate := one.reading.estimate) is not None:
            assert estimate.low * 60 <= one.metres / mps <= estimate.high * 60


@given(evenly())
def test_who_comes_straight_is_seen_to_come(way: tuple[float, float, int]) -> None:
    """By a handful of pings at least: who is there after two was not seen on the way."""
    start, mps, every_s = way
    assume(start / mps >= 5 * every_s)
    assert any(one.reading.coming for one in followed(straight(start, mps), until=int(start / mps), every_s=every_s))


@given(
    st.lists(st.tuples(st.integers(0, 1800), st.integers(0, 400), st.sampled_from(["phone", "tablet"])), max_size=24)
)
def test_whatever_was_said_the_range_is_one(said: list[tuple[int, int, str]]) -> None:
    track: list[Point] = []
    for at, fifties, device in said:
        track = with_point(track, Point(at, fifties * 50, device), now=1800) or track
    estimate = read_track(track).estimate
    if estimate is not None:
        assert 0 <= estimate.low <= estimate.high <= 90
        assert estimate.high <= 2 or estimate.low < estimate.high


@given(evenly(), st.randoms())
def test_the_order_of_points_and_points_said_twice_change_nothing(
    way: tuple[float, float, int], random: object
) -> None:
    start, mps, _ = way
    track = [Point(at, round(max(0.0, start - mps * at) / 50) * 50, "phone") for at in range(0, 480, 60)]
    mixed = [*track, *track[::2]]
    getattr(random, "shuffle")(mixed)  # noqa: B009  # hypothesis' randoms() has no type of its own
    late = track
    for one in mixed:
        late = with_point(late, one, now=480) or late
    assert late == track
    assert read_track(list(reversed(track))) == read_track(track)


@given(st.floats(1500, 2500), st.floats(5, 14))
def test_who_rides_past_some_streets_away_is_never_coming(beside_m: float, mps: float) -> None:
    def metres_at(at: int) -> float:
        return math.hypot(beside_m, 4000 - mps * at)

    assert not any(one.reading.coming for one in followed(metres_at, until=int(8000 / mps), every_s=5))


def test_who_rode_past_the_door_leaves() -> None:
    steps = list(followed(lambda at: abs(2000 - 8.0 * at), until=600, every_s=5))
    assert any(one.reading.coming for one in steps if one.at < 250)
    after = [one.reading for one in steps if one.at > 400]
    assert after
    assert all(one == Reading(False, leaving=True, at=one.at) for one in after)


def test_who_stands_still_is_no_longer_coming_and_has_not_left() -> None:
    steps = list(followed(lambda at: max(600.0, 1200 - 1.3 * at), until=1500))
    assert any(one.reading.coming for one in steps)
    last = steps[-1].reading
    assert (last.coming, last.leaving, last.estimate) == (False, False, None)


def test_who_stands_at_a_red_light_is_still_coming() -> None:
    steps = list(followed(lambda at: 1200 - 1.3 * (at - max(0, min(at - 400, 90))), until=800))
    assert all(one.reading.coming for one in steps if one.at > 400)


def test_who_stands_before_the_door_is_still_coming() -> None:
    steps = list(followed(lambda at: max(100.0, 900 - 1.3 * at), until=1200))
    assert steps[-1].reading.coming


def test_who_lives_nearby_and_moves_about_is_not_coming() -> None:
    about = [300, 250, 300, 350, 250, 200, 300, 250]
    track: list[Point] = []
    for minute, metres in enumerate(about):
        track = with_point(track, Point(minute * 60, metres, "phone"), now=minute * 60) or track
        assert not read_track(track).coming


def test_one_jump_of_a_bad_fix_is_not_coming() -> None:
    assert not read_track(points((0, 1200), (1, 1200), (2, 700))).coming
    assert not read_track(points((0, 20_000), (1, 10_000), (1.5, 50))).coming


def test_who_is_too_far_away_to_wait_for_comes_without_minutes() -> None:
    far = points((0, 60_000), (2, 55_000), (4, 50_000), (6, 40_000), (8, 35_000), (9.5, 29_000))
    assert read_track(far).estimate in (None, Estimate("car", 11, 90))


def test_the_tablet_at_home_changes_nothing() -> None:
    phone = points((0, 1200), (2, 1050), (4, 900), (6, 750))
    alone = read_track(phone)
    assert alone.coming
    for home in (0, 100, 900, 5000):
        tablet = points((0.5, home), (3, home), (6.1, home), device="tablet")
        assert read_track([*phone, *tablet]) == alone


def test_of_two_phones_that_come_the_nearer_tells() -> None:
    near = points((0, 1200), (2, 1050), (4, 900), (6, 750))
    behind = points((0, 1300), (2, 1150), (4, 1000), (6, 850), device="a phone")
    assert read_track([*near, *behind]) == read_track(near)


def test_a_phone_that_fell_silent_does_not_count() -> None:
    silent = points((0, 1200), (2, 1050), (4, 900), (6, 750))
    other = points((17, 3000), (18, 3000), device="tablet")
    assert not read_track([*silent, *other]).coming


def test_nobody_says_nothing() -> None:
    assert read_track([]) == Reading(coming=False)


def test_the_recorded_walks_from_the_station_are_seen_to_come() -> None:
    """44 walks to the store where they end, with real errors: nearly all are seen well before the door."""
    walks: dict[str, list[tuple[int, float, float]]] = {}
    with (ROOT / "seeds" / "amsterdam" / "walks_transplanted.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if float(row["accuracy_m"] or 50) <= 100:
                metres = distance_m(float(row["lat"]), float(row["lon"]), *KALVERSTRAAT)
                walks.setdefault(row["trace"], []).append(
                    (int(float(row["ts"])), metres, float(row["accuracy_m"] or 50))
                )
    seen = 0
    for fixes in walks.values():
        by_time = {at: metres for at, metres, _ in sorted(fixes)}
        began, times = min(by_time), sorted(by_time)

        def metres_at(
            second: int, by_time: dict[int, float] = by_time, times: list[int] = times, began: int = began
        ) -> float:
            return by_time[max(at for at in times if at <= began + second)]

        steps = list(followed(metres_at, until=times[-1] - began, every_s=15))
        seen += any(one.reading.coming and one.metres > 300 for one in steps)
    assert seen >= 38


def test_a_bus_of_the_next_street_but_fifteen_is_not_coming() -> None:
    """A real bus, 75 minutes long, and a store that it never comes nearer to than 2 km."""
    with (ROOT / "benchmarks" / "rides" / "rides.csv").open(encoding="utf-8") as lines:
        bus = [row for row in csv.DictReader(lines) if "bus" in row["trace"]]
    ways = [(int(float(row["ts"])), float(row["lat"]), float(row["lon"])) for row in bus]
    middle = ways[len(ways) // 2]
    for north, east in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        for far in range(2, 9):
            store = middle[1] + north * far * 0.009, middle[2] + east * far * 0.0148
            away = [distance_m(lat, lon, *store) for _, lat, lon in ways]
            if min(away) < 2000:
                continue
            times = [at - ways[0][0] for at, _, _ in ways]
            by_time = dict(zip(times, away, strict=True))

            def metres_at(second: int, by_time: dict[int, float] = by_time, times: list[int] = times) -> float:
                return by_time[max(at for at in times if at <= second)]

            assert not any(one.reading.coming for one in followed(metres_at, until=times[-1], every_s=10))
