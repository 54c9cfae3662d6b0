"""OwnTracks over MQTT, by a real Mosquitto and a real client in the place of a phone."""

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from redis import Redis

from offers.records.database import Database
from offers.settings import Settings
from tests.web.conftest import LANES, PLACE, Clock, OwnRedis, Register, Served, build_lanes
from tests.web.ingest.conftest import App, Lanes
from tests.web.ingest.mosquitto import ABSENT, BINARY, PHONE, PHONES, Mosquitto
from tests.web.ingest.working import Worker
from web.app import build_parts
from web.ingest import mqtt_role
from web.ingest.intake import Intake
from workers.embedded import child_environment
from workers.lanes import LaneKeys
from workers.vitals import read_mqtt, read_vitals

pytestmark = pytest.mark.skipif(BINARY is None, reason=ABSENT)

WITHIN_S = 20.0


def until(seen: Callable[[], Any], within_s: float = WITHIN_S) -> Any:
    deadline = time.monotonic() + within_s
    while not (found := seen()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)
    return found


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    one = Mosquitto(folder)
    one.start()
    try:
        yield one
    finally:
        one.close()


class Phone:
    """What the app does: publishes, and hears commands on its own topic."""

    def __init__(self, broker: Mosquitto, token: str) -> None:
        self.topic = f"owntracks/{PHONE}/{token}"
        self.heard: list[dict[str, Any]] = []
        self._client = paho.Client(CallbackAPIVersion.VERSION2, f"phone-{time.monotonic_ns()}")
        self._client.username_pw_set(PHONE, PHONES)
        self._client.on_message = lambda _client, _data, sent: self.heard.append(json.loads(sent.payload))
        self._client.on_connect = lambda client, *_: client.subscribe(f"{self.topic}/cmd", 1)
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()

    def say(self, payload: bytes | dict[str, Any], *, leaf: str = "", qos: int = 1, retain: bool = False) -> None:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        told = self._client.publish(self.topic + leaf, body, qos, retain)
        told.wait_for_publish(WITHIN_S)
        assert told.is_published()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def phone(broker: Mosquitto, app: App) -> Iterator[Phone]:
    one = Phone(broker, app.token)
    yield one
    one.close()


class Role:
    """The role in a thread of this process."""

    def __init__(self, settings: Settings, clock: Clock, intake: type[Intake] = Intake) -> None:
        self._settings, self._clock, self._intake = settings, clock, intake
        self._loop = asyncio.new_event_loop()
        self._ending = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        parts = build_parts(self._settings)
        parts.clock = self._clock
        self._loop.run_until_complete(mqtt_role.listen(parts, self._ending, self._intake))
        self._loop.close()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ending.set)
            self._thread.join(WITHIN_S)
            assert not self._thread.is_alive()


@pytest.fixture
def settings(settings: Settings, broker: Mosquitto) -> Settings:
    return settings.model_copy(update={"mqtt_url": broker.url})


@contextlib.contextmanager
def listening(settings: Settings, clock: Clock, intake: type[Intake] = Intake) -> Iterator[Role]:
    role = Role(settings, clock, intake)
    role.start()
    try:
        with Redis.from_url(settings.redis()) as redis:
            until(lambda: (seen := read_mqtt(redis, clock())) and seen.connected)
        yield role
    finally:
        role.stop()


@pytest.fixture
def listener(settings: Settings, served: Served, clock: Clock) -> Iterator[Role]:
    with listening(settings, clock) as role:
        yield role


def here(clock: Clock, **more: Any) -> dict[str, Any]:
    at = {"lat": PLACE["lat"], "lon": PLACE["lon"], "acc": 10, "tst": int(clock())}
    return {"_type": "location", "t": "u", "tid": "an", **at, **more}


def outcomes(redis: Redis, settings: Settings) -> dict[str, int]:
    counters = read_vitals(redis, settings.lanes, 0.0).counters
    return {name.removeprefix("mqtt:"): by for name, by in counters.items() if name.startswith("mqtt:")}


def test_a_location_is_a_ping_in_the_devices_lane(listener: Role, phone: Phone, lanes: Lanes, clock: Clock) -> None:
    phone.say(here(clock))
    assert until(lanes.pings) == [(PLACE["lat"], PLACE["lon"], clock(), 10)]


def test_without_a_receipt_it_is_taken_too(listener: Role, phone: Phone, lanes: Lanes, clock: Clock) -> None:
    phone.say(here(clock), qos=0)
    assert len(until(lanes.pings)) == 1


@pytest.mark.usefixtures("listener")
def test_a_crossing_is_a_transition_of_ours(
    admin: httpx.Client, served: Served, phone: Phone, lanes: Lanes, clock: Clock
) -> None:
    fence_id = admin.put("/v1/places/store", json=PLACE).json()["geofences"][0]["id"]
    time.sleep(1.2)  # the listener looks each second; a region that it does not know is nobody's
    phone.say(here(clock, _type="transition", event="enter", desc=f"store {fence_id}", wtst=1, t="c"), leaf="/event")
    ((region, kind, *_),) = until(lanes.transitions)
    assert (region, kind) == (fence_id, "enter")


