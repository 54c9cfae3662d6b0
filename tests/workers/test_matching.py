"""One lane, moved by hand: from the append to stays, decisions and presence, on real Redis and a real database."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from offers.customers import erase_customer
from tests.workers.town import FAR, LANES, STORE, Town, north_of_store
from workers.lane_work import Changes, LaneWork
from workers.lanes import LaneKeys, lane_of
from workers.letters import PingLetter, PingRow
from workers.matching import TRIES, Matcher
from workers.vitals import read_vitals


def test_one_ping_at_the_store_is_one_visit_and_one_message(town: Town) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    assert town.transitions() == ["enter store"]
    assert [visit["customer"] for visit in town.visits()] == ["sanne"]
    assert [one["outcome"] for one in town.decisions()] == ["send"]
    assert town.deliver() == 1
    (delivery,) = town.deliveries()
    assert (delivery["state"], delivery["title"], delivery["body"]) == ("sent", "Hello Sanne", "You are at Store.")


def test_the_lane_is_empty_and_silent_afterwards(town: Town, redis: Any) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    keys = LaneKeys.of(lane_of(device, LANES))
    assert redis.xlen(keys.entries) == 0
    assert not redis.exists(keys.bell)
    assert not redis.exists(keys.lease)


def test_presence_keeps_no_position(town: Town, redis: Any) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    raw: Any = redis.hget(LaneKeys.of(lane_of(device, LANES)).presence, device)
    assert b"52.37" not in raw
    assert b"4.89" not in raw


def test_the_entry_is_sealed(town: Town, redis: Any) -> None:
    device = town.device("sanne")
    town.ping(device, STORE, match=False)
    ((_, fields),) = redis.xrange(LaneKeys.of(lane_of(device, LANES)).entries)
    assert device.encode() not in fields[b"b"]
    assert set(fields) == {b"h", b"b"}


def test_in_and_out_and_in_again(town: Town) -> None:
    device = town.device("sanne")
    for metres in (0, 200, 200, 0):
        town.ping(device, north_of_store(metres))
    assert town.transitions() == ["enter store", "exit store", "enter store"]
    assert len(town.visits()) == 2


def test_a_crash_between_commit_and_script_changes_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry is there again, presence is as it was, and SQL has it already."""
    device = town.device("sanne")
    lane = lane_of(device, LANES)
    monkeypatch.setattr(LaneWork, "advance", lambda *_: False)
    town.ping(device, STORE)
    assert town.transitions() == ["enter store"]
    monkeypatch.undo()
    town.redis.delete(LaneKeys.of(lane).lease)
    town.matcher.match(lane)
    assert town.transitions() == ["enter store"]
    assert len(town.decisions()) == 1
    assert town.deliver() == 1
    town.ping(device, STORE)
    assert len(town.decisions()) == 1


