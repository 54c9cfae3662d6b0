"""What a place's page remarks: shapes too small for phones, ground shared with another place, and who came."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from offers.customers import put_customer
from offers.entries import DAYS
from offers.records.database import Database
from offers.records.ids import new_id
from offers.records.tables import Visit
from offers.rules.profile import CustomerBody
from tests.conftest import NOON
from tests.web.conftest import PLACE
from tests.web.console.conftest import Enter, Person
from tests.web.console.reading import PageText

NEW, PATH = "/console/places/new", "/console/places/kalverstraat-102"


def fence(role: str = "premises", radius_m: float = 120, lat: float = PLACE["lat"]) -> dict[str, object]:
    return {"role": role, "lat": lat, "lon": PLACE["lon"], "radius_m": radius_m}


def test_a_small_shape_and_shared_ground_are_said_and_stop_nobody(marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE | {"geofences": [fence(radius_m=60)]})
    admin.put("/v1/places/dam-1", json=PLACE | {"name": "Dam 1", "geofences": [fence(), fence("approach", 900)]})
    admin.put("/v1/places/far", json=PLACE | {"name": "Far", "lat": 53.0, "geofences": [fence(lat=53.0)]})
    page = marketer.look(PATH)
    assert "too small for many phones. The largest circle in it has a radius of 60 m" in page.text
    assert page.links["Dam 1"] == "/console/places/dam-1"
    assert "Far" not in page.links
    assert page.text.count("shares ground") == 1, "an approach is held against approaches alone"
    assert marketer.fill(PATH, name="Saved all the same").status_code == 303
    far = marketer.look("/console/places/far").text
    assert "Worth a look" not in far


def test_shapes_are_looked_at_before_they_are_saved(marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/places/dam-1", json=PLACE | {"name": "Dam 1", "geofences": [fence()]})
    typed = {"name": "New one", "lat": str(PLACE["lat"]), "lon": str(PLACE["lon"]), "time_zone": "Europe/Amsterdam"}
    answer = marketer.fill(NEW, **typed, premises__radius_m="40", look="1")
    assert answer.status_code == 200
    page = PageText(answer.text)
    assert "a radius of 40 m" in page.text
    assert page.links["Dam 1"] == "/console/places/dam-1"
    assert page.sheet(NEW)["name"] == "New one", "nothing typed is lost"
    assert [one["id"] for one in admin.get("/v1/places").json()["items"]] == ["dam-1"], "nothing is saved"
    fine = PageText(marketer.send(page.sheet(NEW), premises__radius_m="150", lat="53", look="1").text)
    assert "The shapes are large enough" in fine.text


def test_a_paused_place_is_no_neighbour(marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE | {"geofences": [fence()]})
    admin.put("/v1/places/dam-1", json=PLACE | {"name": "Dam 1", "geofences": [fence()], "paused": True})
    assert "Worth a look" not in marketer.look(PATH).text


def came(database: Database, *moments: datetime, place_id: str = "kalverstraat-102") -> None:
    with database.transaction() as session:
        for at in moments:
            customer = new_id("cus")
            put_customer(session, customer, CustomerBody.model_validate({}), now=NOON)
            left = at + timedelta(minutes=5)
            session.add(Visit(id=new_id("vis"), customer_id=customer, place_id=place_id, entered_at=at, left_at=left))


def test_entries_by_the_places_own_days(marketer: Person, admin: httpx.Client, database: Database) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    assert "Never entered" in marketer.look(PATH).text
    came(database, datetime(2026, 9, 1, 9, tzinfo=UTC))
    assert "Nobody came in the last 30 days." in marketer.look(PATH).text
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # the 21st in Amsterdam
    came(database, late, late + timedelta(hours=9), NOON, NOON - timedelta(days=29), NOON - timedelta(days=30))
    page = marketer.look(PATH)
    assert "4 entries; most on 21 Nov 2026: 2." in page.text
    assert 'role="img" aria-label="Entries per day, last 30 days"' in page.html
    assert page.html.count("<rect") == DAYS
    assert "21 Nov 2026 2 20 Nov 2026 0" in page.text
    assert page.styled == 0
    assert "are kept for stores only" not in page.text


def test_a_landmark_says_that_its_visits_are_not_kept(marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE | {"kind": "landmark"})
    assert "Visits are kept for stores only." in marketer.look(PATH).text


@pytest.mark.parametrize("language", ["en", "nl", "de"])
def test_each_language(enter: Enter, admin: httpx.Client, database: Database, language: str) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE | {"geofences": [fence(radius_m=60)]})
    admin.put("/v1/places/dam-1", json=PLACE | {"geofences": [fence()]})
    came(database, NOON)
    page = enter("viewer", language=language).look(PATH)
    said = {"en": "1 entries", "nl": "1 bezoeken", "de": "1 Besuche"}[language]
    assert said in page.text
    assert {"en": "Worth a look", "nl": "Het bekijken waard", "de": "Einen Blick wert"}[language] in page.text
    assert len(page.ids) == len(set(page.ids))
