"""The phone's own transitions, alone and beside its pings. `walk.told_by_phone(minutes, kind, metres)`; see `story`."""

import math
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geofences.cells import cell_of
from geofences.fence_index import Fence, FenceIndex
from geofences.hearing import Heard, hear
from geofences.presence import Presence, Sighting, step
from geofences.shapes import Circle, read_shape
from tests.geofences.story import FAR, NOON, STORE, Walk, index

# the phone alone


def test_a_phones_enter_and_exit_are_believed_at_once() -> None:
    walk = Walk()
    assert walk.told_by_phone(0, "enter").verdict == "used"
    assert walk.told_by_phone(20, "exit").verdict == "used"
    assert walk.told == [
        "0 enter store device",
        "0 exit store inferred",
        "20 reopen store device",
        "20 exit store device",
    ]


def test_the_same_in_a_quarter_of_an_hour() -> None:
    walk = Walk()
    walk.told_by_phone(0, "enter")
    walk.told_by_phone(10, "exit")
    assert walk.told == ["0 enter store device", "10 exit store device"]


@pytest.mark.parametrize("kind", ["enter", "exit", "dwell"])
def test_what_is_told_twice_happens_once(kind: Literal["enter", "dwell", "exit"]) -> None:
    walk = Walk(index("store", dwell_s=300))
    walk.told_by_phone(0, "enter")
    walk.told_by_phone(6, kind)
    told = list(walk.told)
    for _ in range(2):
        assert walk.told_by_phone(6, kind).transitions == ()
    assert walk.told_by_phone(0, "enter").verdict == "known"
    assert walk.told == told


def test_a_dwell_of_whom_was_not_inside_is_an_enter_too() -> None:
    walk = Walk(index("store", dwell_s=300))
    walk.told_by_phone(10, "dwell")
    assert walk.told == ["5 enter store device", "10 dwell store device"]


def test_a_dwell_begins_no_earlier_than_what_pings_saw() -> None:
    walk = Walk(index("store", dwell_s=300))
    walk.ping(8, 200)
    walk.told_by_phone(10, "dwell")
    assert walk.told == ["10 enter store device", "10 dwell store device"]


def test_a_dwell_at_a_geofence_without_one_is_an_enter() -> None:
    walk = Walk()
    walk.told_by_phone(10, "dwell")
    assert walk.told == ["10 enter store device"]


def test_a_dwell_is_told_once_whoever_sees_it() -> None:
    walk = Walk(index("store", dwell_s=300))
    walk.ping(0, -60)
    walk.wait(5)
    walk.told_by_phone(5.5, "dwell")
    walk.ping(6, -60)
    assert walk.told == ["0 enter store", "5 dwell store inferred"]
    other = Walk(index("store", dwell_s=300))
    other.ping(0, -60)
    other.told_by_phone(4.9, "dwell")
    other.wait(6)
    other.ping(7, -60)
    assert other.told == ["0 enter store", "4.9 dwell store device"]


def test_a_stay_that_the_phone_began_dwells_and_falls_silent_like_any() -> None:
    walk = Walk(index("store", dwell_s=300))
    walk.ping(-3, FAR)
    walk.told_by_phone(0, "enter")
    assert walk.due() == 5
    walk.wait(5)
    walk.wait(15)
    assert walk.told == ["0 enter store device", "5 dwell store inferred", "0 exit store inferred"]


def test_an_exit_that_is_told_after_silence_moves_the_end_and_begins_nothing() -> None:
    walk = Walk()
    walk.told_by_phone(0, "enter")
    walk.wait(15)
    walk.told_by_phone(40, "exit")
    walk.told_by_phone(40, "exit")
    assert walk.told[1:] == ["0 exit store inferred", "40 reopen store device", "40 exit store device"]


def test_an_enter_sent_again_after_silence_reopens_nothing() -> None:
    walk = Walk()
    walk.told_by_phone(0, "enter")
    walk.wait(15)
    assert walk.told_by_phone(0, "enter", heard=16).verdict == "known"
    assert walk.told == ["0 enter store device", "0 exit store inferred"]


def test_an_unknown_geofence_is_named_and_changes_nothing() -> None:
    walk = Walk()
    before = walk.ping(0, FAR).presence
    moved = walk.told_by_phone(1, "enter", fence="long gone")
    assert (moved.verdict, moved.presence, moved.transitions) == ("unknown_geofence", before, ())


