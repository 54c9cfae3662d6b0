"""Ways out: they pause and heal by themselves, others go on, and a rate holds over all of them."""

from datetime import datetime
from typing import Any

import pytest

from offers.claiming import Claims, claim_deliveries, pick_deliveries
from offers.push import Outcome
from offers.push_lanes import give_back_to_rate, lanes_now, learn_of_lanes, take_from_rate
from offers.records.queries.push_lanes import lane_states
from offers.records.tables import Device
from offers.rules.push_lanes import TRIED, LaneState
from tests.offers.stories import KEYS, Town, at, enter
from tests.offers.test_outcomes import answer, seconds, the

REFUSED = Outcome("waiting", "credentials_refused", lane="fcm", alarm=True)
APNS = Outcome("waiting", "third_party_auth", lane="fcm:ios", alarm=True)


def learn(town: Town, *answers: tuple[str, Outcome], now: datetime) -> Any:
    return town.write(lambda session: learn_of_lanes(session, answers, now=now))


def lanes(town: Town) -> dict[str, LaneState]:
    return town.read(lane_states)


def claim(town: Town, ids: list[str], now: datetime) -> Claims:
    return town.write(lambda session: claim_deliveries(session, ids, "sender-1", keys=KEYS, now=now, dice=lambda: 0.0))


@pytest.fixture
def store(town: Town) -> str:
    town.limits(frequency_cap=None)
    fence = town.place()
    town.campaign()
    return fence


def queue(town: Town, store: str, number: int, platform: str = "android", minute: float = 5) -> list[str]:
    phones = [town.device(town.customer(f"{platform}-{minute}-{one}"), platform=platform) for one in range(number)]
    return town.cross(*(enter(phone, store, minute) for phone in phones)).deliveries


def test_a_lane_whose_credentials_are_refused_pauses_and_others_go_on(town: Town, store: str) -> None:
    apples, robots = queue(town, store, 2, "ios"), queue(town, store, 2)
    held = claim(town, apples[:1], at(6)).held
    learnt = learn(town, ("fcm:ios", APNS), now=at(6))
    assert learnt.alarmed == [("fcm:ios", "third_party_auth")]
    answer(town, held, APNS, now=at(6))
    row = the(town, apples[0])
    assert (row.state, row.reason, row.attempts, row.not_before) == ("queued", "third_party_auth", 0, at(11))
    claims = claim(town, [*apples, *robots], at(7))
    assert sorted(one.delivery_id for one in claims.held) == sorted(robots)
    row = the(town, apples[1])
    assert (row.state, row.reason, row.attempts, row.not_before) == ("queued", "third_party_auth", 0, at(11))
    assert learn(town, ("fcm:android", Outcome("sent")), now=at(7)).healed == []
    assert lanes(town)["fcm:ios"].alarm


def test_an_alarm_is_told_once_and_the_first_that_is_accepted_clears_it(town: Town, store: str) -> None:
    ids = queue(town, store, TRIED + 2)
    assert learn(town, ("fcm:android", REFUSED), ("fcm:android", REFUSED), now=at(5)).alarmed == [
        ("fcm", "credentials_refused")
    ]
    assert claim(town, ids, at(6)).held == []
    assert claim(town, ids, at(10) - seconds(1)).held == [], "they wait for the end of the pause"
    tried = claim(town, ids, at(10)).held
    assert len(tried) == TRIED, "a small batch tries"
    assert claim(town, ids, at(10)).held == []
    left = [one for one in ids if one not in {held.delivery_id for held in tried}]
    assert {the(town, one).not_before for one in left} == {at(10.5)}, "the others wait for what becomes of it"
    assert learn(town, *[("fcm:android", REFUSED)] * TRIED, now=at(10)).alarmed == [], "it is known"
    answer(town, tried, REFUSED, now=at(10))
    assert lanes(town)["fcm"].paused_until == at(15)
    assert claim(town, ids, at(15)).held != []
    assert learn(town, ("fcm:android", Outcome("sent")), now=at(15)).healed == ["fcm"]
    state = lanes(town)["fcm"]
    assert (state.alarm, state.paused_until) == (False, None)


def test_what_is_refused_beside_what_is_accepted_pauses_nobody(town: Town, store: str) -> None:
    """One message that is odd, or one app of a project without its APNs key: it waits, and the others do not wait with it."""
    odd, *good = queue(town, store, 3)
    held = claim(town, [odd, *good], at(6)).held
    learnt = learn(
        town, *[(one.lane, REFUSED if one.delivery_id == odd else Outcome("sent")) for one in held], now=at(6)
    )
    assert (learnt.alarmed, learnt.healed, learnt.alone) == ([], [], {"credentials_refused": 1})
    assert not any(one.alarm or one.pauses(at(6)) for one in lanes(town).values())
    answer(town, [one for one in held if one.delivery_id == odd], REFUSED, now=at(6))
    row = the(town, odd)
    assert (row.state, row.attempts, row.not_before) == ("queued", 1, at(6) + seconds(10))
    alone = learn(town, ("fcm:android", Outcome("failed", "bad_payload", alarm=True)), now=at(7))
    assert (alone.alarmed, alone.alone) == ([], {"bad_payload": 1})


def test_a_message_whose_pause_outlasts_it_is_too_late(town: Town, store: str) -> None:
    ids = queue(town, store, 1)
    learn(town, ("fcm:android", REFUSED), now=at(18))
    [told] = claim(town, ids, at(18)).happened
    assert (told["state"], told["reason"], told["fault"]) == ("expired", "too_late", "credentials_refused")
    assert [one["outcome"] for one in town.decisions()] == ["send"]


