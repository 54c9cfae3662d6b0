"""A coupon from the decision to the till: reserved, issued, redeemed once; released, expired, handed over, erased."""

import re
from datetime import timedelta
from typing import Any

import pytest

from offers.campaigns import step_campaign
from offers.coupons import expire_coupons
from offers.customers import erase_customer
from offers.deliveries import LEASE, Outcome, sweep_deliveries
from offers.devices import link_device, register_device
from offers.errors import BadInput, Conflict, Gone, NotFound
from offers.personal import export_customer
from offers.purchases import record_purchase, record_purchases
from offers.records.tables import Coupon, OfferCode
from offers.rules.profile import DeviceBody
from offers.rules.purchase import PurchaseBody
from tests.offers.stories import KEYS, NOON, TELLS, Town, at, enter, leave

FAILED = Outcome("failed", "token_dead")


@pytest.fixture
def store(town: Town) -> str:
    return town.place()


def _enter(town: Town, store: str, customer: str = "sanne", minute: float = 5) -> list[str]:
    return town.cross(enter(town.phone(customer), store, minute)).deliveries


def _states(town: Town) -> list[str]:
    return [one.state for one in town.coupons()]


def _code(town: Town, customer: str = "sanne") -> str:
    """What the last message of the customer told."""
    return str(town.deliveries(customer)[0]["coupon"])


def _sold_out(town: Town, customer: str) -> dict[str, Any]:
    [decision] = town.decisions(customer)
    assert decision["outcome"] == "sold_out"
    facts: dict[str, Any] = decision["facts"]
    return {name: value for name, value in facts.items() if name != "happened_at"}


def test_a_message_that_carries_an_offer_reserves_a_coupon_and_issues_it_when_it_left(town: Town, store: str) -> None:
    town.offer(valid_for="P7D", budget=5)
    town.campaign(offer="ten-percent", messages=TELLS)
    queued = _enter(town, store)
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
    assert len(_enter(town, store)) == 1
    assert _enter(town, store, "ben", 6) == []
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
    _enter(town, store)
    assert _enter(town, store, "ben") == []
    assert _sold_out(town, "ben") == {"offer": "ten-percent", "budget_per_place": 1}
    assert len(_enter(town, other, "ann")) == 1


def test_who_is_held_out_or_hears_something_better_spends_nothing(town: Town, store: str) -> None:
    town.offer(budget=1)
    town.offer("other", budget=1)
    town.campaign("held", offer="ten-percent", priority=90, hold_out_percent=100)
    town.campaign("second", offer="other", priority=10)
    assert _enter(town, store) == []
    assert town.outcomes() == [("held", "enter", "held_out"), ("second", "enter", "outranked")]
    assert [town.counts(one)["spent"] for one in ("ten-percent", "other")] == [0, 0]
    assert town.coupons() == []


def test_what_is_sold_out_leaves_the_moment_to_the_next(town: Town, store: str) -> None:
    town.offer(budget=1)
    town.campaign("first", offer="ten-percent", priority=90)
    town.campaign("second")
    _enter(town, store)
    assert len(_enter(town, store, "ben")) == 1
    assert town.outcomes("ben") == [("first", "enter", "sold_out"), ("second", "enter", "send")]


@pytest.mark.parametrize("more", [{"imported": ["SNEAK-1", "SNEAK-2"]}, {"budget": 2}], ids=["imported", "generated"])
def test_what_surely_never_left_is_released_and_its_unit_is_free_again(
    town: Town, store: str, more: dict[str, Any]
) -> None:
    town.offer(**more, budget_per_place=1)
    town.campaign(offer="ten-percent", messages=TELLS)
    before = town.counts()
    town.send(_enter(town, store), now=at(6), outcome=FAILED)
    assert _states(town) == ["released"]
    assert town.counts() == before
    with pytest.raises(NotFound):
        town.redeem(_code(town), now=at(7))
    town.send(_enter(town, store, "ben", 8), now=at(9))
    assert _states(town) == ["released", "issued"]
    assert town.redeem(_code(town, "ben"), now=at(10))["customer"] == "ben"


def test_what_is_taken_back_before_it_is_sent_is_released_too(town: Town, store: str) -> None:
    town.offer(budget=1)
    town.campaign(offer="ten-percent")
    queued = _enter(town, store)
    town.write(lambda session: step_campaign(session, "sneakers", "pause", now=at(6)))
    assert town.claim(queued, now=at(7)).held == []
    assert (_states(town), town.counts()["left"]) == (["released"], 1)
    late = town.place("damrak")
    town.write(lambda session: step_campaign(session, "sneakers", "launch", now=at(8)))
    assert town.claim(_enter(town, late, "ben", 9), now=at(60)).held == []
    assert (_states(town), town.counts()["left"]) == (["released", "released"], 1)