# what is not believed


def test_worse_than_100_m_it_changes_nothing() -> None:
    walk = Walk()
    assert walk.told_by_phone(0, "enter", accuracy_m=101).verdict == "inaccurate"
    assert walk.presence == Presence.EMPTY
    assert walk.told_by_phone(0, "enter", accuracy_m=100).verdict == "used"


@pytest.mark.parametrize(
    ("kind", "metres", "accuracy_m", "verdict"),
    [
        ("enter", 60, 50, "contradicted"),
        ("enter", 40, 50, "used"),
        ("enter", 60, None, "contradicted"),
        ("enter", 14, 3, "used"),
        ("enter", 16, 3, "contradicted"),
        ("enter", math.inf, 10, "contradicted"),
        ("dwell", 60, 50, "contradicted"),
        ("exit", -60, 50, "contradicted"),
        ("exit", -40, 50, "known"),
        ("exit", math.inf, 10, "known"),
    ],
)
def test_a_position_that_is_surely_on_the_other_side_contradicts(
    kind: Literal["enter", "dwell", "exit"], metres: float, accuracy_m: float | None, verdict: str
) -> None:
    assert Walk().told_by_phone(0, kind, metres, accuracy_m=accuracy_m).verdict == verdict


def test_an_exit_from_deep_inside_ends_nothing() -> None:
    walk = Walk()
    walk.ping(0, -60)
    assert walk.told_by_phone(1, "exit", -90, accuracy_m=20).verdict == "contradicted"
    assert walk.told == ["0 enter store"]


HERE, UTRECHT = (52.37, 4.89), (52.09, 5.12)


def test_nobody_enters_35_km_from_where_they_were_a_minute_ago() -> None:
    walk = Walk()
    walk.ping(0, FAR, where=UTRECHT)
    assert walk.told_by_phone(1, "enter").verdict == "contradicted"
    assert walk.told_by_phone(1, "enter", -60, accuracy_m=10, where=HERE).verdict == "contradicted"
    assert walk.told_by_phone(8, "enter").verdict == "used"
    assert walk.told == ["8 enter store device"]


def test_an_exit_happens_wherever_the_device_is() -> None:
    walk = Walk()
    walk.told_by_phone(0, "enter")
    walk.ping(0.5, -60, where=HERE)
    assert walk.told_by_phone(1, "exit").verdict == "used"


def test_of_an_area_that_its_circle_says_little_of_pings_have_to_tell() -> None:
    """Two buildings 400 m apart are one geofence: its circle is entered on the street between them."""
    west, east = [[4.885, 52.37], [4.886, 52.37], [4.886, 52.3705], [4.885, 52.3705], [4.885, 52.37]], None
    east = [[lon + 0.006, lat] for lon, lat in west]
    shape = read_shape({"geometry": {"type": "MultiPolygon", "coordinates": [[west], [east]]}})
    two = FenceIndex([Fence("store", "store", "premises", shape)], 1)
    walk = Walk(two)
    assert walk.told_by_phone(0, "enter").verdict == "unsure"
    walk.ping(1, -10)
    assert walk.told_by_phone(2, "enter").verdict == "used"
    assert walk.told == ["2 enter store device"]
    with_position = Walk(two)
    assert with_position.told_by_phone(0, "enter", -5, accuracy_m=20).verdict == "used"
    house = Walk(
        FenceIndex(
            [Fence("store", "store", "premises", read_shape({"geometry": {"type": "Polygon", "coordinates": [west]}}))],
            1,
        )
    )
    assert house.told_by_phone(0, "enter").verdict == "used"


# the order in which things come


def test_an_enter_older_than_the_newest_ping_is_late() -> None:
    walk = Walk()
    walk.ping(5, 200)
    assert walk.told_by_phone(4, "enter", heard=6).verdict == "late"
    assert walk.told == []


def test_it_confirms_what_later_pings_point_to() -> None:
    walk = Walk()
    walk.ping(5, -10)
    assert walk.told_by_phone(4, "enter", heard=6).verdict == "used"
    assert walk.told == ["5 enter store device"]


def test_it_confirms_no_more_after_a_quarter_of_an_hour() -> None:
    walk = Walk()
    walk.ping(20, -10)
    assert walk.told_by_phone(4.9, "enter", heard=21).verdict == "late"


