"""What became of it: a walk into a store is seen on the pages, with its message and its reason, to the last row."""

from typing import Any

import httpx
import pytest

from offers.records.database import Database
from offers.records.tables import Delivery
from tests.web.conftest import CAMPAIGN, PLACE, Register, bearer
from tests.web.console.conftest import OFFER, Enter, Person, Town
from tests.web.console.test_campaigns import FILLED, NEW

HERE = {"lat": PLACE["lat"], "lon": PLACE["lon"], "accuracy_m": 8}


@pytest.fixture
def walked(marketer: Person, admin: httpx.Client, register: Register, town: Town) -> None:
    """Sanne is told, Daan is not among those who are meant; everything but the walk is done on the forms."""
    marketer.fill(
        "/console/places/new",
        name=PLACE["name"],
        id="kalverstraat-102",
        lat=str(PLACE["lat"]),
        lon=str(PLACE["lon"]),
        time_zone="Europe/Amsterdam",
        premises__radius_m="100",
    )
    words = {name: value for name, value in FILLED.items() if not name.startswith("audience")}
    row: dict[str, Any] = {"audience__kind": ["tag"], "audience__name": [""], "audience__value": ["sneakers"]}
    assert marketer.fill(NEW, **words, **row, do="save").status_code == 303
    assert marketer.fill("/console/campaigns/sneakers/launch").status_code == 303
    consents = {"location": True, "offers": True}
    for customer, name, tags in (("sanne", "Sanne de Vries", ["sneakers"]), ("daan", "Daan Bakker", [])):
        body = {"name": name, "language": "nl", "tags": tags, "consents": consents}
        assert admin.put(f"/v1/customers/{customer}", json=body).status_code == 201
        device = register(customer, consents=consents)
        assert admin.post("/v1/pings", json=HERE, headers=bearer(device["token"])).status_code == 202
    town.work()


@pytest.mark.usefixtures("walked")
def test_a_delivery_and_its_why_are_on_the_pages(marketer: Person, admin: httpx.Client) -> None:
    assert [one["state"] for one in admin.get("/v1/deliveries").json()["items"]] == ["sent"]
    page = marketer.look("/console/deliveries")
    assert "Hoi Sanne Je bent vlak bij Kalverstraat 102." in page.text
    assert "accepted by the push service" in page.text
    assert "arrived" not in page.text, "nobody has told so"
    assert {"Sanne de Vries", "Sneakers, Kalverstraat", "Kalverstraat 102", "Why?"} <= set(page.links)
    why = marketer.look(page.links["Why?"])
    assert "What “Sneakers, Kalverstraat” decided for Sanne de Vries" in why.text
    assert "nothing stood against it" in why.text
    other = marketer.look("/console/why?customer=Bakker&campaign=sneakers")
    assert "They are not among those the campaign is meant for. What did not hold: the tag sneakers." in other.text


@pytest.mark.usefixtures("walked")
def test_what_the_phone_told_stands_beside_the_message(marketer: Person, database: Database) -> None:
    with database.transaction() as session:
        row = session.query(Delivery).one()
        row.received_at = row.sent_at
    for path in ("/console/deliveries", "/console/customers/sanne"):
        assert "arrived" in marketer.look(path).text
    with database.transaction() as session:
        row = session.query(Delivery).one()
        row.opened_at = row.received_at
    for path in ("/console/deliveries", "/console/customers/sanne"):
        assert "opened" in marketer.look(path).text


@pytest.mark.usefixtures("walked")
def test_every_count_of_the_first_page_leads_to_its_rows(marketer: Person, admin: httpx.Client) -> None:
    page = marketer.look("/console")
    counts = {said: to for said, to in page.links.items() if said.split(" ")[0].isdigit()}
    assert counts.keys() == {"1 sent", "1 not in the audience"} or len(counts) >= 2
    for said, to in counts.items():
        rows = marketer.look(to)
        shown = rows.html.count("<tr>") - 1
        assert shown == int(said.split(" ")[0]), said
    assert "came Kalverstraat 102" in page.text
    assert "Sanne" not in page.text, "what happens at home is of places and campaigns, of nobody"


