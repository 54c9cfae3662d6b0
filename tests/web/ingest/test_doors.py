"""What is the same at every door of a location app: who comes in, and what is answered when something is wrong."""

import base64
import gzip
import json
from typing import Any

import httpx
import pytest
from redis import Redis

from offers.settings import Settings
from tests.conftest import NOON
from tests.web.conftest import PLACE, Clock, OwnRedis, Register, bearer, build_lanes, problem_of, serve
from tests.web.ingest.conftest import App, Count, Lanes
from web.bodies import MOST_BYTES
from web.ingest.credentials import MOST_DRAINED

NOW = NOON.timestamp()
COORDS = {"latitude": 52.3702, "longitude": 4.8906, "accuracy": 12}
FEATURE = {
    "geometry": {"type": "Point", "coordinates": [4.8906, 52.3702]},
    "properties": {"timestamp": "2026-11-23T11:00:00Z", "horizontal_accuracy": 12},
}
GOOD: dict[str, tuple[Any, str]] = {
    "owntracks": ({"_type": "location", "lat": 52.3702, "lon": 4.8906, "acc": 12, "tst": NOW}, "[]"),
    "traccar": ({"location": {"coords": COORDS, "timestamp": "2026-11-23T11:00:00Z"}}, ""),
    "overland": ({"locations": [FEATURE]}, '{"result":"ok"}'),
    "transistorsoft": ({"location": {"coords": COORDS, "timestamp": "2026-11-23T11:00:00Z"}}, "{}"),
    "osmand": ({"location": {"coords": COORDS, "timestamp": "2026-11-23T11:00:00Z"}}, ""),
}
SEEN = (52.3702, 4.8906, NOW, 12.0)

each_door = pytest.mark.parametrize("door", GOOD)


def body_of(door: str) -> bytes:
    return json.dumps(GOOD[door][0]).encode()


def post(http: httpx.Client, door: str, app: App, content: bytes | None = None, **headers: str) -> httpx.Response:
    content = body_of(door) if content is None else content
    return http.post(f"/ingest/{door}", content=content, headers=app.bearer | headers)


@each_door
def test_the_credential_counts_wherever_an_app_has_room_for_it(
    http: httpx.Client, app: App, lanes: Lanes, door: str
) -> None:
    content, told = body_of(door), GOOD[door][1]
    for answer in (
        http.post(f"/ingest/{door}", content=content, headers=app.bearer),
        http.post(f"/ingest/{door}", content=content, headers=app.basic),
        http.post(f"/ingest/{door}", content=content, params={"token": app.token}),
        http.post(f"/ingest/{door}?u=jane&d=phone&token={app.token}", content=content),
        http.post(
            f"/ingest/{door}", content=content, params={"token": app.token}, headers={"Authorization": "Basic Og"}
        ),
    ):
        assert (answer.status_code, answer.text) == (200, told)
    assert lanes.pings() == [SEEN] * 5
    assert {one.device for one in lanes.letters()} == {app.device_id}


@pytest.mark.parametrize("user", [b"", b"j\xf6rg", "jörg".encode(), b"\0"])
def test_with_basic_any_user_name_is_good_in_any_character_set(
    http: httpx.Client, app: App, lanes: Lanes, user: bytes
) -> None:
    basic = {"Authorization": "Basic " + base64.b64encode(user + b":" + app.token.encode()).decode()}
    assert http.post("/ingest/owntracks", content=body_of("owntracks"), headers=basic).text == "[]"
    assert lanes.pings() == [SEEN]


def test_a_full_token_may_send_too(http: httpx.Client, register: Register, lanes: Lanes) -> None:
    made = register()
    assert post(http, "owntracks", App(made["device_id"], made["token"])).status_code == 200
    assert lanes.pings() == [SEEN]


@pytest.mark.parametrize("name", ["id", "deviceid", "token"])
def test_osmands_id_is_the_token_in_the_address_and_in_the_form(
    http: httpx.Client, app: App, lanes: Lanes, name: str
) -> None:
    fields = {"lat": "52.3702", "lon": "4.8906", "accuracy": "12", "timestamp": f"{NOW:.0f}", name: app.token}
    for answer in (
        http.get("/ingest/osmand", params=fields),
        http.post("/ingest/osmand", params=fields),
        http.post("/ingest/osmand", data=fields),
    ):
        assert (answer.status_code, answer.content) == (200, b"")
    assert lanes.pings() == [SEEN] * 3


@pytest.mark.parametrize("door", ["traccar", "osmand"])
def test_traccars_device_id_is_the_token(http: httpx.Client, app: App, lanes: Lanes, door: str) -> None:
    body = GOOD["traccar"][0] | {"device_id": app.token}
    answer = http.post(f"/ingest/{door}", json=body)
    assert (answer.status_code, answer.content) == (200, b"")
    assert lanes.pings() == [SEEN]


