"""Geofences that are edited while somebody stands there: who leaves, who enters, that nobody is told; through the real matching."""

from collections.abc import Callable
from typing import Any

import pytest
from redis import Redis

from geofences.fence_index import FenceIndex
from geofences.presence import Presence
from offers.campaigns import put_campaign, step_campaign
from offers.history import list_transitions
from offers.places import delete_place, put_place
from offers.records.database import Database
from offers.records.queries.history import Asked
from offers.rules.campaign import CampaignBody
from offers.rules.place import PlaceBody
from tests.workers.town import FAR, LANES, STORE, Town, north_of_store
from workers.failpoints import Failpoints
from workers.fences import FenceKeeper
from workers.lanes import LaneKeys, lane_of
from workers.letters import PingLetter, PingRow
from workers.matching import Matcher

MOVED = north_of_store(900)
"""Far enough from the store's old spot, and within a walk."""
A_SECOND = 1.0


def circle(where: tuple[float, float] = STORE, radius_m: float = 100, dwell_s: int | None = 120) -> dict[str, Any]:
    return {"role": "premises", "lat": where[0], "lon": where[1], "radius_m": radius_m, "dwell_s": dwell_s}


def edit(town: Town, *geofences: dict[str, Any], place: str = "store", **more: Any) -> None:
    """As the desk does it. Workers have it a second later."""
    lat, lon = STORE
    plain = {"name": "Store", "kind": "store", "lat": lat, "lon": lon, "time_zone": "Europe/Amsterdam"}
    body = PlaceBody.model_validate({**plain, "geofences": list(geofences) or [circle()], **more})
    with town.database.transaction() as session:
        put_place(session, place, body, now=town.now)
    town.at += A_SECOND
    town.matcher.fences.look()


def delete(town: Town, place: str = "store") -> None:
    with town.database.transaction() as session:
        delete_place(session, place, now=town.now)
    town.at += A_SECOND
    town.matcher.fences.look()


def told(town: Town) -> list[str]:
    """Every transition with its reason, oldest first."""
    with town.database.reading() as session:
        items = list_transitions(session, Asked()).items
    return [" ".join(filter(None, (one["kind"], one["place"], one["reason"]))) for one in reversed(items)]


def presence_of(town: Town, device: str) -> Presence:
    raw: Any = town.redis.hget(LaneKeys.of(lane_of(device, LANES)).presence, device)
    return Presence.from_bytes(raw)


def open_visits(town: Town) -> list[str]:
    return [one["place"] for one in town.visits() if one["left_at"] is None]


@pytest.fixture
def town(town: Town) -> Town:
    """With a campaign for every moment at every place, so that whatever could be told would be decided."""
    for on in ("enter", "dwell", "exit"):
        body = {"name": on, "trigger": {"on": on}, "messages": {"en": {"title": on, "body": "You are here."}}}
        with town.database.transaction() as session:
            put_campaign(session, f"any-{on}", CampaignBody.model_validate(body), now=town.now)
            step_campaign(session, f"any-{on}", "launch", now=town.now)
    return town


@pytest.fixture
def sanne(town: Town) -> str:
    """A phone that walked into the store and was told so; what is decided from here on is an edit's doing."""
    device = town.device("sanne")
    town.ping(device, STORE)
    assert told(town) == ["enter store"]
    return device


def decided(town: Town) -> list[str]:
    """The moments that were decided about since the walk into the store."""
    return [one["trigger"] for one in town.decisions() if one["trigger"] != "enter"]


def test_made_around_somebody_it_is_entered_at_the_next_ping_and_quietly(town: Town) -> None:
    device = town.device("tim")
    town.ping(device, FAR)
    edit(town, circle(FAR), place="kiosk")
    assert told(town) == [], "nobody's phone said anything yet"
    for _ in range(3):
        town.ping(device, FAR)
    assert told(town) == ["enter kiosk geofence_created"]
    assert open_visits(town) == ["kiosk"]
    town.at += 200  # longer than the dwell time
    town.ping(device, FAR)
    assert (town.decisions(), town.deliveries()) == ([], [])


