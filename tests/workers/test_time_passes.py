"""Dwell and silence without a ping, once a visit: whatever dies, is started again or is emptied meanwhile. Real Redis, real database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from offers.history import list_transitions
from offers.records.database import Database
from offers.records.queries.history import Asked
from tests.web.conftest import OwnRedis
from tests.workers.test_sweeps import look
from tests.workers.town import FAR, LANES, STORE, Town, north_of_store
from workers.embedded import child_environment, embedded_redis
from workers.lane_work import LaneWork
from workers.lanes import LaneDesk, LaneKeys, lane_of
from workers.sweeps import DUE_AGAIN_S

DWELL_S = 120


def told(town: Town) -> list[str]:
    """Kinds with the seconds since the test began, in the order of time."""
    with town.database.reading() as session:
        items = list_transitions(session, Asked()).items
    return [f"{one['at'].timestamp() - town.began:g} {one['kind']} {one['source']}" for one in reversed(items)]


def wait(town: Town, seconds: float, every: float = 30.0) -> None:
    """Time passes, and beat looks meanwhile."""
    end = town.at + seconds
    while town.at < end:
        town.at = min(town.at + every, end)
        look(town)


def empty(town: Town) -> None:
    """Redis loses everything, and is filled from SQL by a worker that starts anew."""
    town.redis.flushall()
    town.matcher = town.new_matcher()
    look(town)


def test_a_worker_that_dies_after_the_commit_tells_the_dwell_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    town.at += DWELL_S
    monkeypatch.setattr(LaneWork, "advance", lambda *_: False)
    look(town)
    assert told(town) == ["0 enter server", "120 dwell inferred"]
    monkeypatch.undo()
    town.redis.delete(LaneKeys.of(lane_of(device, LANES)).lease)
    town.matcher.match(lane_of(device, LANES))
    wait(town, 180)
    assert told(town) == ["0 enter server", "120 dwell inferred"]


def test_a_worker_that_dies_before_the_commit_tells_it_later(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    town.at += DWELL_S
    monkeypatch.setattr(LaneWork, "take", lambda _: False)
    look(town)
    assert told(town) == ["0 enter server"]
    monkeypatch.undo()
    town.redis.delete(LaneKeys.of(lane_of(device, LANES)).bell)
    look(town)
    assert told(town) == ["0 enter server", "120 dwell inferred"]


def test_a_beat_that_dies_between_its_look_and_its_letter_looks_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    town.at += DWELL_S

    def dies(*_: object) -> list[int]:
        raise ConnectionError("beat is killed here")

    monkeypatch.setattr(LaneDesk, "tick", dies)
    with pytest.raises(ConnectionError):
        look(town)
    monkeypatch.undo()
    look(town)
    assert told(town) == ["0 enter server"]
    town.at += DUE_AGAIN_S
    look(town)
    assert told(town) == ["0 enter server", "120 dwell inferred"]


def test_two_ticks_for_one_dwell_tell_it_once(town: Town) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    town.at += DWELL_S
    for _ in range(2):
        town.desk.tick(lane_of(device, LANES), [device], town.at)
    town.matcher.match(lane_of(device, LANES))
    assert told(town) == ["0 enter server", "120 dwell inferred"]


def test_without_beat_for_ten_minutes_the_dwell_is_told_when_it_is_back(town: Town) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    town.at += 600
    look(town)
    assert told(town) == ["0 enter server", "120 dwell inferred"]


def test_without_beat_for_hours_nobody_is_said_to_have_dwelled(town: Town) -> None:
    """Of a silent phone it is known that it was there when last heard, and no more."""
    device = town.device("sanne")
    town.ping(device, STORE)
    town.at += 7200
    look(town)
    assert sorted(told(town)) == ["0 enter server", "0 exit inferred"]


@pytest.mark.parametrize("emptied_after", [30, 119, 121, 400])
def test_an_emptied_redis_tells_a_dwell_once_and_at_its_time(town: Town, emptied_after: int) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    wait(town, emptied_after - 1)
    empty(town)
    wait(town, 600)
    assert told(town) == ["0 enter server", "120 dwell inferred"]


def test_a_dwell_that_fell_due_while_redis_was_away_is_told_when_it_is_back(town: Town) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    town.at += 300
    empty(town)
    look(town)
    assert told(town) == ["0 enter server", "120 dwell inferred"]


def test_an_emptied_redis_lets_nobody_out_at_once_and_a_silent_phone_after_a_quarter_of_an_hour(town: Town) -> None:
    device = town.device("sanne")
    for _ in range(4):
        town.ping(device, STORE)
        wait(town, 299)
    emptied = town.at - town.began
    empty(town)
    wait(town, 890)
    assert "exit" not in " ".join(told(town))
    wait(town, 60)
    assert told(town)[-1] == f"{emptied:g} exit inferred"


def test_pings_from_before_redis_was_emptied_are_not_late(town: Town) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    town.at += 100
    empty(town)
    made_at = town.at - 50
    town.at, now = made_at, town.at + 1
    town.ping(device, FAR)
    town.at = now
    assert [one.split()[1] for one in told(town)] == ["enter", "exit"]


@pytest.mark.parametrize("again", [False, True])
def test_a_visit_that_silence_ended_goes_on_though_redis_was_emptied(town: Town, again: bool) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    wait(town, 1000)
    assert sorted(told(town)) == ["0 enter server", "0 exit inferred", "120 dwell inferred"]
    empty(town)
    if again:
        empty(town)
    town.ping(device, STORE)
    (visit,) = town.visits()
    assert visit["left_at"] is None
    assert [one["outcome"] for one in town.decisions()] == ["send"]
    wait(town, 600)
    assert sorted(told(town)) == ["0 enter server", "0 exit inferred", "120 dwell inferred"]


def test_an_hour_later_it_does_not(town: Town) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    wait(town, 1000)
    empty(town)
    town.at += 2700
    town.ping(device, STORE)
    assert len(town.visits()) == 2


def test_a_visit_that_the_phone_ended_too_early_goes_on_though_redis_was_emptied(town: Town) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    town.tell(device, "exit")
    empty(town)
    town.ping(device, STORE)
    (visit,) = town.visits()
    assert visit["left_at"] is None
    assert [one["outcome"] for one in town.decisions()] == ["send"]


def test_a_visit_that_pings_ended_does_not(town: Town) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    for _ in range(2):
        town.ping(device, north_of_store(200))
    empty(town)
    town.ping(device, STORE)
    assert len(town.visits()) == 2


def test_of_two_visits_an_hour_only_the_last_one_goes_on(town: Town) -> None:
    """The first ended by silence, the second by pings: who then comes in comes anew."""
    device = town.device("sanne")
    town.ping(device, STORE)
    wait(town, 1000)
    for where in (FAR, STORE, FAR):
        town.at += 120
        town.ping(device, where)
    empty(town)
    town.at += 120
    town.ping(device, STORE)
    assert len(town.visits()) == 3


# a Redis of its own, killed and started again on the file it has


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OwnRedis]:
    with (tmp_path / "redis.log").open("wb") as log:
        server = OwnRedis(*embedded_redis(tmp_path, child_environment({}), log))
        server.start()
        yield server
        server.kill()


@pytest.mark.parametrize("killed_after", [30, 121])
def test_a_redis_that_was_killed_tells_dwell_and_silence_once(
    database: Database, own: OwnRedis, killed_after: int
) -> None:
    with Redis.from_url(own.url) as client:
        town = Town(database, client, own.url)
        town.settle()
        device = town.device("sanne")
        town.ping(device, STORE)
        wait(town, killed_after - 1)
        synchronised(client)
        own.kill()
        own.start()
        wait(town, 1000)
        assert sorted(told(town)) == ["0 enter server", "0 exit inferred", "120 dwell inferred"]
        town.ping(device, STORE)
        wait(town, 300)
        (visit,) = town.visits()
        assert visit["left_at"] is None
        assert [one["outcome"] for one in town.decisions()] == ["send"]
        assert len(told(town)) == 3


def synchronised(client: Any) -> None:
    """Its file is written each second; what was answered is there after that."""
    client.waitaof(1, 0, 5000)


@pytest.mark.parametrize("raw", [b'{"l":[],"h":0}', b"of another release", b"\xff"])
def test_a_presence_of_another_release_takes_sqls_word_and_holds_nobody_up(town: Town, redis: Any, raw: bytes) -> None:
    """What lies in Redis when a retailer upgrades, or goes back: the lane works on, and the visit with it."""
    device = town.device("sanne")
    town.ping(device, STORE)
    keys = LaneKeys.of(lane_of(device, LANES))
    redis.hset(keys.presence, device, raw)
    town.ping(device, STORE)
    assert redis.xlen(keys.entries) == redis.xlen(keys.aside) == 0
    redis.hset(keys.presence, device, raw)
    wait(town, DWELL_S)
    assert redis.xlen(keys.entries) == redis.xlen(keys.aside) == 0
    assert told(town) == ["0 enter server", "120 dwell inferred"]


def test_a_presence_of_another_release_of_a_device_that_is_nowhere_begins_anew(town: Town, redis: Any) -> None:
    device = town.device("sanne")
    town.ping(device, FAR)
    keys = LaneKeys.of(lane_of(device, LANES))
    redis.hset(keys.presence, device, b"of another release")
    town.ping(device, STORE)
    assert told(town) == ["1 enter server"]
