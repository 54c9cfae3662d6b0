"""A customer with several devices: one decision, one unit of the cap, one coupon, whatever becomes of each message."""

from itertools import product
from typing import Any

import pytest

from offers.claiming import LEASE, word_delivery
from offers.customers import erase_customer
from offers.deliveries import Sent, record_outcomes, sweep_deliveries
from offers.devices import revoke_device
from offers.push import Outcome
from offers.records.tables import Decision
from offers.rules.personalise import Words
from tests.offers.stories import NOON, TELLS, Town, at, enter, leave, minutes

WORDS = Words("Hi", "there", None)
SURELY_NOT = {"failed": True, "sent": False, "unknown": False}


@pytest.fixture
def store(town: Town) -> str:
    return town.place()


def _three(town: Town) -> list[str]:
    """The one used last comes last."""
    town.customer()
    return [town.device(now=NOON - minutes(90 - 30 * number)) for number in range(3)]


def _spends(town: Town) -> list[bool]:
    return [one.spends_cap for one in town.read(lambda session: list(session.query(Decision)))]


def _record(town: Town, held: dict[str, str], *, minute: float) -> None:
    """What became of some of the messages that the sender holds: delivery to outcome."""
    results = [Sent(one, "en", WORDS, Outcome(state)) for one, state in held.items()]  # type: ignore[arg-type]
    town.write(lambda session: record_outcomes(session, "sender-1", results, now=at(minute)))


def test_one_message_goes_to_the_device_that_was_seen(town: Town, store: str) -> None:
    town.campaign()
    first, _, _ = _three(town)
    town.cross(enter(first, store, 5))
    assert [one["device_id"] for one in town.deliveries()] == [first]


def test_or_to_the_one_used_last_when_that_can_not_be_reached(town: Town, store: str) -> None:
    town.campaign()
    first, second, third = _three(town)
    town.tell(first, None, now=NOON)
    town.write(lambda session: revoke_device(session, third, now=NOON))
    town.cross(enter(first, store, 5))
    assert [one["device_id"] for one in town.deliveries()] == [second]


def test_all_by_choice_each_that_can_be_reached(town: Town, store: str) -> None:
    town.offer(budget=2)
    town.campaign(devices="all", offer="ten-percent", messages=TELLS, cooldown="P1D")
    town.limits(frequency_cap={"messages": 2, "window": "P1D"})
    town.campaign("other", "exit")
    first, second, third = _three(town)
    town.device(push_token=None)
    ids = town.cross(enter(first, store, 5)).deliveries
    assert {one["device_id"] for one in town.deliveries()} == {first, second, third}
    assert len(ids) == len(set(ids)) == 3
    assert (len(town.decisions()), len(town.coupons()), town.counts()["spent"]) == (1, 1, 1)
    town.send(ids, now=at(6))
    assert len({one["coupon"] for one in town.deliveries()}) == 1
    assert {one["state"] for one in town.deliveries()} == {"sent"}
    assert town.coupon_states() == ["issued"]
    town.cross(*(leave(one, store, 8) for one in (first,)))
    assert ("other", "exit", "send") in town.outcomes(), "three messages are one unit of the cap"


def test_nobody_who_can_not_be_reached_gets_one_of_all(town: Town, store: str) -> None:
    town.campaign(devices="all")
    town.customer()
    tracker = town.device(push_token=None)
    assert town.cross(enter(tracker, store, 5)).deliveries == []
    assert town.outcomes() == [("sneakers", "enter", "no_reachable_device")]


@pytest.mark.parametrize("states", list(product(SURELY_NOT, repeat=2)), ids="-".join)
@pytest.mark.parametrize("together", [True, False])
def test_what_was_reserved_is_given_back_only_when_no_message_left(
    town: Town, store: str, states: tuple[str, str], together: bool
) -> None:
    town.offer(budget=1)
    town.campaign(devices="all", offer="ten-percent", messages=TELLS)
    town.customer()
    phones = [town.device(), town.device()]
    ids = town.cross(enter(phones[0], store, 5)).deliveries
    if together:
        held = [one.delivery_id for one in town.claim(ids, now=at(6)).held]
        _record(town, dict(zip(held, states, strict=True)), minute=7)
    else:
        for number, (one, state) in enumerate(zip(ids, states, strict=True)):
            town.claim([one], now=at(6 + number))
            _record(town, {one: state}, minute=6 + number)
    free = all(SURELY_NOT[one] for one in states)
    assert _spends(town) == [not free]
    assert town.coupon_states() == ["released" if free else "issued"]
    assert town.counts()["left"] == (1 if free else 0)


def test_one_that_is_still_queued_keeps_what_the_other_did_not_use(town: Town, store: str) -> None:
    town.offer(budget=1)
    town.campaign(devices="all", offer="ten-percent")
    first, second = town.phone(), town.device()
    ids = {one["device_id"]: one["id"] for one in _after(town, first, store)}
    town.write(lambda session: revoke_device(session, first, now=at(6)))
    assert town.claim([ids[first]], now=at(6)).held == []
    assert (_spends(town), town.coupon_states()) == ([True], ["reserved"])
    town.send([ids[second]], now=at(7), outcome=Outcome("failed"))
    assert (_spends(town), town.coupon_states(), town.counts()["left"]) == ([False], ["released"], 1)


def test_one_that_is_taken_back_while_the_other_is_claimed(town: Town, store: str) -> None:
    town.offer(budget=1)
    town.campaign(devices="all", offer="ten-percent", messages=TELLS)
    first, second = town.phone(), town.device()
    ids = {one["device_id"]: one["id"] for one in _after(town, first, store)}
    town.write(lambda session: revoke_device(session, first, now=at(6)))
    [held] = town.claim(list(ids.values()), now=at(6)).held
    assert held.delivery_id == ids[second]
    assert word_delivery(held)[0].body.startswith("Show ")
    assert (_spends(town), town.coupon_states()) == ([True], ["reserved"])


def test_a_sender_that_died_with_one_of_them(town: Town, store: str) -> None:
    town.offer(budget=1)
    town.campaign(devices="all", offer="ten-percent")
    first, second = town.phone(), town.device()
    ids = {one["device_id"]: one["id"] for one in _after(town, first, store)}
    town.claim([ids[first]], now=at(6))
    after = at(6) + 2 * LEASE
    town.write(lambda session: sweep_deliveries(session, now=after))
    town.send([ids[second]], now=after, outcome=Outcome("failed"))
    assert {one["state"] for one in town.deliveries()} == {"unknown", "failed"}
    assert (_spends(town), town.coupon_states(), town.counts()["left"]) == ([True], ["issued"], 0)


def test_an_erased_customer_of_whom_one_message_is_on_its_way(town: Town, store: str) -> None:
    town.offer(budget=1)
    town.campaign(devices="all", offer="ten-percent")
    first, second = town.phone(), town.device()
    ids = [one["id"] for one in _after(town, first, store)]
    assert second
    town.claim(ids[:1], now=at(6))
    town.write(lambda session: erase_customer(session, "sanne", now=NOON))
    assert town.counts()["left"] == 0, "it may be on the phone already"


def test_an_erased_customer_of_whom_no_message_was_taken(town: Town, store: str) -> None:
    town.offer(budget=1)
    town.campaign(devices="all", offer="ten-percent")
    first = town.phone()
    town.device()
    assert len(_after(town, first, store)) == 2
    town.write(lambda session: erase_customer(session, "sanne", now=NOON))
    assert town.counts()["left"] == 1


def _after(town: Town, phone: str, store: str) -> list[dict[str, Any]]:
    town.cross(enter(phone, store, 5))
    return town.deliveries()
