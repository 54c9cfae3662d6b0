"""One process's copy of the geofences: when it looks, what it does in the background, what it tells."""

import threading
import time
from collections.abc import Iterable

import pytest
from redis import Redis
from sqlalchemy.exc import OperationalError

from geofences.fence_index import FenceIndex
from offers.fences import read_index
from offers.places import delete_place, put_place
from offers.records.database import Database
from offers.rules.place import PlaceBody
from tests.conftest import NOON
from workers.fences import COMPACT_AGAIN_S, LOOK_EVERY_S, FenceKeeper
from workers.vitals import (
    BEHIND_S,
    GONE_S,
    HEARD_FENCES,
    FenceVitals,
    behind_in_words,
    forget_the_dead,
    read_vitals,
    tell_fences,
)

WITHIN_S = 30.0
"""What a thread is waited for: far more than it takes, so that a busy machine fails nothing."""


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


def put(database: Database, place: str, radius_m: float = 100) -> None:
    circle = {"role": "premises", "lat": 52.37, "lon": 4.89, "radius_m": radius_m}
    body = {"name": place, "kind": "store", "lat": 52.37, "lon": 4.89, "time_zone": "UTC", "geofences": [circle]}
    with database.transaction() as session:
        put_place(session, place, PlaceBody.model_validate(body), now=NOON)


def remove(database: Database, place: str) -> None:
    with database.transaction() as session:
        delete_place(session, place, now=NOON)


def truth(database: Database) -> FenceIndex:
    with database.reading() as session:
        return read_index(session)


def places(index: FenceIndex) -> list[str]:
    return sorted(fence.place for fence in index.fences)


def wait_for(keeper: FenceKeeper, *, compactions: int = 0, failed: int = 0) -> None:
    deadline = time.monotonic() + WITHIN_S
    while (keeper.vitals().compactions, keeper.vitals().compactions_failed) != (compactions, failed):
        assert time.monotonic() < deadline, f"{keeper.vitals()}"
        time.sleep(0.005)


def test_it_looks_once_a_second_and_not_more_often(database: Database, clock: Clock) -> None:
    keeper = FenceKeeper(database, clock=clock)
    assert (keeper.index.version, keeper.age_s) == (-1, None)
    assert keeper.current().version == 0
    put(database, "a")
    clock.at += LOOK_EVERY_S - 0.01
    assert keeper.current().version == 0
    clock.at += 0.01
    assert keeper.current().version == 1
    assert keeper.age_s == 0


def test_a_letter_that_names_a_newer_version_is_not_made_to_wait(database: Database, clock: Clock) -> None:
    keeper = FenceKeeper(database, clock=clock)
    keeper.current()
    put(database, "a")
    assert keeper.current(at_least=0).version == 0
    assert keeper.current(at_least=1).version == 1


def test_the_thread_follows_in_a_process_that_has_nothing_to_do(database: Database) -> None:
    told: list[FenceVitals | None] = []
    others = set(threading.enumerate())
    keeper = FenceKeeper(database, tell=told.append)
    keeper.start()
    try:
        for version in (1, 2):
            put(database, f"p{version}")
            deadline = time.monotonic() + WITHIN_S
            while keeper.index.version < version or told[-1] is None or told[-1].version < version:
                assert time.monotonic() < deadline
                time.sleep(0.01)
    finally:
        keeper.stop()
    assert told[-1] is None, "whoever stops says so"
    assert not {one.name for one in set(threading.enumerate()) - others if one.name.startswith("geofences")}


class Held:
    """Builds a base when the test says so."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, index: FenceIndex) -> FenceIndex:
        self.begun.set()
        assert self.go.wait(WITHIN_S)
        return index.compacted()


class FailsOnce:
    """Has no memory left the first time."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, index: FenceIndex) -> FenceIndex:
        self.asked += 1
        if self.asked == 1:
            raise MemoryError
        return index.compacted()


def overlaid(database: Database, keeper: FenceKeeper) -> None:
    """Three edits beside a base of one."""
    put(database, "base")
    keeper.look()
    for place in "abc":
        put(database, place)
    keeper.look()


def test_the_base_is_built_anew_when_the_overlay_is_over_its_limit(database: Database) -> None:
    keeper = FenceKeeper(database, overlay_most=3)
    overlaid(database, keeper)
    assert (keeper.vitals().overlay, keeper.vitals().compactions) == (3, 0)
    put(database, "d")
    keeper.look()
    wait_for(keeper, compactions=1)
    assert (keeper.index.overlay_size, keeper.vitals().overlay) == (0, 0)
    assert dict(keeper.index.by_id) == dict(truth(database).by_id)
    assert keeper.vitals().compaction_s > 0