def test_an_exit_older_than_the_newest_ping_confirms_one_that_is_out() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.ping(5, 60)
    assert walk.told_by_phone(4, "exit", heard=6).verdict == "used"
    assert walk.told == ["0 enter store", "5 exit store device"]


@pytest.mark.parametrize("minutes", [-1, 4])
def test_and_none_that_is_in(minutes: float) -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.ping(5, -60 if minutes == 4 else 60)
    assert walk.told_by_phone(minutes, "exit", heard=6).verdict == "late"
    assert walk.told == ["0 enter store"]


@pytest.mark.parametrize("ping_first", [True, False])
def test_a_ping_and_a_transition_with_one_timestamp_are_both_heard(ping_first: bool) -> None:
    walk = Walk(index("store", "kiosk"))
    if ping_first:
        assert walk.ping(1, -10, -60).verdict == "used"
    assert walk.told_by_phone(1, "enter").verdict == "used"
    if not ping_first:
        assert walk.ping(1, -10, -60).verdict == "used"
    assert sorted(walk.told) == ["1 enter kiosk", "1 enter store device"]
    assert walk.ping(1, FAR, FAR).verdict == "late"


def test_older_pings_still_tell_of_other_geofences() -> None:
    """A phone tells transitions at once and its pings in a batch: what these saw elsewhere is not lost."""
    walk = Walk(index("store", "kiosk"))
    walk.ping(0, FAR, FAR)
    walk.told_by_phone(10, "enter", heard=10)
    walk.ping(2, FAR, -60, heard=11)
    walk.ping(4, FAR, FAR, heard=11)
    assert walk.told == ["10 enter store device", "2 enter kiosk", "4 exit kiosk"]
    assert walk.presence is not None
    assert (walk.presence.last_at, walk.presence.newest_ping) == (NOON + 600, NOON + 240)


def test_pings_from_before_the_phones_enter_do_not_end_it() -> None:
    walk = Walk()
    walk.ping(0, FAR)
    walk.told_by_phone(10, "enter")
    for minutes in (2, 4, 6):
        walk.ping(minutes, 200, heard=11)
    assert walk.told == ["10 enter store device"]


def test_pings_from_before_the_phones_exit_begin_nothing() -> None:
    walk = Walk()
    walk.told_by_phone(0, "enter")
    walk.told_by_phone(10, "exit")
    for minutes in (2, 4, 6, 10):
        walk.ping(minutes, -60, heard=11)
    assert walk.told == ["0 enter store device", "10 exit store device"]


def test_an_enter_that_comes_after_its_exit_opens_nothing() -> None:
    walk = Walk()
    assert walk.told_by_phone(10, "exit").verdict == "known"
    assert walk.told_by_phone(2, "enter", heard=11).verdict == "known"
    assert walk.told == []


def test_a_geofence_made_around_the_device_says_so_whoever_tells() -> None:
    walk = Walk(index(version=1))
    walk.ping(0)
    walk.edit(index("store", "kiosk", since=2, version=2), 1)
    walk.told_by_phone(2, "enter")
    walk.told_by_phone(3, "enter", fence="kiosk")
    assert walk.told == ["2 enter store device geofence_created", "3 enter kiosk device geofence_created"]


KINDS = st.sampled_from(["enter", "dwell", "exit"])
EVENTS = st.lists(
    st.tuples(st.integers(0, 4000), st.none() | st.floats(-100, 320), KINDS, st.booleans(), st.integers(0, 900)),
    max_size=40,
)


@given(EVENTS)
def test_the_same_word_again_changes_nothing(
    events: list[tuple[int, float | None, Literal["enter", "dwell", "exit"], bool, int]],
) -> None:
    presence = None
    for second, metres, kind, _, _ in events:
        word = Heard("store", kind, NOON + second, distance_m=metres)
        first = hear(presence, word, STORE, received_at=NOON + second)
        again = hear(first.presence, word, STORE, received_at=NOON + second)
        assert again.transitions == ()
        assert again.presence == first.presence
        presence = None if first.presence is Presence.EMPTY else first.presence


def test_a_circle_around_the_pole_is_not_too_far_from_its_other_side() -> None:
    pole = FenceIndex([Fence("store", "store", "premises", Circle(89.999, 0.0, 500))], 1)
    before = step(None, Sighting(NOON, 10.0, {}, cell_of(89.999, -180.0)), pole, received_at=NOON).presence
    assert hear(before, Heard("store", "enter", NOON + 1), pole, received_at=NOON + 1).verdict == "used"