@each_door
def test_who_has_no_good_credential_is_401_and_nothing_is_kept(
    http: httpx.Client, keys: dict[str, str], lanes: Lanes, door: str
) -> None:
    content = body_of(door)
    for headers in ({}, {"Authorization": "Basic amFuZTpzM2NyM3Q="}, {"Authorization": "Basic ?"}, bearer("dt_x")):
        problem_of(http.post(f"/ingest/{door}", content=content, headers=headers), 401)
    problem_of(http.post(f"/ingest/{door}", content=content, headers=bearer(keys["admin"])), 401)
    problem_of(http.post(f"/ingest/{door}", content=content, params={"token": "dt_nonsense"}), 401)
    problem_of(http.post(f"/ingest/{door}", content=content, headers={"Cookie": "token=dt_x"}), 401)
    answer = http.post(f"/ingest/{door}", content=b"")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    problem_of(answer, 401)
    assert lanes.letters() == []


@pytest.mark.parametrize("door", ["owntracks", "overland", "transistorsoft"])
def test_an_id_is_no_credential_where_an_app_can_set_headers(http: httpx.Client, app: App, door: str) -> None:
    body = GOOD[door][0] | {"device_id": app.token, "token": app.token}
    problem_of(http.post(f"/ingest/{door}", json=body, params={"id": app.token, "u": app.token}), 401)


def test_a_token_in_an_address_is_written_nowhere(
    http: httpx.Client, app: App, redis_db: Redis, capfd: pytest.CaptureFixture[str]
) -> None:
    """Good, refused, and where Redis is being rebuilt."""
    for change in ("", "x", ""):
        http.get("/ingest/osmand", params={"token": app.token + change, "lat": "52.3702", "lon": "4.8906"})
        http.post("/ingest/nowhere", params={"token": app.token})
        redis_db.flushall()
    written = "".join(capfd.readouterr())
    assert app.token not in written
    assert "52.3702" not in written


def test_what_an_app_says_of_itself_is_not_believed(http: httpx.Client, app: App, lanes: Lanes) -> None:
    claims = {"topic": "owntracks/piet/phone", "tid": "pp", "device_id": "dev_other", "user": "piet"}
    headers = app.basic | {"X-Limit-U": "piet", "X-Limit-D": "dev_other"}
    answer = http.post("/ingest/owntracks?u=piet&d=x", json=GOOD["owntracks"][0] | claims, headers=headers)
    assert answer.text == "[]"
    assert {one.device for one in lanes.letters()} == {app.device_id}


def test_an_app_that_sends_positions_may_do_nothing_else(http: httpx.Client, app: App) -> None:
    for path in ("/v1/devices/me", "/v1/me/export"):
        problem_of(http.get(path, headers=app.bearer), 403)
    problem_of(http.delete("/v1/me", headers=app.bearer), 403)
    problem_of(http.get("/v1/devices/me", params={"token": app.token}), 401)


@each_door
def test_a_revoked_app_is_401(http: httpx.Client, admin: httpx.Client, app: App, lanes: Lanes, door: str) -> None:
    assert admin.delete(f"/v1/devices/{app.device_id}").status_code == 204
    assert "not registered" in problem_of(post(http, door, app), 401)["detail"]
    assert lanes.letters() == []


@each_door
def test_without_consent_it_is_the_clients_success_and_nothing_is_kept(
    http: httpx.Client, register: Register, lanes: Lanes, counted: Count, door: str
) -> None:
    made = register("piet", consents={"location": False, "offers": True}, positions_only=True)
    answer = post(http, door, App(made["device_id"], made["token"]))
    assert (answer.status_code, answer.text) == (200, GOOD[door][1])
    assert lanes.letters() == []
    assert counted(door, "no_location_consent") == 1
    assert counted(door) == 0


@each_door
def test_what_can_not_be_used_is_the_clients_success_too(
    http: httpx.Client, app: App, lanes: Lanes, counted: Count, door: str
) -> None:
    for content in (b"", b"{", b"[]", b"null", b"7", b"\xff", b'{"lat": NaN}', b"[" * 100_000, b"{}"):
        answer = post(http, door, app, content)
        assert (answer.status_code, answer.text) == (200, GOOD[door][1])
    assert lanes.letters() == []
    assert counted(door, "invalid_json") >= 1


@each_door
def test_a_packed_body_is_415(http: httpx.Client, app: App, lanes: Lanes, door: str) -> None:
    """As at the ping door: nothing is unpacked, so that nothing grows. None of these apps packs unless it is told to."""
    packed = gzip.compress(body_of(door))
    answer = post(http, door, app, packed, **{"Content-Encoding": "gzip"})
    assert "gzip" in problem_of(answer, 415)["detail"]
    problem_of(http.post(f"/ingest/{door}", content=packed, headers={"Content-Encoding": "gzip"}), 401)
    assert lanes.letters() == []


