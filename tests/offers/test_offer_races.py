"""Budgets and coupons with many at once, with real threads and real locks."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from offers.campaigns import put_campaign
from offers.claiming import LEASE
from offers.coupons import expire_coupons
from offers.customers import erase_customer
from offers.deliveries import sweep_deliveries
from offers.desk_offers import add_codes, delete_offer, put_offer
from offers.errors import Conflict, PasserbyError
from offers.push import Outcome
from offers.records.tables import OfferAtPlace, OfferCode
from offers.rules.campaign import CampaignBody
from offers.rules.offer import OfferBody
from tests.at_once import at_once
from tests.offers.stories import KEYS, NOON, TELLS, Town, at, campaign_body, enter

MANY = 16


def _answers(work: Callable[[], Any]) -> str:
    """What became of it, in a word."""
    try:
        work()
    except Conflict as refused:
        return refused.reason
    except PasserbyError as refused:
        return type(refused).__name__
    return "done"


def _spent_at(town: Town) -> dict[str, int]:
    return town.read(lambda session: {one.place_id: one.spent for one in session.query(OfferAtPlace) if one.spent})


def _sends(town: Town) -> int:
    return Counter(outcome for _, _, outcome in town.outcomes())["send"]


@pytest.mark.parametrize("budget", [1, 5])
def test_no_budget_is_exceeded_by_many_customersat_once(town: Town, budget: int) -> None:
    store = town.place()
    town.offer(budget=budget)
    town.campaign(offer="ten-percent")
    phones = [town.phone(f"customer-{number}") for number in range(MANY)]
    at_once([partial(town.cross, enter(phone, store, 5)) for phone in phones])
    assert _sends(town) == len(town.coupons()) == len(town.deliveries()) == budget
    assert town.counts() == {"spent": budget, "left": 0, "redeemed": 0, "codes_left": None}
    assert Counter(outcome for _, _, outcome in town.outcomes())["sold_out"] == MANY - budget


def test_no_budget_is_exceeded_by_one_customer_at_many_placesat_once(town: Town) -> None:
    stores = [town.place(f"store-{number}") for number in range(MANY)]
    town.offer(budget=3)
    town.campaign(offer="ten-percent")
    town.limits(frequency_cap=None)
    town.customer()
    phones = [town.device() for _ in stores]
    at_once([partial(town.cross, enter(phone, store, 5)) for phone, store in zip(phones, stores, strict=True)])
    assert _sends(town) == len(town.coupons()) == town.counts()["spent"] == 3


def test_no_places_share_is_exceeded(town: Town) -> None:
    stores = [town.place(f"store-{number}") for number in range(4)]
    town.offer(budget=9, budget_per_place=2)
    town.campaign(offer="ten-percent")
    phones = [town.phone(f"customer-{number}") for number in range(MANY)]
    at_once([partial(town.cross, enter(phone, stores[number % 4], 5)) for number, phone in enumerate(phones)])
    assert _spent_at(town) == {f"store-{number}": 2 for number in range(4)}
    assert town.counts()["spent"] == _sends(town) == 8


def test_each_imported_code_is_handed_out_once(town: Town) -> None:
    store = town.place()
    town.offer(imported=[f"SNEAK-{number}" for number in range(6)])
    town.campaign(offer="ten-percent", messages=TELLS)
    phones = [town.phone(f"customer-{number}") for number in range(MANY)]
    arrivals = at_once([partial(town.cross, enter(phone, store, 5)) for phone in phones])
    town.send([one for some in arrivals for one in some.deliveries], now=at(6))
    told = Counter(one["coupon"] for one in town.deliveries())
    assert told == Counter(f"SNEAK-{number}" for number in range(6))


def test_a_coupon_is_redeemed_once_by_many_tills(town: Town) -> None:
    store = town.place()
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(town.cross(enter(town.phone(), store, 5)).deliveries, now=at(6))
    code = town.deliveries()[0]["coupon"]
    tills = [partial(town.redeem, code, now=at(7), purchase_id=f"p{number}") for number in range(MANY)]
    answers = Counter(at_once([partial(_answers, till) for till in tills]))
    assert answers == {"done": 1, "already_redeemed": MANY - 1}
    assert town.counts()["redeemed"] == 1


def test_one_purchase_that_many_tell_at_once_gets_one_answer(town: Town) -> None:
    store = town.place()
    town.offer(codes="shared", code="SUMMER")
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(town.cross(enter(town.phone(), store, 5)).deliveries, now=at(6))
    till = partial(town.redeem, "SUMMER", now=at(7), purchase_id="p1", customer="sanne")
    assert len({one["id"] for one in at_once([till for _ in range(MANY)])}) == 1
    assert town.counts()["redeemed"] == 1


def test_offers_that_are_taken_in_other_orders_wait_for_each_other(town: Town) -> None:
    """Each batch may win any of them, and locks them in one order."""
    stores = [town.place(f"store-{number}") for number in range(8)]
    for number in range(8):
        town.offer(f"offer-{number}", budget=5)
        trigger = {"on": "enter", "places": [f"store-{number}"]}
        town.campaign(f"campaign-{number}", offer=f"offer-{number}", trigger=trigger)
    town.limits(frequency_cap=None)
    phones = [town.phone(f"customer-{number}") for number in range(8)]
    batches = []
    for turn, phone in enumerate(phones):
        order = stores[turn:] + stores[:turn]
        batches.append([enter(phone, store, 5) for store in (order if turn % 2 else reversed(order))])
    at_once([partial(town.cross, *batch) for batch in batches])
    assert [town.counts(f"offer-{number}")["spent"] for number in range(8)] == [5] * 8


def test_everything_at_once_waits_and_the_counts_are_right(town: Town) -> None:
    """Decisions, sends that fail, tills, sweeps, edits and erasures, all at one offer: nothing deadlocks, nothing is counted twice."""
    store = town.place()
    town.offer(imported=[f"SNEAK-{number}" for number in range(40)], budget=40, budget_per_place=40, valid_for="PT1H")
    town.campaign(offer="ten-percent", messages=TELLS)
    phones = [town.phone(f"customer-{number}") for number in range(30)]
    sent = town.cross(*(enter(phone, store, 5) for phone in phones[:8])).deliveries
    town.send(sent, now=at(6))
    codes = [one["coupon"] for one in town.deliveries()]
    dying = town.cross(*(enter(phone, store, 5) for phone in phones[8:12])).deliveries
    town.claim(dying, now=at(6))
    failing = town.cross(*(enter(phone, store, 5) for phone in phones[12:20])).deliveries
    after = at(6) + 2 * LEASE
    offer = OfferBody.model_validate(
        {"name": "x", "kind": "text", "codes": "imported", "budget": 40, "budget_per_place": 40, "valid_for": "PT1H"}
    )
    campaign = CampaignBody.model_validate(campaign_body(offer="ten-percent", messages=TELLS, priority=60))

    def erase(number: int) -> None:
        town.write(lambda session: erase_customer(session, f"customer-{number}", now=NOON))

    works: list[Callable[[], Any]] = [partial(town.cross, enter(phone, store, 5)) for phone in phones[20:26]]
    works += [partial(town.send, some, now=at(7), outcome=Outcome("failed")) for some in (failing[:4], failing[4:])]
    works += [partial(_answers, partial(town.redeem, code, now=at(7))) for code in codes[:4]]
    works += [lambda: town.write(lambda session: sweep_deliveries(session, now=after))] * 2
    works += [lambda: town.write(lambda session: expire_coupons(session, now=at(7)))]
    works += [partial(erase, number) for number in (0, 9, 13)]
    works += [lambda: town.write(lambda session: put_offer(session, "ten-percent", offer, now=at(7)))]
    works += [lambda: town.write(lambda session: put_campaign(session, "sneakers", campaign, now=at(7)))]
    at_once(works)
    states = Counter(one.state for one in town.coupons())
    assert states["released"] in (7, 8)
    assert states["reserved"] == 6
    # whoever is erased while a sender holds their message may have seen it: that unit stays spent
    assert town.counts()["spent"] in (8 + 4 + 6, 8 + 4 + 6 + 1)
    taken = town.read(lambda session: sum(one.taken_at is not None for one in session.query(OfferCode)))
    assert taken == town.counts()["spent"] == _spent_at(town)["kalverstraat"]
    assert town.counts()["redeemed"] in (3, 4)


def _remove(town: Town, offer: str) -> None:
    town.write(lambda session: delete_offer(session, offer))


def _name(town: Town, offer: str) -> None:
    body = CampaignBody.model_validate(campaign_body(offer=offer))
    town.write(lambda session: put_campaign(session, f"with-{offer}", body, now=NOON))


def _bring(town: Town, offer: str, codes: Sequence[str]) -> int:
    return int(town.write(lambda session: add_codes(session, offer, codes, keys=KEYS))["added"])


def test_a_campaign_never_names_an_offer_that_is_being_removed(town: Town) -> None:
    town.place()
    for turn in range(6):
        offer = town.offer(f"offer-{turn}")
        removing, naming = partial(_remove, town, offer), partial(_name, town, offer)
        assert sorted(at_once([partial(_answers, removing), partial(_answers, naming)])) in (
            ["BadInput", "done"],
            ["conflict", "done"],
        )


def test_codes_that_many_bring_along_at_once_are_there_once(town: Town) -> None:
    town.offer(codes="imported")
    codes = [f"SNEAK-{number}" for number in range(200)]

    works = [partial(_bring, town, "ten-percent", codes[turn * 20 :] + codes[: turn * 20]) for turn in range(6)]
    assert sum(at_once(works)) == 200
    assert town.counts()["codes_left"] == 200


def test_two_offers_do_not_get_one_code(town: Town) -> None:
    for offer in ("a", "b"):
        town.offer(offer, codes="imported")
    bringing = [partial(_bring, town, offer, ["SNEAK-1"]) for offer in ("a", "b")]
    assert sorted(at_once([partial(_answers, one) for one in bringing])) == ["BadInput", "done"]
    assert sorted(town.counts(offer)["codes_left"] for offer in ("a", "b")) == [0, 1]
