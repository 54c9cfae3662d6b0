"""A campaign's small map: points of all places, outlines of those that are chosen, never more than is drawn; and the text beside it."""

import httpx
import pytest

from offers import users
from offers.live import outlines_of_places, points_of_places
from offers.places import put_place
from offers.records.database import Database
from offers.rules.place import PlaceBody
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE, Served
from tests.web.console.conftest import Enter, Person
from web.console import spots

SPOTS = "/console/spots"
RING = {"role": "approach", "lat": PLACE["lat"], "lon": PLACE["lon"], "radius_m": 400}


@pytest.fixture
def places(admin: httpx.Client) -> None:
    admin.put("/v1/places/dam", json=PLACE | {"name": "Dam", "tags": ["flagship"]})
    admin.put("/v1/places/kalver", json=PLACE | {"geofences": [*PLACE["geofences"], RING]})


@pytest.mark.usefixtures("places")
def test_points_of_all_and_outlines_of_the_chosen(enter: Enter) -> None:
    viewer = enter("viewer")
    said = viewer.http.get(SPOTS).json()["places"]
    point = {"lat": PLACE["lat"], "lon": PLACE["lon"]}
    assert said == [
        {"id": "dam", "name": "Dam", **point, "tags": ["flagship"]},
        {"id": "kalver", "name": PLACE["name"], **point},
    ]
    chosen = viewer.http.get(f"{SPOTS}/outlines?place=kalver&place=nowhere")
    assert chosen.headers["cache-control"] == "no-store"
    (only,) = chosen.json()["places"]
    assert only["id"] == "kalver"
    assert sorted(one["role"] for one in only["fences"]) == ["approach", "premises"]
    assert {one["radius_m"] for one in only["fences"]} >= {400}


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize("role", users.ROLES)
def test_who_reads_the_console_sees_it_and_nobody_else(enter: Enter, served: Served, role: str) -> None:
    person = enter(role)
    for path in (SPOTS, f"{SPOTS}/outlines?place=dam"):
        answer = person.http.get(path)
        assert answer.status_code == (403 if role == "staff" else 200)
        assert ("Dam" in answer.text) == (role != "staff")
        stranger = httpx.get(f"{served.url}{path}")
        assert stranger.status_code in (303, 401)
        assert "Dam" not in stranger.text


@pytest.mark.usefixtures("places")
def test_no_more_is_told_than_is_drawn(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = enter("viewer")
    monkeypatch.setattr(spots, "MOST_POINTS", 1)
    assert [one["id"] for one in viewer.http.get(SPOTS).json()["places"]] == ["dam"]
    many = "&".join(f"place=p-{number}" for number in range(spots.MOST_OUTLINED + 1))
    assert viewer.http.get(f"{SPOTS}/outlines?{many}").status_code == 422
    assert viewer.http.get(f"{SPOTS}/outlines").status_code == 422


def test_a_place_is_the_same_on_both_databases(either_database: Database) -> None:
    with either_database.transaction() as session:
        for name in ("b", "a"):
            put_place(session, name, PlaceBody.model_validate(PLACE | {"tags": ["x"]}), now=NOON)
    with either_database.reading() as session:
        assert [one["id"] for one in points_of_places(session, 10)] == ["a", "b"]
        (only,) = outlines_of_places(session, ["b", "none"])
        assert (only["id"], only["tags"]) == ("b", ["x"])
        assert [one["role"] for one in only["fences"]] == ["premises"]


@pytest.mark.usefixtures("places")
def test_a_campaigns_page_names_its_places(marketer: Person, admin: httpx.Client) -> None:
    def told(**trigger: object) -> str:
        answer = admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"trigger": {"on": "enter", **trigger}})
        assert answer.status_code in (200, 201)
        page = marketer.look("/console/campaigns/sneakers")
        return page.text.partition("Its places")[2][:120]

    assert told(places=["dam", "kalver"]).startswith(f" Dam, {PLACE['name']}")
    assert marketer.look("/console/campaigns/sneakers").links["Dam"] == "/console/places/dam"
    assert told(places=[]).startswith(" All places.")
    assert told(tags=["flagship"]).startswith(" Places with the tag: flagship.")


@pytest.mark.usefixtures("places")
def test_a_page_with_the_map_may_draw_it(marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"trigger": {"on": "enter", "places": ["dam"]}})
    for path in ("/console/campaigns/new", "/console/campaigns/sneakers", "/console/campaigns/sneakers/edit"):
        policy = marketer.http.get(path).headers["content-security-policy"]
        assert "worker-src 'self'" in policy
        assert "'unsafe-inline'" not in policy
