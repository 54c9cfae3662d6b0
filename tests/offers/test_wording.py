"""What goes out: each fact from where it lies, in the reader's language, and the default text where one is missing."""

from typing import Any

import pytest

from offers.push import Outcome
from offers.records.tables import Delivery, Device
from tests.offers.stories import Town, at, enter, leave, minutes

MINUTES_A_DAY = 24 * 60


@pytest.fixture
def store(town: Town) -> str:
    return town.place()


def says(body: str, *languages: str) -> dict[str, Any]:
    return {tag: {"title": "Hoi", "body": body} for tag in languages or ("nl",)}


def sent(town: Town, store: str, phone: str, minute: float = 5) -> dict[str, Any]:
    """The last message of who enters and leaves again."""
    town.send(town.cross(enter(phone, store, minute)).deliveries, now=at(minute + 1))
    town.cross(leave(phone, store, minute + 2))
    return {
        name: text.replace("\u00a0", " ") if isinstance(text, str) else text
        for name, text in town.deliveries()[0].items()
    }


def test_the_dearest_item_of_the_last_purchase(town: Town, store: str) -> None:
    phone = town.phone()
    town.product(category="sneakers")
    town.product("SOCK", title={"nl": "Sok"})
    town.purchase({"sku": "SOCK", "price": 900, "size": "40"}, purchase="earlier", minute=-9 * MINUTES_A_DAY)
    town.purchase(
        {"sku": "SOCK", "price": 5}, {"sku": "SNEAK-1", "price": "89.95", "size": 38}, {"sku": "LAST", "price": "89.95"},
        purchase="last", minute=-2 * MINUTES_A_DAY,
    )  # fmt: skip
    town.purchase({"sku": "SOCK"}, purchase="tomorrow", minute=MINUTES_A_DAY)
    body = "{{ purchase.title }}|{{ purchase.category }}|{{ purchase.sku }}|{{ purchase.size }}|{{ purchase.days_ago }}"
    town.campaign(messages=says(body))
    item = sent(town, store, phone)
    assert (item["body"], item["missing"]) == ("Sneaker, wit|sneakers|SNEAK-1|38|2", None)


@pytest.mark.parametrize(
    ("items", "missing"),
    [
        (None, "purchase.title"),
        ([], "purchase.title"),
        ([{"sku": "UNKNOWN", "price": 5}], "purchase.title"),
        ([{"sku": "FRENCH"}], "purchase.title"),
        ([{"sku": "SNEAK-1"}], "purchase.category"),
    ],
)
def test_what_is_not_known_of_a_purchase_is_named(
    town: Town, store: str, items: list[dict[str, Any]] | None, missing: str
) -> None:
    phone = town.phone()
    town.product()
    town.product("FRENCH", title={"fr": "Chaussette"})
    if items is not None:
        town.purchase(*items)
    town.campaign(messages=says("{{ purchase.title }} {{ purchase.category }}"))
    item = sent(town, store, phone)
    assert (item["state"], item["reason"], item["missing"]) == ("sent", "default_text", missing)
    assert (item["title"], item["body"]) == ("Kalverstraat", "Er ligt iets voor je klaar bij Kalverstraat.")


def test_the_campaigns_product(town: Town, store: str) -> None:
    phone = town.phone()
    town.product()
    town.campaign(product="SNEAK-1", messages=says("{{ product.title }} voor {{ product.price }}"))
    assert sent(town, store, phone)["body"] == "Sneaker, wit voor € 89,95"


def test_the_offer_and_its_coupon(town: Town, store: str) -> None:
    phone = town.phone()
    town.offer(valid_for="P7D", minimum_basket={"nl": "vanaf € 50"})
    body = "{{ offer.value }}|{{ offer.text }}|{{ offer.name }}|{{ offer.minimum_basket }}|{{ coupon.code }}|{{ coupon.expires }}"
    town.campaign(offer="ten-percent", messages=says(body))
    item = sent(town, store, phone)
    assert item["body"] == f"10%|10% korting|Ten percent|vanaf € 50|{item['coupon']}|17 juni, 14:06"
    assert town.coupons()[0].expires_at == at(6) + minutes(7 * MINUTES_A_DAY)


def test_a_text_in_another_language_is_looked_for_as_messages_are(town: Town, store: str) -> None:
    """The message's language, the campaign's own, the settings'."""
    town.offer(text={"de": "10 % Rabatt"})
    messages = says("{{ offer.text }}", "nl", "de")
    town.campaign(offer="ten-percent", messages=messages, default_language="de")
    assert sent(town, store, town.phone())["body"] == "10 % Rabatt"


