"""A place on the plain form, and the same place at the API."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.web.conftest import PLACE
from tests.web.console.conftest import Enter, Person
from tests.web.console.reading import PageText

NEW = "/console/places/new"
SQUARE = '{"type": "Polygon", "coordinates": [[[4.89, 52.37], [4.892, 52.37], [4.892, 52.371], [4.89, 52.371], [4.89, 52.37]]]}'
FILLED: Mapping[str, Any] = {
    "name": "Stoeprand Kalverstraat 102",
    "id": "kalverstraat-102",
    "lat": "52.3702516",
    "lon": "4.8906199",
    "time_zone": "Europe/Amsterdam",
    "address": "Kalverstraat 102, Amsterdam",
    "opening_hours": "Mo-Sa 09:00-18:00",
    "tags": "flagship, sneakers, flagship",
    "pickup": "1",
    "premises__radius_m": "80",
    "premises__dwell_s": "90",
    "approach__radius_m": "400",
}


def test_a_place_made_on_the_form_is_the_place_at_the_api(marketer: Person, admin: httpx.Client) -> None:
    answer = marketer.fill(NEW, **FILLED)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/console/places/kalverstraat-102?done=place_saved",
    )
    place = admin.get("/v1/places/kalverstraat-102").json()
    assert place["name"] == "Stoeprand Kalverstraat 102"
    assert (place["lat"], place["lon"], place["kind"], place["pickup"]) == (52.3702516, 4.8906199, "store", True)
    assert place["tags"] == ["flagship", "sneakers"]
    assert place["opening_hours"] == "Mo-Sa 09:00-18:00"
    fences = [{name: value for name, value in one.items() if name != "id"} for one in place["geofences"]]
    point = {"lat": 52.3702516, "lon": 4.8906199}
    assert fences == [
        {"role": "premises", **point, "radius_m": 80.0, "dwell_s": 90},
        {"role": "approach", **point, "radius_m": 400.0, "dwell_s": None},
    ]
    page = marketer.look(answer.headers["location"])
    assert "Saved." in page.text
    assert "Saved." not in marketer.look("/console/places/kalverstraat-102").text
    assert "80 m" in marketer.look("/console/places").text


def test_the_form_shown_and_sent_back_changes_nothing(marketer: Person, enter: Enter, admin: httpx.Client) -> None:
    marketer.fill(NEW, **FILLED)
    before = admin.get("/v1/places/kalverstraat-102")
    assert marketer.fill("/console/places/kalverstraat-102").status_code == 303
    assert "changed place" not in enter("admin").look("/console/users").text, "nothing was changed"
    after = admin.get("/v1/places/kalverstraat-102")
    assert after.headers["etag"] == before.headers["etag"]


def test_a_place_is_paused_and_resumed_by_a_tick(marketer: Person, admin: httpx.Client) -> None:
    marketer.fill(NEW, **FILLED)
    fences = admin.get("/v1/places/kalverstraat-102").json()["geofences"]
    assert "paused" not in marketer.look("/console/places").text
    assert marketer.fill("/console/places/kalverstraat-102", paused="1").status_code == 303
    assert admin.get("/v1/places/kalverstraat-102").json()["paused"] is True
    assert admin.get("/v1/geofences").json()["items"] == []
    assert "Stoeprand Kalverstraat 102 paused" in marketer.look("/console/places").text
    assert marketer.fill("/console/places/kalverstraat-102", name="Another").status_code == 303
    assert admin.get("/v1/places/kalverstraat-102").json()["paused"] is True, "the tick stays"
    assert marketer.fill("/console/places/kalverstraat-102", paused=None).status_code == 303
    place = admin.get("/v1/places/kalverstraat-102").json()
    assert (place["paused"], place["geofences"]) == (False, fences)


def test_without_an_id_one_is_made(marketer: Person, admin: httpx.Client) -> None:
    answer = marketer.fill(NEW, **{**FILLED, "id": ""})
    place_id = answer.headers["location"].partition("?")[0].rpartition("/")[2]
    assert admin.get(f"/v1/places/{place_id}").status_code == 200


def test_both_coordinates_may_be_pasted_into_the_first_field(marketer: Person, admin: httpx.Client) -> None:
    marketer.fill(NEW, **{**FILLED, "lat": "52.3702516, 4.8906199", "lon": ""})
    place = admin.get("/v1/places/kalverstraat-102").json()
    assert (place["lat"], place["lon"]) == (52.3702516, 4.8906199)


@pytest.mark.parametrize("why", [{"name": ""}, {"look": "1"}])
def test_a_form_that_comes_back_has_pasted_coordinates_in_their_two_fields(
    marketer: Person, why: dict[str, str]
) -> None:
    answer = marketer.fill(NEW, **{**FILLED, "lat": " 52.3702516, 4.8906199", "lon": "", **why})
    sheet = PageText(answer.text).sheet(NEW)
    assert (sheet["lat"], sheet["lon"]) == ("52.3702516", "4.8906199")
    assert marketer.send(sheet, name="Mended").status_code == 303


@pytest.mark.parametrize(("page", "form"), [(NEW, NEW), ("/console/start", "/console/start/place")])
def test_on_an_empty_system_the_time_zone_says_that_it_is_needed(marketer: Person, page: str, form: str) -> None:
    shown = marketer.look(page)
    assert shown.sheet(form)["time_zone"] == ""
    assert "f-time_zone-hint" in shown.described
    assert "Needed: the place's hours go by it." in shown.text
    assert "/static/console/zone.js" in shown.html


def test_a_place_that_is_there_keeps_its_time_zone(marketer: Person) -> None:
    marketer.fill(NEW, **FILLED)
    assert marketer.look(NEW).sheet(NEW)["time_zone"] == "Europe/Amsterdam", "that of most places"
    assert "zone.js" not in marketer.look("/console/places/kalverstraat-102").html


def test_an_area_takes_the_place_of_the_circle(marketer: Person, admin: httpx.Client) -> None:
    marketer.fill(NEW, **FILLED, premises__geojson=SQUARE)
    premises = admin.get("/v1/places/kalverstraat-102").json()["geofences"][0]
    assert premises["geometry"]["type"] == "Polygon"
    assert "radius_m" not in premises
    sheet = marketer.look("/console/places/kalverstraat-102").sheet("/console/places/kalverstraat-102")
    assert "Polygon" in sheet["premises.geojson"]


def test_what_was_made_elsewhere_stays_until_its_tick_is_taken_away(marketer: Person, admin: httpx.Client) -> None:
    far = {"role": "other", "lat": 52.371, "lon": 4.9, "radius_m": 50}
    admin.put("/v1/places/kalverstraat-102", json=PLACE | {"geofences": [*PLACE["geofences"], far]})
    path = "/console/places/kalverstraat-102"
    assert marketer.fill(path, name="Another name").status_code == 303
    place = admin.get("/v1/places/kalverstraat-102").json()
    assert place["name"] == "Another name"
    assert [one["role"] for one in place["geofences"]] == ["premises", "other"]
    marketer.fill(path, keep=None)
    assert [one["role"] for one in admin.get("/v1/places/kalverstraat-102").json()["geofences"]] == ["premises"]


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"name": ""}, "name", "Fill this in."),
        ({"lat": "ninety"}, "lat", "This is not a number."),
        ({"lon": ""}, "lon", "Fill this in."),
        ({"lat": "91"}, "lat", "At most 90"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "Choose a time zone from the list"),
        ({"opening_hours": "whenever"}, "opening_hours", "These hours can not be read."),
        ({"premises__radius_m": ""}, "premises.radius_m", "A store needs its own outline"),
        ({"premises__radius_m": "-4"}, "premises.radius_m", "From 1 to 50000."),
        ({"premises__dwell_s": "soon"}, "premises.dwell_s", "This is not a number."),
        ({"premises__geojson": "{"}, "premises.geojson", "This is not JSON."),
        ({"approach__geojson": '{"type": "Point"}'}, "approach.geojson", "neither a Polygon"),
        ({"id": "no blanks"}, "id", "Use letters"),
        ({"id": "new"}, "id", "This id is taken."),
        ({"kind": "castle"}, "kind", "Choose one of these."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    marketer: Person, admin: httpx.Client, wrong: dict[str, str], field: str, said: str
) -> None:
    answer = marketer.fill(NEW, **{**FILLED, "address": "kept as typed", **wrong})
    assert answer.status_code == 422
    page = PageText(answer.text)
    assert page.invalid == [field]
    assert f"f-{field}-error" in page.described
    assert set(page.described) <= set(page.ids), "each description is there"
    assert f"#f-{field}" in page.links.values(), "the summary leads to the field"
    assert f"f-{field}" in page.ids
    assert said in page.text
    sheet = page.sheet(NEW)
    assert sheet["address"] == "kept as typed"
    for name, typed in wrong.items():
        if name != "kind":
            assert sheet[name.replace("__", ".")] == typed
    assert admin.get("/v1/places").json()["items"] == []


def test_a_taken_id_is_said_and_the_other_place_is_untouched(marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    answer = marketer.fill(NEW, **{**FILLED, "name": "Mine"})
    assert answer.status_code == 409
    assert "This id is taken." in answer.text
    assert 'value="Mine"' in answer.text
    assert admin.get("/v1/places/kalverstraat-102").json()["name"] == PLACE["name"]


def test_two_people_at_one_place(marketer: Person, enter: Enter, admin: httpx.Client) -> None:
    """The second is told, keeps what they typed, and saves over it only when they say so again."""
    path = "/console/places/kalverstraat-102"
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    other = enter("marketer", "other@shop.example")
    mine, theirs = marketer.look(path).sheet(path), other.look(path).sheet(path)
    assert other.send(theirs, name="Theirs", address="Theirs 1").status_code == 303
    answer = marketer.send(mine, name="Mine")
    assert answer.status_code == 409
    assert admin.get("/v1/places/kalverstraat-102").json()["name"] == "Theirs"
    page = PageText(answer.text)
    assert "Somebody else changed this while you were editing" in page.text
    assert page.links["See what they saved"] == path
    assert page.sheet(path)["name"] == "Mine"
    assert marketer.send(page.sheet(path)).status_code == 303
    place = admin.get("/v1/places/kalverstraat-102").json()
    assert (place["name"], place["address"]) == ("Mine", None)


def test_what_somebody_else_added_meanwhile_stays_unless_it_is_taken_away(
    marketer: Person, admin: httpx.Client
) -> None:
    """A ring and a further geofence came while the form was open; what was unticked by hand stays away."""
    path, url = "/console/places/kalverstraat-102", "/v1/places/kalverstraat-102"
    old, new = ({"role": "other", "lat": 52.371, "lon": lon, "radius_m": 50} for lon in (4.9, 4.91))
    ring = {"role": "approach", "lat": PLACE["lat"], "lon": PLACE["lon"], "radius_m": 400, "dwell_s": 30}
    admin.put(url, json=PLACE | {"geofences": [*PLACE["geofences"], old]})
    mine = marketer.look(path).sheet(path)
    admin.put(url, json=PLACE | {"geofences": [*PLACE["geofences"], old, ring, new]})
    told = PageText(marketer.send(mine, name="Mine", keep=None).text)
    sheet = told.sheet(path)
    assert (sheet["name"], sheet["approach.radius_m"], sheet["approach.dwell_s"]) == ("Mine", "400", "30")
    assert len([one for one, _ in sheet.fields if one == "keep"]) == 1, (
        "the old one was unticked, the new one is ticked"
    )
    assert marketer.send(sheet).status_code == 303
    place = admin.get(url).json()
    assert place["name"] == "Mine"
    assert [(one["role"], one["lon"]) for one in place["geofences"]] == [
        ("premises", PLACE["lon"]),
        ("approach", PLACE["lon"]),
        ("other", 4.91),
    ]


def test_what_was_emptied_by_hand_stays_empty_beside_theirs(marketer: Person, admin: httpx.Client) -> None:
    path, url = "/console/places/kalverstraat-102", "/v1/places/kalverstraat-102"
    ring = {"role": "approach", "lat": PLACE["lat"], "lon": PLACE["lon"], "radius_m": 400}
    admin.put(url, json=PLACE | {"geofences": [*PLACE["geofences"], ring]})
    mine = marketer.look(path).sheet(path)
    admin.put(url, json=PLACE | {"geofences": [*PLACE["geofences"], ring | {"radius_m": 500}]})
    told = PageText(marketer.send(mine, approach__radius_m="").text)
    assert told.sheet(path)["approach.radius_m"] == ""
    assert marketer.send(told.sheet(path)).status_code == 303
    assert [one["role"] for one in admin.get(url).json()["geofences"]] == ["premises"]


def test_a_removed_place_is_not_saved_back(marketer: Person, admin: httpx.Client) -> None:
    path = "/console/places/kalverstraat-102"
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    sheet = marketer.look(path).sheet(path)
    admin.delete("/v1/places/kalverstraat-102")
    assert marketer.send(sheet).status_code == 404
    assert admin.get("/v1/places/kalverstraat-102").status_code == 404


def test_an_edit_is_in_force_for_the_next_ping(marketer: Person, register: Any, http: httpx.Client) -> None:
    headers = {"authorization": f"Bearer {register()['token']}"}

    def quiet_radius_m() -> float:
        ping = {"lat": 52.3702516, "lon": 4.8906199, "accuracy_m": 8}
        return float(http.post("/v1/pings", json=ping, headers=headers).json()["quiet_radius_m"])

    assert quiet_radius_m() > 1000
    marketer.fill(NEW, **FILLED)
    assert quiet_radius_m() < 100


def test_many_places_are_shown_a_page_at_a_time(marketer: Person, admin: httpx.Client) -> None:
    for number in range(101):
        admin.put(f"/v1/places/p{number:03}", json=PLACE | {"name": f"Store {number:03}"})
    first = marketer.look("/console/places")
    assert "Store 099" in first.links
    assert "Store 100" not in first.links
    second = marketer.look(first.links["Next page"])
    assert "Store 100" in second.links
    assert second.links["First page"] == "/console/places"
