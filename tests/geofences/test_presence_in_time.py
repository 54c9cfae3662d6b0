"""Presence while time passes and geofences are edited: dwells, silence, memberships. See `story` for how to read it."""

import pytest

from geofences.presence import REOPEN_WITHIN_S, Inside, Presence, reconcile
from tests.geofences.story import FAR, NOON, Walk, index

# dwelling


def test_a_dwell_is_told_once() -> None:
    walk = Walk(index("store", dwell_s=300))
    for minutes in range(0, 20, 2):
        walk.ping(minutes, -60)
    assert walk.told == ["0 enter store", "6 dwell store"]


def test_a_dwell_needs_no_further_ping() -> None:
    walk = Walk(index("store", dwell_s=300))
    walk.ping(0, -60)
    assert walk.due() == 5
    walk.wait(4.9)
    assert walk.told == ["0 enter store"]
    walk.wait(5)
    walk.wait(6)
    assert walk.told == ["0 enter store", "5 dwell store inferred"]
    assert walk.due() == 15


def test_who_is_on_the_way_out_does_not_dwell() -> None:
    walk = Walk(index("store", dwell_s=300))
    walk.ping(0, -60)
    walk.ping(6, 70)
    assert walk.told == ["0 enter store"]


def test_a_clock_two_minutes_ahead_dwells_after_as_long() -> None:
    walk = Walk(index("store", dwell_s=300))
    walk.ping(2, -60, heard=0)
    assert walk.due() == 5
    walk.wait(5)
    assert walk.told == ["2 enter store", "7 dwell store inferred"]


def test_without_a_dwell_time_nothing_dwells() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.ping(14, -60)
    walk.wait(28)
    assert walk.told == ["0 enter store"]


# silence


def test_a_silent_phone_has_left_when_it_was_last_heard() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.ping(3, -60)
    assert walk.due() == 18
    walk.wait(17.9)
    walk.wait(18)
    assert walk.told == ["0 enter store", "3 exit store inferred"]


def test_a_tick_that_comes_too_late_does_not_invent_a_dwell() -> None:
    walk = Walk(index("store", dwell_s=600))
    walk.ping(0, -60)
    walk.wait(60)
    assert walk.told == ["0 enter store", "0 exit store inferred"]


def test_back_within_the_hour_the_stay_goes_on() -> None:
    walk = Walk(index("store", dwell_s=300))
    walk.ping(0, -60)
    walk.ping(6, -60)
    walk.wait(21)
    walk.ping(40, -10)
    walk.ping(41, -60)
    assert walk.told == ["0 enter store", "6 dwell store", "6 exit store inferred", "40 reopen store"]
    assert walk.presence is not None
    assert walk.presence.inside["store"].since == NOON


def test_back_after_the_hour_is_a_new_visit() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.wait(15)
    walk.ping(REOPEN_WITHIN_S / 60 + 1, -60)
    assert walk.told == ["0 enter store", "0 exit store inferred", "61 enter store"]


def test_a_real_exit_is_never_reopened() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.ping(1, FAR)
    walk.ping(2, -60)
    assert walk.told[-1] == "2 enter store"


def test_a_silence_that_nobody_ticked_is_seen_by_the_next_ping() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.ping(300, -60)
    assert walk.told == ["0 enter store", "0 exit store inferred", "300 enter store"]


def test_an_enter_in_the_making_is_forgotten_in_silence() -> None:
    walk = Walk()
    walk.ping(0, -10)
    assert walk.due() == 15
    walk.wait(15)
    walk.ping(16, -10)
    assert walk.told == []


def test_who_is_nowhere_is_forgotten_after_three_quarters_of_an_hour() -> None:
    walk = Walk()
    walk.ping(0, FAR)
    assert walk.due() == 45
    assert walk.wait(45).transitions == ()


def test_while_a_stay_may_reopen_it_is_not_forgotten() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.wait(15)
    assert walk.due() == 60


