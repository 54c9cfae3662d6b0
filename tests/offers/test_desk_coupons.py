"""An offer's coupons at the desk, on both databases: listed by state, counted, and one that is let go before it was told."""

from typing import Any

import pytest

from offers import desk_coupons
from offers.desk_offers import look_at_codes
from offers.errors import BadInput, Conflict, NotFound
from offers.rules.desk_lists import AskedCoupons
from offers.rules.leafing import Leaf, Turn
from tests.offers.stories import KEYS, TELLS, Town, at
from tests.offers.test_leafing import walk


@pytest.fixture
def store(town: Town) -> str:
    return town.place()


def reserved(town: Town, store: str, **offer: Any) -> tuple[str, list[str]]:
    """Sanne has come in, and her message waits."""
    town.offer(**offer)
    town.campaign(offer="ten-percent", messages=TELLS)
    queued = town.walk_in(store)
    return town.coupons()[0].id, queued


def goes(town: Town) -> dict[str, object]:
    return town.read(lambda session: desk_coupons.how_it_goes(session, "ten-percent"))


def let_go(town: Town, coupon: str, offer: str = "ten-percent") -> None:
    town.write(lambda session: desk_coupons.release_coupon(session, offer, coupon, now=at(6)))


FIRST = Turn()


def listed(town: Town, turn: Turn = FIRST, **asked: Any) -> Leaf:
    return town.read(
        lambda session: desk_coupons.leaf_coupons(session, "ten-percent", turn, keys=KEYS, asked=AskedCoupons(**asked))
    )


def test_a_reserved_coupon_is_let_go_with_the_message_that_waits(town: Town, store: str) -> None:
    coupon, queued = reserved(town, store, budget=1)
    assert goes(town) == {"budget": 1, "spent": 1, "reserved": 1, "redeemed": 0, "left": 0}
    let_go(town, coupon)
    assert goes(town) == {"budget": 1, "spent": 0, "reserved": 0, "redeemed": 0, "left": 1}
    assert town.coupon_states() == ["released"]
    assert [(one["state"], one["reason"]) for one in town.deliveries()] == [("failed", "coupon_released")]
    assert town.claim(queued, now=at(7)).held == [], "no sender takes it any more"
    with pytest.raises(Conflict) as refused:
        let_go(town, coupon)
    assert refused.value.reason == "not_reserved"
    assert goes(town)["left"] == 1, "given back once"


def test_what_a_sender_holds_stays(town: Town, store: str) -> None:
    coupon, queued = reserved(town, store, budget=1)
    assert len(town.claim(queued, now=at(6)).held) == 1
    with pytest.raises(Conflict) as refused:
        let_go(town, coupon)
    assert refused.value.reason == "message_out"
    assert town.coupon_states() == ["reserved"]
    assert goes(town)["spent"] == 1


def test_a_coupon_of_another_offer_is_none(town: Town, store: str) -> None:
    coupon, _ = reserved(town, store)
    for offer, one in (("other", coupon), ("ten-percent", "cpn_none")):
        with pytest.raises(NotFound):
            let_go(town, one, offer)
    assert town.coupon_states() == ["reserved"]


def test_coupons_are_listed_by_state_page_by_page_the_newest_first(town: Town, store: str) -> None:
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    for number in range(5):
        queued = town.walk_in(store, f"c-{number}")
        if number % 2:
            town.send(queued, now=at(6))
    oldest = sorted(one.id for one in town.coupons())
    assert walk(lambda turn: listed(town, turn), "", limit=2) == oldest[::-1]
    assert walk(lambda turn: listed(town, turn), "made", limit=2) == oldest
    assert {one["state"] for one in listed(town, state="issued").items} == {"issued"}
    assert walk(lambda turn: listed(town, turn, state="reserved"), "", limit=2) == [oldest[n] for n in (4, 2, 0)]
    assert len(listed(town, state="issued").items) == 2
    assert [one["customer"] for one in listed(town, customer="c-3").items] == ["c-3"]
    assert listed(town, customer="c-3", state="reserved").items == []
    assert all(one["code"] for one in listed(town).items)
    assert (listed(town, Turn(count=True)).count, listed(town, Turn(count=True), state="issued").count) == (5, 2)
    for turn, state in ((Turn(), "nonsense"), (Turn("code"), "issued"), (Turn(cursor="nonsense"), "issued")):
        with pytest.raises(BadInput):
            listed(town, turn, state=state)


def test_an_offer_that_is_none_has_nothing_to_show(town: Town) -> None:
    for work in (
        lambda session: desk_coupons.how_it_goes(session, "none"),
        lambda session: desk_coupons.leaf_coupons(session, "none", Turn(), keys=KEYS),
        lambda session: look_at_codes(session, "none", ["AB-12"], keys=KEYS),
    ):
        with pytest.raises(NotFound):
            town.read(work)
