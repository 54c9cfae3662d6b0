"""An offer's last day: nobody gets it from then on, no coupon is good for longer, and no message goes out with a dead one."""

from datetime import datetime
from typing import Any

import pytest

from offers.coupons import expire_coupons
from offers.errors import Conflict, Gone
from tests.offers.stories import TELLS, Town, at, enter

END = at(30)


@pytest.fixture
def store(town: Town) -> str:
    return town.place()


def offer(town: Town, **more: Any) -> None:
    town.offer(valid_until=END, budget=5, **more)
    town.campaign(offer="ten-percent", messages=TELLS, life="P1D")


def test_from_its_end_on_it_is_sold_out(town: Town, store: str) -> None:
    offer(town)
    assert len(town.walk_in(store, "sanne", 29.9)) == 1
    assert town.walk_in(store, "tom", 30) == []
    [decision] = town.decisions("tom")
    assert decision["outcome"] == "sold_out"
    assert (decision["facts"]["offer"], decision["facts"]["ended_at"]) == ("ten-percent", END.isoformat())
    assert town.counts()["spent"] == 1


@pytest.mark.parametrize(
    ("valid_for", "ends"), [("PT10M", at(16)), ("P1D", END), (None, END)], ids=["sooner", "later", "absent"]
)
def test_a_coupon_ends_with_the_earlier_of_both(town: Town, store: str, valid_for: str | None, ends: datetime) -> None:
    offer(town, valid_for=valid_for)
    town.send(town.walk_in(store), now=at(6))
    assert [one.expires_at for one in town.coupons()] == [ends]
    assert town.write(lambda session: expire_coupons(session, now=ends)) == 1
    with pytest.raises(Gone):
        town.redeem(town.code(), now=ends)


def test_it_is_redeemed_until_the_last_moment(town: Town, store: str) -> None:
    offer(town)
    town.send(town.walk_in(store), now=at(6))
    assert town.redeem(town.code(), now=at(29.9))["state"] == "redeemed"


def test_what_waited_past_the_end_is_taken_back_with_its_coupon(town: Town, store: str) -> None:
    offer(town)
    [delivery] = town.walk_in(store, "sanne", 29)
    assert town.claim([delivery], now=END).held == []
    [item] = town.deliveries()
    assert (item["state"], item["reason"], item["coupon"]) == ("failed", "sold_out", None)
    assert (town.coupon_states(), town.counts()["spent"]) == (["released"], 0)


def test_a_coupon_whose_sender_has_not_written_yet_is_no_better_than_the_others(town: Town, store: str) -> None:
    """It is on the phone, and only reserved; the offer ends before anybody writes that it left."""
    offer(town)
    [delivery] = town.walk_in(store, "sanne", 29)
    [held] = town.claim([delivery], now=at(29.5)).held
    code = held.facts["coupon"]["code"]
    with pytest.raises(Gone):
        town.redeem(code, now=END)
    assert town.redeem(code, now=at(29.9))["state"] == "redeemed"


def test_what_has_ended_is_not_launched(town: Town, store: str) -> None:
    town.offer(valid_until=at(-1))
    with pytest.raises(Conflict) as refused:
        town.campaign(offer="ten-percent")
    assert [(one.path, one.name) for one in refused.value.faults] == [("offer", "offer_over")]
    town.offer(valid_until=at(60))
    town.campaign(offer="ten-percent")
    assert len(town.cross(enter(town.phone(), store, 5)).deliveries) == 1


@pytest.mark.parametrize("now_gives", ["twenty-percent", None])
def test_what_was_reserved_is_what_is_promised(town: Town, store: str, now_gives: str | None) -> None:
    """The campaign is given another offer, or none, while its message waits: the text is of the new version, the coupon of the old."""
    for offer in ("ten-percent", "twenty-percent"):
        town.offer(offer, budget=5)
    town.campaign(offer="ten-percent")
    waiting = town.walk_in(store)
    town.campaign(offer=now_gives)
    town.send(waiting, now=at(6))
    assert [(one["state"], one["reason"]) for one in town.deliveries()] == [("failed", "sold_out")]
    assert town.coupon_states() == ["released"]
    assert town.counts()["spent"] == 0


def test_an_offer_that_came_too_late_is_promised_to_nobody(town: Town, store: str) -> None:
    town.campaign()
    waiting = town.walk_in(store)
    town.campaign(offer=town.offer())
    town.send(waiting, now=at(6))
    assert [(one["state"], one["reason"]) for one in town.deliveries()] == [("failed", "sold_out")]