def test_a_lane_that_is_asked_too_much_pauses_and_goes_on_slowly(town: Town, store: str) -> None:
    busy = Outcome("waiting", "quota", lane="fcm", retry_after_s=30)
    ids = queue(town, store, 20)
    learnt = learn(town, ("fcm:android", busy), ("fcm:android", busy), now=at(5))
    assert (learnt.alarmed, lanes(town)["fcm"].paused_until) == ([], at(5.5))
    learn(town, ("fcm:android", busy), now=at(5))
    assert lanes(town)["fcm"].pace == 50, "who is told of it at once slows down once"
    claims = claim(town, ids, at(5.5))
    assert (len(claims.held), claims.paced) == (10, 10)
    assert {row.not_before for one in ids if (row := the(town, one)).state == "queued"} == {at(5.5) + seconds(1)}
    later = claim(town, ids, at(6.5))
    assert (len(later.held), later.paced) == (10, 0), "a minute after the pause all of it goes"
    learn(town, ("fcm:android", Outcome("waiting", "quota", lane="fcm")), now=at(9))
    assert (lanes(town)["fcm"].paused_until, lanes(town)["fcm"].pace) == (at(10), 50)


def test_addresses_of_another_sender_are_given_up_until_there_are_too_many(town: Town, store: str) -> None:
    foreign = Outcome("failed", "sender_mismatch", address="mismatched")
    gone: list[int] = []
    braked = []
    for minute in (5, 6):
        held = claim(town, queue(town, store, 4, minute=minute), at(minute)).held
        braked += learn(town, *[(one.lane, foreign) for one in held], now=at(minute)).braked
        answer(town, held, foreign, now=at(minute))
        gone.append(
            sum(one is None for one in town.read(lambda session: [d.push_token for d in session.query(Device)]))
        )
    assert gone == [4, 4], "8 of 100 are too many"
    assert braked == ["fcm:android"]
    assert lanes(town)["fcm:android"].is_braked()
    learn(town, *[("fcm:android", Outcome("sent"))] * 400, now=at(7))
    assert not lanes(town)["fcm:android"].is_braked(), "it releases by itself"
    dead = Outcome("failed", "unregistered", address="dead")
    held = claim(town, queue(town, store, 1, minute=8), at(8)).held
    answer(town, held, dead, now=at(8))
    assert town.read(lambda session: session.get_one(Device, held[0].device_id)).push_token is None


def test_the_brake_holds_for_the_very_batch_that_shows_it(town: Town, store: str) -> None:
    foreign = Outcome("failed", "sender_mismatch", address="mismatched")
    held = claim(town, queue(town, store, 6), at(6)).held
    learn(town, *[(one.lane, foreign) for one in held], now=at(6))
    answer(town, held, foreign, now=at(6))
    assert all(town.read(lambda session: [device.push_token for device in session.query(Device)]))


def test_a_rate_holds_over_all_who_ask(town: Town) -> None:
    def take(most: int, now: datetime) -> int:
        return town.write(lambda session: take_from_rate(session, most, now=now))

    assert take(500, at(0)) == 500, "no rate, no limit"
    town.limits(delivery_rate=50)
    assert [take(30, at(1)), take(30, at(1)), take(30, at(1))] == [30, 20, 0]
    assert take(100, at(1) + seconds(0.5)) == 25
    town.write(lambda session: give_back_to_rate(session, 5))
    assert take(100, at(1) + seconds(0.5)) == 5
    assert take(100, at(2)) == 50


def test_what_one_has_picked_no_other_gets_while_the_mark_holds(town: Town, store: str) -> None:
    ids = queue(town, store, 3)

    def pick(sender: str, now: datetime, most: int = 2) -> list[str]:
        return town.write(lambda session: pick_deliveries(session, sender, most, now=now))

    mine = pick("a", at(6))
    assert mine == sorted(ids)[:2]
    assert pick("b", at(6)) == sorted(ids)[2:]
    assert town.claim(ids, now=at(6), sender="c").held == []
    assert [one.delivery_id for one in town.claim(mine[:1], now=at(6), sender="a").held] == mine[:1]
    assert pick("d", at(7), 9) == [mine[1], *sorted(ids)[2:]], "whoever died leaves them free"
    assert town.claim(mine[1:], now=at(7), sender="a").held == [], "and gets them no more"


def test_what_a_person_must_look_into_is_in_words(town: Town) -> None:
    learn(town, ("fcm:ios", APNS), ("fcm:android", Outcome("sent")), now=town.database.clock())
    foreign = Outcome("failed", "vapid_mismatch", address="mismatched")
    learn(town, *[("web_push", foreign)] * 6, now=town.database.clock())
    told = {one.name: one for one in town.read(lanes_now)}
    assert {name: (one.is_paused, one.is_braked) for name, one in told.items()} == {
        "fcm:android": (False, False),
        "fcm:ios": (True, False),
        "web_push": (False, True),
    }
    assert told["fcm:android"].trouble is None
    assert (told["fcm:ios"].trouble or "").endswith("UTC: third_party_auth")
    assert (told["web_push"].trouble or "").startswith("more than 5 % of the addresses of web_push belong to another")
    assert "is this the right VAPID key?" in (told["web_push"].trouble or "")