# edits


def test_a_deleted_geofence_lets_everybody_out() -> None:
    walk = Walk(index("store", "kiosk"))
    walk.ping(0, -60, -60)
    walk.edit(index("kiosk", version=2), 1)
    assert walk.told[2:] == ["1 exit store geofence_changed"]
    walk.edit(index("kiosk", version=2), 2)
    assert len(walk.told) == 3


def test_a_geofence_that_became_another_under_its_name_lets_everybody_out() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.edit(index("store", since=2, version=2), 1)
    walk.ping(2, -60)
    assert walk.told[1:] == ["1 exit store geofence_changed", "2 enter store geofence_created"]


def test_the_next_ping_sees_an_edit_by_itself() -> None:
    walk = Walk(index("store"))
    walk.ping(0, -60)
    walk.index = index("kiosk", version=2)
    walk.ping(1, FAR)
    assert walk.told == ["0 enter store", "1 exit store geofence_changed"]


def test_an_older_index_overwrites_nothing() -> None:
    walk = Walk(index("store", since=5, version=5))
    walk.ping(0, -60)
    walk.edit(index("kiosk", version=4), 1)
    walk.ping(2, FAR)
    assert walk.told == ["0 enter store"]
    assert walk.presence is not None
    assert walk.presence.version == 5


@pytest.mark.parametrize("metres", [(-60,), (-10, -10), (0, -10, -10)])
def test_a_geofence_made_around_somebody_says_so(metres: tuple[float, ...]) -> None:
    walk = Walk(index(version=1))
    walk.ping(0)
    walk.edit(index("store", since=2, version=2), 1)
    for i, m in enumerate(metres):
        walk.ping(2 + i, m)
    assert walk.told == [f"{1 + len(metres)} enter store geofence_created"]


def test_who_walks_into_a_new_geofence_later_enters_as_always() -> None:
    walk = Walk(index(version=1))
    walk.ping(0)
    walk.index = index("store", since=2, version=2)
    walk.ping(1, 100)
    walk.ping(2, -60)
    assert walk.told == ["2 enter store"]


def test_who_was_not_heard_for_long_enters_a_new_geofence_as_always() -> None:
    walk = Walk(index(version=1))
    walk.ping(0)
    walk.index = index("store", since=2, version=2)
    walk.ping(31, -60)
    assert walk.told == ["31 enter store"]


def test_the_first_ping_of_a_device_enters_without_a_reason() -> None:
    walk = Walk(index("store", since=7, version=7))
    walk.ping(0, -60)
    assert walk.told == ["0 enter store"]


def test_memberships_from_the_truth_are_not_taken_for_edited() -> None:
    rebuilt = Presence.empty().with_inside({"store": Inside(NOON - 60)})
    newer = index("store", since=7, version=7)
    assert reconcile(rebuilt, newer, now=NOON).transitions == ()


def test_days_between_two_pings_are_a_silence_though_both_came_today() -> None:
    """A phone that was offline sends what it kept, and a second later where it is."""
    walk = Walk(index("store", dwell_s=300))
    today = 3 * 24 * 60.0
    walk.ping(0, -60, heard=today)
    walk.ping(2, -60, heard=today)
    walk.ping(today, -60)
    assert walk.told == ["0 enter store", "2 exit store inferred", "4320 enter store"]


def test_a_gap_of_the_phones_clock_within_the_hour_goes_on_with_the_stay() -> None:
    walk = Walk(index("store", dwell_s=300))
    for minutes in (0, 2, 42, 44):
        walk.ping(minutes, -60, heard=60)
    assert walk.told == ["0 enter store", "2 exit store inferred", "42 reopen store", "42 dwell store"]


def test_pings_that_were_kept_and_come_together_are_no_silence() -> None:
    walk = Walk()
    for minutes in range(0, 60, 10):
        walk.ping(minutes, -60, heard=90)
    assert walk.told == ["0 enter store"]
