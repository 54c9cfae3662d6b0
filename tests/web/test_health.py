"""Whether the process serves, whether each part works, what is counted; and a real process from start to stop."""

import os
import signal
import subprocess
import sys
import time
from typing import Any

import httpx
import pytest
from redis import Redis

from offers.push import Outcome
from offers.push_lanes import learn_of_lanes
from offers.records import schema
from offers.records.database import Database
from offers.settings import Settings
from tests.conftest import NOON
from tests.web.conftest import LANES, Clock, OwnRedis, Served, bearer, build_lanes, problem_of, serve
from tests.web.test_events import listening
from web.app import REDIS_TIMEOUT_S
from workers.embedded import free_port
from workers.lanes import LaneKeys
from workers.vitals import (
    BEHIND_S,
    COUNTERS,
    HEARD_BEAT,
    HEARD_WORKER,
    FenceVitals,
    Waiting,
    read_vitals,
    tell_fences,
    tell_waiting,
)


def parts_told(http: httpx.Client, status: int) -> dict[str, Any]:
    answer = http.get("/readyz")
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    assert told["ready"] is (status == 200)
    assert all(set(one) == {"ok", "detail"} for one in told["parts"].values())
    parts: dict[str, Any] = told["parts"]
    return parts


def bad(parts: dict[str, Any]) -> list[str]:
    return [name for name, one in parts.items() if not one["ok"]]


def test_healthz_is_200_from_the_first_request(http: httpx.Client) -> None:
    assert http.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_load_balancer_may_ask_for_the_head_alone(http: httpx.Client, path: str) -> None:
    whole, head = http.get(path), http.head(path)
    assert head.status_code == whole.status_code
    assert head.content == b""
    assert head.headers["content-type"] == whole.headers["content-type"]


def test_readyz_names_who_was_not_heard(http: httpx.Client, redis_db: Redis) -> None:
    assert bad(parts_told(http, 503)) == ["workers", "beat"]
    redis_db.set(HEARD_WORKER, str(NOON.timestamp()))
    redis_db.set(HEARD_BEAT, str(NOON.timestamp() - 31))
    assert bad(parts_told(http, 503)) == ["beat"]
    redis_db.set(HEARD_BEAT, str(NOON.timestamp() - 1))
    parts = parts_told(http, 200)
    assert set(parts) == {"database", "redis", "broker", "workers", "beat", "lanes", "push", "geofences"}


def test_readyz_names_a_worker_that_runs_behind_with_the_geofences(http: httpx.Client, redis_db: Redis) -> None:
    now = NOON.timestamp()
    redis_db.mset({HEARD_WORKER: now, HEARD_BEAT: now})
    tell_fences(redis_db, "worker@one:7", FenceVitals(version=4, looked_ago_s=0.5), now)
    tell_fences(redis_db, "worker@one:8", FenceVitals(version=3, looked_ago_s=BEHIND_S), now)
    assert bad(parts_told(http, 200)) == []
    tell_fences(redis_db, "worker@one:8", FenceVitals(version=3, looked_ago_s=BEHIND_S + 1), now)
    parts = parts_told(http, 503)
    assert bad(parts) == ["workers"]
    said = "worker@one:8 matches by geofence version 3, the newest is 4, and could last look 11 s ago"
    assert parts["workers"]["detail"] == said
    told = http.get("/metrics").text.splitlines()
    assert 'passerby_geofences_behind_seconds{process="worker@one:8"} 11.0' in told
    assert 'passerby_geofences_behind_seconds{process="worker@one:7"} 0.0' in told
    tell_fences(redis_db, "worker@one:8", FenceVitals(version=4, looked_ago_s=0.2), now)
    assert bad(parts_told(http, 200)) == []


def test_readyz_and_metrics_name_a_way_out_that_pauses(http: httpx.Client, redis_db: Redis, database: Database) -> None:
    redis_db.mset({HEARD_WORKER: NOON.timestamp(), HEARD_BEAT: NOON.timestamp()})
    refused = Outcome("waiting", "credentials_refused", lane="fcm", alarm=True)
    foreign = Outcome("failed", "sender_mismatch", address="mismatched")

    def learn(*answers: tuple[str, Outcome]) -> None:
        with database.transaction() as session:
            learn_of_lanes(session, answers, now=database.clock())

    learn(("fcm:ios", refused))
    parts = parts_told(http, 503)
    assert bad(parts) == ["push"]
    assert parts["push"]["detail"].startswith("fcm is paused since 20")
    assert parts["push"]["detail"].endswith(": credentials_refused")
    told = http.get("/metrics").text.splitlines()
    assert {'passerby_push_lane_paused{lane="fcm"} 1.0', 'passerby_push_lane_paused{lane="fcm:ios"} 0.0'} <= set(told)
    learn(("fcm:ios", Outcome("sent")))
    assert bad(parts_told(http, 200)) == []
    learn(*[("fcm:ios", foreign)] * 6)
    assert "is this the right Firebase project?" in parts_told(http, 503)["push"]["detail"]
    assert 'passerby_push_lane_braked{lane="fcm:ios"} 1.0' in http.get("/metrics").text.splitlines()


