"""Coupons and budgets from the decision to what became of the message: reserved, issued, released; and what an erasure leaves."""

import re
from datetime import timedelta
from typing import Any

import pytest

from offers.campaigns import step_campaign
from offers.claiming import LEASE
from offers.customers import erase_customer
from offers.deliveries import sweep_deliveries
from offers.errors import NotFound
from offers.personal import export_customer
from offers.push import Outcome
from offers.records.tables import Coupon, OfferCode
from tests.offers.stories import NOON, TELLS, Town, at, enter

FAILED = Outcome("failed", "token_dead")


@pytest.fixture
def store(town: Town) -> str:
    return town.place()


def _sold_out(town: Town, customer: str) -> dict[str, Any]:
    [decision] = town.decisions(customer)
    assert decision["outcome"] == "sold_out"
    facts: dict[str, Any] = decision["facts"]
    return {name: value for name, value in facts.items() if name != "happened_at"}


def test_a_message_that_carries_an_offer_reserves_a_coupon_and_issues_it_when_it_left(town: Town, store: str) -> None:
    town.offer(valid_for="P7D", budget=5)
    town.campaign(offer="ten-percent", messages=TELLS)
    queued = town.walk_in(store)
    [reserved] = town.coupons()
    assert (reserved.state, reserved.customer_id, reserved.offer_id) == ("reserved", "sanne", "ten-percent")
    assert (reserved.reserved_at, reserved.issued_at, reserved.code_mark) == (at(5), None, None)
    [decision] = town.decisions()
    assert (decision["facts"]["offer"], decision["facts"]["coupon"]) == ("ten-percent", reserved.id)
    assert town.counts() == {"spent": 1, "left": 4, "redeemed": 0, "codes_left": None}
    assert town.deliveries()[0]["coupon"] is None
    town.send(queued, now=at(6))
    [issued] = town.coupons()
    assert (issued.state, issued.issued_at) == ("issued", at(6))
    assert issued.expires_at == at(6) + timedelta(days=7)
    [delivery] = town.deliveries()
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", delivery["coupon"])
    assert delivery["body"] == f"Show {delivery['coupon']}"
    assert town.counts()["spent"] == 1


def test_a_budget_of_one_is_for_one(town: Town, store: str) -> None:
    town.offer(budget=1)
    town.campaign(offer="ten-percent")
    assert len(town.walk_in(store)) == 1
    assert town.walk_in(store, "ben", 6) == []
    assert _sold_out(town, "ben") == {"offer": "ten-percent", "budget": 1}


def test_a_budget_holds_within_one_batch_and_each_place_has_its_share(town: Town) -> None:
    stores = [town.place(f"store-{number}") for number in range(3)]
    town.offer(budget=4, budget_per_place=2)
    town.campaign(offer="ten-percent")
    phones = [town.phone(f"customer-{number}") for number in range(9)]
    entered = [enter(phone, stores[number % 3], 5) for number, phone in enumerate(phones)]
    assert len(town.cross(*entered).deliveries) == 4
    assert town.counts() == {"spent": 4, "left": 0, "redeemed": 0, "codes_left": None}
    places = [one.place_id for one in town.coupons()]
    assert max(places.count(place) for place in places) <= 2
    assert [outcome for _, _, outcome in town.outcomes()].count("sold_out") == 5


def test_a_places_share_says_so(town: Town, store: str) -> None:
    other = town.place("damrak")
    town.offer(budget_per_place=1)
    town.campaign(offer="ten-percent")
    town.walk_in(store)
    assert town.walk_in(store, "ben") == []
    assert _sold_out(town, "ben") == {"offer": "ten-percent", "budget_per_place": 1}
    assert len(town.walk_in(other, "ann")) == 1


def test_who_is_held_out_or_hears_something_better_spends_nothing(town: Town, store: str) -> None:
    town.offer(budget=1)
    town.offer("other", budget=1)
    town.campaign("held", offer="ten-percent", priority=90, hold_out_percent=100)
    town.campaign("second", offer="other", priority=10)
    assert town.walk_in(store) == []
    assert town.outcomes() == [("held", "enter", "held_out"), ("second", "enter", "outranked")]
    assert [town.counts(one)["spent"] for one in ("ten-percent", "other")] == [0, 0]
    assert town.coupons() == []


def test_what_is_sold_out_leaves_the_moment_to_the_next(town: Town, store: str) -> None:
    town.offer(budget=1)
    town.campaign("first", offer="ten-percent", priority=90)
    town.campaign("second")
    town.walk_in(store)
    assert len(town.walk_in(store, "ben")) == 1
    assert town.outcomes("ben") == [("first", "enter", "sold_out"), ("second", "enter", "send")]


@pytest.mark.parametrize("more", [{"imported": ["SNEAK-1", "SNEAK-2"]}, {"budget": 2}], ids=["imported", "generated"])
def test_what_surely_never_left_is_released_and_its_unit_is_free_again(
    town: Town, store: str, more: dict[str, Any]
) -> None:
    town.offer(**more, budget_per_place=1)
    town.campaign(offer="ten-percent", messages=TELLS)
    before = town.counts()
    town.send(town.walk_in(store), now=at(6), outcome=FAILED)
    assert town.coupon_states() == ["released"]
    assert town.counts() == before
    with pytest.raises(NotFound):
        town.redeem(town.code(), now=at(7))
    town.send(town.walk_in(store, "ben", 8), now=at(9))
    assert town.coupon_states() == ["released", "issued"]
    assert town.redeem(town.code("ben"), now=at(10))["customer"] == "ben"


