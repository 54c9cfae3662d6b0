"""Offers at the desk: written, read, kept from what coupons that are out do not allow, removed; and the codes brought along."""

from functools import partial
from typing import Any

import pytest

from offers.campaigns import put_campaign, step_campaign
from offers.desk_offers import add_codes, add_offer, delete_offer, get_offer, list_offers, put_offer
from offers.errors import BadInput, Conflict, NotFound
from offers.records.tables import OfferCode
from offers.rules.campaign import CampaignBody
from offers.rules.offer import OfferBody
from tests.offers.stories import KEYS, NOON, TELLS, Town, at, campaign_body, enter

TEN = {"name": "Ten percent", "kind": "percentage", "value": 10}


def _put(town: Town, offer: str = "ten-percent", minute: float = 0, **more: Any) -> tuple[dict[str, Any], bool]:
    body = OfferBody.model_validate({**TEN, **more})
    item, _, created = town.write(lambda session: put_offer(session, offer, body, now=at(minute)))
    return item, created


def _add(town: Town, *codes: str, offer: str = "ten-percent") -> dict[str, Any]:
    return town.write(lambda session: add_codes(session, offer, codes, keys=KEYS))


def _delete(town: Town, offer: str = "ten-percent") -> None:
    town.write(lambda session: delete_offer(session, offer))


def _send_one(town: Town, *, customer: str = "sanne", minute: float = 5) -> None:
    store = town.place()
    town.campaign(offer="ten-percent")
    town.send(town.cross(enter(town.phone(customer), store, minute)).deliveries, now=at(minute + 1))


def test_an_offer_comes_back_as_it_was_written(town: Town) -> None:
    more: dict[str, Any] = {
        "budget": 5,
        "budget_per_place": 2,
        "codes": "generated",
        "valid_for": "P7D",
        "valid_until": at(60),
        "text": {"nl": "10%"},
        "minimum_basket": {"nl": "vanaf € 50"},
    }
    item, created = _put(town, **more)
    assert created
    assert item == {
        "id": "ten-percent", **TEN, "currency": None, **more, "code": None, "created_at": NOON, "updated_at": NOON,
    }  # fmt: skip
    assert _put(town, minute=5, **more) == (item, False)
    changed, created = _put(town, minute=6, **more | {"budget": 7})
    assert (created, changed["budget"], changed["updated_at"]) == (False, 7, at(6))
    assert town.read(lambda session: get_offer(session, "ten-percent"))[0] == changed
    assert town.counts() == {"spent": 0, "left": 7, "redeemed": 0, "codes_left": None}


def test_money_is_text(town: Town) -> None:
    item, _ = _put(town, kind="amount", value=5, currency="EUR")
    assert (item["value"], item["currency"]) == ("5.00", "EUR")


def test_an_id_of_ours_and_a_list_by_id(town: Town) -> None:
    body = OfferBody.model_validate(TEN)
    ours = town.write(lambda session: add_offer(session, body, now=NOON))
    assert ours["id"].startswith("off_")
    town.offer("b", imported=["SNEAK-1", "SNEAK-2"])
    town.offer("a")
    page, cursor = town.read(lambda session: list_offers(session, limit=2))
    assert [(one["id"], one["codes_left"], one["spent"]) for one in page] == [("a", None, 0), ("b", 2, 0)]
    rest, end = town.read(lambda session: list_offers(session, after=cursor or "", limit=2))
    assert ([one["id"] for one in rest], end) == ([ours["id"]], None)


def test_what_is_not_there(town: Town) -> None:
    for ask in (partial(_delete, town), partial(_add, town, "CODE"), partial(town.counts)):
        with pytest.raises(NotFound):
            ask()


def test_once_coupons_are_out_the_budget_stays_above_them_and_the_codes_stay(town: Town) -> None:
    town.offer(budget=3, codes="shared", code="SUMMER")
    _send_one(town)
    refused_changes: list[tuple[dict[str, Any], str]] = [
        ({"budget": 0, "codes": "shared"}, "budget"),
        ({"budget": 3, "codes": "none"}, "codes"),
        ({"budget": 3, "codes": "shared", "code": "WINTER"}, "code"),
    ]
    for more, path in refused_changes:
        with pytest.raises(Conflict) as refused:
            _put(town, **more)
        assert path in [one.path for one in refused.value.faults]
    with pytest.raises(Conflict):
        _add(town, "WINTER")
    ended, _ = _put(town, budget=1, codes="shared")
    assert (ended["budget"], ended["code"]) == (1, "SUMMER")
    assert town.counts() == {"spent": 1, "left": 0, "redeemed": 0, "codes_left": None}


def test_an_offer_goes_while_nobody_has_it(town: Town) -> None:
    town.offer(imported=["SNEAK-1"])
    _delete(town)
    assert town.read(lambda session: session.query(OfferCode).count()) == 0
    town.offer()
    town.place()
    town.campaign(live=False, offer="ten-percent")
    with pytest.raises(Conflict) as refused:
        _delete(town)
    assert "sneakers" in refused.value.faults[0].message
    town.campaign(live=False)
    _delete(town)