def test_nobody_waits_for_the_building_and_no_edit_meanwhile_is_lost(database: Database, clock: Clock) -> None:
    slow = Held()
    keeper = FenceKeeper(database, clock=clock, overlay_most=2, compacted=slow)
    overlaid(database, keeper)
    assert slow.begun.wait(WITHIN_S)
    put(database, "d")
    put(database, "a", 50)
    remove(database, "b")
    clock.at += LOOK_EVERY_S
    assert places(keeper.current()) == ["a", "base", "c", "d"], "readers have the edits before the base is built"
    put(database, "e")  # which nobody has looked at when the base is there
    slow.go.set()
    wait_for(keeper, compactions=1)
    assert dict(keeper.index.by_id) == dict(truth(database).by_id)
    assert keeper.index.version == truth(database).version
    assert sorted(fence.place for fence in keeper.index.layers[0].fences) == ["a", "b", "base", "c"], "the new base"


def test_a_building_that_fails_is_counted_and_tried_again(database: Database, clock: Clock) -> None:
    keeper = FenceKeeper(database, clock=clock, overlay_most=2, compacted=FailsOnce())
    overlaid(database, keeper)
    wait_for(keeper, failed=1)
    assert places(keeper.index) == ["a", "b", "base", "c"], "the overlay stays in force"
    put(database, "d")
    clock.at += COMPACT_AGAIN_S - 0.1
    keeper.look()
    assert (keeper.vitals().compactions_failed, keeper.index.overlay_size) == (1, 4), "not yet"
    clock.at += 0.1
    keeper.look()
    wait_for(keeper, compactions=1, failed=1)
    assert keeper.index.overlay_size == 0
    assert dict(keeper.index.by_id) == dict(truth(database).by_id)


def test_a_database_that_is_away_leaves_the_last_index_and_says_how_old_it_is(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(database, "a")
    keeper = FenceKeeper(database, clock=clock)
    assert keeper.vitals().looked_ago_s == 0
    clock.at += 3
    assert keeper.vitals() == FenceVitals(version=-1, looked_ago_s=3.0), "never yet: since it was made"
    keeper.look()

    def away(_: Database) -> None:
        raise OperationalError("", {}, Exception())

    monkeypatch.setattr(Database, "reading", away)
    clock.at += 40
    with pytest.raises(OperationalError):
        keeper.look()
    assert (places(keeper.index), keeper.vitals().looked_ago_s) == (["a"], 40.0)


NOW = 1_800_000_000.0


def heard(redis: Redis, now: float = NOW) -> dict[str, int]:
    return {process: one.version for process, one in read_vitals(redis, 1, now).fences.items()}


def test_each_process_tells_for_itself_and_those_that_died_go(redis: Redis) -> None:
    tell_fences(redis, "worker@a:1", FenceVitals(7, 0.5, overlay=3, compactions=2, compaction_s=1.5), NOW)
    tell_fences(redis, "worker@a:2", FenceVitals(6, 1.0), NOW - GONE_S)
    tell_fences(redis, "worker@b:1", FenceVitals(5, 0.0), NOW - GONE_S - 0.1)
    assert heard(redis) == {"worker@a:1": 7, "worker@a:2": 6}
    assert read_vitals(redis, 1, NOW).fences["worker@a:1"] == FenceVitals(7, 0.5, 3, 2, 0, 1.5)
    assert forget_the_dead(redis, NOW) == 1
    assert redis.hlen(HEARD_FENCES) == 2
    tell_fences(redis, "worker@a:1", None, NOW)
    assert heard(redis) == {"worker@a:2": 6}
    assert 0 < int(redis.ttl(HEARD_FENCES)) <= 600  # type: ignore[arg-type]  # redis-py's answers are of two clients


@pytest.mark.parametrize(
    ("versions", "looked_ago_s", "behind"),
    [
        ((9, 9), 60.0, []),  # it could not look, and there was nothing to see
        ((9, 8), BEHIND_S, []),
        ((9, 8), BEHIND_S + 0.1, ["worker@b:2"]),
        ((9, -1), BEHIND_S + 0.1, ["worker@b:2"]),  # it never could
        ((900, 8), 1.0, []),  # an import has just been
    ],
)
def test_behind_is_who_knows_less_and_could_not_look_for_long(
    redis: Redis, versions: Iterable[int], looked_ago_s: float, behind: list[str]
) -> None:
    newest, theirs = versions
    tell_fences(redis, "web@a:1", FenceVitals(newest, 0.2), NOW)
    tell_fences(redis, "worker@b:2", FenceVitals(theirs, looked_ago_s - 4), NOW - 4)
    vitals = read_vitals(redis, 1, NOW)
    assert list(vitals.behind()) == behind
    assert bool(behind_in_words(vitals)) is bool(behind)
    if behind:
        assert behind_in_words(vitals) == (
            f"worker@b:2 matches by geofence version {theirs}, the newest is 9, and could last look 10 s ago"
        )