def test_a_sender_that_died_leaves_the_coupon_with_the_customer(town: Town, store: str) -> None:
    """It may have been seen: it counts, and a till takes it."""
    town.offer(budget=1, valid_for="PT1H")
    town.campaign(offer="ten-percent", messages=TELLS)
    queued = _enter(town, store)
    assert len(town.claim(queued, now=at(6)).held) == 1
    after = at(6) + LEASE + timedelta(seconds=1)
    assert town.write(lambda session: sweep_deliveries(session, now=after)) == ([], 1)
    [coupon] = town.coupons()
    assert (coupon.state, coupon.expires_at) == ("issued", after + timedelta(hours=1))
    assert town.counts()["left"] == 0
    assert town.redeem(_code(town), now=at(10))["state"] == "redeemed"


def test_an_outcome_that_nobody_knows_keeps_the_coupon(town: Town, store: str) -> None:
    town.offer(budget=1)
    town.campaign(offer="ten-percent")
    town.send(_enter(town, store), now=at(6), outcome=Outcome("unknown", "timeout"))
    assert (_states(town), town.counts()["left"]) == (["issued"], 0)


def test_a_coupon_is_redeemed_once_and_repeated_for_the_same_purchase(town: Town, store: str) -> None:
    town.offer(valid_for="P1D")
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(_enter(town, store), now=at(6))
    typed = _code(town).lower().replace("-", " ")
    done = town.redeem(typed, now=at(20), place="kalverstraat", purchase_id="p1")
    assert (done["offer"], done["customer"], done["kind"], done["value"]) == ("ten-percent", "sanne", "percentage", 10)
    assert (done["text"], done["campaign"], done["state"]) == ({"nl": "10% korting"}, "sneakers", "redeemed")
    assert (done["redeemed_at"], done["place"], done["purchase_id"]) == (at(20), "kalverstraat", "p1")
    assert town.redeem(typed, now=at(30), purchase_id="p1") == done
    for purchase in ({}, {"purchase_id": "p2"}):
        with pytest.raises(Conflict, match="redeemed at 2026-06-10T12:20:00") as refused:
            town.redeem(typed, now=at(30), **purchase)
        assert refused.value.reason == "already_redeemed"
        assert "kalverstraat" not in str(refused.value)
        assert "sanne" not in str(refused.value)
    assert town.counts()["redeemed"] == 1


def test_a_push_on_the_phone_is_good_before_its_sender_has_said_so(town: Town, store: str) -> None:
    town.offer(budget=1)
    town.campaign(offer="ten-percent", messages=TELLS)
    [queued] = _enter(town, store)
    [claimed] = town.claim([queued], now=at(6)).held
    assert town.redeem(str(claimed.facts["coupon"]["code"]), now=at(7))["issued_at"] == at(7)
    assert town.counts() == {"spent": 1, "left": 0, "redeemed": 1, "codes_left": None}