@pytest.mark.usefixtures("walked")
def test_a_campaigns_counts_lead_to_its_rows(marketer: Person) -> None:
    page = marketer.look("/console/campaigns/sneakers")
    decisions = marketer.look("/console/decisions?campaign=sneakers&outcome=not_in_audience")
    assert "/console/decisions?campaign=sneakers&outcome=not_in_audience" in page.links.values()
    assert "Daan Bakker" in decisions.links
    assert "Sanne de Vries" not in decisions.links
    assert "the tag sneakers" in decisions.text
    listed = marketer.look("/console/campaigns")
    assert listed.links["1"] == "/console/deliveries?campaign=sneakers&state=sent"


@pytest.mark.usefixtures("walked")
def test_a_count_says_how_much_of_it_no_list_shows_any_more(marketer: Person, admin: httpx.Client) -> None:
    pages = ("/console", "/console/campaigns/sneakers")
    assert all("in no list any more" not in marketer.look(page).text for page in pages)
    assert admin.delete("/v1/customers/sanne").status_code == 204
    for page in map(marketer.look, pages):
        assert "1 sent" in page.links
        assert page.text.count("Counted, and in no list any more: 1.") == 2, "a delivery and its decision"


@pytest.mark.usefixtures("walked")
@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", 2),
        ("customer=sanne", 1),
        ("customer=nobody", 0),
        ("campaign=sneakers", 2),
        ("campaign=other", 0),
        ("place=kalverstraat-102", 2),
        ("place=elsewhere", 0),
        ("outcome=send", 1),
        ("since=2026-11-23T12:00", 2),
        ("since=2026-11-23T13:00", 0),
        ("since=2026-11-23T13:00:00%2B02:00", 2),
        ("customer=sanne&outcome=send&place=kalverstraat-102&campaign=sneakers&since=", 1),
    ],
)
def test_filters_show_what_they_say(marketer: Person, query: str, rows: int) -> None:
    page = marketer.look(f"/console/decisions?{query}")
    assert page.html.count("<tr>") == (rows + 1 if rows else 0)
    if not rows:
        assert "Nothing fits these filters" in page.text


@pytest.mark.parametrize(
    "query", ["customer=a%20b", "campaign=%2Fx", "since=yesterday", "place='", "since=0001-01-01T00:00"]
)
@pytest.mark.parametrize("path", ["/console/decisions", "/console/deliveries"])
def test_a_filter_that_can_not_be_read_is_said_at_its_field(marketer: Person, path: str, query: str) -> None:
    page = marketer.look(f"{path}?{query}", 422)
    assert page.invalid == [query.partition("=")[0]]
    assert "Nothing fits" not in page.text
    assert set(page.described) <= set(page.ids)


@pytest.mark.usefixtures("walked")
def test_rows_are_shown_a_page_at_a_time_with_their_filters(
    marketer: Person, admin: httpx.Client, register: Register, town: Town
) -> None:
    for number in range(52):
        device = register(f"c-{number:02}", push_token=f"t{number}")
        assert admin.post("/v1/pings", json=HERE, headers=bearer(device["token"])).status_code == 202
    town.work()
    first = marketer.look("/console/decisions?campaign=sneakers&outcome=not_in_audience")
    assert first.html.count("<tr>") - 1 == 50
    second = marketer.look(first.links["Next page"])
    assert second.html.count("<tr>") - 1 == 3
    assert "Next page" not in second.links
    assert second.links["First page"] == "/console/decisions?campaign=sneakers&outcome=not_in_audience"


@pytest.mark.usefixtures("walked")
def test_one_customer_whole(marketer: Person, admin: httpx.Client) -> None:
    found = marketer.look("/console/customers?q=VRIES")
    assert list(found.links).count("Sanne de Vries") == 1
    assert "Daan Bakker" not in found.links
    page = marketer.look(found.links["Sanne de Vries"])
    for said in (
        "Nederlands",
        "sneakers",
        "location given",
        "order messages not given",
        "can be reached",
        "came",
        "Hoi Sanne",
    ):
        assert said in page.text, said
    sheet = page.sheet("/console/why")
    why = marketer.look(f"/console/why?customer={sheet['customer']}&campaign=sneakers")
    assert "nothing stood against it" in why.text
    assert "push-sanne" not in page.html