def test_an_offer_of_which_coupons_are_out_stays(town: Town) -> None:
    town.offer()
    _send_one(town)
    town.write(lambda session: step_campaign(session, "sneakers", "end", now=at(9)))
    with pytest.raises(Conflict, match="Coupons of this offer are out"):
        _delete(town)


def test_codes_are_brought_along_once(town: Town) -> None:
    town.offer(codes="imported")
    assert _add(town, "SNEAK-4711", "SNEAK-4712", "sneak-4711") == {"added": 2, "known": 1, "codes_left": 2}
    assert _add(town, "SNEAK_4711", "SNEAK-4713") == {"added": 1, "known": 1, "codes_left": 3}
    rows = town.read(lambda session: list(session.query(OfferCode)))
    assert not any("SNEAK" in one.sealed or "4711" in one.mark for one in rows)


def test_a_code_belongs_to_one_offer(town: Town) -> None:
    town.offer("other", imported=["SNEAK-1", "SNEAK-2"])
    town.offer(codes="imported")
    with pytest.raises(BadInput) as refused:
        _add(town, "NEW-1", "sneak-2", "NEW-2", "SNEAK-1")
    assert [one.path for one in refused.value.faults] == ["codes[1]", "codes[3]"]
    assert town.counts()["codes_left"] == 0


def test_ten_thousand_codes_are_a_few_statements(town: Town) -> None:
    town.offer(codes="imported")
    with town.statements() as seen:
        assert _add(town, *(f"SNEAK-{number}" for number in range(10_000)))["added"] == 10_000
    assert len(seen) < 30
    assert _add(town, *(f"SNEAK-{number}" for number in range(10_000))) == {
        "added": 0, "known": 10_000, "codes_left": 10_000,
    }  # fmt: skip


def test_only_imported_codes_are_brought_along_and_a_shared_one_alone(town: Town) -> None:
    town.offer()
    with pytest.raises(Conflict):
        _add(town, "SNEAK-1")
    town.offer("shared", codes="shared")
    with pytest.raises(BadInput):
        _add(town, "SUMMER", "WINTER", offer="shared")
    assert _add(town, "SUMMER", offer="shared") == {"added": 1, "known": 0, "codes_left": None}
    assert _add(town, "summer", offer="shared")["known"] == 1
    kept, _ = _put(town, "shared", codes="shared")
    assert kept["code"] == "SUMMER"
    with pytest.raises(Conflict) as refused:
        _put(town, "another", codes="shared", code="SUM-MER")
    assert refused.value.faults[0].path == "code"


def test_an_offer_whose_code_a_campaign_tells_keeps_having_one(town: Town) -> None:
    town.offer()
    town.place()
    town.campaign(live=False, offer="ten-percent", messages=TELLS)
    with pytest.raises(Conflict) as refused:
        _put(town, codes="none")
    assert refused.value.faults[0].path == "codes"
    assert _put(town, codes="imported")[0]["codes"] == "imported"


def _campaign(town: Town, **more: Any) -> None:
    body = CampaignBody.model_validate(campaign_body(**more))
    town.write(lambda session: put_campaign(session, "sneakers", body, now=NOON))


def test_a_campaign_has_an_offer_that_is_there_and_texts_that_it_can_fill(town: Town) -> None:
    with pytest.raises(BadInput) as refused:
        _campaign(town, offer="nothing")
    assert [one.path for one in refused.value.faults] == ["offer"]
    town.offer("plain", codes="none")
    with pytest.raises(BadInput) as refused:
        _campaign(town, offer="plain", messages=TELLS)
    assert [one.path for one in refused.value.faults] == ["messages.en.body"]
    _campaign(town, offer="plain")


@pytest.mark.parametrize(
    ("offer", "words"),
    [
        ({"budget": 0}, "its budget of 0"),
        ({"budget_per_place": 0}, "budget_per_place"),
        ({"codes": "imported"}, "no codes are left"),
        ({"codes": "shared"}, "not known yet"),
    ],
    ids=repr,
)
def test_a_campaign_with_nothing_to_give_is_not_launched(town: Town, offer: dict[str, Any], words: str) -> None:
    town.place()
    town.offer(**offer)
    town.campaign(live=False, offer="ten-percent")
    with pytest.raises(Conflict) as refused:
        town.write(lambda session: step_campaign(session, "sneakers", "launch", now=NOON))
    [fault] = refused.value.faults
    assert fault.path == "offer"
    assert words in fault.message


def test_a_campaign_whose_budget_is_spent_is_not_launched_again(town: Town) -> None:
    town.offer(budget=1)
    _send_one(town)
    town.write(lambda session: step_campaign(session, "sneakers", "pause", now=at(7)))
    with pytest.raises(Conflict, match="can not be launched"):
        town.write(lambda session: step_campaign(session, "sneakers", "launch", now=at(8)))
