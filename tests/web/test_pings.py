"""The ping door: what it takes, what it refuses and how, and that what it took lies in a lane."""

import concurrent.futures
import gzip
import json
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from redis import Redis

from offers.settings import Settings
from tests.conftest import NOON
from tests.web.conftest import LANES, PLACE, Clock, OwnRedis, Register, Served, bearer, build_lanes, problem_of, serve
from web.bodies import MOST_BYTES
from web.pings import MOST_PINGS
from web.tokens import PREFIX, Tokens
from workers.lanes import SALTS, LaneKeys, lane_of
from workers.letters import PingLetter, unpack
from workers.seal import Seal

HERE = {"lat": 52.3702, "lon": 4.8906, "accuracy_m": 12.0, "at": "2026-11-23T12:00:00+01:00"}


@pytest.fixture
def phone(register: Register) -> dict[str, Any]:
    return register()


@pytest.fixture
def send(http: httpx.Client, phone: dict[str, Any]) -> Any:
    def post(body: Any, token: str | None = None) -> httpx.Response:
        headers = bearer(phone["token"] if token is None else token)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return http.post("/v1/pings", content=content, headers=headers)

    return post


def letters_in(settings: Settings, redis: Any, lane: int) -> list[list[Any]]:
    """Every entry of a lane, opened as a worker does."""
    seal = Seal(settings.secret(), lambda hour: redis.hget(SALTS, str(hour)))
    found = redis.xrange(LaneKeys.of(lane).entries)
    return [list(unpack(seal.open(int(fields[b"h"]), lane, fields[b"b"]))) for _, fields in found]


def entries(redis: Any) -> int:
    return sum(redis.xlen(LaneKeys.of(lane).entries) for lane in range(LANES))


def test_one_ping_lies_sealed_in_its_devices_lane(
    send: Any, phone: dict[str, Any], redis_db: Redis, settings: Settings
) -> None:
    answer = send(HERE)
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 1
    assert answer.json()["rejected"] == []
    [[letter]] = letters_in(settings, redis_db, lane_of(phone["device_id"], LANES))
    assert letter == PingLetter(phone["device_id"], NOON.timestamp(), [(52.3702, 4.8906, NOON.timestamp(), 12.0)])


def test_nothing_readable_lies_in_redis(send: Any, redis_db: Redis) -> None:
    assert send(HERE | {"lat": 52.37021234}).status_code == 202
    everything = b"".join(redis_db.dump(key) or b"" for key in redis_db.scan_iter())  # type: ignore[misc]
    assert b"52.37021234" not in everything
    assert len(everything) > 100


def test_one_bad_ping_does_not_sink_the_others(
    send: Any, phone: dict[str, Any], redis_db: Redis, settings: Settings
) -> None:
    answer = send([HERE, {"lat": 95, "lon": 4.9}, HERE | {"at": "2026-11-23T12:00:05+01:00"}, "no ping"])
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 2
    assert answer.json()["rejected"] == [
        {"index": 1, "reason": "lat_out_of_range"},
        {"index": 3, "reason": "not_an_object"},
    ]
    [[letter]] = letters_in(settings, redis_db, lane_of(phone["device_id"], LANES))
    assert len(letter.pings) == 2


@pytest.mark.parametrize(
    ("change", "path", "word"),
    [
        ({"lat": 95}, "lat", "lat_out_of_range"),
        ({"lat": 95, "lon": 52}, "lat", "swapped"),
        ({"lat": None}, "lat", "lat_missing"),
        ({"lon": None}, "lon", "lon_missing"),
        ({"lon": "4.9"}, "lon", "lon_not_a_number"),
        ({"lat": True}, "lat", "lat_not_a_number"),
        ({"lat": 0, "lon": 0}, "lat", "null_island"),
        ({"accuracy_m": "good"}, "accuracy_m", "accuracy_not_a_number"),
        ({"at": "1970-01-01T00:00:00Z"}, "at", "at_too_old"),
        ({"at": "2026-11-24T11:00:00Z"}, "at", "at_in_the_future"),
        ({"at": "2026-11-23T12:00:00"}, "at", "at_not_a_time"),
        ({"at": 1795431600}, "at", "at_not_a_time"),
        ({"mock": True}, "mock", "mock_location"),
    ],
)
def test_a_single_bad_ping_is_a_problem_that_names_its_field(
    send: Any, redis_db: Redis, change: dict[str, Any], path: str, word: str
) -> None:
    told = problem_of(send(HERE | change), 422)
    assert [one["path"] for one in told["errors"]] == [path]
    assert word in told["detail"] + told["errors"][0]["message"]
    assert entries(redis_db) == 0


