"""An offer on the plain form, in a campaign, and as coupons wherever they are told."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.web.conftest import CAMPAIGN, PLACE, Register, bearer
from tests.web.console.conftest import OFFER, Enter, Person, Town
from tests.web.console.reading import PageText
from tests.web.console.test_campaigns import FILLED as CAMPAIGN_FORM
from web.console.masking import DOTS

NEW = "/console/offers/new"
FILLED: Mapping[str, Any] = {
    "name": "Five euros off",
    "id": "five",
    "kind": "amount",
    "value": "5,00",
    "currency": "eur",
    "budget": "1.000",
    "budget_per_place": "50",
    "codes": "shared",
    "code": "SNEAK-5",
    "valid_for": "7",
    "valid_for__unit": "D",
    "valid_until": "2026-12-31T23:59",
    "text__nl": "5 euro korting",
    "minimum_basket__nl": "vanaf € 50",
}
HERE = {"lat": PLACE["lat"], "lon": PLACE["lon"], "accuracy_m": 8}


def test_an_offer_on_the_form_is_the_offer_at_the_api(marketer: Person, admin: httpx.Client, enter: Enter) -> None:
    answer = marketer.fill(NEW, **FILLED)
    assert answer.headers["location"] == "/console/offers/five?done=offer_saved"
    offer = admin.get("/v1/offers/five").json()
    said = {name: offer[name] for name in ("name", "kind", "value", "currency", "budget", "budget_per_place")}
    assert said == {
        "name": "Five euros off",
        "kind": "amount",
        "value": "5.00",
        "currency": "EUR",
        "budget": 1000,
        "budget_per_place": 50,
    }
    assert (offer["codes"], offer["code"], offer["valid_for"]) == ("shared", "SNEAK-5", "P7D")
    assert offer["text"] == {"nl": "5 euro korting"}
    assert offer["minimum_basket"] == {"nl": "vanaf € 50"}
    assert offer["valid_until"] == "2026-12-31T23:59:00Z", "no place is there, and so the desk's clock is UTC"
    assert "It counts for what is decided from now on." in marketer.look(answer.headers["location"]).text
    assert "Amount off, EUR 5.00 one for all 1000 0 1000 0" in marketer.look("/console/offers").text.replace(
        "\xa0", " "
    )
    german = enter("viewer", language="de").look("/console/offers").text.replace("\xa0", " ")
    assert "Rabatt als Betrag, 5,00 EUR" in german


def test_the_form_shown_and_sent_back_changes_nothing(marketer: Person, admin: httpx.Client) -> None:
    full = {
        "text": {"fr": "Dix", "nl": "Tien"},
        "minimum_basket": {"es": "desde 50", "de": "ab 50"},
        "valid_for": "PT90M",
    }
    for offer in (OFFER, OFFER | full | {"value": 12.5, "valid_until": "2026-12-31T23:59:59.123456+01:00"}):
        admin.put("/v1/offers/ten", json=offer)
        before = admin.get("/v1/offers/ten").headers["etag"]
        assert marketer.fill("/console/offers/ten").status_code == 303
        assert admin.get("/v1/offers/ten").headers["etag"] == before


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"name": ""}, "name", "Fill this in."),
        ({"value": ""}, "value", "This kind of offer needs a value."),
        ({"value": "much"}, "value", "This is not a number."),
        ({"currency": ""}, "currency", "An amount needs a currency, such as EUR."),
        ({"currency": "euro"}, "currency", "Three letters, such as EUR."),
        ({"budget": "-1"}, "budget", "At least 0."),
        ({"budget": "1.5"}, "budget", "This is not a number."),
        ({"budget_per_place": "all"}, "budget_per_place", "This is not a number."),
        ({"codes": "generated"}, "code", "This is one code for all."),
        ({"code": "no blanks"}, "code", "A code has at most 64 letters"),
        ({"valid_for": "long"}, "valid_for", "This is not a number."),
        ({"valid_for": "-7"}, "valid_for", "More than 0."),
        ({"valid_until": "some day"}, "valid_until", "This is not a date and time"),
        ({"kind": "castle"}, "kind", "Choose one of these."),
        ({"id": "no blanks"}, "id", "Use letters"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    marketer: Person, admin: httpx.Client, wrong: dict[str, str], field: str, said: str
) -> None:
    answer = marketer.fill(NEW, **{**FILLED, **wrong})
    assert answer.status_code == 422
    page = PageText(answer.text)
    assert page.invalid == [field]
    assert said in page.text
    assert f"#f-{field}" in page.links.values()
    assert set(page.described) <= set(page.ids)
    sheet = page.sheet(NEW)
    for name, typed in {**FILLED, **wrong}.items():
        if name not in wrong or name != "kind":
            assert sheet[name.replace("__", ".")] == typed
    assert admin.get("/v1/offers").json()["items"] == []


def test_two_people_at_one_offer(marketer: Person, admin: httpx.Client) -> None:
    path = "/console/offers/ten"
    admin.put("/v1/offers/ten", json=OFFER)
    mine = marketer.look(path).sheet(path)
    admin.put(
        "/v1/offers/ten",
        json=OFFER | {"name": "Theirs", "text": {"de": "Zehn", "fr": "Dix"}, "minimum_basket": {"fr": "dès 50"}},
    )
    answer = marketer.send(mine, name="Mine")
    assert answer.status_code == 409
    page = PageText(answer.text)
    assert "Somebody else changed this while you were editing" in page.text
    assert admin.get("/v1/offers/ten").json()["name"] == "Theirs"
    assert marketer.send(page.sheet(path)).status_code == 303
    offer = admin.get("/v1/offers/ten").json()
    assert (offer["name"], offer["text"]) == ("Mine", {"de": "Zehn", "fr": "Dix"})
    assert offer["minimum_basket"] == {"fr": "dès 50"}
    assert marketer.fill(NEW, **{**FILLED, "id": "ten"}).status_code == 409


def test_another_offers_code_is_said_at_its_field(marketer: Person, admin: httpx.Client) -> None:
    marketer.fill(NEW, **FILLED)
    answer = marketer.fill(NEW, **{**FILLED, "id": "other", "code": "sneak5"})
    assert answer.status_code == 409
    assert PageText(answer.text).invalid == ["code"]
    assert "another offer has this one" in answer.text
    assert admin.get("/v1/offers/other").status_code == 404


def test_a_campaign_says_its_offer_in_form_sentence_and_preview(marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/offers/ten", json=OFFER)
    admin.put("/v1/customers/sanne", json={"name": "Sanne", "language": "nl"})
    form = "/console/campaigns/new"
    words = {**CAMPAIGN_FORM, "messages__nl__body": "Toon {{ coupon.code }}."}
    without = marketer.fill(form, **words, do="save")
    assert without.status_code == 422, "a code is told, and there is no offer"
    admin.put("/v1/offers/plain", json={"name": "Plain", "kind": "text"})
    codeless = marketer.fill(form, **words, offer="plain", do="save")
    for answer in (without, codeless):
        told = PageText(answer.text)
        assert told.invalid == ["messages.nl.body"]
        assert "This text tells a coupon's code: choose an offer that has codes" in told.text
    shown = PageText(marketer.fill(form, **words, offer="ten", preview="sanne", do="preview").text)
    assert "With the offer Ten percent 10% The code is an example; none is handed out." in shown.text
    assert "Toon K7M4-9XQT-2RVB." in shown.text
    assert marketer.send(shown.sheet(form), do="save").status_code == 303
    assert admin.get("/v1/campaigns/sneakers").json()["offer"] == "ten"
    page = marketer.look("/console/campaigns/sneakers")
    assert "send Hello [first name] with the offer Ten percent, from" in page.text
    assert page.links["Ten percent"] == "/console/offers/ten"
    edit = "/console/campaigns/sneakers/edit"
    assert marketer.fill(edit, name="Renamed", do="save").status_code == 303
    assert admin.get("/v1/campaigns/sneakers").json()["offer"] == "ten"
    gone = marketer.fill(edit, offer="nothing", do="save")
    assert (gone.status_code, PageText(gone.text).invalid) == (422, ["offer"])
    assert marketer.fill(edit, offer="", messages__nl__body="Kom langs.", do="save").status_code == 303
    assert "offer" not in admin.get("/v1/campaigns/sneakers").json()


def test_a_budget_that_is_spent_is_said_before_the_launch(marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/offers/ten", json=OFFER | {"budget": 0})
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"offer": "ten"})
    asked = marketer.look("/console/campaigns/sneakers/launch")
    assert "Its offer has nothing left to give, or no code yet." in asked.text
    assert "/console/campaigns/sneakers/edit?checks=1#f-offer" in asked.links.values()


@pytest.fixture
def sold(marketer: Person, admin: httpx.Client, register: Register, town: Town) -> None:
    """Two units, three customers: Sanne and Daan get one, Lena comes too late for it."""
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/offers/ten", json=OFFER)
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"offer": "ten"})
    admin.post("/v1/campaigns/sneakers/launch")
    for name in ("sanne", "daan", "lena"):
        admin.put(f"/v1/customers/{name}", json={"name": name.title(), "consents": {"location": True, "offers": True}})
        admin.post("/v1/pings", json=HERE, headers=bearer(register(name)["token"]))
        town.work()


@pytest.mark.usefixtures("sold")
def test_coupons_and_what_is_sold_out_are_told_in_words(marketer: Person, admin: httpx.Client) -> None:
    said = "Coupon: Ten percent, not redeemed yet, good until 30 Nov 2026 12:00"
    deliveries = marketer.look("/console/deliveries")
    assert deliveries.text.count(said) == 2
    decisions = marketer.look("/console/decisions")
    assert decisions.text.count(said) == 2
    sold_out = "The offer Ten percent was sold out: its budget of 2 was given out."
    assert sold_out in decisions.text
    assert sold_out in marketer.look("/console/why?customer=lena&campaign=sneakers").text
    assert said in marketer.look("/console/why?customer=sanne&campaign=sneakers").text
    assert said in marketer.look("/console/customers/sanne").text
    [coupon] = [one["coupon"] for one in admin.get("/v1/deliveries?customer=sanne").json()["items"]]
    assert admin.post(f"/v1/coupons/{coupon}/redeem", json={}).status_code == 200
    assert "Coupon: Ten percent, redeemed 23 Nov 2026 12:00" in marketer.look("/console/deliveries?customer=sanne").text
    timeline = marketer.look("/console/customers/sanne").text
    assert "coupon Ten percent Sneakers redeemed, 23 Nov 2026 12:00" in timeline, timeline
    table = marketer.look("/console/offers").text
    assert "made for each customer 2 2 sold out 1" in table


def test_a_code_that_is_one_customers_own_is_shown_to_nobody(
    marketer: Person, enter: Enter, admin: httpx.Client, register: Register, town: Town
) -> None:
    """The till asks for it, and whoever looks at the console is not the till."""
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/offers/ten", json=OFFER)
    words = {"en": {"title": "Code {{ coupon.code }}", "body": "Show {{ coupon.code }} at the till"}}
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"offer": "ten", "messages": words})
    admin.post("/v1/campaigns/sneakers/launch")
    admin.put("/v1/customers/sanne", json={"name": "Sanne", "consents": {"location": True, "offers": True}})
    admin.post("/v1/pings", json=HERE, headers=bearer(register("sanne")["token"]))
    town.work()
    [sent] = admin.get("/v1/deliveries?customer=sanne").json()["items"]
    code = sent["title"].removeprefix("Code ")
    assert len(code) > 8
    for person in (marketer, enter("viewer")):
        for path in ("/console/deliveries", "/console/customers/sanne"):
            page = person.look(path)
            assert code not in page.html
            assert f"Code …{code[-4:]}" in page.text.replace(DOTS, "…")


@pytest.mark.usefixtures("sold")
def test_what_coupons_that_are_out_do_not_allow_is_said_at_its_field(marketer: Person, admin: httpx.Client) -> None:
    page = marketer.look("/console/offers/ten")
    assert page.links["Sneakers"] == "/console/campaigns/sneakers"
    answer = marketer.send(page.sheet("/console/offers/ten"), budget="1", codes="none")
    assert answer.status_code == 409
    told = PageText(answer.text)
    assert told.invalid == ["budget", "codes"]
    assert "Less than what is given out already." in told.text
    assert told.sheet("/console/offers/ten")["budget"] == "1"
    assert "Coupons of it are out" in marketer.look("/console/offers/ten/delete").text
    assert marketer.fill("/console/offers/ten", budget="3").status_code == 303
    assert admin.get("/v1/offers/ten").json()["left"] == 1
