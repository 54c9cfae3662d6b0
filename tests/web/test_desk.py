"""The desk's doors: written, read, listed, removed; and every refusal names its field."""

import gzip
from typing import Any

import httpx
import pytest

from tests.web.conftest import CAMPAIGN, PLACE, Register, Served, bearer, paths_of, problem_of

ID = "kalverstraat-102"


@pytest.fixture
def place(admin: httpx.Client) -> dict[str, Any]:
    made: dict[str, Any] = admin.put(f"/v1/places/{ID}", json=PLACE).json()
    return made


def test_a_place_is_made_replaced_read_listed_and_removed(admin: httpx.Client, served: Served) -> None:
    made = admin.put(f"/v1/places/{ID}", json=PLACE)
    assert made.status_code == 201
    assert made.json()["id"] == ID
    assert made.headers["cache-control"] == "no-store"
    again = admin.put(f"/v1/places/{ID}", json=PLACE | {"name": "Another name"})
    assert again.status_code == 200
    assert again.json()["geofences"] == made.json()["geofences"]
    assert admin.get(f"/v1/places/{ID}").json() == again.json()
    assert admin.get("/v1/places").json() == {"items": [again.json()], "next_cursor": None}
    served.doors.parts.fences.look()
    assert len(served.doors.parts.fences.index.fences) == 1
    assert admin.delete(f"/v1/places/{ID}").status_code == 204
    problem_of(admin.get(f"/v1/places/{ID}"), 404)
    problem_of(admin.delete(f"/v1/places/{ID}"), 404)
    served.doors.parts.fences.look()
    assert len(served.doors.parts.fences.index.fences) == 0


def test_a_posted_place_gets_an_id(admin: httpx.Client) -> None:
    one, two = admin.post("/v1/places", json=PLACE), admin.post("/v1/places", json=PLACE)
    assert (one.status_code, two.status_code) == (201, 201)
    assert one.json()["id"] != two.json()["id"]
    assert admin.get(f"/v1/places/{one.json()['id']}").json()["name"] == PLACE["name"]


def _with_fence(**change: Any) -> dict[str, Any]:
    fence = {name: value for name, value in (PLACE["geofences"][0] | change).items() if value is not None}
    return PLACE | {"geofences": [fence]}


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        (PLACE | {"lat": 95}, ["lat"]),
        (PLACE | {"lat": "52"} | {"lon": None}, ["lon"]),
        (PLACE | {"kind": "shop"}, ["kind"]),
        (PLACE | {"time_zone": "Amsterdam"}, ["time_zone"]),
        (PLACE | {"opening_hours": "always, mostly"}, ["opening_hours"]),
        (PLACE | {"colour": "red"}, ["colour"]),
        (PLACE | {"tags": ["fine", ""]}, ["tags[1]"]),
        (PLACE | {"name": "a\0b"}, ["name"]),
        ({"name": "x"}, ["kind", "lat", "lon", "time_zone"]),
        (_with_fence(radius_m="wide"), ["geofences[0].radius_m"]),
        (_with_fence(dwell_s=0), ["geofences[0].dwell_s"]),
        (_with_fence(role="home"), ["geofences[0].role"]),
        (_with_fence(lat=None), ["geofences[0].lat"]),
        ([], [""]),
        ("text", [""]),
    ],
)
def test_a_bad_place_names_its_fields(admin: httpx.Client, body: Any, paths: list[str]) -> None:
    assert paths_of(admin.put(f"/v1/places/{ID}", json=body)) == paths
    assert admin.get("/v1/places").json()["items"] == []


def test_a_bad_geofence_says_which_vertex(admin: httpx.Client) -> None:
    ring = [[4.89, 52.37], [4.90, 52.37], [4.90, 520.38], [4.89, 52.37]]
    polygon = {"role": "premises", "geometry": {"type": "Polygon", "coordinates": [ring]}}
    told = problem_of(admin.put(f"/v1/places/{ID}", json=PLACE | {"geofences": [polygon]}), 422)
    assert told["errors"][0]["path"].startswith("geofences[0]")
    assert "vertex 2" in told["errors"][0]["message"]


