"""A coupon at the till: redeemed once, by whatever its offer has for a code; and what else becomes of it."""

from datetime import timedelta
from typing import Any

import pytest

from offers.coupons import expire_coupons
from offers.devices import link_device, register_device
from offers.errors import BadInput, Conflict, Gone, NotFound
from offers.purchases import record_purchase, record_purchases
from offers.rules.profile import DeviceBody
from offers.rules.purchase import PurchaseBody
from tests.offers.stories import KEYS, NOON, TELLS, Town, at, enter, leave


@pytest.fixture
def store(town: Town) -> str:
    return town.place()


def _enter(town: Town, store: str, customer: str = "sanne", minute: float = 5) -> list[str]:
    return town.cross(enter(town.phone(customer), store, minute)).deliveries


def _states(town: Town) -> list[str]:
    return [one.state for one in town.coupons()]


def test_a_coupon_is_redeemed_once_and_repeated_for_the_same_purchase(town: Town, store: str) -> None:
    town.offer(valid_for="P1D")
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(town.walk_in(store), now=at(6))
    typed = town.code().lower().replace("-", " ")
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
    [queued] = town.walk_in(store)
    [claimed] = town.claim([queued], now=at(6)).held
    assert town.redeem(str(claimed.facts["coupon"]["code"]), now=at(7))["issued_at"] == at(7)
    assert town.counts() == {"spent": 1, "left": 0, "redeemed": 1, "codes_left": None}


def test_a_coupon_of_another_customer_looks_like_none(town: Town, store: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(town.walk_in(store), now=at(6))
    with pytest.raises(NotFound):
        town.redeem(town.code(), now=at(7), customer="ben")
    assert (town.coupon_states(), town.counts()["redeemed"]) == (["issued"], 0)
    assert town.redeem(town.code(), now=at(7), customer="sanne")["customer"] == "sanne"


def test_a_place_that_is_none_is_named_and_nothing_is_redeemed(town: Town, store: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(town.walk_in(store), now=at(6))
    with pytest.raises(BadInput) as refused:
        town.redeem(town.code(), now=at(7), place="nowhere")
    assert [one.path for one in refused.value.faults] == ["place"]
    assert town.coupon_states() == ["issued"]


@pytest.mark.parametrize(
    "code", ["K7M4-9XQT-2RVB", "", "cpn_", "cpn_" + "0" * 26, "'; DROP TABLE coupons", "🎉", "x" * 5000]
)
def test_what_is_no_coupon(town: Town, store: str, code: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent")
    town.send(town.walk_in(store), now=at(6))
    with pytest.raises(NotFound):
        town.redeem(code, now=at(7))


def test_a_coupon_with_a_code_is_not_redeemed_by_its_id(town: Town, store: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(town.walk_in(store), now=at(6))
    with pytest.raises(NotFound):
        town.redeem(town.coupons()[0].id, now=at(7))


def test_a_coupon_without_a_code_is_redeemed_by_its_id(town: Town, store: str) -> None:
    town.offer(codes="none")
    town.campaign(offer="ten-percent")
    town.send(town.walk_in(store), now=at(6))
    assert town.code() == town.coupons()[0].id
    assert town.redeem(town.code(), now=at(7))["customer"] == "sanne"


def test_a_code_that_all_share_needs_the_customer(town: Town, store: str) -> None:
    town.offer(codes="shared", code="SUMMER-10", valid_for="PT1H")
    town.campaign(offer="ten-percent", messages=TELLS)
    phone = town.phone()
    for minute in (5, 15):
        town.send(town.cross(enter(phone, store, minute)).deliveries, now=at(minute + 1))
        town.cross(leave(phone, store, minute + 5))
    assert town.code() == "SUMMER-10"
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


def test_a_coupon_ends_when_its_time_is_over_and_gives_nothing_back(town: Town, store: str) -> None:
    town.offer(valid_for="PT1H", budget=1)
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(town.walk_in(store), now=at(6))
    with pytest.raises(Gone, match="good until 2026-06-10T13:06:00") as refused:
        town.redeem(town.code(), now=at(66))
    assert refused.value.reason == "expired"
    assert town.write(lambda session: expire_coupons(session, now=at(65.9))) == 0
    assert town.write(lambda session: expire_coupons(session, now=at(66))) == 1
    assert town.write(lambda session: expire_coupons(session, now=at(66))) == 0
    assert (town.coupon_states(), town.counts()["spent"]) == (["expired"], 1)
    with pytest.raises(Gone):
        town.redeem(town.code(), now=at(67))


def test_without_an_end_a_coupon_does_not_end(town: Town, store: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(town.walk_in(store), now=at(6))
    later = NOON + timedelta(days=3000)
    assert town.write(lambda session: expire_coupons(session, now=later)) == 0
    assert town.redeem(town.code(), now=later)["expires_at"] is None


def _bought(code: str, purchase: str = "p1", **more: Any) -> PurchaseBody:
    plain = {"purchase_id": purchase, "channel": "store", "at": at(20), "total": 10, "currency": "EUR", "coupon": code}
    return PurchaseBody.model_validate({**plain, **more})


def _buy(town: Town, body: PurchaseBody) -> tuple[dict[str, Any], bool]:
    return town.write(lambda session: record_purchase(session, body, keys=KEYS, now=at(20)))[:2]


def test_a_purchase_redeems_its_coupon_and_is_written_whatever_became_of_it(town: Town, store: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(town.walk_in(store), now=at(6))
    code = town.code()
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
    town.send(town.walk_in(store), now=at(6))
    town.redeem("SUMMER", now=at(19), customer="sanne", purchase_id="p1")
    body = _bought("SUMMER", customer="sanne")
    assert _buy(town, body)[1] is True
    assert town.counts()["redeemed"] == 1


def test_a_purchase_of_somebody_else_leaves_the_coupon_as_it_was(town: Town, store: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(town.walk_in(store), now=at(6))
    town.customer("piet")
    code = town.code()
    assert _buy(town, _bought(code, customer="piet"))[1] is True
    assert (town.coupon_states(), town.counts()["redeemed"]) == (["issued"], 0)
    assert _buy(town, _bought(code, "p2", customer="sanne"))[1] is True
    assert (town.coupon_states(), town.counts()["redeemed"]) == (["redeemed"], 1)


def test_purchases_in_bulk_redeem_nothing(town: Town, store: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(town.walk_in(store), now=at(6))
    bodies = {"p1": _bought(town.code())}
    town.write(lambda session: record_purchases(session, bodies, now=at(20)))
    assert town.coupon_states() == ["issued"]


def test_an_anonymous_customers_coupon_goes_along_when_the_device_is_linked(town: Town, store: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    town.customer()
    body = {"platform": "ios", "push_token": "t", "consents": {"location": True, "offers": True}}
    made = town.write(
        lambda session: register_device(session, DeviceBody.model_validate(body), trusted=False, now=NOON)
    )
    town.send(town.cross(enter(made.device_id, store, 5)).deliveries, now=at(6))
    code = town.code(made.customer_id)
    town.write(lambda session: link_device(session, made.device_id, "sanne", now=at(7)))
    assert town.redeem(code, now=at(8))["customer"] == "sanne"
