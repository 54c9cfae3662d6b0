"""Deleted from the console: what goes with it is named before, and where it has to stay that is said in words."""

import httpx
import pytest

from offers.pickups import put_order
from offers.records.database import Database
from offers.rules.order import OrderBody
from tests.conftest import NOON
from tests.offers.stories import KEYS
from tests.web.conftest import CAMPAIGN, PLACE, Register, bearer
from tests.web.console.conftest import OFFER, Enter, Person, Town
from tests.web.console.reading import PageText

FAR = [{"role": "premises", "lat": 52.4, "lon": 4.9, "radius_m": 100}]
PATH = "/console/places/kalverstraat-102/delete"


@pytest.fixture
def place(admin: httpx.Client) -> None:
    assert admin.put("/v1/places/kalverstraat-102", json=PLACE).status_code == 201


@pytest.mark.usefixtures("place")
def test_a_place_is_deleted_after_what_goes_with_it_was_named(
    marketer: Person, enter: Enter, admin: httpx.Client, register: Register, town: Town
) -> None:
    admin.put("/v1/places/other", json=PLACE | {"name": "Other", "lat": 52.4, "geofences": FAR})
    for name, places in (("only", ["kalverstraat-102"]), ("both", ["kalverstraat-102", "other"]), ("all", [])):
        trigger = {"on": "enter", "places": places}
        admin.put(f"/v1/campaigns/{name}", json=CAMPAIGN | {"name": name.title(), "trigger": trigger})
    ping = {"lat": PLACE["lat"], "lon": PLACE["lon"], "accuracy_m": 8}
    admin.post("/v1/pings", json=ping, headers=bearer(register("sanne")["token"]))
    town.work()
    page = marketer.look(marketer.look("/console/places/kalverstraat-102").links["Delete"])
    assert "Delete “Kalverstraat 102”?" in page.text
    assert "2 campaigns name this place: Both and Only." in page.text
    assert "no place left at which this speaks: Only." in page.text
    assert "1 customer is there now" in page.text
    assert "1 visit and who came and went there are deleted with it." in page.text
    assert admin.get("/v1/places/kalverstraat-102").status_code == 200, "looking does nothing"
    answer = marketer.send(page.sheet(PATH))
    assert answer.headers["location"] == "/console/places?done=place_deleted"
    after = marketer.look(answer.headers["location"])
    assert "The place is deleted." in after.text
    assert "Kalverstraat 102" not in after.links
    assert admin.get("/v1/places/kalverstraat-102").status_code == 404
    assert admin.get("/v1/visits").json()["items"] == []
    assert "deleted place kalverstraat-102" in enter("admin").look("/console/users").text
    assert marketer.send(page.sheet(PATH)).status_code == 404, "pressed twice"


@pytest.mark.usefixtures("place")
def test_a_place_with_orders_stays_and_says_why(marketer: Person, admin: httpx.Client, database: Database) -> None:
    sheet = marketer.look(PATH).sheet(PATH)
    admin.put("/v1/customers/sanne", json={"name": "Sanne"})
    order = OrderBody.model_validate({"customer": "sanne", "place": "kalverstraat-102", "status": "ready"})
    with database.transaction() as session:
        put_order(session, "o-1", order, keys=KEYS, now=NOON)
    for answer in (marketer.send(sheet), marketer.http.get(PATH)):
        page = PageText(answer.text)
        assert "Orders are to be collected here." in page.text
        assert not [one for one in page.sheets if one.action == PATH], "there is nothing to press"
    assert marketer.send(sheet).status_code == 409
    assert admin.get("/v1/places/kalverstraat-102").status_code == 200


@pytest.mark.usefixtures("place")
def test_what_was_changed_since_it_was_asked_about_is_asked_again(marketer: Person, admin: httpx.Client) -> None:
    sheet = marketer.look(PATH).sheet(PATH)
    admin.put("/v1/places/kalverstraat-102", json=PLACE | {"name": "Renamed"})
    answer = marketer.send(sheet)
    assert answer.status_code == 409
    assert "Somebody else changed this meanwhile. Nothing was deleted." in PageText(answer.text).text
    assert marketer.send(sheet, etag=None).status_code == 409, "nothing is deleted unseen"
    assert admin.get("/v1/places/kalverstraat-102").json()["name"] == "Renamed"
    assert marketer.send(PageText(answer.text).sheet(PATH)).status_code == 303


@pytest.mark.usefixtures("place")
def test_a_draft_is_deleted_and_what_was_launched_is_not(marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN)
    path = "/console/campaigns/sneakers/delete"
    sheet = marketer.look(marketer.look("/console/campaigns/sneakers").links["Delete"]).sheet(path)
    admin.post("/v1/campaigns/sneakers/launch")
    assert "Delete" not in marketer.look("/console/campaigns/sneakers").links
    refused = marketer.send(sheet, etag=admin.get("/v1/campaigns/sneakers").headers["etag"])
    assert refused.status_code == 409
    assert "It was launched" in PageText(refused.text).text
    assert admin.get("/v1/campaigns/sneakers").status_code == 200
    admin.put("/v1/campaigns/draft", json=CAMPAIGN)
    answer = marketer.fill("/console/campaigns/draft/delete")
    assert "The draft is deleted." in marketer.look(answer.headers["location"]).text
    assert admin.get("/v1/campaigns/draft").status_code == 404


@pytest.mark.usefixtures("place")
def test_an_offer_that_a_campaign_has_stays(marketer: Person, admin: httpx.Client) -> None:
    path = "/console/offers/ten/delete"
    admin.put("/v1/offers/ten", json=OFFER)
    sheet = marketer.look(path).sheet(path)
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"offer": "ten"})
    refused = marketer.send(sheet)
    assert refused.status_code == 409
    assert "Campaigns have this offer: Sneakers. Take it out of them first." in PageText(refused.text).text
    admin.delete("/v1/campaigns/sneakers")
    assert marketer.send(sheet).headers["location"] == "/console/offers?done=offer_deleted"
    assert admin.get("/v1/offers/ten").status_code == 404