def test_what_is_taken_back_before_it_is_sent_is_released_too(town: Town, store: str) -> None:
    town.offer(budget=1)
    town.campaign(offer="ten-percent")
    queued = town.walk_in(store)
    town.write(lambda session: step_campaign(session, "sneakers", "pause", now=at(6)))
    assert town.claim(queued, now=at(7)).held == []
    assert (town.coupon_states(), town.counts()["left"]) == (["released"], 1)
    late = town.place("damrak")
    town.write(lambda session: step_campaign(session, "sneakers", "launch", now=at(8)))
    assert town.claim(town.walk_in(late, "ben", 9), now=at(60)).held == []
    assert (town.coupon_states(), town.counts()["left"]) == (["released", "released"], 1)


def test_a_sender_that_died_leaves_the_coupon_with_the_customer(town: Town, store: str) -> None:
    """It may have been seen: it counts, and a till takes it."""
    town.offer(budget=1, valid_for="PT1H")
    town.campaign(offer="ten-percent", messages=TELLS)
    queued = town.walk_in(store)
    assert len(town.claim(queued, now=at(6)).held) == 1
    after = at(6) + LEASE + timedelta(seconds=1)
    due, [ended] = town.write(lambda session: sweep_deliveries(session, now=after))
    assert (due, ended["state"]) == ([], "unknown")
    [coupon] = town.coupons()
    assert (coupon.state, coupon.expires_at) == ("issued", after + timedelta(hours=1))
    assert town.counts()["left"] == 0
    assert town.redeem(town.code(), now=at(10))["state"] == "redeemed"


def test_an_outcome_that_nobody_knows_keeps_the_coupon(town: Town, store: str) -> None:
    town.offer(budget=1)
    town.campaign(offer="ten-percent")
    town.send(town.walk_in(store), now=at(6), outcome=Outcome("unknown", "timeout"))
    assert (town.coupon_states(), town.counts()["left"]) == (["issued"], 0)


def test_imported_codes_are_handed_out_once_each_and_then_the_offer_is_sold_out(town: Town, store: str) -> None:
    town.offer(imported=["SNEAK-4711", "SNEAK-4712"])
    town.campaign(offer="ten-percent", messages=TELLS)
    phones = [town.phone(name) for name in ("sanne", "ben", "ann")]
    town.send(town.cross(*(enter(phone, store, 5) for phone in phones)).deliveries, now=at(6))
    told = {one["coupon"] for one in town.deliveries()}
    assert told == {"SNEAK-4711", "SNEAK-4712"}
    assert {one["body"] for one in town.deliveries()} == {f"Show {one}" for one in told}
    assert _sold_out(town, "ann") == {"offer": "ten-percent", "codes_left": 0}
    assert town.redeem("sneak4711", now=at(7))["state"] == "redeemed"


def _erase(town: Town, customer: str) -> None:
    town.write(lambda session: erase_customer(session, customer, now=NOON))


def test_an_erased_customer_is_gone_from_coupons_and_the_counts_stay(town: Town, store: str) -> None:
    town.offer(imported=["SNEAK-1", "SNEAK-2", "SNEAK-3"], budget=3)
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(town.walk_in(store), now=at(6))
    town.redeem(town.code(), now=at(7))
    town.walk_in(store, "ben", 8)
    assert town.counts() == {"spent": 2, "left": 1, "redeemed": 1, "codes_left": 1}
    exported = town.read(lambda session: export_customer(session, "sanne", now=at(9)))
    [row] = exported["tables"]["coupons"]
    assert (row["offer_id"], row["state"], "code_mark" in row) == ("ten-percent", "redeemed", False)
    for customer in ("sanne", "ben"):
        _erase(town, customer)
    assert town.coupons() == []
    assert town.counts() == {"spent": 1, "left": 2, "redeemed": 1, "codes_left": 2}, "Ben's was never on its way"
    taken = town.read(lambda session: [one.taken_at for one in session.query(OfferCode)])
    assert taken.count(None) == 2


def test_what_a_sender_holds_stays_spent_when_its_customer_is_erased(town: Town, store: str) -> None:
    town.offer(budget=1)
    town.campaign(offer="ten-percent")
    town.claim(town.walk_in(store), now=at(6))
    town.write(lambda session: erase_customer(session, "sanne", now=NOON))
    assert town.counts()["left"] == 0


def test_the_number_of_queries_does_not_grow_with_the_batch(town: Town, store: str) -> None:
    town.offer(imported=[f"SNEAK-{number}" for number in range(50)], budget=100, budget_per_place=90)
    town.campaign(offer="ten-percent", messages=TELLS)
    counts = []
    for people in (2, 20):
        phones = [town.phone(f"{number}-of-{people}") for number in range(people)]
        with town.statements() as crossed:
            ids = town.cross(*(enter(phone, store, 5) for phone in phones)).deliveries
        with town.statements() as sent:
            assert len(town.send(ids, now=at(6))) == people
        counts.append((len(crossed), len(sent)))
    assert counts[0] == counts[1]
    assert town.read(lambda session: session.query(Coupon).count()) == 22


def test_failures_ask_in_a_number_of_queries_that_does_not_grow(town: Town, store: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    counts = []
    for people in (2, 20):
        phones = [town.phone(f"{number}-of-{people}") for number in range(people)]
        ids = town.cross(*(enter(phone, store, 5) for phone in phones)).deliveries
        with town.statements() as sent:
            town.send(ids, now=at(6), outcome=FAILED)
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert town.counts()["spent"] == 0