@pytest.mark.parametrize(
    ("platform", "os_version", "body"), [("ios", "19.1", "ios 19.1 app"), ("web", None, "web onbekend web")]
)
def test_the_device_it_goes_to(town: Town, store: str, platform: str, os_version: str | None, body: str) -> None:
    town.customer()
    phone = town.device(platform=platform, os_version=os_version)
    text = "{{ device.platform }} {{ device.os_version | default: 'onbekend' }} {{ device.kind }}"
    town.campaign(messages=says(text))
    assert sent(town, store, phone)["body"] == body


@pytest.mark.parametrize(
    ("customers", "locale", "own", "chosen"),
    [
        ("de-AT", None, None, "de"),
        (None, "de-AT", None, "de"),
        ("fr", "de", "nl", "nl"),
        ("fr", "de", None, "en"),
        (None, None, "de", "de"),
        (None, None, None, "en"),
    ],
)
def test_the_language_of_a_message(
    town: Town, store: str, *, customers: str | None, locale: str | None, own: str | None, chosen: str
) -> None:
    town.customer(language=customers)
    phone = town.device(locale=locale)
    town.campaign(messages=says("x", "nl", "de", "en"), default_language=own)
    assert sent(town, store, phone)["language"] == chosen


def test_a_variant_speaks_with_its_own_words(town: Town, store: str) -> None:
    phone = town.phone()
    variants = [{"name": "short", "messages": says("Kort {{ purchase.sku }}")}, {"name": "plain"}]
    town.campaign(variants=variants)
    town.purchase({"sku": "SOCK"})
    for name, body, minute in (("short", "Kort SOCK", 5), ("plain", "Je bent bij Kalverstraat.", 15), ("gone", "Je bent bij Kalverstraat.", 25)):  # fmt: skip
        [one] = town.cross(enter(phone, store, minute)).deliveries

        def draw(session: Any, one: str = one, name: str = name) -> None:
            session.get_one(Delivery, one).variant = name

        town.write(draw)
        town.send([one], now=at(minute + 1))
        town.cross(leave(phone, store, minute + 2))
        assert town.deliveries()[0]["body"] == body


def test_a_fact_that_is_missing_is_kept_though_the_push_failed(town: Town, store: str) -> None:
    phone = town.phone()
    town.campaign(messages=says("{{ order.number }}"))
    ids = town.cross(enter(phone, store, 5)).deliveries
    town.send(ids, now=at(6), outcome=Outcome("failed", "token_dead"))
    assert [(one["reason"], one["missing"]) for one in town.deliveries()] == [("token_dead", "order.number")]


def test_only_what_the_texts_name_is_asked_for_and_once_for_all(town: Town, store: str) -> None:
    town.product()
    town.offer(budget=100)
    plain = {"nl": {"title": "a", "body": "b"}}
    full = says("{{ purchase.title | default: 'x' }} {{ product.title }} {{ offer.text }}")
    town.campaign("a-plain", messages=plain, priority=1)
    counts: dict[str, list[int]] = {}
    for name, messages in (("plain", plain), ("full", full)):
        product, offer = ("SNEAK-1", "ten-percent") if name == "full" else (None, None)
        town.campaign("sneakers", messages=messages, product=product, offer=offer)
        for people in (2, 12):
            phones = [town.phone(f"{name}-{number}-of-{people}") for number in range(people)]
            for number in range(people):
                sku = {"sku": "SNEAK-1"}
                town.purchase(sku, purchase=f"{name}-{number}-{people}", customer=f"{name}-{number}-of-{people}")
            ids = town.cross(*(enter(phone, store, 5) for phone in phones)).deliveries
            with town.statements() as asked:
                assert len(town.claim(ids, now=at(6)).held) == people
            counts.setdefault(name, []).append(len(asked))
            for table in ("purchases", "products"):
                assert any(f"FROM {table}" in one for one in asked) == (name == "full"), table
    assert counts["plain"][0] == counts["plain"][1]
    assert counts["full"][0] == counts["full"][1]


def test_no_position_and_no_token_is_among_the_facts(town: Town, store: str) -> None:
    phone = town.phone()
    town.campaign()
    [held] = town.claim(town.cross(enter(phone, store, 5)).deliveries, now=at(6)).held
    token = town.read(lambda session: session.get_one(Device, phone)).push_token
    assert token is not None
    assert token not in repr(held.facts)
    assert set(held.facts["place"]) <= {"name", "address", "distance_m"}
