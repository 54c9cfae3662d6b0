"""A thousand stores, and full pages: a list that can be searched without a script, and as many statements as for one row."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import event

from offers.places import put_places
from offers.records.database import Database
from offers.rules.place import PlaceBody
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE, Register, bearer
from tests.web.console.conftest import OFFER, Person, Town
from tests.web.console.reading import PageText
from tests.web.console.test_campaigns import FILLED, NEW
from web.console.choosing import MOST, meant, offer_places


@pytest.fixture
def stores(database: Database) -> None:
    bodies = {
        f"store-{number:04}": PlaceBody.model_validate(PLACE | {"name": f"Store {number:04}", "address": "Dam 1"})
        for number in range(1000)
    }
    bodies["paleis"] = PlaceBody.model_validate(PLACE | {"name": "Paleisstraat 7"})
    with database.transaction() as session:
        put_places(session, bodies, now=NOON)


def ticks(page: PageText) -> int:
    return page.html.count('name="trigger.places"')


@pytest.mark.usefixtures("stores")
def test_places_are_searched_on_the_form_and_nothing_typed_is_lost(marketer: Person, admin: httpx.Client) -> None:
    page = marketer.look(NEW)
    assert ticks(page) == MOST
    assert "941 more. Search to see them." in page.text
    texts = {name: value for name, value in FILLED.items() if name != "trigger__places"}
    found = PageText(marketer.fill(NEW, **texts, trigger__places=["store-0003"], places__find="PALEIS", do="find").text)
    assert ticks(found) == 2, "what is ticked stays, what was found is beside it"
    assert "Chosen: 1" in found.text
    sheet = found.sheet(NEW)
    assert (sheet["name"], sheet["places.find"], sheet["trigger.places"]) == (FILLED["name"], "PALEIS", "store-0003")
    saved = marketer.send(sheet, trigger__places=["store-0003", "paleis"], do="enter")
    assert saved.status_code == 303, "what was searched already is not searched again by Enter"
    assert admin.get("/v1/campaigns/sneakers").json()["trigger"]["places"] == ["store-0003", "paleis"]
    edit = "/console/campaigns/sneakers/edit"
    assert ticks(marketer.look(edit)) == MOST + 2
    assert marketer.fill(edit, name="Renamed", do="save").status_code == 303
    assert admin.get("/v1/campaigns/sneakers").json()["trigger"]["places"] == ["store-0003", "paleis"]


@pytest.mark.usefixtures("stores")
def test_enter_does_what_was_typed_for_and_never_saves_by_surprise(marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/customers/sanne", json={"name": "Sanne"})
    texts = {name: value for name, value in FILLED.items() if name != "trigger__places"}
    assert "Paleisstraat 7" in marketer.fill(NEW, **texts, places__find="paleis", do="enter").text
    assert "As Sanne would get it" in marketer.fill(NEW, **texts, preview="sanne", do="enter").text
    assert admin.get("/v1/campaigns").json()["items"] == []
    assert marketer.fill(NEW, **texts, do="enter").status_code == 303


@pytest.mark.usefixtures("stores")
def test_places_are_found_in_their_table_and_as_a_filter(marketer: Person) -> None:
    assert marketer.look("/console/places?q=paleis").html.count("<tr>") == 2
    first = marketer.look("/console/places?q=dam+1")
    assert first.html.count("<tr>") == 101
    assert first.sheet("/console/places")["q"] == "dam 1"
    second = marketer.look(first.links["Next page"])
    assert "Store 0100" in second.links
    assert second.links["First page"] == "/console/places?q=dam%201"
    assert "No place found" in marketer.look("/console/places?q=nowhere").text
    filtered = marketer.look("/console/decisions?place=paleis")
    assert "Paleisstraat 7" in filtered.text, "whose id this is"
    assert marketer.look("/console/decisions?place=palei").invalid == []
    several = marketer.look("/console/decisions?place=store", 422)
    assert several.invalid == ["place"]
    assert "Several places fit: Store 0000, Store 0001" in several.text


def test_what_is_chosen_comes_first_and_is_never_lost() -> None:
    places = {f"p{number}": f"Place {number}" for number in range(200)}
    choice = offer_places(places, ["p150", "gone"], "place 1")
    assert list(choice.offered)[:2] == ["p150", "gone"]
    assert len(choice.offered) == 2 + MOST
    assert (choice.chosen, choice.left) == (2, 110 - MOST)
    few = offer_places({"a": "A"}, ["gone"], "")
    assert (few.offered, few.long) == ({"a": "A", "gone": "gone"}, False)


def test_a_text_means_the_one_it_names_before_those_that_hold_it() -> None:
    places = {"dam": "Dam", "dam-2": "Dam square", "x": "dam square"}
    assert meant(places, "dam") == ["dam"]
    assert meant(places, "DAM SQUARE") == ["dam-2", "x"]
    assert meant(places, "squ") == ["dam-2", "x"]
    assert meant(places, "nowhere") == []


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_a_full_page_takes_as_many_statements_as_one_row(
    marketer: Person, admin: httpx.Client, register: Register, town: Town, database: Database
) -> None:
    ping = {"lat": PLACE["lat"], "lon": PLACE["lon"], "accuracy_m": 8}
    pages = ("places", "campaigns", "offers", "customers", "deliveries", "decisions", "customers/c-00", "")

    def more(first: int, last: int) -> None:
        for number in range(first, last):
            admin.put(f"/v1/places/p{number:02}", json=PLACE | {"lat": 40 + number / 10})
            admin.put(f"/v1/offers/o{number:02}", json=OFFER)
            admin.put(f"/v1/campaigns/c{number:02}", json=CAMPAIGN | {"offer": f"o{number:02}"})
            admin.post("/v1/pings", json=ping, headers=bearer(register(f"c-{number:02}")["token"]))
        town.work()

    def counted() -> dict[str, int]:
        many = {}
        for page in pages:
            with statements(database) as seen:
                marketer.look(f"/console/{page}".rstrip("/"))
            many[page] = len(seen)
        return many

    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/offers/ten", json=OFFER | {"budget": None})
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"offer": "ten"})
    admin.post("/v1/campaigns/sneakers/launch")
    more(0, 1)
    few = counted()
    more(1, 60)
    assert counted() == few
    assert max(few.values()) < 25
