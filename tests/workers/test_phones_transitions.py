"""What phones tell of their own geofences, through a lane: one visit with the server's own pings, on real Redis and a real database."""

from typing import Any

import pytest

from offers.history import list_transitions
from offers.records.queries.history import Asked
from tests.workers.test_sweeps import look
from tests.workers.town import FAR, LANES, STORE, Town, north_of_store
from workers.lane_work import LaneWork
from workers.lanes import LaneKeys, lane_of
from workers.letters import PingLetter, TransitionLetter


def sources(town: Town) -> list[str]:
    with town.database.reading() as session:
        items = list_transitions(session, Asked()).items
    return [f"{one['kind']} {one['source']}" for one in reversed(items)]


def outcomes(town: Town) -> list[str]:
    return [one["outcome"] for one in town.decisions()]


def test_a_phone_alone_makes_a_visit_and_a_message(town: Town) -> None:
    device = town.device("sanne")
    town.tell(device, "enter")
    town.at += 300
    town.tell(device, "exit")
    assert sources(town) == ["enter device", "exit device"]
    assert [visit["customer"] for visit in town.visits()] == ["sanne"]
    assert outcomes(town) == ["send"]
    assert town.counted()["told:used"] == 2


@pytest.mark.parametrize("phone_first", [True, False])
def test_one_visit_seen_by_both_is_one_message(town: Town, phone_first: bool) -> None:
    device = town.device("sanne")
    if phone_first:
        town.tell(device, "enter")
    for _ in range(3):
        town.ping(device, STORE)
    if not phone_first:
        town.tell(device, "enter")
    town.at += 100
    if phone_first:
        town.tell(device, "exit")
    for metres in (200, 220, 250):
        town.ping(device, north_of_store(metres))
    if not phone_first:
        town.tell(device, "exit")
    assert [one.split()[0] for one in sources(town)] == ["enter", "exit"]
    assert len(town.visits()) == 1
    assert outcomes(town) == ["send"]
    assert town.deliver() == 1


def test_pings_that_are_still_inside_after_the_phones_exit_make_no_second_message(town: Town) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    town.at += 30
    town.tell(device, "exit")
    town.at += 30
    town.ping(device, STORE)
    (visit,) = town.visits()
    assert visit["left_at"] is None
    for metres in (200, 220):
        town.ping(device, north_of_store(metres))
    assert [one.split()[0] for one in sources(town)] == ["enter", "exit", "exit"]
    (visit,) = town.visits()
    assert visit["left_at"] is not None
    assert outcomes(town) == ["send"]
    assert town.deliver() == 1


def test_the_phones_exit_after_silence_moves_the_end_of_the_visit(town: Town) -> None:
    device = town.device("sanne")
    town.tell(device, "enter")
    entered = town.now
    for _ in range(20):
        town.at += 60
        look(town)
    (visit,) = town.visits()
    assert visit["left_at"] < entered
    town.at += 600
    left = town.now
    town.tell(device, "exit")
    (visit,) = town.visits()
    assert visit["left_at"] == left
    assert outcomes(town) == ["send"]


def test_a_batch_from_offline_is_history_at_its_own_times_and_pushes_nobody(town: Town) -> None:
    """Hours-old pings and transitions of one request lie in two letters and are taken in the order of the device's time."""
    device = town.device("sanne")
    start = town.at - 7200
    pings = PingLetter(device, town.at, [(*FAR, start, 10.0), (*FAR, start + 1500, 10.0)])
    told = TransitionLetter(
        device,
        town.at,
        [(town.fence, "exit", start + 1200, None, None, None), (town.fence, "enter", start + 600, None, None, None)],
    )
    town.append(pings, told)
    town.matcher.match(lane_of(device, LANES))
    (visit,) = town.visits()
    assert (visit["entered_at"].timestamp(), visit["left_at"].timestamp()) == (start + 600, start + 1200)
    assert outcomes(town) == ["too_late"]
    assert town.deliver() == 0


