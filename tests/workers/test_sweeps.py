"""What beat finds: lanes without a ring, dwell and silence without a ping, dead senders, lost lists, old salts."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.workers.town import FAR, LANES, STORE, Town
from workers import sweeps
from workers.lanes import SALTS, LaneKeys, lane_of
from workers.seal import HOUR_S
from workers.traces import UNWRITTEN


def look(town: Town) -> None:
    """One look of beat's, and the matching that it rings for."""
    for lane in sweeps.look_at_lanes(town.redis, town.desk, town.at):
        town.matcher.match(lane)


def test_dwell_fires_though_no_ping_comes_and_once(town: Town) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    town.at += 60
    look(town)
    assert town.transitions() == ["enter store"]
    town.at += 65
    look(town)
    assert town.transitions() == ["enter store", "dwell store"]
    town.at += 120
    look(town)
    town.ping(device, STORE)
    assert town.transitions() == ["enter store", "dwell store"]


def test_a_silent_device_has_left_and_comes_back_without_a_second_message(town: Town) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    for _ in range(20):
        town.at += 60
        look(town)
    assert town.transitions() == ["enter store", "dwell store", "exit store"]
    (visit,) = town.visits()
    assert visit["left_at"] is not None
    town.ping(device, STORE)
    assert town.transitions() == ["enter store", "dwell store", "exit store"]
    (visit,) = town.visits()
    assert visit["left_at"] is None
    assert [one["outcome"] for one in town.decisions()] == ["send"]


def test_a_presence_that_nobody_needs_is_dropped(town: Town, redis: Any) -> None:
    device = town.device("sanne")
    town.ping(device, FAR)
    keys = LaneKeys.of(lane_of(device, LANES))
    assert redis.hexists(keys.presence, device)
    town.at += 4000
    look(town)
    assert not redis.hexists(keys.presence, device)
    assert redis.zcard(keys.due) == 0


def test_a_lane_without_a_bell_is_rung_for(town: Town, redis: Any) -> None:
    device = town.device("sanne")
    town.ping(device, STORE, match=False)
    lane = lane_of(device, LANES)
    assert sweeps.look_at_lanes(redis, town.desk, town.at) == []
    redis.delete(LaneKeys.of(lane).bell)
    assert sweeps.look_at_lanes(redis, town.desk, town.at) == [lane]
    assert sweeps.look_at_lanes(redis, town.desk, town.at) == []


def test_an_empty_redis_is_rung_for(town: Town, redis: Any) -> None:
    redis.flushall()
    assert sweeps.look_at_lanes(redis, town.desk, town.at) == list(range(LANES))


def test_a_dead_senders_offer_is_unknown_and_never_sent_again(town: Town) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    ids = [one for matched in town.matched for one in matched.deliveries]
    from offers.claiming import claim_deliveries

    with town.database.transaction() as session:
        claim_deliveries(session, ids, "a sender that dies", keys=town.sender.keys, now=town.now)
    assert sweeps.look_at_deliveries(town.database, town.now) == []
    town.at += 61
    assert sweeps.look_at_deliveries(town.database, town.now) == []
    assert [(one["state"], one["reason"]) for one in town.deliveries()] == [("unknown", "sender_died")]
    assert town.deliver() == 0


def test_a_lost_ring_for_a_delivery_is_heard(town: Town) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    due = sweeps.look_at_deliveries(town.database, town.now)
    assert town.sender.deliver(due, lambda: town.now) == 1
    assert sweeps.look_at_deliveries(town.database, town.now) == []


def test_the_list_of_blocked_devices_is_repaired(town: Town, redis: Any) -> None:
    refused, allowed = town.device("tim", location=False), town.device("sanne")
    redis.delete(LaneKeys.of(lane_of(refused, LANES)).blocked)
    town.desk.block({allowed: "no_location_consent"})
    assert sweeps.repair_blocked(redis, town.desk, town.database) == 2
    assert redis.hget(LaneKeys.of(lane_of(refused, LANES)).blocked, refused) == b"no_location_consent"
    assert not redis.hexists(LaneKeys.of(lane_of(allowed, LANES)).blocked, allowed)
    assert sweeps.repair_blocked(redis, town.desk, town.database) == 0


def test_a_salt_goes_when_no_entry_needs_it(town: Town, redis: Any) -> None:
    device = town.device("sanne")
    town.ping(device, STORE, match=False)
    assert redis.hlen(SALTS) == 1
    later = town.at + 5 * HOUR_S
    assert sweeps.drop_salts(redis, town.desk, later) == 0
    town.matcher.match(lane_of(device, LANES))
    assert sweeps.drop_salts(redis, town.desk, later) == 1
    assert redis.hlen(SALTS) == 0


def test_what_was_kept_long_enough_goes(town: Town) -> None:
    device = town.device("sanne")
    for where in (STORE, FAR, FAR):
        town.ping(device, where)
    town.deliver()
    gone = sweeps.purge_history(town.database, town.now + timedelta(days=29), 30, 30)
    assert (gone["decisions"], gone["transitions"]) == (0, 0)
    gone = sweeps.purge_history(town.database, town.now + timedelta(days=31), 30, 30)
    assert gone == {"transitions": 2, "stays": 1, "visits": 1, "deliveries": 1, "decisions": 1, "scans": 0}


def test_a_dropped_salt_is_gone_from_redis_own_file(town: Town, redis: Any) -> None:
    """Whoever has the secret and the data folder can open nothing that was worked some hours ago. Redis refuses while it writes the file
    for another reason, as here: then the next look asks again.
    """
    device = town.device("sanne")
    town.ping(device, STORE)
    folder = Path(redis.config_get("dir")["dir"]) / "appendonlydir"
    (salt,) = redis.hvals(SALTS)
    assert any(salt in path.read_bytes() for path in folder.iterdir()), "the file never held it: the test shows nothing"
    later = town.at + 5 * HOUR_S
    wait_until_written(redis)
    redis.config_set("rdb-key-save-delay", 200_000)  # microseconds a key: a rewrite that takes its time
    try:
        redis.bgrewriteaof()
        assert sweeps.drop_salts(redis, town.desk, later) == 1
        assert redis.info("persistence")["aof_rewrite_in_progress"] == 1, "it was not refused: the test shows nothing"
    finally:
        redis.config_set("rdb-key-save-delay", 0)
    deadline = time.monotonic() + 30
    while any(salt in path.read_bytes() for path in folder.iterdir()):
        assert time.monotonic() < deadline, "the salt still lies in the append-only file"
        time.sleep(0.2)
        assert sweeps.drop_salts(redis, town.desk, later) == 0
    assert not redis.exists(UNWRITTEN)


def wait_until_written(redis: Any) -> None:
    deadline = time.monotonic() + 30
    while redis.info("persistence")["aof_rewrite_in_progress"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
