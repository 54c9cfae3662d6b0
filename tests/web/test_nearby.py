"""`GET /v1/geofences/nearby`, and what a ping's answer says to a phone that holds such a list."""

import io
import json
from typing import Any

import httpx
import pytest

from geofences.metres import distance_m
from geofences.presence import UNKNOWN_M
from tests.web.conftest import PLACE, Register, Served, bearer, paths_of, problem_of
from workers.logs import configure_logging

LAT, LON = PLACE["lat"], PLACE["lon"]
KM = 1 / 111.2
"""Degrees of latitude, roughly."""


def open_places(admin: httpx.Client, served: Served, **at_km: float) -> None:
    """A store with a round of 100 m so many kilometres to the north, each."""
    for name, north in at_km.items():
        lat = LAT + north * KM
        fence = {"role": "premises", "lat": lat, "lon": LON, "radius_m": 100, "dwell_s": 60}
        answer = admin.put(f"/v1/places/{name}", json=PLACE | {"name": name, "lat": lat, "geofences": [fence]})
        assert answer.is_success, answer.text
    served.doors.parts.fences.look()


def ask(http: httpx.Client, token: str, **query: Any) -> httpx.Response:
    return http.get("/v1/geofences/nearby", params={"lat": LAT, "lon": LON} | query, headers=bearer(token))


def ping(http: httpx.Client, token: str, lat: float, **query: Any) -> dict[str, Any]:
    body = {"lat": lat, "lon": LON, "accuracy_m": 10}
    answer = http.post("/v1/pings", json=body, params=query, headers=bearer(token))
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_the_nearest_geofences_come_first_with_a_circle_and_the_way_to_the_next(
    admin: httpx.Client, http: httpx.Client, served: Served, register: Register
) -> None:
    open_places(admin, served, far=5, near=1, middle=2)
    told = ask(http, register()["token"], limit=2, accuracy_m=20)
    assert told.status_code == 200
    body = told.json()
    assert [one["place"] for one in body["items"]] == ["near", "middle"]
    first = body["items"][0]
    assert set(first) == {"geofence_id", "place", "lat", "lon", "radius_m", "dwell_s"}
    assert (first["radius_m"], first["dwell_s"]) == (100, 60)
    border_m = distance_m(LAT, LON, first["lat"], first["lon"]) - 100
    assert body["quiet_radius_m"] == pytest.approx(border_m - 20 - 10, abs=0.2)
    assert body["watch_radius_m"] == pytest.approx(distance_m(LAT, LON, LAT + 5 * KM, LON) - 100 - 20 - 10, abs=0.2)
    assert body["geofences_version"] == served.doors.parts.fences.index.version


def test_an_area_is_told_as_a_circle_that_holds_it(
    admin: httpx.Client, http: httpx.Client, served: Served, register: Register
) -> None:
    ring = [[LON, LAT], [LON + 0.01, LAT], [LON + 0.002, LAT + 0.004], [LON, LAT]]
    fence = {"role": "premises", "geometry": {"type": "Polygon", "coordinates": [ring]}}
    admin.put("/v1/places/square", json=PLACE | {"geofences": [fence]})
    served.doors.parts.fences.look()
    (one,) = ask(http, register()["token"]).json()["items"]
    assert one["dwell_s"] is None
    assert all(distance_m(one["lat"], one["lon"], lat, lon) <= one["radius_m"] for lon, lat in ring)


def test_where_nothing_is(http: httpx.Client, register: Register) -> None:
    token = register()["token"]
    body = ask(http, token).json()
    assert body == {"items": [], "quiet_radius_m": 50_000, "watch_radius_m": 50_000, "geofences_version": 0}


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ({"lat": 91}, ["lat"]),
        ({"lat": None}, ["lat"]),
        ({"lat": "nan", "lon": "inf"}, ["lat", "lon"]),
        ({"lon": -181}, ["lon"]),
        ({"lat": 0, "lon": 0}, ["lat"]),
        ({"limit": 0}, ["limit"]),
        ({"limit": 101}, ["limit"]),
        ({"limit": "many"}, ["limit"]),
        ({"accuracy_m": "nan"}, ["accuracy_m"]),
        ({"accuracy": 5}, ["accuracy"]),
    ],
)
def test_bad_input_is_named_by_field(
    http: httpx.Client, register: Register, query: dict[str, Any], paths: list[str]
) -> None:
    assert paths_of(ask(http, register()["token"], **query)) == paths


