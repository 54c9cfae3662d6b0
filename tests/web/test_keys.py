"""The doors of keys, and the desk's doors of devices and geofences."""

import httpx
import pytest

from tests.web.conftest import PLACE, Register, bearer, paths_of, problem_of


def test_a_made_key_opens_what_its_role_opens_until_it_is_revoked(admin: httpx.Client, http: httpx.Client) -> None:
    made = admin.post("/v1/keys", json={"role": "read"})
    assert made.status_code == 201
    assert set(made.json()) == {"id", "role", "key"}
    look = bearer(made.json()["key"])
    assert http.get("/v1/customers", headers=look).status_code == 200
    assert admin.delete(f"/v1/keys/{made.json()['id']}").status_code == 204
    problem_of(http.get("/v1/customers", headers=look), 401)
    assert admin.delete(f"/v1/keys/{made.json()['id']}").status_code == 204
    problem_of(admin.delete("/v1/keys/key_nothing"), 404)


def test_the_list_shows_no_secret(admin: httpx.Client, keys: dict[str, str]) -> None:
    made = admin.post("/v1/keys", json={"role": "till"}).json()
    admin.delete(f"/v1/keys/{made['id']}")
    answer = admin.get("/v1/keys")
    assert [one["role"] for one in answer.json()["items"]] == [*keys, "till"]
    assert answer.json()["items"][-1]["revoked_at"] == "2026-11-23T11:00:00Z"
    for secret in (*keys.values(), made["key"]):
        assert secret not in answer.text
        assert secret[3:] not in answer.text
    assert all(
        set(one) == {"id", "name", "role", "made_by", "created_at", "used_at", "revoked_at"}
        for one in answer.json()["items"]
    )
    first = admin.get("/v1/keys", params={"limit": 2}).json()
    rest = admin.get("/v1/keys", params={"cursor": first["next_cursor"]}).json()
    assert [*first["items"], *rest["items"]] == answer.json()["items"]


def test_the_last_admin_does_not_lock_itself_out(admin: httpx.Client, http: httpx.Client) -> None:
    [own] = [one["id"] for one in admin.get("/v1/keys").json()["items"] if one["role"] == "admin"]
    problem_of(admin.delete(f"/v1/keys/{own}"), 409)
    second = bearer(admin.post("/v1/keys", json={"role": "admin"}).json()["key"])
    assert admin.delete(f"/v1/keys/{own}").status_code == 204
    problem_of(admin.get("/v1/keys"), 401)
    assert http.get("/v1/keys", headers=second).status_code == 200


@pytest.mark.parametrize("role", ["read", "orders", "publishable"])
def test_keys_are_for_admins_alone(http: httpx.Client, admin: httpx.Client, keys: dict[str, str], role: str) -> None:
    caller = bearer(keys[role])
    problem_of(http.get("/v1/keys", headers=caller), 403)
    problem_of(http.post("/v1/keys", json={"role": "admin"}, headers=caller), 403)
    [own] = [one["id"] for one in admin.get("/v1/keys").json()["items"] if one["role"] == role]
    problem_of(http.delete(f"/v1/keys/{own}", headers=caller), 403)


def test_a_key_has_a_role_that_there_is(admin: httpx.Client) -> None:
    assert paths_of(admin.post("/v1/keys", json={"role": "root"})) == ["role"]
    assert paths_of(admin.post("/v1/keys", json={})) == ["role"]
    assert paths_of(admin.post("/v1/keys", json={"role": "read", "key": "sk_mine"})) == ["key"]


def test_the_desk_sees_devices_and_no_push_token(admin: httpx.Client, register: Register) -> None:
    phone, tablet, other = register("sanne"), register("sanne", platform="ios"), register("piet")
    admin.delete(f"/v1/devices/{tablet['device_id']}")
    shown = admin.get("/v1/customers/sanne/devices")
    assert [one["device_id"] for one in shown.json()["items"]] == [phone["device_id"], tablet["device_id"]]
    assert [one["revoked_at"] for one in shown.json()["items"]] == [None, "2026-11-23T11:00:00Z"]
    one = admin.get(f"/v1/devices/{other['device_id']}")
    assert (one.json()["customer"], one.json()["push"]) == ("piet", True)
    assert admin.get(f"/v1/devices/{tablet['device_id']}").json() == shown.json()["items"][1]
    for text in (shown.text, one.text):
        assert "push-" not in text
        assert "push_token" not in text
        assert "refresh" not in text
    problem_of(admin.get("/v1/devices/dev_nothing"), 404)
    problem_of(admin.get("/v1/customers/nobody/devices"), 404)
    page = admin.get("/v1/customers/sanne/devices", params={"limit": 1}).json()
    assert page["next_cursor"] == phone["device_id"]


def test_geofences_are_listed_as_they_are_in_force(admin: httpx.Client) -> None:
    admin.put("/v1/places/one", json=PLACE)
    two = admin.put("/v1/places/two", json=PLACE).json()["geofences"]
    moved = [PLACE["geofences"][0] | {"radius_m": 50}]
    one = admin.put("/v1/places/one", json=PLACE | {"geofences": moved}).json()["geofences"]
    assert admin.get("/v1/geofences", params={"place": "one"}).json()["items"] == [{"place": "one", **one[0]}]
    every = admin.get("/v1/geofences").json()["items"]
    assert [item["id"] for item in every] == [two[0]["id"], one[0]["id"]]
    first = admin.get("/v1/geofences", params={"limit": 1}).json()
    assert admin.get("/v1/geofences", params={"cursor": first["next_cursor"]}).json()["items"] == every[1:]
    assert admin.get("/v1/geofences", params={"place": "nowhere"}).json()["items"] == []