def test_somebody_who_walks_in_after_it_was_made_is_told(town: Town) -> None:
    """The counterpart: quiet is who stood there, and nobody else."""
    device = town.device("tim")
    town.ping(device, FAR)
    edit(town, circle(MOVED), place="kiosk")
    town.ping(device, FAR)
    town.at += 600  # the way there
    town.ping(device, MOVED)
    assert told(town) == ["enter kiosk"]
    assert [one["outcome"] for one in town.decisions()] == ["send"]


def test_moved_away_everybody_has_left_it_at_once(town: Town, sanne: str) -> None:
    edit(town, circle(MOVED))
    assert told(town) == ["enter store", "exit store geofence_changed"]
    assert open_visits(town) == []
    for _ in range(3):
        town.ping(sanne, STORE)
    assert told(town) == ["enter store", "exit store geofence_changed"]
    assert not presence_of(town, sanne).inside
    assert decided(town) == []


def test_moved_so_that_somebody_is_still_inside(town: Town, sanne: str) -> None:
    before = len(town.decisions())
    edit(town, circle(north_of_store(30)))
    town.ping(sanne, STORE)
    town.ping(sanne, STORE)
    assert told(town) == ["enter store", "exit store geofence_changed", "enter store geofence_created"]
    assert open_visits(town) == ["store"]
    assert len(town.decisions()) == before
    town.at += 600  # the way there
    for _ in range(2):
        town.ping(sanne, FAR)
    assert told(town)[-1] == "exit store", "and whoever then walks out is told as ever"
    assert decided(town) == ["exit"]


def test_deleted_with_somebody_inside(town: Town, sanne: str) -> None:
    delete(town)
    for _ in range(2):
        town.ping(sanne, STORE)
    assert (told(town), town.visits()) == ([], []), "its past goes with a place"
    assert not presence_of(town, sanne).inside
    assert decided(town) == []


def test_paused_with_somebody_inside_and_resumed(town: Town, sanne: str) -> None:
    before = len(town.decisions())
    edit(town, paused=True)
    assert told(town) == ["enter store", "exit store geofence_paused"]
    assert open_visits(town) == []
    for _ in range(3):
        town.ping(sanne, STORE)
    town.ping(town.device("tim"), STORE)
    assert told(town) == ["enter store", "exit store geofence_paused"], "nothing happens at a place that is paused"
    edit(town)
    assert len(told(town)) == 2
    for _ in range(2):
        town.ping(sanne, STORE)
    assert told(town)[2:] == ["enter store geofence_created"]
    assert open_visits(town) == ["store"]
    town.at += 200
    town.ping(sanne, STORE)
    assert len(town.decisions()) == before, "no enter, no dwell, no exit was decided"
    assert town.deliver() == len(town.deliveries())


def test_paused_and_resumed_between_two_pings(town: Town, sanne: str) -> None:
    """The worker sees both edits as one, and SQL has closed what presence still thinks is open."""
    before = len(town.decisions())
    edit(town, paused=True)
    edit(town)
    for _ in range(2):
        town.ping(sanne, STORE)
    assert told(town) == ["enter store", "exit store geofence_paused", "enter store geofence_created"]
    assert open_visits(town) == ["store"]
    assert len(town.decisions()) == before


def test_another_dwell_time_leaves_everybody_where_they_are(town: Town, sanne: str) -> None:
    edit(town, circle(dwell_s=30))
    town.at += 40
    town.ping(sanne, STORE)
    assert told(town) == ["enter store", "dwell store"]
    assert decided(town) == ["dwell"]


def test_an_edit_between_two_pings_of_one_batch(town: Town, sanne: str) -> None:
    """One letter with what the phone kept: a ping from before the edit and two from after it, matched after it."""
    first = town.at
    town.at += 10
    edit(town, circle(MOVED))
    pings: list[PingRow] = [(*STORE, first, 10.0), (*MOVED, town.at, 10.0), (*MOVED, town.at + 1, 10.0)]
    town.at += 2
    before = len(town.decisions())
    town.append(PingLetter(sanne, town.at, pings))
    town.matcher.match(lane_of(sanne, LANES))
    assert told(town) == ["enter store", "exit store geofence_changed", "enter store"]
    assert len(town.decisions()) > before, "to where it was moved she walked by herself"


