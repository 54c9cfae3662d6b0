"""Variants, from the draw to the words that were sent."""

from typing import Any

import pytest

from offers.deciding import Moment, decide
from offers.records.queries.customers import customers_locked
from offers.rules.campaign import CampaignBody
from offers.rules.draws import draw_variant
from tests.offers.stories import NOON, TELLS, Town, at, campaign_body, enter

SHORT = {"nl": {"title": "Kort", "body": "Kom binnen."}}
LONG = {"nl": {"title": "Lang", "body": "Kom toch even binnen."}}
BOTH: list[dict[str, Any]] = [{"name": "short", "messages": SHORT}, {"name": "long", "messages": LONG}]
PEOPLE = [f"customer-{number}" for number in range(12)]


@pytest.fixture
def store(town: Town) -> str:
    return town.place()


def _drawn(variants: list[dict[str, Any]]) -> dict[str, str | None]:
    body = CampaignBody.model_validate(campaign_body(variants=variants))
    return {one: draw_variant("sneakers", one, body.variants) for one in PEOPLE}


def test_each_customer_gets_the_words_of_the_variant_they_drew(town: Town, store: str) -> None:
    town.campaign(variants=BOTH)
    phones = [town.phone(one) for one in PEOPLE]
    town.send(town.cross(*(enter(phone, store, 5) for phone in phones)).deliveries, now=at(6))
    drawn = _drawn(BOTH)
    assert set(drawn.values()) == {"short", "long"}
    assert {one["customer"]: one["variant"] for one in town.decisions()} == drawn
    assert {one["customer"]: one["variant"] for one in town.deliveries()} == drawn
    titles = {"short": "Kort", "long": "Lang"}
    assert all(one["title"] == titles[one["variant"]] for one in town.deliveries())


def test_an_edit_of_something_else_moves_nobody(town: Town, store: str) -> None:
    town.campaign(variants=BOTH)
    phones = [town.phone(one) for one in PEOPLE]
    town.cross(*(enter(phone, store, 5) for phone in phones))
    town.campaign(variants=BOTH, priority=70, name="Renamed")
    other = town.place("damrak")
    town.cross(*(enter(phone, other, 7) for phone in phones))
    said = {(one["customer"], one["variant"]) for one in town.decisions()}
    assert len(town.decisions()) == 2 * len(PEOPLE)
    assert said == set(_drawn(BOTH).items())


def test_a_variant_without_words_has_the_campaigns_own(town: Town, store: str) -> None:
    town.campaign(variants=[{"name": "plain"}, {"name": "never", "weight": 0, "messages": SHORT}])
    town.send(town.walk_in(store), now=at(6))
    [delivery] = town.deliveries()
    assert (delivery["variant"], delivery["title"]) == ("plain", "Hoi Sanne")


def test_a_variant_that_is_gone_when_it_is_worded_falls_back(town: Town, store: str) -> None:
    town.campaign(variants=[{"name": "short", "messages": SHORT}])
    queued = town.walk_in(store)
    town.campaign(variants=[{"name": "long", "messages": LONG}])
    town.send(queued, now=at(6))
    [delivery] = town.deliveries()
    assert (delivery["variant"], delivery["title"]) == ("short", "Hoi Sanne")


def test_a_message_is_worded_as_the_variant_is_now(town: Town, store: str) -> None:
    town.campaign(variants=[{"name": "short", "messages": SHORT}])
    queued = town.walk_in(store)
    town.campaign(variants=[{"name": "short", "messages": LONG}])
    town.send(queued, now=at(6))
    assert [one["title"] for one in town.deliveries()] == ["Lang"]


def test_a_variants_words_come_in_the_customers_language_or_the_next(town: Town, store: str) -> None:
    town.campaign(variants=[{"name": "short", "messages": SHORT | {"en": {"title": "Short", "body": "Come in."}}}])
    town.send(town.cross(enter(town.phone("ann", language="de"), store, 5)).deliveries, now=at(6))
    assert [(one["language"], one["title"]) for one in town.deliveries()] == [("en", "Short")]


def test_a_variant_without_words_in_a_language_has_the_campaigns_there(town: Town, store: str) -> None:
    town.campaign(variants=[{"name": "short", "messages": SHORT}])
    town.send(
        town.cross(*(enter(town.phone(one, language=one), store, 5) for one in ("en", "nl"))).deliveries, now=at(6)
    )
    said = {one["customer"]: (one["variant"], one["language"], one["title"][:4]) for one in town.deliveries()}
    assert said == {"en": ("short", "en", "Hi S"), "nl": ("short", "nl", "Kort")}


def test_a_variant_tells_the_coupons_code(town: Town, store: str) -> None:
    town.offer(codes="shared", code="SUMMER")
    town.campaign(offer="ten-percent", variants=[{"name": "told", "messages": TELLS}])
    town.send(town.cross(enter(town.phone("ann", language="en"), store, 5)).deliveries, now=at(6))
    assert [one["body"] for one in town.deliveries()] == ["Show SUMMER"]


def test_who_is_held_out_has_drawn_too_and_who_is_refused_has_not(town: Town, store: str) -> None:
    town.campaign("held", variants=BOTH, hold_out_percent=100, priority=90)
    town.campaign("second", variants=BOTH)
    town.walk_in(store)
    said = {one["outcome"]: one["variant"] for one in town.decisions()}
    assert said == {
        "held_out": draw_variant("held", "sanne", CampaignBody(**campaign_body(variants=BOTH)).variants),
        "outranked": None,
    }


def test_the_event_of_a_decision_names_the_variant_too(town: Town, store: str) -> None:
    town.campaign(variants=[{"name": "only"}])
    phone = town.phone()
    moment = Moment("enter:x", "enter", "sanne", phone, "kalverstraat", "premises", NOON)
    decided = town.write(lambda session: decide(session, [moment], customers_locked(session, ["sanne"]), now=NOON))
    [event] = decided.happened
    [item] = town.decisions()
    assert event == {"type": "decision", **item}
    assert item["variant"] == "only"
