"""A customer on the way to their order: distances in the lane, minutes in SQL, a position in neither."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from offers.customers import erase_customer, set_consents
from offers.devices import link_device, register_device, revoke_device
from offers.follows import Follows
from offers.pickups import get_order, put_order
from offers.records.tables import Order
from offers.rules.order import OrderBody
from offers.rules.profile import ConsentsBody, DeviceBody
from tests.offers.stories import KEYS
from tests.workers.town import FAR, LANES, STORE, Town, north_of_store
from workers.lanes import LaneKeys, lane_of, pack_targets, unpack_targets
from workers.letters import PingLetter, PingRow
from workers.sweeps import repair_targets


def order(town: Town, customer: str, status: str = "ready", order_id: str = "o1") -> None:
    body = OrderBody.model_validate({"customer": customer, "place": "store", "status": status})
    with town.database.transaction() as session:
        _, _, follows = put_order(session, order_id, body, keys=KEYS, now=town.now)
    town.desk.follow(follows, town.at)


def expected(town: Town, device: str) -> list[str]:
    return [one.order_id for one in town.desk.expected(lane_of(device, LANES)).get(device, ())]


def kept(town: Town, order_id: str = "o1") -> Order:
    with town.database.reading() as session:
        row = session.get_one(Order, order_id)
        session.expunge(row)
        return row


def item(town: Town, order_id: str = "o1") -> dict[str, Any]:
    with town.database.reading() as session:
        return get_order(session, order_id, now=town.now)


def told(town: Town) -> list[str]:
    return [one["what"] for matched in town.matched for one in matched.happened if one["type"] == "order"]


def walk(town: Town, device: str, start_m: float, *, mps: float = 1.3, until: float, every_s: int = 20) -> None:
    """Pings on the way, `until` seconds."""
    for after in range(0, int(until), every_s):
        town.ping(device, north_of_store(max(0.0, start_m - mps * after)))
        town.at += every_s - 1


@contextmanager
def transactions(town: Town) -> Iterator[list[int]]:
    """How many commits there were."""
    count = [0]

    def one_more(_: object) -> None:
        count[0] += 1

    event.listen(town.database.engine, "commit", one_more)
    try:
        yield count
    finally:
        event.remove(town.database.engine, "commit", one_more)


def test_somebody_who_walks_to_their_order_is_on_the_way_with_minutes(town: Town) -> None:
    device = town.device("sanne", location=True, orders=True)
    order(town, "sanne")
    assert expected(town, device) == ["o1"]
    walk(town, device, 1200, until=480)
    now = item(town)
    assert now["status"] == "on_the_way"
    assert now["minutes_away_by"] == "pings"
    low, high = now["minutes_away_range"]
    assert low <= (1200 - 1.3 * 480) / 1.3 / 60 <= high == now["minutes_away"]
    assert [one["source"] for one in now["history"] if one["status"] == "on_the_way"] == ["location"]
    assert told(town)[0] == "on_the_way"
    assert told(town).count("on_the_way") == 1
    assert "minutes" in told(town)


def test_minutes_are_told_no_more_often_than_each_quarter_of_a_minute(town: Town) -> None:
    device = town.device("sanne", orders=True)
    order(town, "sanne")
    walk(town, device, 1600, mps=6.0, until=200, every_s=2)
    assert 0 < told(town).count("minutes") <= 200 / 15


def test_the_track_is_a_few_rounded_distances(town: Town) -> None:
    device = town.device("sanne", orders=True)
    order(town, "sanne")
    walk(town, device, 1200, until=700)
    track = kept(town).track
    assert track is not None
    assert 3 <= len(track) <= 8
    assert [at for at, _, _ in track] == sorted(at for at, _, _ in track)
    assert all(metres % 50 == 0 and whose == device for _, metres, whose in track)
    assert all("track" not in happened for matched in town.matched for happened in matched.happened)
    assert "track" not in item(town)


def test_a_phone_that_pings_each_second_does_not_write_each_second(town: Town) -> None:
    device = town.device("sanne", orders=True)
    order(town, "sanne")
    town.ping(device, FAR)
    with transactions(town) as count:
        walk(town, device, 2600, mps=0.0, until=20, every_s=1)
    assert count[0] <= 2
    town.ping(device, north_of_store(2600))
    with transactions(town) as count:
        for _ in range(5):
            town.ping(device, north_of_store(2600))
    assert count[0] == 0


def test_who_is_expected_nowhere_opens_no_transaction(town: Town) -> None:
    device, other = town.device("sanne"), town.device("tim")
    order(town, "tim", "placed")
    town.ping(device, FAR)
    with transactions(town) as count:
        walk(town, device, 2600, until=300)
        walk(town, other, 2600, until=300)
    assert count[0] <= 1  # the other was a stranger to its lane
    assert kept(town).track is None


@pytest.mark.parametrize("consents", [{"location": True}, {"location": True, "offers": True}])
def test_without_the_consent_for_orders_nobody_is_expected(town: Town, consents: dict[str, bool]) -> None:
    device = town.device("sanne", **consents)
    order(town, "sanne")
    assert expected(town, device) == []
    walk(town, device, 1200, until=400)
    assert item(town)["status"] == "ready"
    assert kept(town).track is None


def test_a_consent_that_was_withdrawn_a_moment_ago_counts_in_sql(town: Town) -> None:
    """The lane still has the store: its list comes a moment after the commit."""
    device = town.device("sanne", location=True, orders=True)
    order(town, "sanne")
    walk(town, device, 1200, until=60)
    with town.database.transaction() as session:
        set_consents(session, "sanne", ConsentsBody.model_validate({"orders": False}), source="server", now=town.now)
    before = kept(town).track
    walk(town, device, 1100, until=400)
    assert kept(town).track == before
    assert item(town)["status"] == "ready"


def test_somebody_elses_device_says_nothing_of_an_order(town: Town) -> None:
    device, other = town.device("sanne", orders=True), town.device("tim", location=True, orders=True)
    order(town, "sanne")
    wrong = town.desk.expected(lane_of(device, LANES))[device]
    town.desk.expect({other: wrong})
    walk(town, other, 1200, until=400)
    assert kept(town).track is None


def test_late_suspect_and_inaccurate_pings_give_no_distance(town: Town) -> None:
    device = town.device("sanne", orders=True)
    order(town, "sanne")
    town.ping(device, north_of_store(2600))
    first = kept(town).track
    assert first is not None
    town.at += 120
    town.append(PingLetter(device, town.at, [(*north_of_store(1000), town.at - 200, 10.0)]))
    town.ping(device, north_of_store(60_000))
    town.ping(device, north_of_store(1500), accuracy_m=400)
    town.ping(device, (52.9, 4.9), accuracy_m=3000)
    assert kept(town).track == first


def test_a_clock_that_is_ahead_is_not_believed(town: Town) -> None:
    device = town.device("sanne", orders=True)
    order(town, "sanne")
    town.append(PingLetter(device, town.at, [(*north_of_store(2600), town.at + 3000, 10.0)]))
    town.matcher.match(lane_of(device, LANES))
    assert [at for at, _, _ in kept(town).track or []] == [int(town.at)]


def test_an_old_ping_tells_nothing_of_now(town: Town) -> None:
    device = town.device("sanne", orders=True)
    order(town, "sanne")
    town.append(PingLetter(device, town.at, [(*north_of_store(2600), town.at - 3000, 10.0)]))
    town.matcher.match(lane_of(device, LANES))
    assert kept(town).track is None


def test_of_one_batch_the_newest_distance_counts(town: Town) -> None:
    device = town.device("sanne", orders=True)
    order(town, "sanne")
    rows: list[PingRow] = [(*north_of_store(2600 - 100 * n), town.at - 60 + 10 * n, 10.0) for n in range(6)]
    town.append(PingLetter(device, town.at, rows))
    town.matcher.match(lane_of(device, LANES))
    assert kept(town).track == [[int(town.at) - 10, 2100, device]]


def test_the_same_letters_again_change_nothing(town: Town) -> None:
    device = town.device("sanne", orders=True)
    order(town, "sanne")
    walk(town, device, 1200, until=480)
    before = kept(town)
    letter = PingLetter(device, town.at - 300, [(*north_of_store(900), town.at - 300, 10.0)])
    town.append(letter)
    town.matcher = town.new_matcher()
    town.matcher.match(lane_of(device, LANES))
    after = kept(town)
    assert (after.track, after.history, after.minutes_high) == (before.track, before.history, before.minutes_high)


def test_who_leaves_again_is_ready_again_once(town: Town) -> None:
    device = town.device("sanne", orders=True)
    order(town, "sanne")
    walk(town, device, 1200, until=480)
    assert item(town)["status"] == "on_the_way"
    walk(town, device, 600, mps=-1.4, until=600)
    now = item(town)
    assert (now["status"], now["minutes_away"]) == ("ready", None)
    assert [one["status"] for one in now["history"]] == ["placed", "ready", "on_the_way", "ready"]
    assert now["history"][-1]["away"]


def test_who_said_that_they_come_stays_on_the_way_wherever_they_go_first(town: Town) -> None:
    device = town.device("sanne", orders=True)
    order(town, "sanne")
    walk(town, device, 1200, until=480)
    with town.database.transaction() as session:
        row = session.get_one(Order, "o1")
        row.coming_since, row.coming_minutes = town.now, 30
    walk(town, device, 600, mps=-1.4, until=600)
    now = item(town)
    assert (now["status"], now["minutes_away_by"]) == ("on_the_way", "said")


def test_a_tablet_at_home_does_not_keep_the_phone_from_coming(town: Town) -> None:
    phone, tablet = town.device("sanne", orders=True), town.device("sanne", orders=True)
    order(town, "sanne")
    for after in range(0, 480, 10):
        town.ping(phone, north_of_store(1200 - 1.3 * after))
        town.ping(tablet, north_of_store(1200))
        town.at += 8
    now = item(town)
    assert (now["status"], now["minutes_away_by"]) == ("on_the_way", "pings")
    assert now["minutes_away"] <= 16


def test_nobody_is_expected_any_more_when_the_order_is_closed(town: Town) -> None:
    device = town.device("sanne", location=True, orders=True)
    order(town, "sanne")
    walk(town, device, 1200, until=480)
    order(town, "sanne", "collected")
    assert expected(town, device) == []
    assert not town.redis.exists(LaneKeys.of(lane_of(device, LANES)).targets)
    row = kept(town)
    assert (row.track, row.minutes_low, row.minutes_high, row.estimated_at) == (None, None, None, None)


def test_who_is_blocked_forgotten_or_erased_is_expected_nowhere(town: Town) -> None:
    devices = {name: town.device(name, location=True, orders=True) for name in ("sanne", "tim", "jo")}
    for name in devices:
        order(town, name, order_id=f"order of {name}")
    assert all(expected(town, device) for device in devices.values())
    with town.database.transaction() as session:
        follows = erase_customer(session, "sanne", now=town.now)
        follows |= revoke_device(session, devices["tim"], now=town.now)
    town.desk.follow(follows | Follows(forget=(devices["jo"],)), town.at)
    assert not any(expected(town, device) for device in devices.values())


def test_devices_that_come_later_are_expected_too(town: Town) -> None:
    town.device("sanne", location=True, orders=True)
    order(town, "sanne")
    with town.database.transaction() as session:
        body = DeviceBody(customer="sanne", platform="ios", push_token="another")
        registered = register_device(session, body, trusted=True, now=town.now)
        alone = register_device(session, DeviceBody(platform="ios", push_token="x"), trusted=False, now=town.now)
        follows = registered.follows | link_device(session, alone.device_id, "sanne", now=town.now)
    town.desk.follow(follows, town.at)
    assert expected(town, registered.device_id) == expected(town, alone.device_id) == ["o1"]


def test_consents_given_later_count_at_once(town: Town) -> None:
    device = town.device("sanne", location=True)
    order(town, "sanne")
    for given, stores in ((True, ["o1"]), (False, [])):
        with town.database.transaction() as session:
            body = ConsentsBody.model_validate({"orders": given})
            _, follows = set_consents(session, "sanne", body, source="device", now=town.now)
        town.desk.follow(follows, town.at)
        assert expected(town, device) == stores


def test_an_emptied_redis_knows_again_who_is_expected(town: Town, redis: Any) -> None:
    device, other = town.device("sanne", orders=True), town.device("tim")
    order(town, "sanne")
    redis.flushall()
    for lane in range(LANES):
        town.matcher.match(lane)
    assert expected(town, device) == ["o1"]
    assert expected(town, other) == []


def test_beat_puts_right_who_is_expected(town: Town) -> None:
    device, other = town.device("sanne", orders=True), town.device("tim", orders=True)
    order(town, "sanne")
    right = town.desk.expected(lane_of(device, LANES))[device]
    assert repair_targets(town.desk, town.database) == 0
    town.desk.expect({device: (), other: right})
    assert repair_targets(town.desk, town.database) == 2
    assert (expected(town, device), expected(town, other)) == (["o1"], [])
    town.redis.hset(LaneKeys.of(lane_of(device, LANES)).targets, device, "of another release")
    assert repair_targets(town.desk, town.database) == 1
    assert expected(town, device) == ["o1"]


def test_targets_are_packed_whole(town: Town) -> None:
    device = town.device("sanne", orders=True)
    order(town, "sanne")
    targets = town.desk.expected(lane_of(device, LANES))[device]
    assert unpack_targets(pack_targets(targets)) == targets
    assert (targets[0].lat, targets[0].lon) == STORE
    assert unpack_targets(b"\xff\x00") == ()