class EditsOnceRead(FenceKeeper):
    """An edit is committed right after the worker took its index: it matches by geofences as they were."""

    def __init__(self, database: Database, then: Callable[[], None]) -> None:
        super().__init__(database)
        self._then: Callable[[], None] | None = then

    def current(self, at_least: int = 0) -> FenceIndex:
        index = super().current(at_least)
        then, self._then = self._then, None
        if then:
            then()
        return index


@pytest.mark.parametrize("paused", [True, False])
def test_an_edit_while_a_batch_is_matched(town: Town, paused: bool) -> None:
    """What the older geofences say is no stay, no visit and no message: SQL has the last word."""
    device = town.device("tim")
    keeper = EditsOnceRead(town.database, lambda: edit(town, circle(MOVED) if not paused else circle(), paused=paused))
    town.ping(device, STORE, match=False)
    late = Matcher(town.database, town.desk, keeper, Failpoints(), town.matched.append, lambda: town.at)
    late.match(lane_of(device, LANES))
    assert (told(town), town.visits(), town.decisions()) == ([], [], [])
    assert not presence_of(town, device).inside
    town.ping(device, STORE)
    assert told(town) == []


def test_a_worker_with_older_geofences_never_overwrites_what_a_newer_one_said(town: Town, sanne: str) -> None:
    """It never looks by itself here: the version that presence carries makes it."""
    slow = FenceKeeper(town.database, clock=lambda: 0.0)
    older = Matcher(town.database, town.desk, slow, Failpoints(), town.matched.append, lambda: town.at)
    assert slow.current().version == 1
    edit(town, circle(MOVED))
    town.ping(sanne, MOVED)
    now = ["enter store", "exit store geofence_changed", "enter store geofence_created"]
    assert told(town) == now
    for where in (MOVED, MOVED):
        town.ping(sanne, where, match=False)
        older.match(lane_of(sanne, LANES))
    assert slow.index.version == 2
    assert told(town) == now
    assert len(presence_of(town, sanne).inside) == 1
    assert presence_of(town, sanne).version == 2


def test_a_worker_with_older_geofences_takes_the_version_from_the_door(town: Town) -> None:
    slow = FenceKeeper(town.database, clock=lambda: 0.0)
    older = Matcher(town.database, town.desk, slow, Failpoints(), town.matched.append, lambda: town.at)
    slow.current()
    edit(town, circle(FAR), place="kiosk")
    device = town.device("tim")
    town.append(PingLetter(device, town.at, [(*FAR, town.at, 10.0)], version=2))
    older.match(lane_of(device, LANES))
    assert told(town) == ["enter kiosk"]


@pytest.mark.parametrize("emptied", [False, True], ids=["redis kept", "redis emptied"])
@pytest.mark.parametrize("paused", [False, True], ids=["moved", "paused"])
def test_a_restart_between_the_edit_and_the_next_ping(
    town: Town, sanne: str, redis: Redis, emptied: bool, paused: bool
) -> None:
    before = len(town.decisions())
    edit(town, circle() if paused else circle(MOVED), paused=paused)
    if emptied:
        redis.flushall()
    town.matcher = town.new_matcher()
    for lane in range(LANES):
        town.matcher.match(lane)
    for _ in range(2):
        town.ping(sanne, STORE)
    reason = "geofence_paused" if paused else "geofence_changed"
    assert told(town) == ["enter store", f"exit store {reason}"]
    assert not presence_of(town, sanne).inside
    edit(town)
    town.matcher = town.new_matcher()
    for _ in range(2):
        town.ping(sanne, STORE)
    assert told(town)[2:] == ["enter store geofence_created"]
    assert open_visits(town) == ["store"]
    assert len(town.decisions()) == before
