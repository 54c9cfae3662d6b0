"""The rows of an audience on the campaign's page: opened, added, chosen from, and told what is wrong at their fields."""

import re
from typing import Any

import httpx
import pytest

from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE
from tests.web.console.conftest import Person
from tests.web.console.reading import PageText
from tests.web.console.test_as_typed import WHO
from tests.web.console.test_campaigns import FILLED, NEW
from web.console.audience_kinds import KINDS

EDIT = "/console/campaigns/sneakers/edit"
SNEAKERS = {"fact": "purchases.category", "has": "sneakers", "within_days": 90}
TREE: dict[str, Any] = {
    "any": [
        SNEAKERS,
        {"not": {"visited": "kalverstraat-102", "within_days": 30}},
        {"fact": "purchases.total.EUR", "at_least": 100, "before": "2026-11-01T12:00:00+01:00"},
        {"fact": "attributes.points", "at_most": 5},
        {"tag": "Shoes, men"},
        {"fact": "devices.push", "is": False},
    ]
}


@pytest.fixture
def shop(admin: httpx.Client) -> None:
    """Two customers; Sanne bought sneakers."""
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/products/S-1", json={"title": {"en": "A sneaker", "nl": "Een sneaker"}})
    admin.put(
        "/v1/customers/sanne", json={"tags": ["Shoes, men"], "attributes": {"points": 7}, "sizes": {"shoes": "39"}}
    )
    admin.put("/v1/customers/daan", json={"tags": ["boots"]})
    items = [{"sku": f"S-{name}", "category": name, "quantity": 1, "price": "9.95"} for name in ("sneakers", "socks")]
    bought = {"purchase_id": "b-1", "customer": "sanne", "channel": "online", "at": NOON.isoformat(), "total": "19.90"}
    assert admin.post("/v1/purchases", json=bought | {"currency": "EUR", "items": items}).status_code in (200, 201)


def rows(page: PageText, part: str, path: str = NEW) -> list[str]:
    return [text for name, text in page.sheet(path).fields if name == f"audience.{part}"]


@pytest.mark.usefixtures("shop")
def test_an_audience_opens_as_rows_and_is_saved_as_it_was(marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"audience": TREE})
    page = marketer.look(EDIT)
    assert rows(page, "kind", EDIT)[:6] == ["category", "visited", "spent", "attribute", "tag", "push"]
    assert rows(page, "no", EDIT)[:6] == ["", "not", "", "", "", "not"]
    assert rows(page, "days", EDIT)[:3] == ["90", "30", ""]
    assert rows(page, "before", EDIT)[2] == "2026-11-01T12:00"
    assert rows(page, "value", EDIT)[4] == '"Shoes, men"'
    assert "audience.use_tree" not in [name for name, _ in page.sheet(EDIT).fields]
    assert marketer.fill(EDIT, do="save").status_code == 303
    assert admin.get("/v1/campaigns/sneakers").json()["version"] == 1
    marketer.fill(EDIT, name="Renamed", do="row")
    assert marketer.fill(EDIT, name="Renamed", do="save").status_code == 303
    saved = admin.get("/v1/campaigns/sneakers").json()
    assert (saved["name"], saved["audience"]) == ("Renamed", TREE)


@pytest.mark.usefixtures("shop")
def test_bought_in_the_last_days_is_a_row_that_counts_as_one_types(marketer: Person, admin: httpx.Client) -> None:
    row: dict[str, Any] = {"audience__kind": ["category"], "audience__value": ["sneakers"], "audience__days": ["90"]}
    told = PageText(marketer.post(WHO, marketer.look(NEW).sheet(NEW).but(**row)).text)
    assert "1 person" in told.text
    none = row | {"audience__kind": ["category", "push"], "audience__value": ["socks", ""]}
    assert "Nobody is in it now." in PageText(marketer.post(WHO, marketer.look(NEW).sheet(NEW).but(**none)).text).text
    answer = marketer.fill(NEW, **{**FILLED, **row}, do="save")
    assert answer.status_code == 303
    assert admin.get("/v1/campaigns/sneakers").json()["audience"] == {"all": [SNEAKERS]}
    assert "a purchase from sneakers in the last 90 days" in marketer.look("/console/campaigns/sneakers").text


@pytest.mark.usefixtures("shop")
def test_what_is_wrong_in_a_row_is_told_there_and_led_to(marketer: Person) -> None:
    wrong: dict[str, Any] = {
        "audience__kind": ["category", "visited", ""],
        "audience__name": ["", "", ""],
        "audience__value": ["sneakers", "nowhere", ""],
        "audience__days": ["soon", "7", ""],
    }
    page = PageText(marketer.fill(NEW, **{**FILLED, **wrong}, do="save").text)
    assert page.links["Row 1, In the last … days"] == "#f-audience.rows.1.days"
    assert "This is not a number." in page.text
    assert page.invalid == ["audience.days"]
    assert set(page.described) <= set(page.ids)
    assert rows(page, "days")[:2] == ["soon", "7"], "nothing typed is lost"
    gone = {**FILLED, **wrong} | {"audience__days": ["90", "7", ""]}
    page = PageText(marketer.fill(NEW, **gone, do="save").text)
    assert page.links["Row 2, Value"] == "#f-audience.rows.2.value"
    assert "There is no such place." in page.text
    sheet = marketer.look(NEW).sheet(NEW)
    told = PageText(marketer.post(WHO, sheet.but(**{name: gone[name] for name in wrong})).text)
    assert "Row 2: There is no such place." in told.text
    refused: dict[str, Any] = {"audience__kind": ["language"], "audience__value": ["nl, nonsense in it"]}
    told = PageText(marketer.post(WHO, sheet.but(**refused)).text)
    assert "Row 1: " in told.text
    page = PageText(marketer.fill(NEW, **{**FILLED, **refused}, do="save").text)
    assert page.links["Row 1, Value"] == "#f-audience.rows.1.value"


@pytest.mark.usefixtures("shop")
def test_what_was_seen_may_be_chosen(marketer: Person) -> None:
    html = marketer.look(NEW).html

    def offered(name: str) -> list[str]:
        found = re.search(rf'<datalist id="of-{name}">(.*?)</datalist>', html, re.DOTALL)
        assert found, name
        return re.findall(r'<option value="([^"]*)"', found[1])

    assert offered("tags") == ["&#34;Shoes, men&#34;", "boots"]
    assert offered("attributes") == ["points"]
    assert offered("sizes") == ["shoes"]
    assert offered("categories") == ["sneakers", "socks"]
    assert offered("products") == ["S-1"]
    assert offered("places") == ["*", "kalverstraat-102"]
    assert "A sneaker" in html
    for kind in KINDS.values():
        for name in filter(None, (kind.suggests, kind.names)):
            assert f'<datalist id="of-{name}">' in html
        assert f'<option value="{kind.name}"' in html


@pytest.mark.usefixtures("shop")
def test_one_more_row_is_where_one_goes_on(marketer: Person) -> None:
    answer = marketer.fill(NEW, **FILLED, do="row")
    page = PageText(answer.text)
    assert rows(page, "kind") == ["tag", "attribute", "", ""]
    assert re.findall(r'<select id="([^"]+)"[^>]* autofocus', answer.text) == ["row-4-kind"]
    assert " autofocus" not in marketer.look(NEW).html
