"""Stories in metres and minutes. `walk.ping(minutes, metres)`: so many metres to the store's border, negative inside."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geofences.fence_index import Fence, FenceIndex
from geofences.presence import (
    REOPEN_WITHIN_S,
    Inside,
    Presence,
    Sighting,
    Step,
    due_at,
    reconcile,
    step,
    tick,
)
from geofences.shapes import Circle

NOON = 1_772_366_400.0
FAR = None  # beyond reach


def index(*names: str, dwell_s: int | None = None, since: int = 0, version: int = 1) -> FenceIndex:
    shape = Circle(52.37, 4.89, 100)
    return FenceIndex([Fence(n, n, "premises", shape, dwell_s, since) for n in names], version)


STORE = index("store")


@dataclass
class Walk:
    index: FenceIndex = STORE
    presence: Presence | None = None
    told: list[str] = field(default_factory=list)

    def ping(
        self, minutes: float, *metres: float | None, accuracy_m: float | None = 10, heard: float | None = None
    ) -> Step:
        """One number for each geofence of the index, in its order."""
        distances = {f.id: m for f, m in zip(self.index.fences, metres, strict=True) if m is not None}
        at = NOON + 60 * minutes
        received_at = at if heard is None else NOON + 60 * heard
        return self._take(step(self.presence, Sighting(at, accuracy_m, distances), self.index, received_at=received_at))

    def wait(self, until_minutes: float) -> Step:
        assert self.presence is not None
        return self._take(tick(self.presence, self.index, now=NOON + 60 * until_minutes))

    def edit(self, new: FenceIndex, minutes: float) -> Step:
        assert self.presence is not None
        self.index = new
        return self._take(reconcile(self.presence, new, now=NOON + 60 * minutes))

    def due(self) -> float:
        assert self.presence is not None
        return (due_at(self.presence, self.index) - NOON) / 60

    def _take(self, moved: Step) -> Step:
        self.presence = Presence.from_bytes(moved.presence.to_bytes())
        assert self.presence == moved.presence
        for t in moved.transitions:
            reason = f" {t.reason}" if t.reason else ""
            source = "" if t.source == "server" else f" {t.source}"
            self.told.append(f"{(t.at - NOON) / 60:g} {t.kind} {t.fence_id}{source}{reason}")
        return moved


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
    for minutes in range(9):
        assert walk.ping(minutes, -90, accuracy_m=None).verdict == "unsure"
    assert walk.told == []


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


@pytest.mark.parametrize("accuracy_m", [None, 1_500.0])
def test_beyond_reach_but_who_knows(accuracy_m: float | None) -> None:
    walk = Walk()
    walk.ping(0, -60)
    for minutes in range(1, 5):
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
    for minutes, metres in ((0, -60), (5, -60), (12, -60), (30, FAR)):
        walk.ping(minutes, metres, heard=300)
    assert walk.told == ["0 enter store", "12 dwell store", "30 exit store"]


def test_several_geofences_at_once_leave_before_they_enter_and_by_name() -> None:
    walk = Walk(index("d", "a", "c", "b"))
    walk.ping(0, -60, -60, FAR, FAR)
    walk.ping(1, FAR, FAR, -60, -60)
    assert walk.told == ["0 enter a", "0 enter d", "1 exit a", "1 exit d", "1 enter b", "1 enter c"]


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