@pytest.mark.usefixtures("listener")
def test_the_phone_hears_what_to_watch(admin: httpx.Client, phone: Phone, redis_db: Redis, clock: Clock) -> None:
    admin.put("/v1/places/store", json=PLACE)
    time.sleep(1.2)
    phone.say(here(clock))
    (command,) = until(lambda: phone.heard)
    assert (command["_type"], command["action"]) == ("cmd", "setWaypoints")
    assert [one["rad"] for one in command["waypoints"]["waypoints"]] == [100]
    assert not redis_db.exists("pb:nothing")


@pytest.mark.parametrize(
    ("payload", "outcome"),
    [
        ({"_type": "encrypted", "data": "AAAA"}, "encrypted"),
        ({"_type": "lwt", "tst": 1}, "not_a_position"),
        ({"_type": "location", "lat": 95, "lon": 4, "tst": 1}, "lat_out_of_range"),
        (b"{", "invalid_json"),
        (b"x" * 1_000_001, "too_large"),
    ],
    ids=["encrypted", "last will", "not on Earth", "half", "large"],
)
def test_what_is_of_no_use_is_counted_and_dropped(
    listener: Role, phone: Phone, lanes: Lanes, redis_db: Redis, settings: Settings, payload: Any, outcome: str
) -> None:
    phone.say(payload)
    assert until(lambda: outcomes(redis_db, settings)) == {outcome: 1}
    assert lanes.letters() == []


def test_only_a_good_positions_only_token_counts(
    listener: Role,
    broker: Mosquitto,
    lanes: Lanes,
    redis_db: Redis,
    settings: Settings,
    clock: Clock,
    register: Register,
    app: App,
) -> None:
    full = register()["token"]
    spoilt = app.token[:-6] + ("AAAAAA" if not app.token.endswith("AAAAAA") else "BBBBBB")
    for token in ("phone", "dt_x", spoilt, full):
        stranger = Phone(broker, token)
        stranger.say(here(clock))
        stranger.close()
    expected = {"bad_token": 3, "full_token": 1}
    assert until(lambda: sum((seen := outcomes(redis_db, settings)).values()) == 4 and seen) == expected
    assert lanes.letters() == []


def test_a_revoked_device_and_a_customer_without_consent_are_told_apart(
    listener: Role,
    broker: Mosquitto,
    admin: httpx.Client,
    lanes: Lanes,
    redis_db: Redis,
    settings: Settings,
    clock: Clock,
    register: Register,
) -> None:
    gone = register("gone", positions_only=True)
    admin.delete(f"/v1/devices/{gone['device_id']}")
    silent = register("silent", positions_only=True, consents={"location": False})
    for token in (gone["token"], silent["token"]):
        one = Phone(broker, token)
        one.say(here(clock))
        one.close()
    expected = {"revoked": 1, "no_location_consent": 1}
    assert until(lambda: sum((seen := outcomes(redis_db, settings)).values()) == 2 and seen) == expected
    assert lanes.letters() == []


def test_what_the_broker_retained_acts_once(
    phone: Phone, served: Served, lanes: Lanes, redis_db: Redis, settings: Settings, clock: Clock
) -> None:
    with listening(settings, clock):
        phone.say(here(clock), retain=True)
        until(lanes.pings)
    clock.at += 3600
    with listening(settings, clock):  # it subscribes again, and is sent the retained message again
        until(lambda: outcomes(redis_db, settings).get("retained"))
    assert len(lanes.pings()) == 1


def test_what_comes_while_we_are_away_waits_at_the_broker(
    broker: Mosquitto, phone: Phone, served: Served, lanes: Lanes, settings: Settings, clock: Clock
) -> None:
    with listening(settings, clock):
        pass
    for minute in range(3):
        phone.say(here(clock, tst=int(clock()) - 60 * minute))
    assert lanes.letters() == []
    with listening(settings, clock):
        assert len(until(lambda: len(lanes.pings()) == 3 and lanes.pings())) == 3


def test_the_broker_restarts(
    listener: Role, broker: Mosquitto, app: App, lanes: Lanes, redis_db: Redis, clock: Clock
) -> None:
    broker.stop()
    until(lambda: not read_mqtt(redis_db, clock()).connected)  # type: ignore[union-attr]
    broker.start()
    until(lambda: read_mqtt(redis_db, clock()).connected)  # type: ignore[union-attr]
    phone = Phone(broker, app.token)
    phone.say(here(clock))
    assert len(until(lanes.pings)) == 1
    phone.close()


class Dying(Intake):
    """Its process ends when the lane has the letter, and before the broker hears of it."""

    async def take(self, *args: Any) -> Any:
        await super().take(*args)
        raise asyncio.CancelledError