def test_bodies_that_are_none(admin: httpx.Client) -> None:
    url, json_type = f"/v1/places/{ID}", {"Content-Type": "application/json"}
    for raw in (b'{"name": NaN}', b'{"name": ', b"\xff", b"[" * 100_000, b'{"lat": 1e999}'):
        assert problem_of(admin.put(url, content=raw, headers=json_type), 400)["type"].endswith(":invalid_json")
    problem_of(admin.put(url, content=b"x=1", headers={"Content-Type": "application/x-www-form-urlencoded"}), 415)
    problem_of(admin.put(url), 422)
    packed = admin.put(url, content=gzip.compress(b"{}"), headers=json_type | {"Content-Encoding": "gzip"})
    assert "Content-Encoding gzip" in problem_of(packed, 415)["detail"]
    assert packed.headers["accept-encoding"] == "identity"
    assert admin.put(url, json=PLACE, headers={"Content-Encoding": "identity"}).status_code == 201
    problem_of(admin.put(url, content=b" " * 2_000_000, headers=json_type), 413)

    def chunks() -> Any:
        for _ in range(200):
            yield b" " * 10_000

    problem_of(admin.put(url, content=chunks(), headers=json_type), 413)


@pytest.mark.parametrize("bad", ["%20", "a%00b", "-a", "a" * 101, "é", "a%2Fb"])
def test_ids_that_are_none(admin: httpx.Client, bad: str) -> None:
    assert admin.get(f"/v1/places/{bad}").status_code in (404, 422)
    problem_of(admin.get(f"/v1/places/{bad}"), admin.get(f"/v1/places/{bad}").status_code)


def test_a_long_list_comes_in_pages(admin: httpx.Client) -> None:
    for number in range(5):
        assert admin.put(f"/v1/customers/c{number}", json={}).status_code == 201
    first = admin.get("/v1/customers", params={"limit": 2}).json()
    assert [one["id"] for one in first["items"]] == ["c0", "c1"]
    second = admin.get("/v1/customers", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    third = admin.get("/v1/customers", params={"limit": 2, "cursor": second["next_cursor"]}).json()
    assert [one["id"] for one in third["items"]] == ["c4"]
    assert third["next_cursor"] is None
    for limit in ("0", "501", "many"):
        assert paths_of(admin.get("/v1/customers", params={"limit": limit})) == ["limit"]


def test_a_customer_is_made_read_and_erased(admin: httpx.Client, register: Register, http: httpx.Client) -> None:
    body = {"name": "Sanne de Vries", "language": "nl", "phone": "+31612345678", "consents": {"location": True}}
    made = admin.put("/v1/customers/sanne", json=body)
    assert made.status_code == 201
    assert made.json()["consents"] == {"location": True, "offers": False, "orders": False}
    changed = admin.put("/v1/customers/sanne", json={"name": "Sanne", "consents": {"offers": True}})
    assert changed.status_code == 200
    assert changed.json()["consents"] == {"location": True, "offers": True, "orders": False}
    phone = register("sanne")
    assert admin.delete("/v1/customers/sanne").status_code == 204
    problem_of(admin.get("/v1/customers/sanne"), 404)
    problem_of(http.post("/v1/pings", json={"lat": 52, "lon": 4}, headers=bearer(phone["token"])), 401)
    problem_of(http.get("/v1/devices/me", headers=bearer(phone["token"])), 401)


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"phone": "0612345678"}, ["phone"]),
        ({"language": "dutch!"}, ["language"]),
        ({"consents": {"location": {"language": "nl"}}}, ["consents.location.given"]),
        ({"consents": {"marketing": True}}, ["consents.marketing"]),
        ({"consents": {"location": 1}}, ["consents.location"]),
        ({"consents": {"location": "yes"}}, ["consents.location"]),
        ({"consents": {"orders": {"given": 1}}}, ["consents.orders.given"]),
        ({"sizes": {"shoes": True}}, ["sizes.shoes"]),
        ({"attributes": {"a b": 1}}, ["attributes"]),
        ({"sizes": []}, ["sizes"]),
    ],
)
def test_a_bad_customer_names_its_fields(admin: httpx.Client, body: Any, paths: list[str]) -> None:
    assert paths_of(admin.put("/v1/customers/sanne", json=body)) == paths