@pytest.mark.parametrize(
    "body",
    [
        b'{"lat": NaN, "lon": 4.9}',
        b'{"lat": Infinity, "lon": 4.9}',
        b'{"lat": -Infinity, "lon": 4.9}',
        b'{"lat": 1e999, "lon": 4.9}',
        b'{"lat": 52.37, "lon": 4',
        b'{"lat": 52.37, "lon": 4.9}{"lat": 52.37, "lon": 4.9}',
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b"lat=52.37&lon=4.9",
    ],
    ids=["NaN", "infinity", "minus infinity", "overflow", "half", "two texts", "empty", "not UTF-8", "deep", "a form"],
)
def test_what_is_not_json_is_400(send: Any, redis_db: Redis, body: bytes) -> None:
    assert problem_of(send(body), 400)["type"].endswith(":invalid_json")
    assert entries(redis_db) == 0


@pytest.mark.parametrize("body", ["text", 7, None, True])
def test_json_that_is_no_ping_is_422(send: Any, body: Any) -> None:
    problem_of(send(body), 422)


def test_a_packed_body_is_415_and_names_its_coding(http: httpx.Client, phone: dict[str, Any], redis_db: Redis) -> None:
    packed, headers = gzip.compress(json.dumps(HERE).encode()), bearer(phone["token"])
    answer = http.post("/v1/pings", content=packed, headers=headers | {"content-encoding": "GZIP"})
    assert "Content-Encoding gzip" in problem_of(answer, 415)["detail"]
    assert entries(redis_db) == 0
    plain = headers | {"content-encoding": "identity"}
    assert http.post("/v1/pings", json=HERE, headers=plain).status_code == 202


def test_an_array_of_nothing_is_taken(send: Any, redis_db: Redis) -> None:
    answer = send([])
    assert answer.status_code == 202
    assert answer.json() == {"accepted": 0, "rejected": [], "quiet_radius_m": 0.0, "watch_after_s": 900}
    assert entries(redis_db) == 0


def test_500_pings_are_taken_and_501_are_413(send: Any, redis_db: Redis) -> None:
    assert problem_of(send([HERE] * (MOST_PINGS + 1)), 413)["type"].endswith(":too_large")
    assert entries(redis_db) == 0
    assert send([HERE] * MOST_PINGS).json()["accepted"] == MOST_PINGS


def test_two_megabytes_are_413(send: Any, redis_db: Redis) -> None:
    problem_of(send(b" " * 2_000_000), 413)
    assert entries(redis_db) == 0
    assert send(b" " * (MOST_BYTES - 100) + b"[]").status_code == 202


def test_two_megabytes_in_chunks_are_413(http: httpx.Client, phone: dict[str, Any]) -> None:
    def chunks() -> Any:
        for _ in range(200):
            yield b" " * 10_000

    problem_of(http.post("/v1/pings", content=chunks(), headers=bearer(phone["token"])), 413)


def test_a_body_in_chunks_is_put_together(http: httpx.Client, phone: dict[str, Any]) -> None:
    def chunks() -> Any:
        for byte in json.dumps(HERE):
            yield byte.encode()

    assert http.post("/v1/pings", content=chunks(), headers=bearer(phone["token"])).json()["accepted"] == 1