def test_without_a_consent_that_covers_positions_nothing_is_told(http: httpx.Client, register: Register) -> None:
    token = register(consents={"location": False, "offers": True})["token"]
    assert problem_of(ask(http, token), 403)["type"].endswith("no_location_consent")


def test_who_withdraws_is_told_nothing_more(http: httpx.Client, register: Register) -> None:
    token = register()["token"]
    assert ask(http, token).status_code == 200
    http.put("/v1/me/consents", json={"location": False}, headers=bearer(token))
    assert problem_of(ask(http, token), 403)["type"].endswith("no_location_consent")


def test_a_positions_only_token_may_not(http: httpx.Client, register: Register) -> None:
    token = register(positions_only=True)["token"]
    assert problem_of(ask(http, token), 403)["type"].endswith("positions_only")


def test_no_position_is_logged_or_repeated(http: httpx.Client, register: Register) -> None:
    said = io.StringIO()
    configure_logging("DEBUG", said)
    token = register()["token"]
    answers = [ask(http, token, lat=52.987654), ask(http, token, lat=1234.5678, lon=4.7654321)]
    assert [one.status_code for one in answers] == [200, 422]
    seen = said.getvalue() + "".join(one.text for one in answers)
    assert not [one for one in ("52.987654", "1234.5678", "4.7654321") if one in seen]


def test_before_the_geofences_were_read_the_phone_is_asked_to_come_again(
    http: httpx.Client, served: Served, register: Register
) -> None:
    token = register()["token"]
    parts = served.doors.parts
    parts.fences = type(parts.fences)(parts.database)
    answer = ask(http, token)
    problem_of(answer, 503)
    assert answer.headers["retry-after"] == "1"


def test_a_list_is_good_until_an_edit_touches_it(
    admin: httpx.Client, http: httpx.Client, served: Served, register: Register
) -> None:
    open_places(admin, served, near=1, next=3)
    token = register()["token"]
    held = ask(http, token, limit=1).json()["geofences_version"]
    assert "watch_again" not in ping(http, token, LAT)
    assert ping(http, token, LAT, geofences_version=held, limit=1)["watch_again"] is False
    open_places(admin, served, new=2)
    told = ping(http, token, LAT, geofences_version=held, limit=1)
    assert told["watch_again"] is True
    again = ask(http, token, limit=1).json()["geofences_version"]
    assert ping(http, token, LAT, geofences_version=again, limit=1)["watch_again"] is False


def test_a_new_geofence_is_in_the_next_pings_quiet_radius(
    admin: httpx.Client, http: httpx.Client, served: Served, register: Register
) -> None:
    token = register()["token"]
    assert ping(http, token, LAT)["quiet_radius_m"] == 50_000
    open_places(admin, served, near=1)
    assert ping(http, token, LAT)["quiet_radius_m"] == pytest.approx(1000 - 100 - 10 - 10, abs=10)
    assert ask(http, token).json()["quiet_radius_m"] == pytest.approx(1000 - 100 - UNKNOWN_M - 10, abs=10)


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ({"geofences_version": "x"}, ["geofences_version"]),
        ({"geofences_version": "-1"}, ["geofences_version"]),
        ({"geofences_version": "9" * 30}, ["geofences_version"]),
        ({"geofences_version": "", "limit": "0"}, ["geofences_version", "limit"]),
        ({"limit": "101"}, ["limit"]),
    ],
)
def test_a_ping_that_holds_what_can_not_be_is_refused_by_field(
    http: httpx.Client, register: Register, query: dict[str, str], paths: list[str]
) -> None:
    body = json.dumps({"lat": LAT, "lon": LON})
    answer = http.post("/v1/pings", content=body, params=query, headers=bearer(register()["token"]))
    assert paths_of(answer) == paths


def test_without_a_position_another_version_is_reason_enough(http: httpx.Client, register: Register) -> None:
    headers = bearer(register()["token"])
    told = [http.post("/v1/pings", json=[], params={"geofences_version": n}, headers=headers).json() for n in (0, 7)]
    assert [one["watch_again"] for one in told] == [False, True]