@each_door
def test_a_body_that_is_too_large_is_taken_and_forgotten_or_it_would_come_for_ever(
    http: httpx.Client, app: App, lanes: Lanes, counted: Count, door: str
) -> None:
    small, large = body_of(door), body_of(door)
    small += b" " * (MOST_BYTES - len(small))
    large += b" " * MOST_BYTES
    assert post(http, door, app, small).text == GOOD[door][1]
    assert lanes.pings() == [SEEN]
    for content in (large, iter([large[:MOST_BYTES], large[MOST_BYTES:]])):
        answer = http.post(f"/ingest/{door}", content=content, headers=app.bearer)
        assert (answer.status_code, answer.text) == (200, GOOD[door][1])
    assert lanes.pings() == [SEEN]
    assert counted(door, "too_large") == 2
    problem_of(http.post(f"/ingest/{door}", content=large), 401)


def test_a_body_that_no_phone_has_made_is_413(http: httpx.Client, app: App) -> None:
    problem_of(post(http, "overland", app, b" " * (MOST_DRAINED + 1)), 413)
    pieces = iter([b" " * 1_000_000] * (MOST_DRAINED // 1_000_000 + 1))
    problem_of(http.post("/ingest/overland", content=pieces, headers=app.bearer), 413)


@pytest.mark.parametrize(("door", "around"), [("overland", "locations"), ("transistorsoft", "location")])
def test_a_thousand_points_are_taken_at_once(
    http: httpx.Client, app: App, lanes: Lanes, door: str, around: str
) -> None:
    at = [f"2026-11-23T10:{minute:02}:{second:02}Z" for minute in range(40, 60) for second in range(50)]
    points = [
        {"properties": {"timestamp": one}, "geometry": {"type": "Point", "coordinates": [4.8906, 52.3702]}}
        if door == "overland"
        else {"coords": COORDS, "timestamp": one}
        for one in at
    ]
    answer = post(http, door, app, json.dumps({around: points}).encode())
    assert (answer.status_code, answer.text) == (200, GOOD[door][1])
    assert len(lanes.pings()) == 1000


def test_a_region_that_is_none_of_ours_is_counted_and_dropped(
    http: httpx.Client, app: App, lanes: Lanes, counted: Count
) -> None:
    body = {"_type": "transition", "event": "enter", "desc": "home", "tst": NOW, "t": "b", "lat": 0, "lon": 0}
    assert post(http, "owntracks", app, json.dumps(body).encode()).text == "[]"
    assert lanes.letters() == []
    assert counted("owntracks", "unknown_region") == 1


def test_a_waypoint_that_we_handed_out_comes_back_as_a_transition_of_its_geofence(
    http: httpx.Client, admin: httpx.Client, app: App, lanes: Lanes
) -> None:
    geofence = admin.put("/v1/places/kalverstraat-102", json=PLACE).json()["geofences"][0]["id"]
    [command] = post(http, "owntracks", app).json()
    desc = command["waypoints"]["waypoints"][0]["desc"]
    said = {"_type": "transition", "event": "leave", "desc": desc, "tst": NOW, "acc": 20, "lat": 52.3702, "lon": 4.8906}
    assert post(http, "owntracks", app, json.dumps(said).encode()).text == "[]"
    assert lanes.transitions() == [(geofence, "exit", NOW, 20.0, 52.3702, 4.8906)]
    fence = {"identifier": geofence, "action": "ENTER"}
    record = GOOD["transistorsoft"][0]["location"] | {"geofence": fence, "uuid": "u-1"}
    post(http, "transistorsoft", app, json.dumps({"location": record}).encode())
    assert lanes.transitions()[1] == (geofence, "enter", NOW, 12.0, 52.3702, 4.8906)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods_are_405(http: httpx.Client, method: str) -> None:
    for door in GOOD:
        assert "POST" in http.request(method, f"/ingest/{door}").headers["allow"]
        problem_of(http.request(method, f"/ingest/{door}"), 405)


def test_redis_away_is_503_so_that_the_phone_keeps_its_queue(
    settings: Settings, own_redis: OwnRedis, clock: Clock, keys: dict[str, str]
) -> None:
    with Redis.from_url(own_redis.url) as client:
        build_lanes(client)
    with (
        serve(settings.model_copy(update={"redis_url": own_redis.url}), clock) as served,
        httpx.Client(base_url=served.url, timeout=20) as http,
    ):
        body = {"platform": "ios", "customer": "sanne", "consents": {"location": True}, "positions_only": True}
        made = http.post("/v1/devices", json=body, headers=bearer(keys["admin"])).json()
        app = App(made["device_id"], made["token"])
        own_redis.kill()
        for door in GOOD:
            answer = post(http, door, app)
            problem_of(answer, 503)
            assert int(answer.headers["retry-after"]) >= 1
        own_redis.start()
        assert post(http, "owntracks", app).text == "[]"
