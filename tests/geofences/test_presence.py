"""Stories in metres and minutes. `walk.ping(minutes, metres)`: so many metres to the store's border, negative inside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geofences.presence import Presence, Sighting, step
from tests.geofences.story import FAR, NOON, STORE, Walk, index

# entering


def test_one_good_ping_well_inside_is_enough() -> None:
    walk = Walk()
    walk.ping(0, 200)
    walk.ping(1, -60)
    walk.ping(2, -70)
    assert walk.told == ["1 enter store"]


def test_two_pings_a_little_inside_agree() -> None:
    walk = Walk()
    walk.ping(0, 40)
    assert walk.ping(1, -10).verdict == "used"
    assert walk.told == []
    walk.ping(2, -10)
    assert walk.told == ["2 enter store"]


def test_a_ping_surely_outside_starts_anew() -> None:
    walk = Walk()
    for minutes, metres in enumerate((-10, 20, -10, 20, -10, 20)):
        walk.ping(minutes, metres)
    assert walk.told == []


def test_on_the_border_nobody_can_tell() -> None:
    walk = Walk()
    before = walk.ping(0, -10).presence
    moved = walk.ping(1, 1)
    assert moved.verdict == "unsure"
    assert (moved.presence.inside, moved.presence.pending) == (before.inside, before.pending)
    walk.ping(2, -10)
    assert walk.told == ["2 enter store"]


def test_the_worse_the_accuracy_the_deeper_it_must_be() -> None:
    walk = Walk()
    for minutes in range(3):
        walk.ping(minutes, -25, accuracy_m=80)
    assert walk.told == []
    walk.ping(3, -25, accuracy_m=80)
    assert walk.told == ["3 enter store"]


def test_a_phone_that_claims_one_metre_is_not_believed() -> None:
    walk = Walk()
    walk.ping(0, -20, accuracy_m=1.9)
    assert walk.told == []


def test_a_ping_too_inaccurate_changes_nothing() -> None:
    walk = Walk()
    before = walk.ping(0, -10).presence
    moved = walk.ping(1, -90, accuracy_m=101)
    assert (moved.verdict, moved.presence, walk.told) == ("inaccurate", before, [])


def test_an_unknown_accuracy_never_decides_alone() -> None:
    walk = Walk()
    for minutes in range(2):
        walk.ping(minutes, -90, accuracy_m=None)
    assert walk.told == []


def test_three_unknown_accuracies_agree() -> None:
    """A phone that never says its accuracy is seen too, only later."""
    walk = Walk()
    for minutes in range(3):
        walk.ping(minutes, -60, accuracy_m=None)
    for minutes in range(3, 6):
        walk.ping(minutes, FAR, accuracy_m=None)
    assert walk.told == ["2 enter store", "5 exit store"]


def test_an_unknown_accuracy_confirms() -> None:
    walk = Walk()
    walk.ping(0, -10)
    walk.ping(1, -60, accuracy_m=None)
    assert walk.told == ["1 enter store"]


# leaving


def test_out_of_the_door_is_not_out_yet() -> None:
    walk = Walk()
    walk.ping(0, -60)
    for minutes in range(1, 20):
        assert walk.ping(minutes, 40 if minutes % 2 else -1).verdict == ("unsure" if minutes % 2 else "used")
    assert walk.told == ["0 enter store"]


def test_two_pings_beyond_the_buffer_are_an_exit() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.ping(1, 60)
    walk.ping(2, 60)
    assert walk.told == ["0 enter store", "2 exit store"]


def test_one_wild_ping_is_no_exit() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.ping(1, 200)
    walk.ping(2, -60)
    walk.ping(3, 200)
    assert walk.told == ["0 enter store"]


def test_a_poor_accuracy_needs_more_distance_to_leave() -> None:
    walk = Walk()
    walk.ping(0, -60)
    for minutes in range(1, 4):
        walk.ping(minutes, 100, accuracy_m=80)
    assert walk.told == ["0 enter store"]


def test_beyond_reach_one_ping_is_sure() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.ping(1, FAR)
    assert walk.told == ["0 enter store", "1 exit store"]


@pytest.mark.parametrize(("accuracy_m", "pings"), [(None, 2), (1_500.0, 9)])
def test_beyond_reach_but_who_knows(accuracy_m: float | None, pings: int) -> None:
    walk = Walk()
    walk.ping(0, -60)
    for minutes in range(1, pings + 1):
        walk.ping(minutes, FAR, accuracy_m=accuracy_m)
    assert walk.told == ["0 enter store"]


def test_an_unknown_accuracy_confirms_an_exit() -> None:
    walk = Walk()
    walk.ping(0, -60)
    walk.ping(1, 70)
    walk.ping(2, FAR, accuracy_m=None)
    assert walk.told == ["0 enter store", "2 exit store"]


def test_there_and_away_and_there_again() -> None:
    walk = Walk()
    for minutes, metres in enumerate((-60, 90, 90, -60)):
        walk.ping(minutes, metres)
    assert walk.told == ["0 enter store", "2 exit store", "3 enter store"]


# order and time


@pytest.mark.parametrize("minutes", [5, 4.9, -60])
def test_a_late_or_repeated_ping_changes_nothing(minutes: float) -> None:
    walk = Walk()
    before = walk.ping(5, FAR).presence
    moved = walk.ping(minutes, -60, heard=9)
    assert (moved.verdict, moved.presence, moved.transitions) == ("late", before, ())


def test_hours_of_pings_at_once_keep_their_own_times() -> None:
    walk = Walk(index("store", dwell_s=600))
    for minutes, metres in ((0, -60), (5, -60), (12, -60), (24, FAR)):
        walk.ping(minutes, metres, heard=300)
    assert walk.told == ["0 enter store", "12 dwell store", "24 exit store"]


def test_several_geofences_at_once_leave_before_they_enter_and_by_name() -> None:
    walk = Walk(index("d", "a", "c", "b"))
    walk.ping(0, -60, -60, FAR, FAR)
    walk.ping(1, FAR, FAR, -60, -60)
    assert walk.told == ["0 enter a", "0 enter d", "1 exit a", "1 exit d", "1 enter b", "1 enter c"]


# for any walk

PINGS = st.lists(
    st.tuples(
        st.integers(0, 400),
        st.none() | st.floats(-100, 300),
        st.none() | st.floats(1, 200),
    ),
    max_size=40,
)


def told(
    pings: list[tuple[int, float | None, float | None]], *, speed: float = 1.0
) -> tuple[list[tuple[str, float]], Presence | None]:
    presence = None
    transitions: list[tuple[str, float]] = []
    for minutes, metres, accuracy_m in pings:
        distances = {} if metres is None else {"store": metres}
        at = NOON + minutes * 60 / speed
        moved = step(presence, Sighting(at, accuracy_m, distances), STORE, received_at=at)
        presence = moved.presence
        transitions += [(t.kind, float(minutes)) for t in moved.transitions]
    return transitions, presence


@given(PINGS)
def test_nobody_enters_twice_without_leaving(pings: list[tuple[int, float | None, float | None]]) -> None:
    inside = False
    for kind, _ in told(pings)[0]:
        assert inside == (kind in ("exit", "dwell"))
        inside = kind != "exit"


@given(PINGS)
def test_pings_that_are_late_or_repeated_are_as_if_they_never_came(
    pings: list[tuple[int, float | None, float | None]],
) -> None:
    in_time: list[tuple[int, float | None, float | None]] = []
    newest = -1
    for ping in pings:
        accuracy_m = ping[2]
        if ping[0] > newest and (accuracy_m is None or accuracy_m <= 100 or not in_time):
            in_time.append(ping)
            newest = ping[0]
    assert told([p for p in pings for _ in range(2)]) == told(in_time)


@given(PINGS)
def test_the_same_walk_thirty_times_faster(pings: list[tuple[int, float | None, float | None]]) -> None:
    close = [(minutes % 14, metres, accuracy) for minutes, metres, accuracy in pings]  # no silence among them
    assert told(close, speed=30)[0] == told(close)[0]


@given(PINGS)
def test_a_presence_is_never_newer_than_what_was_seen(pings: list[tuple[int, float | None, float | None]]) -> None:
    _, presence = told(pings)
    if presence is not None:
        assert presence.last_at <= NOON + 60 * max(minutes for minutes, _, _ in pings)
        assert not set(presence.inside) & set(presence.pending)
