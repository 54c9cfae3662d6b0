"""A preview: what a send would say, in every language, and why one would not go out in its own words."""

from typing import Any

import pytest
from sqlalchemy import func, select

from offers.errors import BadInput, NotFound
from offers.previews import preview_saved
from offers.records.database import Table
from offers.rules.coupon_codes import EXAMPLE
from offers.rules.preview import PreviewBody
from tests.offers.stories import NOON, Town, at, enter


@pytest.fixture
def store(town: Town) -> str:
    return town.place("kalverstraat", address="Kalverstraat 102")


def look(town: Town, customer: str = "sanne", campaign: str = "sneakers", **asked: Any) -> dict[str, Any]:
    body = PreviewBody.model_validate({"customer": customer, **asked})
    return town.read(lambda session: preview_saved(session, campaign, body, now=NOON))


def test_a_preview_is_worded_as_a_send_is(town: Town, store: str) -> None:
    town.product()
    town.offer(valid_for="P7D", codes="shared", code="SUMMER10")
    phone = town.phone(sizes={"shoes": "38"})
    town.purchase({"sku": "SNEAK-1"})
    text = (
        "{{ purchase.title }} {{ product.price }} {{ offer.value }} {{ coupon.code }} {{ customer.size.shoes }} {{ weekday }} "
        "{{ place.name }} {{ device.kind }}"
    )
    messages = {tag: {"title": "Hoi {{ customer.first_name }}", "body": text} for tag in ("nl", "en")}
    town.campaign(offer="ten-percent", product="SNEAK-1", messages=messages)
    told = look(town, place="kalverstraat", at=at(6))
    assert {name: told[name] for name in ("customer", "place", "language", "variant", "refusals")} == {
        "customer": "sanne", "place": "kalverstraat", "language": "nl", "variant": None, "refusals": [],
    }  # fmt: skip
    town.send(town.cross(enter(phone, store, 5)).deliveries, now=at(6))
    [item] = town.deliveries()
    dutch = told["texts"]["nl"]
    assert (dutch["title"], dutch["body"], dutch["url"]) == (item["title"], item["body"], None)
    assert (dutch["missing"], dutch["warnings"]) == ([], [])
    assert dutch["bytes"] == len((item["title"] + item["body"]).encode())
    assert told["texts"]["en"]["body"].startswith("Sneaker, white €89.95 10% SUMMER10 38 Wednesday Kalverstraat app")


def test_nothing_is_written(town: Town, store: str) -> None:
    town.offer(imported=["SNEAK-4711"], budget=1)
    town.phone()
    messages = {"nl": {"title": "Hoi", "body": "{{ coupon.code }}"}}
    town.campaign(offer="ten-percent", live=False, messages=messages)

    def rows(session: Any) -> dict[str, int]:
        return {
            name: session.scalar(select(func.count()).select_from(one)) for name, one in Table.metadata.tables.items()
        }

    before = town.read(rows)
    assert look(town)["texts"]["nl"]["body"] == EXAMPLE
    assert town.read(rows) == before
    assert town.counts() == {"spent": 0, "left": 1, "redeemed": 0, "codes_left": 1}


def test_the_end_of_the_calendar_can_be_asked_about(town: Town, store: str) -> None:
    town.offer(valid_for="P3660D")
    town.phone()
    messages = {"nl": {"title": "Hoi", "body": "Tot {{ coupon.expires }}"}}
    town.campaign(offer="ten-percent", messages=messages)
    assert look(town, at="9999-12-29T12:00:00Z")["texts"]["nl"]["body"] == "Tot 30 december, 01:00"


def test_every_refusal_names_its_text_and_why(town: Town, store: str) -> None:
    town.phone(attributes={"team": "é" * 300})
    long = "/" + "{{ customer.attributes.team }}" * 3
    messages = {
        "nl": {"title": "{{ order.number }}", "body": "{{ purchase.title }} {{ customer.size.hat }}"},
        "de": {"title": "Hallo", "body": "{{ order.number | default: ' ' }}", "url": "/{{ purchase.sku }}"},
        "en": {"title": "Hello", "body": "There", "url": long},
    }
    town.campaign(messages=messages)
    told = look(town)
    size = len("Hello") + len("There") + 1 + 3 * 300 * len("%C3%A9")
    by_path = {one["path"]: one["message"] for one in told["refusals"]}
    assert by_path == {
        "messages.nl.title": "names order.number, which is not known",
        "messages.nl.body": "names purchase.title and customer.size.hat, which are not known",
        "messages.de.body": "comes out empty",
        "messages.de.url": "names purchase.sku, which is not known",
        "messages.en": f"takes {size} bytes; push services take 4096",
    }
    assert told["texts"]["nl"]["missing"] == ["order.number", "purchase.title", "customer.size.hat"]
    assert told["texts"]["de"]["body"] == "Bei Kalverstraat wartet etwas auf Sie."
    assert told["texts"]["en"]["missing"] == []