def test_a_campaign_is_a_draft_until_it_is_launched(admin: httpx.Client, place: dict[str, Any]) -> None:
    made = admin.put("/v1/campaigns/sneakers", json=CAMPAIGN)
    assert made.status_code == 201
    assert (made.json()["status"], made.json()["version"]) == ("draft", 1)
    assert admin.post("/v1/campaigns/sneakers/launch").json()["status"] == "live"
    changed = admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"priority": 60})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    problem_of(admin.delete("/v1/campaigns/sneakers"), 409)
    assert admin.post("/v1/campaigns/sneakers/pause").json()["status"] == "paused"
    assert admin.post("/v1/campaigns/sneakers/end").json()["status"] == "ended"
    problem_of(admin.post("/v1/campaigns/sneakers/launch"), 409)
    assert [one["id"] for one in admin.get("/v1/campaigns").json()["items"]] == ["sneakers"]
    assert admin.get("/v1/campaigns/sneakers").json()["status"] == "ended"
    problem_of(admin.post("/v1/campaigns/nothing/launch"), 404)


def test_a_posted_draft_can_be_removed(admin: httpx.Client, place: dict[str, Any]) -> None:
    made = admin.post("/v1/campaigns", json=CAMPAIGN)
    assert made.status_code == 201
    assert admin.delete(f"/v1/campaigns/{made.json()['id']}").status_code == 204


def test_a_launch_says_what_is_wrong(admin: httpx.Client, place: dict[str, Any]) -> None:
    body = CAMPAIGN | {"trigger": CAMPAIGN["trigger"] | {"role": "approach"}}
    assert admin.put("/v1/campaigns/sneakers", json=body).status_code == 201
    assert paths_of(admin.post("/v1/campaigns/sneakers/launch"), 409) == ["trigger"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"trigger": {"on": "teleport"}}, "trigger.on"),
        ({"trigger": {"on": "enter", "places": ["nowhere"]}}, "trigger.places[0]"),
        ({"messages": {}}, "messages"),
        ({"messages": {"en": {"title": "{{ broken", "body": "b"}}}, "messages.en.title"),
        ({"messages": {"en": {"title": "t"}}}, "messages.en.body"),
        ({"cooldown": "a day"}, "cooldown"),
        ({"hold_out_percent": 101}, "hold_out_percent"),
        ({"schedule": {"weekly": "whenever"}}, "schedule.weekly"),
    ],
)
def test_a_bad_campaign_names_its_field(
    admin: httpx.Client, place: dict[str, Any], change: dict[str, Any], path: str
) -> None:
    assert paths_of(admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | change)) == [path]


def test_settings_change_by_name(admin: httpx.Client) -> None:
    assert admin.get("/v1/settings").json() == {
        "frequency_cap": {"messages": 3, "window": "P1D"},
        "quiet_hours": {"from": "21:00", "until": "08:00"},
        "hold_out_percent": 0,
        "default_language": "en",
        "message_life": "PT15M",
        "abandoned_after": "PT1H",
        "uncollected_after": "P3D",
        "approach_reach_m": 2000,
        "delivery_rate": None,
    }
    changed = admin.patch("/v1/settings", json={"quiet_hours": None, "hold_out_percent": 10})
    assert changed.status_code == 200
    assert admin.get("/v1/settings").json() == changed.json()
    assert changed.json()["quiet_hours"] is None
    assert changed.json()["frequency_cap"] == {"messages": 3, "window": "P1D"}
    assert paths_of(admin.patch("/v1/settings", json={"hold_out_percent": 101})) == ["hold_out_percent"]
    assert paths_of(admin.patch("/v1/settings", json={"colour": "red"})) == ["colour"]
    assert admin.get("/v1/settings").json() == changed.json()


def test_lists_of_what_happened_are_empty_before_anything_has(admin: httpx.Client) -> None:
    for name in ("transitions", "visits", "decisions", "deliveries"):
        wanted: dict[str, str | int] = {
            "customer": "sanne",
            "campaign": "sneakers",
            "place": ID,
            "since": "2026-01-01T00:00:00Z",
            "limit": 5,
        }
        if name in ("transitions", "visits"):
            del wanted["campaign"]
        assert admin.get(f"/v1/{name}", params=wanted).json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("since", "yesterday"),
        ("since", "1764590400"),
        ("since", "2026-01-01T00:00:00"),
        ("since", "0001-01-01T00:00:00+14:00"),
        ("since", "9999-12-31T23:59:59-14:00"),
        ("customer", "\0"),
        ("place", "a b"),
        ("cursor", "'; drop"),
        ("limit", "-1"),
    ],
)
def test_bad_filters_are_named(admin: httpx.Client, name: str, value: str) -> None:
    for of in ("transitions", "visits", "decisions", "deliveries"):
        assert paths_of(admin.get(f"/v1/{of}", params={name: value})) == [name]


