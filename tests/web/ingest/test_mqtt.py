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
from contextlib import AbstractContextManager
from dataclasses import dataclass
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


@dataclass
class World:
    """Doors, lanes, a broker and a phone; `listen` starts the role."""

    settings: Settings
    clock: Clock
    redis: Redis
    lanes: Lanes
    broker: Mosquitto
    phone: Phone
    app: App

    def listen(self, intake: type[Intake] = Intake) -> AbstractContextManager[Role]:
        return listening(self.settings, self.clock, intake)

    def outcomes(self) -> dict[str, int]:
        return outcomes(self.redis, self.settings)


@pytest.fixture
def world(  # noqa: PLR0917
    settings: Settings, clock: Clock, redis_db: Redis, lanes: Lanes, broker: Mosquitto, phone: Phone, app: App
) -> World:
    return World(settings, clock, redis_db, lanes, broker, phone, app)


@pytest.fixture
def heard(world: World) -> Iterator[World]:
    """The same with a listener."""
    with world.listen():
        yield world


def here(clock: Clock, **more: Any) -> dict[str, Any]:
    at = {"lat": PLACE["lat"], "lon": PLACE["lon"], "acc": 10, "tst": int(clock())}
    return {"_type": "location", "t": "u", "tid": "an", **at, **more}


def outcomes(redis: Redis, settings: Settings) -> dict[str, int]:
    counters = read_vitals(redis, settings.lanes, 0.0).counters
    return {name.removeprefix("mqtt:"): by for name, by in counters.items() if name.startswith("mqtt:")}


def test_a_location_is_a_ping_in_the_devices_lane(heard: World) -> None:
    heard.phone.say(here(heard.clock))
    assert until(heard.lanes.pings) == [(PLACE["lat"], PLACE["lon"], heard.clock(), 10)]


def test_without_a_receipt_it_is_taken_too(heard: World) -> None:
    heard.phone.say(here(heard.clock), qos=0)
    assert len(until(heard.lanes.pings)) == 1


def test_a_crossing_is_a_transition_of_ours(world: World, admin: httpx.Client) -> None:
    fence_id = admin.put("/v1/places/store", json=PLACE).json()["geofences"][0]["id"]
    crossing = here(world.clock, _type="transition", event="enter", desc=f"store {fence_id}", wtst=1, t="c")
    with world.listen():
        world.phone.say(crossing, leaf="/event")
        ((region, kind, *_),) = until(world.lanes.transitions)
    assert (region, kind) == (fence_id, "enter")


def test_the_phone_hears_what_to_watch(world: World, admin: httpx.Client) -> None:
    admin.put("/v1/places/store", json=PLACE)
    with world.listen():
        world.phone.say(here(world.clock))
        (command,) = until(lambda: world.phone.heard)
    assert (command["_type"], command["action"]) == ("cmd", "setWaypoints")
    assert [one["rad"] for one in command["waypoints"]["waypoints"]] == [100]


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
def test_what_is_of_no_use_is_counted_and_dropped(heard: World, payload: Any, outcome: str) -> None:
    heard.phone.say(payload)
    assert until(heard.outcomes) == {outcome: 1}
    assert heard.lanes.letters() == []


def test_only_a_good_positions_only_token_counts(heard: World, register: Register) -> None:
    full = register()["token"]
    spoilt = heard.app.token[:-6] + ("AAAAAA" if not heard.app.token.endswith("AAAAAA") else "BBBBBB")
    for token in ("phone", "dt_x", spoilt, full):
        stranger = Phone(heard.broker, token)
        stranger.say(here(heard.clock))
        stranger.close()
    expected = {"bad_token": 3, "full_token": 1}
    assert until(lambda: sum((seen := heard.outcomes()).values()) == 4 and seen) == expected
    assert heard.lanes.letters() == []


def test_a_revoked_device_and_a_customer_without_consent_are_told_apart(
    heard: World, admin: httpx.Client, register: Register
) -> None:
    gone = register("gone", positions_only=True)
    admin.delete(f"/v1/devices/{gone['device_id']}")
    silent = register("silent", positions_only=True, consents={"location": False})
    for token in (gone["token"], silent["token"]):
        one = Phone(heard.broker, token)
        one.say(here(heard.clock))
        one.close()
    expected = {"revoked": 1, "no_location_consent": 1}
    assert until(lambda: sum((seen := heard.outcomes()).values()) == 2 and seen) == expected
    assert heard.lanes.letters() == []


