"""A coupon that is redeemed is told once, whichever way it went: of which offer and where, and nothing of whose it was."""

from typing import Any

import pytest

from offers.coupons import redeem_coupon
from offers.purchases import record_purchase
from offers.rules.coupon import RedeemBody
from offers.rules.purchase import PurchaseBody
from tests.offers.stories import KEYS, TELLS, Town, at

TOLD = {
    "type": "redemption",
    "offer": "ten-percent",
    "campaign": "sneakers",
    "place": "kalverstraat",
    "at": at(20),
}


@pytest.fixture
def code(town: Town) -> str:
    store = town.place()
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    town.send(town.walk_in(store), now=at(6))
    return town.code()


def test_a_till_is_told_of_once(town: Town, code: str) -> None:
    body = RedeemBody(place="kalverstraat", purchase_id="p1")
    first, again = (
        town.write(lambda session: redeem_coupon(session, code, body, keys=KEYS, now=at(20))) for _ in range(2)
    )
    assert first.follows.happened == (TOLD,)
    assert again.follows.happened == ()
    assert again.item == first.item


def test_a_purchase_with_its_coupon_is_told_of_once(town: Town, code: str) -> None:
    plain: dict[str, Any] = {"channel": "store", "at": at(20), "total": 10, "currency": "EUR", "place": "kalverstraat"}

    def bought(purchase: str, **more: Any) -> tuple[Any, ...]:
        body = PurchaseBody.model_validate({**plain, "purchase_id": purchase, **more})
        return town.write(lambda session: record_purchase(session, body, keys=KEYS, now=at(20))).follows.happened

    assert bought("p0") == ()
    assert bought("p1", coupon=code) == (TOLD,)
    assert bought("p1", coupon=code) == ()
    assert bought("p2", coupon=code) == (), "it was redeemed with the one before"