def test_metrics_tell_how_far_each_process_is_with_the_geofences(http: httpx.Client, redis_db: Redis) -> None:
    seven = FenceVitals(4, 0.5, overlay=12, compactions=2, compactions_failed=1, compaction_s=1.5)
    tell_fences(redis_db, "worker@one:7", seven, NOON.timestamp())
    told = http.get("/metrics").text.splitlines()
    for name, value in (
        ("version", 4.0), ("behind_seconds", 0.0), ("overlay", 12.0), ("compactions_total", 2.0),
        ("compactions_failed_total", 1.0), ("compaction_seconds_total", 1.5),
    ):  # fmt: skip
        assert f'passerby_geofences_{name}{{process="worker@one:7"}} {value}' in told


def test_a_web_process_tells_too_and_says_when_it_ends(
    settings: Settings, redis_db: Redis, clock: Clock, admin: httpx.Client
) -> None:
    with serve(settings, clock) as served:
        deadline = time.monotonic() + 30
        while len(told := read_vitals(redis_db, LANES, clock.at).fences) < 2:  # `admin` asks another one
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert all(one.startswith("web@") for one in told)
        assert served.doors.parts.fences.index.version == 0
    assert len(read_vitals(redis_db, LANES, clock.at).fences) == 1


def test_readyz_names_lanes_that_are_not_built_or_stand_still(
    http: httpx.Client, redis_db: Redis, clock: Clock
) -> None:
    redis_db.delete(LaneKeys.of(1).epoch)
    assert "1 of 4" in parts_told(http, 503)["lanes"]["detail"]
    build_lanes(redis_db)
    redis_db.xadd(LaneKeys.of(0).entries, {"h": "1", "b": "x"}, id=f"{int(clock.at * 1000) - 61_000}-0")
    assert "61 s" in parts_told(http, 503)["lanes"]["detail"]


def test_readyz_names_an_old_schema(settings: Settings, redis_db: Redis, clock: Clock, database: Database) -> None:
    schema.migrate(database, "base")
    with serve(settings, clock) as served, httpx.Client(base_url=served.url, timeout=20) as http:
        parts = parts_told(http, 503)
        assert "passerby migrate" in parts["database"]["detail"]
        assert {"database", "geofences"} <= set(bad(parts))
        assert http.get("/healthz").status_code == 200


def test_readyz_names_a_schema_from_the_future(
    settings: Settings, redis_db: Redis, clock: Clock, database: Database
) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with serve(settings, clock) as served, httpx.Client(base_url=served.url, timeout=20) as http:
        detail = parts_told(http, 503)["database"]["detail"]
    assert "newer than this program" in detail
    assert "run passerby migrate" not in detail


def test_readyz_names_a_redis_that_is_nearly_full(http: httpx.Client, redis_db: Redis) -> None:
    client: Any = redis_db
    build_lanes(redis_db)
    redis_db.mset({HEARD_WORKER: NOON.timestamp(), HEARD_BEAT: NOON.timestamp()})
    (before,) = client.config_get("maxmemory").values()
    try:
        client.config_set("maxmemory", int(client.info("memory")["used_memory"] * 1.01))
        parts = parts_told(http, 503)
    finally:
        client.config_set("maxmemory", before)
    assert bad(parts) == ["redis"], "what it still tells is told"
    assert "of maxmemory is used" in parts["redis"]["detail"]


def test_readyz_names_a_redis_that_is_away(settings: Settings, own_redis: OwnRedis, clock: Clock) -> None:
    with (
        serve(settings.model_copy(update={"redis_url": own_redis.url}), clock) as served,
        httpx.Client(base_url=served.url, timeout=60) as http,
    ):
        own_redis.kill()
        assert {"redis", "broker", "lanes", "workers"} <= set(bad(parts_told(http, 503)))
        assert own_redis.url.split("@")[0].removeprefix("redis://:") not in http.get("/readyz").text
        assert "passerby_redis_up 0.0" in http.get("/metrics").text


