"""Posters on the live map and on the map of their own page: where they hang, their scans today, and nobody who scanned."""

import json
from datetime import timedelta

import httpx
import pytest

from offers.records.database import Database
from offers.records.tables import Scan
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE
from tests.web.console.conftest import Enter, Person
from web.console import live

LIVE = "/console/live"


@pytest.fixture(autouse=True)
def _desk(admin: httpx.Client) -> None:
    admin.put("/v1/places/dam", json=PLACE | {"name": "Dam"})
    admin.put("/v1/campaigns/scanned", json=CAMPAIGN | {"name": "Scanned", "trigger": {"on": "scan"}})
    admin.put("/v1/posters/hall", json={"lat": 52.3788, "lon": 4.9006, "campaign": "scanned", "name": "Hal <1>"})
    admin.put("/v1/posters/window", json={"place": "dam", "campaign": "scanned", "name": "Etalage"})


def scanned(database: Database, *moments: timedelta, poster: str = "hall") -> None:
    plain = {"kind": "human", "device_class": "phone", "source": "web", "repeat": False, "in_store": False}
    with database.transaction() as session:
        for number, after in enumerate(moments):
            session.add(Scan(id=f"scn_{poster}_{number}", poster_id=poster, at=NOON + after, **plain))


def test_the_text_lists_posters_with_their_scans_of_this_day(marketer: Person, database: Database) -> None:
    """By the desk's clock, on which it is noon: the day began an hour before that of UTC."""
    scanned(database, timedelta(0), timedelta(hours=-11, minutes=-30), timedelta(hours=-12, minutes=-30))
    page = marketer.look(LIVE)
    assert "Hal <1> On the map 2" in page.text
    assert "Etalage On the map Dam 0" in page.text
    assert page.links["Hal <1>"] == "/console/posters/hall"


def test_the_map_gets_them_in_the_reader_s_language(enter: Enter, database: Database) -> None:
    scanned(database, timedelta(0))
    told = {}
    for language in ("en", "nl", "de"):
        person = enter("viewer", f"{language}@shop.example", language)
        told[language] = {one["id"]: one for one in person.http.get(f"{LIVE}/posters").json()["posters"]}
    hall = {"id": "hall", "name": "Hal <1>", "lat": 52.3788, "lon": 4.9006}
    assert told["en"]["hall"] == hall | {"said": "Scans today: 1"}
    assert told["nl"]["hall"] == hall | {"said": "Scans vandaag: 1"}
    assert told["de"]["hall"] == hall | {"said": "Scans heute: 1"}
    window = told["en"]["window"]
    assert (window["lat"], window["lon"]) == (PLACE["lat"], PLACE["lon"]), "where its place is"


def test_one_that_was_taken_down_hangs_nowhere(marketer: Person, admin: httpx.Client) -> None:
    page = marketer.fill("/console/posters/hall/retire", "/console/posters/hall/retire")
    assert page.status_code == 303
    assert [one["id"] for one in marketer.http.get(f"{LIVE}/posters").json()["posters"]] == ["window"]
    assert "Hal" not in marketer.look(LIVE).text


def test_a_desk_with_posters_alone_has_a_map_too(marketer: Person, admin: httpx.Client) -> None:
    assert admin.delete("/v1/places/dam").status_code == 204
    text = marketer.look(LIVE).text
    assert "No places to watch yet" not in text
    assert "Etalage On the map 0" in text


def test_of_more_than_a_page_the_rest_is_led_to(
    marketer: Person, admin: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "All posters" not in marketer.look(LIVE).links
    monkeypatch.setattr(live, "PAGE", 1)
    page = marketer.look(LIVE)
    assert page.links["All posters"] == "/console/posters"
    assert "Hal <1>" in page.text
    assert "Etalage" not in page.text


def test_its_own_page_may_draw_a_map(marketer: Person) -> None:
    answer = marketer.http.get("/console/posters/hall")
    assert "worker-src 'self'" in answer.headers["content-security-policy"]
    assert marketer.look("/console/posters/hall").sheet("/console/posters/hall")["lat"] == "52.3788"
    assert 'id="spot"' not in marketer.http.get("/console/posters/new").text


def test_nothing_of_whom_is_told(marketer: Person, database: Database) -> None:
    scanned(database, timedelta(0))
    told = json.dumps(marketer.http.get(f"{LIVE}/posters").json())
    assert "scn_" not in told
    assert "scn_" not in marketer.http.get(LIVE).text
