"""The doors of devices and of the customer's own."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from offers.records.database import Database
from offers.records.tables import Delivery
from tests.conftest import NOON
from tests.web.conftest import Clock, Register, bearer, paths_of, problem_of


def test_a_registered_device_knows_itself(register: Register, http: httpx.Client) -> None:
    phone = register(locale="nl-NL", time_zone="Europe/Amsterdam")
    assert datetime.fromisoformat(phone["expires_at"]).timestamp() == NOON.timestamp() + 3600
    told = http.get("/v1/devices/me", headers=bearer(phone["token"]))
    assert told.json()["device_id"] == phone["device_id"]
    assert told.json()["customer"] == "sanne"
    assert "push_token" not in told.text
    changed = http.patch("/v1/devices/me", json={"locale": "de", "push_token": None}, headers=bearer(phone["token"]))
    assert changed.json()["locale"] == "de"
    assert changed.json()["push"] is False
    assert changed.json()["time_zone"] == "Europe/Amsterdam"


def test_a_publishable_key_registers_anonymous_devices_and_nothing_else(
    http: httpx.Client, keys: dict[str, str], admin: httpx.Client
) -> None:
    app = bearer(keys["publishable"])
    made = http.post("/v1/devices", json={"platform": "ios"}, headers=app)
    assert made.status_code == 201
    assert paths_of(http.post("/v1/devices", json={"platform": "ios", "customer": "sanne"}, headers=app)) == [
        "customer"
    ]
    problem_of(http.get("/v1/customers", headers=app), 403)
    device = made.json()["device_id"]
    problem_of(http.post(f"/v1/devices/{device}/link", json={"customer": "sanne"}, headers=app), 403)
    assert admin.post(f"/v1/devices/{device}/link", json={"customer": "sanne"}).status_code == 204
    assert admin.get("/v1/customers/sanne").status_code == 200
    problem_of(admin.post("/v1/devices/dev_nothing/link", json={"customer": "sanne"}), 404)
    assert paths_of(admin.post(f"/v1/devices/{device}/link", json={"customer": "piet"})) == ["customer"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "platform"),
        ({"platform": "fridge"}, "platform"),
        ({"platform": "ios", "locale": "no language"}, "locale"),
        ({"platform": "ios", "time_zone": "Mars"}, "time_zone"),
        ({"platform": "ios", "push_token": ""}, "push_token"),
        ({"platform": "ios", "customer": "a b"}, "customer"),
        ({"platform": "ios", "consents": {"location": "yes!"}}, "consents.location"),
    ],
)
def test_a_bad_registration_names_its_field(admin: httpx.Client, body: dict[str, Any], path: str) -> None:
    assert path in paths_of(admin.post("/v1/devices", json=body))


def test_a_refresh_gives_a_new_token_when_the_old_one_has_expired(
    register: Register, http: httpx.Client, clock: Clock
) -> None:
    phone = register()
    clock.at += 4000
    problem_of(http.get("/v1/devices/me", headers=bearer(phone["token"])), 401)
    fresh = http.post("/v1/devices/me/refresh", json={"refresh_token": phone["refresh_token"]})
    assert fresh.status_code == 200
    assert fresh.json()["refresh_token"] != phone["refresh_token"]
    assert http.get("/v1/devices/me", headers=bearer(fresh.json()["token"])).status_code == 200
    problem_of(http.post("/v1/devices/me/refresh", json={"refresh_token": "rt_nonsense"}), 401)
    assert paths_of(http.post("/v1/devices/me/refresh", json={})) == ["refresh_token"]


def test_a_revoked_device_comes_in_nowhere(register: Register, http: httpx.Client) -> None:
    phone = register()
    assert http.delete("/v1/devices/me", headers=bearer(phone["token"])).status_code == 204
    for method, path in (("GET", "/v1/devices/me"), ("DELETE", "/v1/devices/me"), ("DELETE", "/v1/me")):
        problem_of(http.request(method, path, headers=bearer(phone["token"])), 401)
    problem_of(http.post("/v1/devices/me/refresh", json={"refresh_token": phone["refresh_token"]}), 401)


def test_the_server_revokes_a_device(register: Register, http: httpx.Client, admin: httpx.Client) -> None:
    app = register(positions_only=True)
    ping = {"lat": 52.37, "lon": 4.89}
    assert http.post("/v1/pings", json=ping, headers=bearer(app["token"])).status_code == 202
    assert admin.delete(f"/v1/devices/{app['device_id']}").status_code == 204
    problem_of(http.post("/v1/pings", json=ping, headers=bearer(app["token"])), 401)
    problem_of(admin.delete(f"/v1/devices/{app['device_id']}"), 404)


def test_a_positions_only_token_opens_no_other_door(register: Register, http: httpx.Client) -> None:
    token = bearer(register(positions_only=True)["token"])
    for method, path in (
        ("GET", "/v1/devices/me"),
        ("DELETE", "/v1/devices/me"),
        ("DELETE", "/v1/me"),
        ("POST", "/v1/deliveries/dlv_1/opened"),
    ):
        assert problem_of(http.request(method, path, headers=token), 403)["type"].endswith(":positions_only")
    for method, path in (("PATCH", "/v1/devices/me"), ("PUT", "/v1/me/consents")):
        problem_of(http.request(method, path, json={}, headers=token), 403)
    problem_of(http.get("/v1/customers", headers=token), 401)


def test_erasing_me_leaves_nothing(register: Register, http: httpx.Client, admin: httpx.Client) -> None:
    phone, tablet = register(), register()
    assert http.delete("/v1/me", headers=bearer(phone["token"])).status_code == 204
    problem_of(admin.get("/v1/customers/sanne"), 404)
    for one in (phone, tablet):
        problem_of(http.get("/v1/devices/me", headers=bearer(one["token"])), 401)
        problem_of(http.post("/v1/pings", json={"lat": 52, "lon": 4}, headers=bearer(one["token"])), 401)


def _delivery(device_id: str) -> Delivery:
    return Delivery(
        id="dlv_1",
        customer_id="sanne",
        device_id=device_id,
        source_id="sneakers",
        kind="offer",
        moment="moment",
        context={},
        state="sent",
        created_at=NOON,
        not_before=NOON,
        expires_at=NOON,
        attempts=1,
    )


def test_a_receipt_is_stamped_by_the_device_it_went_to(
    register: Register, http: httpx.Client, admin: httpx.Client, database: Database
) -> None:
    phone, other = register(), register("piet")
    with database.transaction() as session:
        session.add(_delivery(phone["device_id"]))
    unknown = http.post("/v1/deliveries/dlv_2/opened", headers=bearer(other["token"]))
    foreign = http.post("/v1/deliveries/dlv_1/opened", headers=bearer(other["token"]))
    assert problem_of(foreign, 404) == problem_of(unknown, 404)
    assert http.post("/v1/deliveries/dlv_1/received", headers=bearer(phone["token"])).status_code == 204
    [item] = admin.get("/v1/deliveries").json()["items"]
    assert item["received_at"] == "2026-11-23T11:00:00Z"
    assert item["opened_at"] is None
    assert http.post("/v1/deliveries/dlv_1/opened", headers=bearer(phone["token"])).status_code == 204
    [item] = admin.get("/v1/deliveries").json()["items"]
    assert item["opened_at"] == "2026-11-23T11:00:00Z"


def test_roles_open_their_doors_and_no_others(http: httpx.Client, keys: dict[str, str]) -> None:
    look, orders = bearer(keys["read"]), bearer(keys["orders"])
    assert http.get("/v1/customers", headers=look).status_code == 200
    problem_of(http.put("/v1/customers/sanne", json={}, headers=look), 403)
    problem_of(http.delete("/v1/customers/sanne", headers=look), 403)
    problem_of(http.post("/v1/devices", json={"platform": "ios"}, headers=look), 403)
    problem_of(http.get("/v1/customers", headers=orders), 403)
    for credential in ({}, bearer("sk_nonsense"), bearer("pk_nonsense"), {"Authorization": "Basic eDp5"}):
        answer = http.get("/v1/customers", headers=credential)
        problem_of(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")
    problem_of(http.get("/v1/customers", params={"access_token": keys["admin"]}), 401)