def test_without_a_credential_it_is_401_with_a_challenge(http: httpx.Client) -> None:
    answer = http.post("/v1/pings", json=HERE)
    problem_of(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_tokens_that_are_none_are_401(
    send: Any, phone: dict[str, Any], keys: dict[str, str], redis_db: Redis, settings: Settings
) -> None:
    device = phone["device_id"]
    claims = {"sub": device, "aud": "device", "scope": "device", "iat": 1, "exp": 99_999_999_999}
    bad = {
        "empty": PREFIX,
        "a server's key": keys["admin"],
        "nonsense": "dt_abc.def.ghi",
        "signed with the secret itself": PREFIX + jwt.encode(claims, settings.secret(), algorithm="HS256"),
        "unsigned": PREFIX + jwt.encode(claims, "", algorithm="none"),
        "another installation's": Tokens(b"x" * 40, 60).issue(device, positions_only=False, now=NOON.timestamp())[0],
        "changed": phone["token"][:-3] + ("aaa" if phone["token"][-3:] != "aaa" else "bbb"),
        "too long": PREFIX + "a" * 5000,
        "without its prefix": phone["token"].removeprefix(PREFIX),
    }
    for kind, token in bad.items():
        assert send(HERE, token).status_code == 401, kind
        problem_of(send(HERE, token), 401)
    assert entries(redis_db) == 0


def test_a_token_stretched_with_blanks_is_read_and_not_kept(
    http: httpx.Client, phone: dict[str, Any], served: Served
) -> None:
    """Each stretched form of one good token would be a new thing to remember, of any size."""
    for blanks in (1000, 2000, 30_000):
        headers = {"Authorization": f"Bearer{' ' * blanks}{phone['token']}"}
        assert http.post("/v1/pings", json=HERE, headers=headers).status_code == 202
    assert served.doors.pings.remembered_bytes == 0
    assert http.post("/v1/pings", json=HERE, headers=bearer(phone["token"])).status_code == 202
    assert served.doors.pings.remembered_bytes == len(f"Bearer {phone['token']}")


def test_an_expired_token_is_401_even_when_it_was_good_before(send: Any, clock: Clock) -> None:
    assert send(HERE).status_code == 202
    clock.at += 3599
    assert send(HERE).status_code == 202
    clock.at += 1
    assert "expired" in problem_of(send(HERE), 401)["detail"]


def test_a_positions_only_token_sends_positions_for_ever(send: Any, register: Register, clock: Clock) -> None:
    app = register(positions_only=True)
    assert app["expires_at"] is None
    assert app["refresh_token"] is None
    clock.at += timedelta(days=400).total_seconds()
    assert send({"lat": 52.37, "lon": 4.89}, app["token"]).status_code == 202


def test_without_consent_it_is_403_and_nothing_is_kept(
    send: Any, register: Register, redis_db: Redis, settings: Settings
) -> None:
    silent = register("piet", consents={"location": False, "offers": True})
    told = problem_of(send(HERE, silent["token"]), 403)
    assert told["type"].endswith(":no_location_consent")
    assert "no_location_consent" in told["title"]
    assert entries(redis_db) <= 1  # the letter that has the device forgotten, and no ping
    assert all(
        not isinstance(one, PingLetter)
        for lane in range(LANES)
        for e in letters_in(settings, redis_db, lane)
        for one in e
    )


def test_a_withdrawal_holds_when_it_is_answered(send: Any, http: httpx.Client, phone: dict[str, Any]) -> None:
    assert send(HERE).status_code == 202
    answer = http.put("/v1/me/consents", json={"location": False, "orders": False}, headers=bearer(phone["token"]))
    assert answer.json() == {"consents": {"location": False, "offers": True, "orders": False}}
    problem_of(send(HERE), 403)
    http.put("/v1/me/consents", json={"location": True}, headers=bearer(phone["token"]))
    assert send(HERE).status_code == 202


def test_a_revoked_device_is_401(send: Any, http: httpx.Client, phone: dict[str, Any]) -> None:
    assert send(HERE).status_code == 202
    assert http.delete("/v1/devices/me", headers=bearer(phone["token"])).status_code == 204
    assert "not registered" in problem_of(send(HERE), 401)["detail"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_405(http: httpx.Client, method: str) -> None:
    answer = http.request(method, "/v1/pings")
    problem_of(answer, 405)
    assert answer.headers["allow"] == "POST"


def test_requests_at_one_moment_share_an_entry(
    settings: Any, redis_db: Redis, database: Any, clock: Clock, keys: dict[str, str]
) -> None:
    build_lanes(redis_db)
    with (
        serve(settings.model_copy(update={"gather_ms": 100.0}), clock) as served,
        httpx.Client(base_url=served.url, timeout=20) as http,
    ):
        phones = [
            http.post(
                "/v1/devices",
                json={"platform": "ios", "customer": f"c{number}", "consents": {"location": True}},
                headers=bearer(keys["admin"]),
            ).json()
            for number in range(24)
        ]

        def post(phone: dict[str, Any]) -> int:
            return http.post("/v1/pings", json=HERE, headers=bearer(phone["token"])).status_code

        with concurrent.futures.ThreadPoolExecutor(24) as pool:
            statuses = list(pool.map(post, phones))
    assert statuses == [202] * 24
    found = [letter for lane in range(LANES) for entry in letters_in(settings, redis_db, lane) for letter in entry]
    assert {letter.device for letter in found} == {phone["device_id"] for phone in phones}
    assert len(found) == 24
    assert entries(redis_db) < 24
    assert all(
        lane_of(one.device, LANES) == lane
        for lane in range(LANES)
        for e in letters_in(settings, redis_db, lane)
        for one in e
    )


def test_a_blocked_device_does_not_sink_the_others_of_its_entry(
    send: Any, http: httpx.Client, register: Register, redis_db: Redis
) -> None:
    """Ten phones in four lanes at once, every other one blocked."""
    phones = [register(f"c{number}", consents={"location": number % 2 == 0}) for number in range(10)]
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(lambda phone: send(HERE, phone["token"]).status_code, phones))
    assert statuses == [202, 403] * 5


def test_the_bell_rings_once_for_a_lane(send: Any, redis_db: Redis, served: Served) -> None:
    send(HERE)
    send(HERE)
    served.doors.parts.ringing.close()  # waits for the rings
    assert redis_db.llen("pb:celery:lanes") == 1


def test_before_the_lanes_are_built_it_is_503_and_a_worker_is_rung(
    send: Any, redis_db: Redis, served: Served, phone: dict[str, Any]
) -> None:
    redis_db.delete(*(LaneKeys.of(lane).epoch for lane in range(LANES)))
    answer = send(HERE)
    problem_of(answer, 503)
    assert int(answer.headers["retry-after"]) >= 1
    build_lanes(redis_db)
    assert send(HERE).status_code == 202
    served.doors.parts.ringing.close()
    assert int(redis_db.llen("pb:celery:lanes")) >= 1  # type: ignore[arg-type]


def test_redis_away_is_503_and_back_is_202(
    settings: Any, own_redis: OwnRedis, clock: Clock, keys: dict[str, str]
) -> None:
    with Redis.from_url(own_redis.url) as client:
        build_lanes(client)
    with (
        serve(settings.model_copy(update={"redis_url": own_redis.url}), clock) as served,
        httpx.Client(base_url=served.url, timeout=20) as http,
    ):
        body = {"platform": "ios", "customer": "sanne", "consents": {"location": True}}
        phone = http.post("/v1/devices", json=body, headers=bearer(keys["admin"])).json()
        assert http.post("/v1/pings", json=HERE, headers=bearer(phone["token"])).status_code == 202
        own_redis.kill()
        answer = http.post("/v1/pings", json=HERE, headers=bearer(phone["token"]))
        problem_of(answer, 503)
        assert "retry-after" in answer.headers
        assert http.get("/v1/places", headers=bearer(keys["admin"])).status_code == 200
        own_redis.start()
        assert http.post("/v1/pings", json=HERE, headers=bearer(phone["token"])).status_code == 202


def test_the_answer_says_what_the_phone_may_do(send: Any, admin: httpx.Client, served: Served) -> None:
    assert admin.put("/v1/places/kalverstraat-102", json=PLACE).status_code == 201
    served.doors.parts.fences.look()
    inside = send({"lat": 52.3702516, "lon": 4.8906199, "accuracy_m": 10}).json()
    assert inside["watch_after_s"] == 300
    assert 0 <= inside["quiet_radius_m"] <= 90
    away = send({"lat": 52.3802516, "lon": 4.8906199, "accuracy_m": 10}).json()
    assert away["watch_after_s"] == 900
    assert 950 <= away["quiet_radius_m"] <= 1010  # 1.1 km to the middle, less 100, 10 and 10 m
    newest_counts = send(
        [
            {"lat": 52.3702516, "lon": 4.8906199, "accuracy_m": 10, "at": "2026-11-23T11:00:00Z"},
            {"lat": 52.3802516, "lon": 4.8906199, "accuracy_m": 10, "at": "2026-11-23T10:59:00Z"},
        ]
    ).json()
    assert newest_counts["watch_after_s"] == 300


def test_what_came_in_is_counted(send: Any, http: httpx.Client) -> None:
    send([HERE, {"lat": 95, "lon": 1}])
    send({"lat": 0, "lon": 0})
    told = http.get("/metrics").text
    assert "passerby_pings_accepted_total 1.0" in told
    assert 'passerby_pings_rejected_total{reason="lat_out_of_range"} 1.0' in told
    assert 'passerby_pings_rejected_total{reason="null_island"} 1.0' in told