@pytest.mark.usefixtures("walked")
def test_why_says_what_kept_a_campaign_from_deciding(marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/customers/lena", json={"name": "Lena", "tags": ["sneakers"], "consents": {"location": True}})
    asked = "/console/why?customer=lena&campaign=sneakers"
    assert "They have not agreed to offers." in marketer.look(asked).text
    admin.put("/v1/customers/lena", json={"name": "Lena", "tags": ["sneakers"], "consents": {"offers": True}})
    assert "They have no device with the app." in marketer.look(asked).text
    marketer.fill("/console/campaigns/sneakers/pause")
    assert "The campaign is not live (paused)." in marketer.look(asked).text


def test_several_customers_fit_and_are_offered(marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN)
    for number in (1, 2):
        admin.put(f"/v1/customers/jansen-{number}", json={"name": f"F. Jansen {number}"})
    page = marketer.look("/console/why?customer=jansen&campaign=sneakers")
    assert "Several fit. Which one?" in page.text
    assert "It has never decided about them." in marketer.look(page.links["F. Jansen 2"]).text
    assert "There is no such customer." in marketer.look("/console/why?customer=nobody&campaign=sneakers", 422).text
    assert "Choose one of these." in marketer.look("/console/why?customer=jansen-1&campaign=nothing", 422).text


SCRIPT = "<script>alert('\"1')</script>"


def test_what_people_wrote_is_text_on_every_page(
    marketer: Person, enter: Enter, admin: httpx.Client, register: Register, town: Town
) -> None:
    words = {tag: {"title": f"T {SCRIPT}", "body": f"B {SCRIPT}", "url": f"/x?a={SCRIPT}"} for tag in ("en", "nl")}
    tree = {"any": [{"fact": "language", "is": "nl"}, {"fact": "attributes.note", "is": SCRIPT}]}
    place = PLACE | {"name": f"P {SCRIPT}", "address": SCRIPT, "tags": [SCRIPT]}
    assert admin.put("/v1/places/kalverstraat-102", json=place).status_code == 201
    offer = OFFER | {"name": f"O {SCRIPT}", "text": {"en": SCRIPT}}
    assert admin.put("/v1/offers/ten", json=offer).status_code == 201
    body = CAMPAIGN | {"offer": "ten", "name": f"C {SCRIPT}", "audience": tree, "messages": words}
    assert admin.put("/v1/campaigns/sneakers", json=body).status_code == 201
    assert admin.post("/v1/campaigns/sneakers/launch").status_code == 200
    profile = {"name": f"N {SCRIPT}", "sizes": {"x": SCRIPT}, "attributes": {"note": SCRIPT}, "tags": [SCRIPT]}
    made = admin.put("/v1/customers/sanne", json=profile)
    assert made.status_code == 201, made.text
    device = register("sanne")
    admin.post("/v1/pings", json=HERE, headers=bearer(device["token"]))
    town.work()
    boss = enter("admin")
    boss.fill("/console/campaigns/sneakers/edit", priority="51", do="save")
    seen = 0
    for path in (
        "/console",
        "/console/places",
        "/console/places/kalverstraat-102",
        "/console/campaigns",
        "/console/campaigns/sneakers",
        "/console/campaigns/sneakers/edit",
        "/console/campaigns/sneakers/preview?customer=sanne",
        "/console/campaigns/sneakers/pause",
        "/console/places/kalverstraat-102/delete",
        "/console/campaigns/sneakers/delete",
        "/console/offers",
        "/console/offers/ten",
        "/console/offers/ten/delete",
        "/console/customers",
        "/console/customers/sanne",
        "/console/why?customer=sanne&campaign=sneakers",
        "/console/deliveries",
        "/console/decisions",
        "/console/users",
    ):
        page = boss.look(path)
        assert "<script>" not in page.html, path
        assert page.styled == 0, path
        seen += SCRIPT in " ".join(page.texts)
    assert seen == 19
    for path in (
        f"/console/customers?q={SCRIPT}",
        f"/console/places?q={SCRIPT}",
        f"/console/decisions?place={SCRIPT}",
        f"/console/why?customer={SCRIPT}",
        f"/console?done={SCRIPT}",
        f"/console/{SCRIPT}",
    ):
        assert "<script>" not in boss.http.get(path).text
    assert "<script" not in boss.http.get("/console/sign-in", params={"next": SCRIPT, "lang": SCRIPT}).text


def test_an_address_that_people_wrote_is_never_a_link(marketer: Person, admin: httpx.Client) -> None:
    """`url` leads wherever a campaign says; on the desk's own pages it is text."""
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    words: dict[str, Any] = {"en": {"title": "T", "body": "B", "url": "https://elsewhere.example/"}}
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"messages": words})
    page = marketer.look("/console/campaigns/sneakers")
    assert "https://elsewhere.example/" in page.text
    assert not [to for to in page.links.values() if not to.startswith(("/console", "#"))]