def test_a_filter_that_a_door_does_not_have_is_named(
    admin: httpx.Client, http: httpx.Client, register: Register
) -> None:
    for path in ("transitions", "visits"):
        assert paths_of(admin.get(f"/v1/{path}", params={"campaign": "sneakers"})) == ["campaign"]
    for path in ("transitions", "visits", "decisions", "deliveries", "places", "customers", "campaigns", "settings"):
        assert paths_of(admin.get(f"/v1/{path}", params={"custommer": "sanne"})) == ["custommer"]
    assert paths_of(admin.put("/v1/customers/sanne", params={"a": "1", "b": "2"}, json={})) == ["a", "b"]
    problem_of(admin.get("/v1/customers/sanne"), 404)
    token = bearer(register()["token"])
    assert paths_of(http.get("/v1/devices/me", params={"token": "x"}, headers=token)) == ["token"]
    problem_of(http.get("/v1/transitions", params={"custommer": "sanne"}), 401)


@pytest.mark.parametrize("of", ["decisions", "deliveries"])
def test_a_bad_campaign_is_named(admin: httpx.Client, of: str) -> None:
    assert paths_of(admin.get(f"/v1/{of}", params={"campaign": ""})) == ["campaign"]


def test_why_says_what_kept_a_campaign_from_it(admin: httpx.Client, place: dict[str, Any]) -> None:
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN)
    admin.put("/v1/customers/sanne", json={})
    told = admin.get("/v1/customers/sanne/why", params={"campaign": "sneakers"}).json()
    assert told["decisions"] == []
    assert told["never"]["reason"] == "not_live"
    problem_of(admin.get("/v1/customers/sanne/why", params={"campaign": "nothing"}), 404)
    problem_of(admin.get("/v1/customers/nobody/why", params={"campaign": "sneakers"}), 404)
    assert paths_of(admin.get("/v1/customers/sanne/why")) == ["campaign"]


def test_a_repeated_post_makes_nothing_twice(admin: httpx.Client, http: httpx.Client, keys: dict[str, str]) -> None:
    key = {"Idempotency-Key": "order-7"}
    first = admin.post("/v1/places", json=PLACE, headers=key)
    again = admin.post("/v1/places", json=PLACE, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert len(admin.get("/v1/places").json()["items"]) == 1
    assert paths_of(admin.post("/v1/places", json=PLACE | {"name": "other"}, headers=key)) == ["Idempotency-Key"]
    assert paths_of(admin.post("/v1/places", json=PLACE, headers={"Idempotency-Key": "x" * 300})) == ["Idempotency-Key"]
    other = {"platform": "ios"}
    devices = [http.post("/v1/devices", json=other, headers=bearer(keys["publishable"]) | key).json() for _ in range(2)]
    assert devices[0] == devices[1]


def test_a_repeat_that_comes_too_soon_is_told_to_come_again(admin: httpx.Client, redis_db: Any) -> None:
    """As after a process that was killed with the first in its hands: its mark lies there, and no answer."""
    key = {"Idempotency-Key": "order-8"}
    admin.post("/v1/places", json=PLACE, headers=key)
    (mark,) = redis_db.keys("pb:repeat:*")
    redis_db.set(mark, b".", ex=60)
    early = admin.post("/v1/places", json=PLACE, headers=key)
    problem_of(early, 409)
    assert int(early.headers["retry-after"]) > 0
    redis_db.set(mark, b"-", ex=60)
    erased = admin.post("/v1/places", json=PLACE, headers=key)
    problem_of(erased, 409)
    assert "retry-after" not in erased.headers
    assert len(admin.get("/v1/places").json()["items"]) == 1


def test_a_refused_post_does_not_use_its_key_up(admin: httpx.Client) -> None:
    key = {"Idempotency-Key": "draft-1"}
    problem_of(admin.post("/v1/campaigns", json=CAMPAIGN, headers=key), 422)
    admin.put(f"/v1/places/{ID}", json=PLACE)
    assert admin.post("/v1/campaigns", json=CAMPAIGN, headers=key).status_code == 201


def test_very_many_faults_are_answered_with_the_first_of_them(admin: httpx.Client) -> None:
    """A body of 1 MB holds tens of thousands; each is looked at once."""
    body = {f"f{number}": 1 for number in range(60_000)}
    errors = problem_of(admin.put("/v1/customers/sanne", json=body), 422)["errors"]
    assert [one["path"] for one in errors] == [*(f"f{number}" for number in range(100)), ""]
    assert errors[-1]["message"] == "and at least 900 more"