def test_what_a_phone_does_not_show_is_a_warning(town: Town, store: str) -> None:
    town.phone(attributes={"team": "x" * 300})
    messages = {
        "nl": {"title": "t" * 40, "body": "b" * 110},
        "en": {"title": "t" * 41, "body": "{{ customer.attributes.team }}{{ customer.attributes.team }}"},
    }
    town.campaign(messages=messages)
    told = look(town)
    assert told["refusals"] == []
    assert told["texts"]["nl"]["warnings"] == []
    assert told["texts"]["en"]["warnings"] == [
        {"path": "messages.en.title", "message": "has 41 characters; a phone shows about 40"},
        {"path": "messages.en.body", "message": "has 600 characters and is cut to 400; a phone shows about 110"},
    ]


def test_the_limit_is_that_of_the_customers_device(town: Town, store: str) -> None:
    long = "/" + "{{ customer.attributes.team }}" * 2
    town.campaign(messages={"nl": {"title": "Hoi", "body": "Kom", "url": long}})
    attributes = {"team": "é" * 280}
    for customer, platform in (("sanne", "android"), ("tom", "web"), ("ada", None)):
        town.customer(customer, attributes=attributes)
        if platform:
            town.device(customer, platform=platform)
    assert look(town, "sanne")["refusals"] == []
    for customer in ("tom", "ada"):
        assert [one["path"] for one in look(town, customer)["refusals"]] == ["messages.nl"]


def test_a_variant_by_name_and_the_place_it_stands_at(town: Town, store: str) -> None:
    town.phone()
    own = {"nl": {"title": "Kort", "body": "{{ order.number }}"}}
    town.campaign(variants=[{"name": "none", "weight": 0}, {"name": "short", "messages": own}, {"name": "plain"}])
    told = look(town, variant="short")
    assert (told["variant"], told["refusals"][0]["path"]) == ("short", "variants[1].messages.nl.body")
    assert look(town)["variant"] in {"short", "plain"}
    assert look(town, variant="plain")["texts"]["nl"]["title"] == "Hoi Sanne"
    with pytest.raises(BadInput, match="variant: there is no variant 'gone'"):
        look(town, variant="gone")


def test_the_place_is_the_one_asked_for_else_the_first_it_names_else_any(town: Town, store: str) -> None:
    town.place("damrak")
    town.phone()
    town.campaign()
    assert look(town)["place"] == "damrak"
    assert look(town, place="kalverstraat")["texts"]["nl"]["body"] == "Je bent bij Kalverstraat."
    town.campaign("there", trigger={"on": "enter", "places": ["kalverstraat"]})
    assert look(town, campaign="there")["place"] == "kalverstraat"
    with pytest.raises(BadInput, match="place: there is no place 'gone'"):
        look(town, place="gone")


def test_the_language_is_that_of_a_send(town: Town, store: str) -> None:
    town.customer(language=None)
    town.device(locale="nl-BE")
    town.campaign()
    assert look(town)["language"] == "nl"
    town.customer("ada", language="fr")
    assert look(town, "ada")["language"] == "en"


def test_a_preview_reaches_to_the_end_of_the_calendar(town: Town, store: str) -> None:
    town.offer(valid_for="P3650D", codes="none")
    town.customer(time_zone="Pacific/Kiritimati")
    messages = {"en": {"title": "Hi", "body": "until {{ coupon.expires }}"}}
    town.campaign(offer="ten-percent", live=False, messages=messages)
    assert look(town, at="9999-06-01T12:00:00Z")["texts"]["en"]["body"] == "until 30 December, 14:00"


def test_what_is_not_there_is_not_found(town: Town, store: str) -> None:
    town.campaign(live=False)
    town.customer()
    for customer, campaign in (("nobody", "sneakers"), ("sanne", "nothing")):
        with pytest.raises(NotFound):
            look(town, customer, campaign)


def test_a_page_may_say_more_than_a_push_and_leads_nowhere(town: Town, store: str) -> None:
    town.customer()
    messages = {"nl": {"title": "Titel", "body": "{{ product.title }} " * 9, "url": "/sale"}}
    town.product(title={"nl": "Sneaker " * 35})
    told = {}
    for on in ("scan", "abandoned"):
        town.campaign(on=on, live=False, product="SNEAK-1", messages=messages)
        told[on] = look(town)
    page, push = told["scan"]["texts"]["nl"], told["abandoned"]["texts"]["nl"]
    assert (told["scan"]["shown_on"], told["abandoned"]["shown_on"]) == ("page", "push")
    assert (page["url"], page["warnings"]) == (None, [])
    assert push["url"] == "/sale"
    assert push["warnings"] != []


@pytest.mark.parametrize("on", ["scan", "abandoned"])
def test_no_posters_moment_knows_how_far_it_is(town: Town, store: str, on: str) -> None:
    town.customer()
    town.campaign(on=on, live=False, messages={"nl": {"title": "Nabij", "body": "{{ place.distance_m }} m"}})
    assert look(town)["texts"]["nl"]["missing"] == ["place.distance_m"]