def test_a_redis_that_hangs_is_waited_for_once(settings: Settings, own_redis: OwnRedis, clock: Clock) -> None:
    """It takes connections and never answers: five parts that ask one after the other are more than a probe waits for."""
    with (
        serve(settings.model_copy(update={"redis_url": own_redis.url}), clock) as served,
        httpx.Client(base_url=served.url, timeout=3 * REDIS_TIMEOUT_S) as http,
    ):
        own_redis.freeze()
        parts = parts_told(http, 503)
    assert bad(parts) == ["redis", "broker", "workers", "beat", "lanes"]
    assert parts["workers"]["detail"] == "nobody can tell: redis does not answer"


def test_metrics_tell_what_workers_count(http: httpx.Client, redis_db: Redis) -> None:
    counts = {
        "decision:send": 3,
        "decision:no_consent": 2,
        "delivery:sent": 3,
        "used": 40,
        "late": 1,
        "zone:unknown": 4,
        "default_text:customer.size": 2,
    }
    tell_waiting(redis_db, Waiting(7, 2))
    redis_db.hset(COUNTERS, mapping={name: str(value) for name, value in counts.items()})
    redis_db.xadd(LaneKeys.of(2).entries, {"h": "1", "b": "x"}, id=f"{int(NOON.timestamp() * 1000) - 5000}-0")
    told = http.get("/metrics")
    assert told.headers["content-type"].startswith("text/plain")
    for line in (
        'passerby_decisions_total{outcome="send"} 3.0',
        'passerby_decisions_total{outcome="no_consent"} 2.0',
        'passerby_deliveries_total{outcome="sent"} 3.0',
        'passerby_default_texts_total{fact="customer.size"} 2.0',
        'passerby_decisions_without_zone_total{outcome="unknown"} 4.0',
        "passerby_deferrals_waiting 7.0",
        "passerby_deferrals_due 2.0",
        "passerby_pings_matched_total 40.0",
        "passerby_pings_late_total 1.0",
        "passerby_pings_accepted_total 0.0",
        'passerby_lane_length{lane="2"} 1.0',
        'passerby_lane_oldest_seconds{lane="2"} 5.0',
        "passerby_redis_up 1.0",
    ):
        assert line in told.text.splitlines()


def test_a_process_starts_serves_and_stops_with_a_stream_open(
    settings: Settings, redis_db: Redis, keys: dict[str, str]
) -> None:
    """As production runs it: settings from the environment, uvicorn with the factory, SIGTERM."""
    port = free_port()
    environment = os.environ | {
        "PASSERBY_DATABASE_URL": settings.database_url,
        "PASSERBY_REDIS_URL": settings.redis_url,
        "PASSERBY_SECRET_KEY": settings.secret_key.get_secret_value(),
        "PASSERBY_LANES": str(LANES),
    }
    command = [sys.executable, "-m", "uvicorn", "web.app:create_app", "--factory", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_it_serves(url, process)
        with listening(url, keys["read"]) as stream:
            process.send_signal(signal.SIGTERM)
            assert stream.ends()
        assert process.wait(15) in (0, -signal.SIGTERM)
    finally:
        process.kill()
        output = process.communicate()[0].decode()
    assert "Traceback" not in output


def wait_until_it_serves(url: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        try:
            if httpx.get(f"{url}/healthz").status_code == 200:
                return
        except httpx.TransportError:
            assert process.poll() is None, "the process ended"
            time.sleep(0.1)
    raise AssertionError("the process does not serve")


def test_headers_of_every_answer(http: httpx.Client, keys: dict[str, str]) -> None:
    for path in ("/healthz", "/v1/customers", "/nowhere", "/openapi.json"):
        answer = http.get(path, headers=bearer(keys["admin"]))
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/v1/customers/sanne", "/v1/settings", "/v1/events"])
def test_other_methods_are_405(http: httpx.Client, path: str) -> None:
    answer = http.post(path)
    problem_of(answer, 405)
    assert "GET" in answer.headers["allow"]


def test_a_broken_part_is_500_without_a_word_of_it(served: Served, http: httpx.Client, keys: dict[str, str]) -> None:
    """A bug in a use case, stood in for by a database whose table is another shape."""
    with served.doors.parts.database.transaction() as session:
        session.connection().exec_driver_sql('UPDATE settings SET chosen = \'{"colour": "red"}\'')
    told = problem_of(http.get("/v1/settings", headers=bearer(keys["admin"])), 500)
    assert "colour" not in str(told)
    assert "Traceback" not in str(told)
    assert http.get("/healthz").status_code == 200