def test_a_crash_with_a_whole_visit_in_one_entry(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Enter and exit in one batch, twice: one stay, one decision."""
    device = town.device("sanne")
    lane = lane_of(device, LANES)
    pings: list[PingRow] = [(*where, town.at + number, 10.0) for number, where in enumerate([STORE, FAR, FAR])]
    town.append(PingLetter(device, town.at, pings))
    monkeypatch.setattr(LaneWork, "advance", lambda *_: False)
    town.matcher.match(lane)
    monkeypatch.undo()
    town.redis.delete(LaneKeys.of(lane).lease)
    town.matcher.match(lane)
    assert town.transitions() == ["enter store", "exit store"]
    assert len(town.visits()) == 1
    assert len(town.decisions()) == 1


def test_whoever_lost_the_lease_changes_nothing(town: Town, redis: Any) -> None:
    device = town.device("sanne")
    town.ping(device, STORE, match=False)
    lane = lane_of(device, LANES)
    late = LaneWork(redis, lane)
    assert late.take()
    redis.set(LaneKeys.of(lane).lease, "somebody else's")
    entries = late.entries(10)
    assert not late.advance(entries, Changes(presences={device: (b"{}", 0.0)}))
    assert redis.xlen(LaneKeys.of(lane).entries) == 1
    assert not redis.hexists(LaneKeys.of(lane).presence, device)


def test_an_entry_that_is_not_the_head_is_not_removed(town: Town, redis: Any) -> None:
    device = town.device("sanne")
    town.ping(device, STORE, match=False)
    town.ping(device, STORE, match=False)
    work = LaneWork(redis, lane_of(device, LANES))
    assert work.take()
    assert not work.advance(work.entries(10)[1:], Changes())
    assert len(work.entries(10)) == 2


def test_only_one_worker_has_a_lane(town: Town, redis: Any) -> None:
    device = town.device("sanne")
    town.ping(device, STORE, match=False)
    lane = lane_of(device, LANES)
    first = LaneWork(redis, lane)
    assert first.take()
    assert town.matcher.match(lane) is False
    assert town.transitions() == []
    first.let_go()
    town.matcher.match(lane)
    assert town.transitions() == ["enter store"]


def test_a_late_ping_changes_nothing(town: Town) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    early: list[PingRow] = [(*FAR, town.at - 600 + number, 10.0) for number in range(3)]
    town.append(PingLetter(device, town.at, early))
    town.matcher.match(lane_of(device, LANES))
    assert town.transitions() == ["enter store"]
    assert read_vitals(town.redis, LANES, town.at).counters["late"] == 3


def test_pings_that_were_kept_offline_are_history_and_push_nobody(town: Town) -> None:
    """Hours late and out of order: visit and transitions have the device's times, and nothing is sent of them."""
    device = town.device("sanne")
    start = town.at - 4 * 3600
    visit = [(FAR, 0), (STORE, 600), (STORE, 900), (FAR, 1500), (FAR, 1560)]
    pings: list[PingRow] = [(*where, start + second, 10.0) for where, second in reversed(visit)]
    town.append(PingLetter(device, town.at, pings))
    town.matcher.match(lane_of(device, LANES))
    assert town.transitions() == ["enter store", "dwell store", "exit store"]
    (seen,) = town.visits()
    assert (seen["entered_at"].timestamp(), seen["left_at"].timestamp()) == (start + 600, start + 1500)
    assert [one["outcome"] for one in town.decisions()] == ["too_late"]
    assert town.deliver() == 0


def test_a_blocked_device_is_refused_and_the_others_are_not(town: Town) -> None:
    allowed = town.device("sanne")
    lane = lane_of(allowed, LANES)
    refused = next(
        one for one in (town.device(f"p{n}", location=False) for n in range(64)) if lane_of(one, LANES) == lane
    )
    appended = town.append(
        PingLetter(refused, town.at, [(*STORE, town.at, 10.0)]), PingLetter(allowed, town.at, [(*STORE, town.at, 10.0)])
    )
    assert appended.refused == {refused: "no_location_consent"}
    town.matcher.match(lane)
    assert [one["customer"] for one in town.visits()] == ["sanne"]


def test_consent_is_read_again_when_it_counts(town: Town, redis: Any) -> None:
    """Though the door's list was lost, nothing is kept of somebody who did not agree."""
    device = town.device("tim", location=False)
    redis.delete(LaneKeys.of(lane_of(device, LANES)).blocked)
    town.ping(device, STORE)
    assert town.transitions() == []
    assert not redis.hexists(LaneKeys.of(lane_of(device, LANES)).presence, device)


def test_forget_drops_the_presence_in_its_turn(town: Town, redis: Any) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    town.desk.forget([device], town.at)
    town.matcher.match(lane_of(device, LANES))
    assert not redis.hexists(LaneKeys.of(lane_of(device, LANES)).presence, device)
    assert redis.zscore(LaneKeys.of(lane_of(device, LANES)).due, device) is None


def test_an_empty_redis_is_filled_from_the_open_stays(town: Town, redis: Any) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    redis.flushall()
    for lane in range(LANES):
        town.new_matcher().match(lane)
    town.ping(device, STORE)
    assert town.transitions() == ["enter store"]
    for _ in range(2):
        town.ping(device, FAR)
    assert town.transitions() == ["enter store", "exit store"]


def test_an_erased_persons_phone_is_not_heard_again_after_redis_was_emptied(town: Town, redis: Any) -> None:
    """Its token may outlive the row, and with Redis went the list of those who are refused."""
    device, other = town.device("sanne"), town.device("tim")
    town.ping(device, STORE)
    with town.database.transaction() as session:
        erase_customer(session, "sanne", now=datetime.now(UTC))
    redis.flushall()
    for lane in range(LANES):
        town.matcher.match(lane)
    lane = lane_of(device, LANES)
    town.ping(device, FAR)
    assert redis.hgetall(LaneKeys.of(lane).presence) == {}
    assert town.append(PingLetter(device, town.at, [(*FAR, town.at, 10.0)])).refused == {device: "revoked"}
    town.ping(other, FAR)
    assert redis.hexists(LaneKeys.of(lane_of(other, LANES)).presence, other)


def test_a_database_that_is_away_loses_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    device = town.device("sanne")
    lane = lane_of(device, LANES)
    town.ping(device, STORE, match=False)

    def away(*_: object) -> None:
        raise OperationalError("", {}, Exception())

    monkeypatch.setattr(Matcher, "_commit", away)
    for _ in range(TRIES + 2):
        assert town.matcher.match(lane) is False
    monkeypatch.undo()
    town.matcher.match(lane)
    assert town.transitions() == ["enter store"]
    assert read_vitals(town.redis, LANES, town.at).aside == 0


def test_a_poisoned_letter_is_set_aside_and_the_lane_goes_on(
    town: Town, redis: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = town.device("sanne")
    lane = lane_of(bad, LANES)
    good = next(one for one in (town.device(f"p{n}") for n in range(64)) if lane_of(one, LANES) == lane)
    both = [PingLetter(one, town.at, [(*STORE, town.at, 10.0)]) for one in (bad, good)]
    town.append(*both)
    commit = Matcher._commit

    def poisoned(self: Matcher, walk: Any, crossings: Any) -> None:
        if any(one.device_id == bad for one in crossings):
            raise ValueError("poison")
        commit(self, walk, crossings)

    monkeypatch.setattr(Matcher, "_commit", poisoned)
    for _ in range(TRIES):
        town.matcher.match(lane)
    vitals = read_vitals(town.redis, LANES, town.at)
    assert vitals.aside == 1
    assert sum(one.length for one in vitals.lanes) == 0
    assert [one["customer"] for one in town.visits()] != []
    ((_, fields),) = redis.xrange(LaneKeys.of(lane).aside)
    assert bad.encode() not in fields[b"b"]
    town.ping(good, FAR)
    assert "exit store" in town.transitions() or len(town.transitions()) == 1


def test_a_lane_full_of_work_wants_another_ring(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    device = town.device("sanne")
    town.ping(device, STORE, match=False)
    monkeypatch.setattr("workers.matching.BUDGET_S", 0.0)
    assert town.matcher.match(lane_of(device, LANES)) is True