def test_a_place_that_is_none_is_named_and_nothing_is_redeemed(town: Town, store: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(_enter(town, store), now=at(6))
    with pytest.raises(BadInput) as refused:
        town.redeem(_code(town), now=at(7), place="nowhere")
    assert [one.path for one in refused.value.faults] == ["place"]
    assert _states(town) == ["issued"]


@pytest.mark.parametrize(
    "code", ["K7M4-9XQT-2RVB", "", "cpn_", "cpn_" + "0" * 26, "'; DROP TABLE coupons", "🎉", "x" * 5000]
)
def test_what_is_no_coupon(town: Town, store: str, code: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent")
    town.send(_enter(town, store), now=at(6))
    with pytest.raises(NotFound):
        town.redeem(code, now=at(7))


def test_a_coupon_with_a_code_is_not_redeemed_by_its_id(town: Town, store: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(_enter(town, store), now=at(6))
    with pytest.raises(NotFound):
        town.redeem(town.coupons()[0].id, now=at(7))


def test_a_coupon_without_a_code_is_redeemed_by_its_id(town: Town, store: str) -> None:
    town.offer(codes="none")
    town.campaign(offer="ten-percent")
    town.send(_enter(town, store), now=at(6))
    assert _code(town) == town.coupons()[0].id
    assert town.redeem(_code(town), now=at(7))["customer"] == "sanne"


def test_a_code_that_all_share_needs_the_customer(town: Town, store: str) -> None:
    town.offer(codes="shared", code="SUMMER-10", valid_for="PT1H")
    town.campaign(offer="ten-percent", messages=TELLS)
    phone = town.phone()
    for minute in (5, 15):
        town.send(town.cross(enter(phone, store, minute)).deliveries, now=at(minute + 1))
        town.cross(leave(phone, store, minute + 5))
    assert _code(town) == "SUMMER-10"
    with pytest.raises(Conflict) as refused:
        town.redeem("summer10", now=at(20))
    assert (refused.value.reason, refused.value.faults[0].path) == ("customer_needed", "customer")
    first = town.redeem("summer10", now=at(20), customer="sanne", purchase_id="p1")
    assert first["expires_at"] == at(66)
    assert town.redeem("summer10", now=at(20), customer="sanne", purchase_id="p1") == first
    assert town.redeem("summer10", now=at(21), customer="sanne")["expires_at"] == at(76)
    with pytest.raises(Conflict) as refused:
        town.redeem("summer10", now=at(22), customer="sanne")
    assert refused.value.reason == "already_redeemed"
    with pytest.raises(NotFound):
        town.redeem("summer10", now=at(22), customer="nobody")


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


def test_a_coupon_ends_when_its_time_is_over_and_gives_nothing_back(town: Town, store: str) -> None:
    town.offer(valid_for="PT1H", budget=1)
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(_enter(town, store), now=at(6))
    with pytest.raises(Gone, match="good until 2026-06-10T13:06:00") as refused:
        town.redeem(_code(town), now=at(66))
    assert refused.value.reason == "expired"
    assert town.write(lambda session: expire_coupons(session, now=at(65.9))) == 0
    assert town.write(lambda session: expire_coupons(session, now=at(66))) == 1
    assert town.write(lambda session: expire_coupons(session, now=at(66))) == 0
    assert (_states(town), town.counts()["spent"]) == (["expired"], 1)
    with pytest.raises(Gone):
        town.redeem(_code(town), now=at(67))


def test_without_an_end_a_coupon_does_not_end(town: Town, store: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(_enter(town, store), now=at(6))
    later = NOON + timedelta(days=3000)
    assert town.write(lambda session: expire_coupons(session, now=later)) == 0
    assert town.redeem(_code(town), now=later)["expires_at"] is None


def _bought(code: str, purchase: str = "p1", **more: Any) -> PurchaseBody:
    plain = {"purchase_id": purchase, "channel": "store", "at": at(20), "total": 10, "currency": "EUR", "coupon": code}
    return PurchaseBody.model_validate({**plain, **more})


def _buy(town: Town, body: PurchaseBody) -> tuple[dict[str, Any], bool]:
    return town.write(lambda session: record_purchase(session, body, keys=KEYS, now=at(20)))


def _erase(town: Town, customer: str) -> None:
    town.write(lambda session: erase_customer(session, customer))


def test_a_purchase_redeems_its_coupon_and_is_written_whatever_became_of_it(town: Town, store: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(_enter(town, store), now=at(6))
    code = _code(town)
    for purchase in ("p1", "p1", "p2"):
        body = _bought(code, purchase, place="kalverstraat")
        item, _ = _buy(town, body)
        assert item["coupon"] == code
    [coupon] = town.coupons()
    assert (coupon.state, coupon.purchase_id, coupon.redeemed_place_id) == ("redeemed", "p1", "kalverstraat")
    assert town.redeem(code, now=at(21), purchase_id="p1")["state"] == "redeemed"
    assert town.counts()["redeemed"] == 1


def test_a_till_that_redeems_first_and_writes_the_purchase_after(town: Town, store: str) -> None:
    town.offer(codes="shared", code="SUMMER")
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(_enter(town, store), now=at(6))
    town.redeem("SUMMER", now=at(19), customer="sanne", purchase_id="p1")
    body = _bought("SUMMER", customer="sanne")
    assert _buy(town, body)[1] is True
    assert town.counts()["redeemed"] == 1


def test_purchases_in_bulk_redeem_nothing(town: Town, store: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(_enter(town, store), now=at(6))
    bodies = {"p1": _bought(_code(town))}
    town.write(lambda session: record_purchases(session, bodies, now=at(20)))
    assert _states(town) == ["issued"]


def test_an_erased_customer_is_gone_from_coupons_and_the_counts_stay(town: Town, store: str) -> None:
    town.offer(imported=["SNEAK-1", "SNEAK-2", "SNEAK-3"], budget=3)
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(_enter(town, store), now=at(6))
    town.redeem(_code(town), now=at(7))
    _enter(town, store, "ben", 8)
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
    town.claim(_enter(town, store), now=at(6))
    town.write(lambda session: erase_customer(session, "sanne"))
    assert town.counts()["left"] == 0


def test_an_anonymous_customers_coupon_goes_along_when_the_device_is_linked(town: Town, store: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    town.customer()
    body = {"platform": "ios", "push_token": "t", "consents": {"location": True, "offers": True}}
    made = town.write(
        lambda session: register_device(session, DeviceBody.model_validate(body), trusted=False, now=NOON)
    )
    town.send(town.cross(enter(made.device_id, store, 5)).deliveries, now=at(6))
    code = _code(town, made.customer_id)
    town.write(lambda session: link_device(session, made.device_id, "sanne", now=at(7)))
    assert town.redeem(code, now=at(8))["customer"] == "sanne"


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