def test_a_batch_twice_is_one_visit(town: Town) -> None:
    device = town.device("sanne")
    start = town.at - 1000
    pings = PingLetter(device, town.at, [(*FAR, start, 10.0), (*FAR, start + 900, 10.0)])
    told = TransitionLetter(
        device,
        town.at,
        [(town.fence, "enter", start + 300, None, None, None), (town.fence, "exit", start + 600, None, None, None)],
    )
    for _ in range(2):
        town.append(pings, told)
        town.matcher.match(lane_of(device, LANES))
    assert sources(town) == ["enter device", "exit device"]
    assert len(town.visits()) == 1


@pytest.mark.parametrize("kinds", [["enter"], ["enter", "exit"], ["enter", "exit", "enter"]])
def test_a_crash_between_commit_and_script_repeats_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch, kinds: list[Any]
) -> None:
    device = town.device("sanne")
    lane = lane_of(device, LANES)
    rows: list[Any] = [(town.fence, kind, town.at + number * 60, None, None, None) for number, kind in enumerate(kinds)]
    town.append(TransitionLetter(device, town.at, rows))
    monkeypatch.setattr(LaneWork, "advance", lambda *_: False)
    town.matcher.match(lane)
    before = (sources(town), town.visits(), outcomes(town))
    monkeypatch.undo()
    town.redis.delete(LaneKeys.of(lane).lease)
    town.matcher.match(lane)
    assert (sources(town), town.visits(), outcomes(town)) == before
    assert outcomes(town) == ["send"]


def test_what_is_not_believed_leaves_nothing_in_redis(town: Town, redis: Any) -> None:
    device = town.device("sanne")
    town.tell(device, "enter", FAR, accuracy_m=20)
    town.tell(device, "enter", accuracy_m=500)
    assert sources(town) == []
    assert not redis.hexists(LaneKeys.of(lane_of(device, LANES)).presence, device)
    assert (town.counted()["told:contradicted"], town.counted()["told:inaccurate"]) == (1, 1)


def test_a_geofence_that_went_while_the_letter_lay_there_is_counted(town: Town) -> None:
    device = town.device("sanne")
    town.fence = "gf_gone"
    town.tell(device, "enter")
    assert town.counted() == {"told:unknown_geofence": 1}


def test_consent_is_read_again_when_it_counts(town: Town, redis: Any) -> None:
    device = town.device("tim", location=False)
    redis.delete(LaneKeys.of(lane_of(device, LANES)).blocked)
    town.tell(device, "enter")
    assert sources(town) == []
    assert not redis.hexists(LaneKeys.of(lane_of(device, LANES)).presence, device)


def test_a_jump_is_set_aside_until_another_ping_agrees(town: Town, redis: Any) -> None:
    device = town.device("sanne")
    town.ping(device, STORE)
    utrecht = (52.0907, 5.1214)
    town.ping(device, utrecht)
    assert sources(town) == ["enter server"]
    town.ping(device, STORE)
    assert town.counted() == {"used": 2, "suspect": 1}
    town.at += 60
    town.ping(device, utrecht)
    town.ping(device, utrecht)
    assert sources(town)[-1] == "exit server"
    assert town.counted()["suspect"] == 2


def test_presence_keeps_a_square_kilometre_and_no_more(town: Town, redis: Any) -> None:
    """The same bytes wherever in its cell the device is, and for a quarter of an hour only."""
    device = town.device("sanne")
    keys = LaneKeys.of(lane_of(device, LANES))
    kept = []
    for lat, lon in ((52.3931, 4.9502), (52.3969, 4.9558), (52.3990, 4.9540)):
        town.ping(device, (lat, lon))
        raw: Any = redis.hget(keys.presence, device)
        kept.append(raw.split(b'"c":')[1])
    assert len(set(kept)) == 1
    town.at += 901
    look(town)
    raw = redis.hget(keys.presence, device)
    assert b'"c":' not in raw
    town.at += 3600
    look(town)
    assert not redis.hexists(keys.presence, device)
