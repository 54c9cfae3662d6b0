"""The facts that a message is filled from: every one that the list names, and none that is not known."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from offers.rules.personal_facts import About, Bought, Given, OnSale, message_facts
from offers.rules.templates import FACTS

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 12, 8, 12, tzinfo=UTC).astimezone(AMSTERDAM)
FULL = About(
    person={"name": "Sanne de Vries", "language": "nl", "size": {"name": "38"}, "attributes": {"name": "7"}},
    place={"name": "Kalverstraat", "address": "Kalverstraat 102", "distance_m": 150},
    device={"platform": "android", "os_version": "16"},
    bought=Bought(NOW - timedelta(days=3), "SNEAK-1", "sneakers", "38", {"nl": "Sneaker, wit", "en": "Sneaker, white"}),
    product=OnSale({"nl": "Sok", "en": "Sock"}, 4_950, "EUR"),
    offer=Given("Ten", "percentage", 10_000, None, {"nl": "10% op alles"}, {"nl": "vanaf € 50"}),
    code="K7M4-9XQT-2RVB",
    ends_at=NOW + timedelta(days=7),
)


def flat(facts: dict[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in facts.items():
        found |= flat(value, f"{before}{name}.") if isinstance(value, dict) else {f"{before}{name}": value}
    return found


def facts_of(about: About, *languages: str) -> dict[str, Any]:
    return {
        name: one.replace("\u00a0", " ") if isinstance(one, str) else one
        for name, one in flat(message_facts(about, list(languages or ("nl",)), NOW)).items()
    }


def test_every_fact_of_the_list_is_there_when_all_is_known() -> None:
    assert facts_of(FULL) == {
        "customer.name": "Sanne de Vries",
        "customer.first_name": "Sanne",
        "customer.language": "nl",
        "customer.size.name": "38",
        "customer.attributes.name": "7",
        "purchase.title": "Sneaker, wit",
        "purchase.category": "sneakers",
        "purchase.sku": "SNEAK-1",
        "purchase.size": "38",
        "purchase.days_ago": 3,
        "place.name": "Kalverstraat",
        "place.address": "Kalverstraat 102",
        "place.distance_m": 150,
        "product.title": "Sok",
        "product.price": "€ 4,95",
        "offer.name": "Ten",
        "offer.text": "10% op alles",
        "offer.value": "10%",
        "offer.minimum_basket": "vanaf € 50",
        "coupon.code": "K7M4-9XQT-2RVB",
        "coupon.expires": "15 december, 13:00",
        "device.platform": "android",
        "device.os_version": "16",
        "device.kind": "app",
        "weekday": "dinsdag",
    }
    known = {name.replace("<name>", "name") for name in FACTS}
    assert known - set(facts_of(FULL)) == {"order.number"}, "orders' messages bring it"


def test_what_is_not_known_is_not_there() -> None:
    nobody = About(person={"name": " \u200b", "language": None, "attributes": {"a": "", "b": None}}, place={})
    assert facts_of(nobody) == {"weekday": "dinsdag"}
    blank = About(person={}, place={}, bought=Bought(NOW), product=OnSale({}), offer=Given("Ten", "text"), device={})
    assert facts_of(blank) == {"weekday": "dinsdag", "purchase.days_ago": 0, "offer.name": "Ten"}


def test_texts_of_products_and_offers_follow_the_messages_languages() -> None:
    english = facts_of(FULL, "en-GB", "en")
    assert (english["purchase.title"], english["product.title"]) == ("Sneaker, white", "Sock")
    assert "offer.text" not in english
    assert facts_of(FULL, "en", "nl")["offer.text"] == "10% op alles"
    assert (english["product.price"], english["weekday"]) == ("€4.95", "Tuesday")


@pytest.mark.parametrize(
    ("offer", "value"),
    [
        (Given("x", "amount", 5_000, "EUR"), "€ 5"),
        (Given("x", "amount", 5_500, "EUR"), "€ 5,50"),
        (Given("x", "product", 12_000, "EUR"), "€ 12"),
        (Given("x", "product"), None),
        (Given("x", "text"), None),
        (Given("x", "percentage", 12_500), "12,5%"),
    ],
)
def test_what_an_offer_is_worth(offer: Given, value: str | None) -> None:
    assert facts_of(About(person={}, place={}, offer=offer)).get("offer.value") == value


@pytest.mark.parametrize(("platform", "kind"), [("ios", "app"), ("android", "app"), ("web", "web")])
def test_where_a_message_is_read(platform: str, kind: str) -> None:
    assert facts_of(About(person={}, place={}, device={"platform": platform}))["device.kind"] == kind


def test_days_ago_are_counted_by_the_calendar() -> None:
    """Bought at 23:30 in Amsterdam, looked at 13 hours later: yesterday."""
    late = datetime(2026, 12, 7, 22, 30, tzinfo=UTC)
    assert facts_of(About(person={}, place={}, bought=Bought(late)))["purchase.days_ago"] == 1


def test_only_the_families_that_are_named_are_made_and_the_places() -> None:
    facts = message_facts(FULL, ["nl"], NOW, {"purchase.title", "weekday"})
    assert set(facts) == {"place", "purchase", "weekday"}
    assert facts == {family: value for family, value in message_facts(FULL, ["nl"], NOW).items() if family in facts}