def test_the_listener_dies_between_lane_and_acknowledgement(
    phone: Phone,
    admin: httpx.Client,
    served: Served,
    lanes: Lanes,
    settings: Settings,
    database: Database,
    redis_db: Redis,
    clock: Clock,
    app: App,
) -> None:
    admin.put("/v1/places/store", json=PLACE)
    with listening(settings, clock, Dying):
        phone.say(here(clock, acc=15))
        until(lambda: len(lanes.pings()) == 1)
    with listening(settings, clock):
        until(lambda: len(lanes.pings()) == 2)
        clock.at += 30
        phone.say(here(clock, acc=15))
        until(lambda: len(lanes.pings()) == 3)
    first, again, _ = lanes.pings()
    assert first == again
    worker = Worker(database, redis_db, settings, clock)
    worker.work(app)
    assert worker.happened() == ["enter"]
    assert worker.counts(app)["late"] == 1


def test_while_redis_is_away_nothing_is_acknowledged_and_a_kill_loses_nothing(
    broker: Mosquitto, own_redis: OwnRedis, settings: Settings, app: App, clock: Clock, database: Database
) -> None:
    """A process of its own, killed with a message in its hands; the next one is sent it again."""
    settings = settings.model_copy(update={"redis_url": own_redis.url})
    environment = {
        "PASSERBY_MQTT_URL": broker.url,
        "PASSERBY_REDIS_URL": own_redis.url,
        "PASSERBY_DATABASE_URL": database.url,
        "PASSERBY_SECRET_KEY": settings.secret_key.get_secret_value(),
        "PASSERBY_LANES": str(LANES),
    }
    line = [sys.executable, "-m", "commands.line", "mqtt"]
    with Redis.from_url(own_redis.url) as redis:
        build_lanes(redis)
        running = subprocess.Popen(line, env=child_environment(environment))
        try:
            until(lambda: (seen := read_mqtt(redis, time.time())) and seen.connected)
            own_redis.freeze()
            phone = Phone(broker, app.token)
            phone.say({"_type": "location", "lat": 52.1, "lon": 4.1, "tst": int(time.time())})
            time.sleep(1.0)  # it has the message, and nowhere to put it
            running.kill()
            running.wait()
            own_redis.kill()
            own_redis.start()
            build_lanes(redis)
            running = subprocess.Popen(line, env=child_environment(environment))
            lanes = Lanes(settings, redis)
            assert [ping[:2] for ping in until(lanes.pings)] == [(52.1, 4.1)]
            until(lambda: outcomes(redis, settings) == {"taken": 1})
            phone.close()
            running.send_signal(signal.SIGTERM)
            assert running.wait(WITHIN_S) == 0
        finally:
            running.kill()
            running.wait()


def test_redis_comes_back_while_a_message_waits(
    listener: Role, phone: Phone, lanes: Lanes, redis_db: Redis, clock: Clock
) -> None:
    """Lanes without their epoch take nothing, as a Redis that was emptied."""
    for lane in range(LANES):
        redis_db.delete(LaneKeys.of(lane).epoch)
    phone.say(here(clock))
    time.sleep(1.0)
    assert lanes.letters() == []
    build_lanes(redis_db)
    assert len(until(lanes.pings)) == 1


def test_health_and_metrics_tell_of_the_listener(
    http: httpx.Client, served: Served, settings: Settings, phone: Phone, clock: Clock
) -> None:
    def told() -> dict[str, Any]:
        part: dict[str, Any] = http.get("/readyz").json()["parts"]["mqtt"]
        return part

    assert told() == {"ok": False, "detail": "no listener was heard yet"}
    with listening(settings, clock):
        assert told() == {"ok": True, "detail": "connected, heard 0 s ago"}
        phone.say(here(clock))
        until(lambda: 'passerby_mqtt_messages_total{outcome="taken"} 1.0' in http.get("/metrics").text)
    clock.at += 60
    assert "no listener was heard for 60 s" in told()["detail"]


def test_a_phone_can_not_read_what_others_say(broker: Mosquitto, phone: Phone, app: App, clock: Clock) -> None:
    """The access list of our page, by the broker itself."""
    heard: list[str] = []
    spy = paho.Client(CallbackAPIVersion.VERSION2, "spy")
    spy.username_pw_set(PHONE, PHONES)
    spy.on_message = lambda _client, _data, sent: heard.append(sent.topic)
    spy.on_connect = lambda client, *_: client.subscribe("owntracks/#", 1)
    subscribed = threading.Event()
    spy.on_subscribe = lambda *_: subscribed.set()
    spy.connect("127.0.0.1", broker.port)
    spy.loop_start()
    assert subscribed.wait(WITHIN_S)
    phone.say(here(clock))
    time.sleep(0.5)
    spy.disconnect()
    spy.loop_stop()
    assert heard == []