def test_what_the_broker_retained_acts_once(world: World) -> None:
    with world.listen():
        world.phone.say(here(world.clock), retain=True)
        until(world.lanes.pings)
    world.clock.at += 3600
    with world.listen():  # it subscribes again, and is sent the retained message again
        until(lambda: world.outcomes().get("retained"))
    assert len(world.lanes.pings()) == 1


def test_what_comes_while_we_are_away_waits_at_the_broker(world: World) -> None:
    with world.listen():
        pass
    for minute in range(3):
        world.phone.say(here(world.clock, tst=int(world.clock()) - 60 * minute))
    assert world.lanes.letters() == []
    with world.listen():
        assert len(until(lambda: len(world.lanes.pings()) == 3 and world.lanes.pings())) == 3


def test_the_broker_restarts(heard: World) -> None:
    heard.broker.stop()
    until(lambda: not read_mqtt(heard.redis, heard.clock()).connected)  # type: ignore[union-attr]
    heard.broker.start()
    until(lambda: read_mqtt(heard.redis, heard.clock()).connected)  # type: ignore[union-attr]
    phone = Phone(heard.broker, heard.app.token)
    phone.say(here(heard.clock))
    assert len(until(heard.lanes.pings)) == 1
    phone.close()


class Dying(Intake):
    """Its process ends when the lane has the letter, and before the broker hears of it."""

    async def take(self, *args: Any) -> Any:
        await super().take(*args)
        raise asyncio.CancelledError


def test_the_listener_dies_between_lane_and_acknowledgement(
    world: World, admin: httpx.Client, database: Database
) -> None:
    admin.put("/v1/places/store", json=PLACE)
    with world.listen(Dying):
        world.phone.say(here(world.clock, acc=15))
        until(lambda: len(world.lanes.pings()) == 1)
    with world.listen():
        until(lambda: len(world.lanes.pings()) == 2)
        world.clock.at += 30
        world.phone.say(here(world.clock, acc=15))
        until(lambda: len(world.lanes.pings()) == 3)
    first, again, _ = world.lanes.pings()
    assert first == again
    worker = Worker(database, world.redis, world.settings, world.clock)
    worker.work(world.app)
    assert worker.happened() == ["enter"]
    assert worker.counts(world.app)["late"] == 1


def test_while_redis_is_away_nothing_is_acknowledged_and_a_kill_loses_nothing(
    broker: Mosquitto, own_redis: OwnRedis, settings: Settings, app: App
) -> None:
    """A process of its own, killed with a message in its hands; the next one is sent it again."""
    settings = settings.model_copy(update={"redis_url": own_redis.url})
    environment = {
        "PASSERBY_MQTT_URL": broker.url,
        "PASSERBY_REDIS_URL": own_redis.url,
        "PASSERBY_DATABASE_URL": settings.database_url,
        "PASSERBY_SECRET_KEY": settings.secret_key.get_secret_value(),
        "PASSERBY_LANES": str(LANES),
    }
    line = [sys.executable, "-m", "commands.start", "mqtt"]
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


def test_redis_comes_back_while_a_message_waits(heard: World) -> None:
    """Lanes without their epoch take nothing, as a Redis that was emptied."""
    for lane in range(LANES):
        heard.redis.delete(LaneKeys.of(lane).epoch)
    heard.phone.say(here(heard.clock))
    time.sleep(1.0)
    assert heard.lanes.letters() == []
    build_lanes(heard.redis)
    assert len(until(heard.lanes.pings)) == 1


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


def test_a_phone_can_not_read_what_others_say(world: World) -> None:
    """The access list of our page, by the world.broker itself."""
    heard: list[str] = []
    spy = paho.Client(CallbackAPIVersion.VERSION2, "spy")
    spy.username_pw_set(PHONE, PHONES)
    spy.on_message = lambda _client, _data, sent: heard.append(sent.topic)
    spy.on_connect = lambda client, *_: client.subscribe("owntracks/#", 1)
    subscribed = threading.Event()
    spy.on_subscribe = lambda *_: subscribed.set()
    spy.connect("127.0.0.1", world.broker.port)
    spy.loop_start()
    assert subscribed.wait(WITHIN_S)
    world.phone.say(here(world.clock))
    time.sleep(0.5)
    spy.disconnect()
    spy.loop_stop()
    assert heard == []
