"""The doors, served by a real uvicorn on a real loop, with the real parts behind them."""

import asyncio
import contextlib
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from redis import Redis

from offers.keys import create_key
from offers.records.database import Database
from offers.settings import Settings
from tests.conftest import NOON
from web.app import Doors, build_app, build_parts
from workers.embedded import Child, child_environment, embedded_redis, free_port, wait_for_redis
from workers.lanes import LaneKeys

LANES = 4


class Prompt(uvicorn.Server):
    """uvicorn's own, but that it stops when it is told, and not at the next of its ticks and a tenth of a second after its connections have closed."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.leave = asyncio.Event()

    async def main_loop(self) -> None:
        ticks = 0
        while not await self.on_tick(ticks):
            ticks = (ticks + 1) % 10
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.leave.wait(), 0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        patience = asyncio.get_running_loop().time() + (self.config.timeout_graceful_shutdown or 0)
        while (state.connections or state.tasks) and asyncio.get_running_loop().time() < patience:  # noqa: ASYNC110 - nobody is told of it
            await asyncio.sleep(0.002)
        for task in state.tasks:
            task.cancel()
        await self.lifespan.shutdown()


class Served:
    """A server in a thread. `stop` waits until its lifespan has ended."""

    def __init__(self, doors: Doors, port: int = 0) -> None:
        port = port or free_port()
        config = uvicorn.Config(
            doors, host="127.0.0.1", port=port, log_config=None, access_log=False, timeout_graceful_shutdown=5
        )
        self.url = f"http://127.0.0.1:{port}"
        self.doors = doors
        self._server = Prompt(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve()

    def start(self) -> None:
        self._thread.start()
        for _ in range(4000):
            if self._server.started:
                return
            time.sleep(0.002)
        raise RuntimeError("the doors did not open")

    def stop(self) -> None:
        if not self._thread.is_alive():
            return
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self.doors.parts.listeners.close)  # in a process of its own the signal does it
        self._server.should_exit = True
        self._loop.call_soon_threadsafe(self._server.leave.set)
        self._thread.join(20)
        assert not self._thread.is_alive(), "the server did not stop"


@dataclass
class Clock:
    """Noon, until a test moves it."""

    at: float = field(default=NOON.timestamp())

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Few lanes, so that devices share them."""
    return settings.model_copy(update={"lanes": LANES, "gather_ms": 2.0})


class OwnRedis:
    """A server that a test may kill, as a machine that loses power, and start again on the same port."""

    def __init__(self, child: Child, url: str) -> None:
        self._child = child
        self.url = url

    def start(self) -> None:
        self._child.start()
        wait_for_redis(self.url)

    def freeze(self) -> None:
        """It keeps its connections and answers nothing; `kill` ends it all the same."""
        assert self._child.process is not None
        self._child.process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        if self._child.process is not None:
            self._child.process.kill()
            self._child.process.wait()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    with (tmp_path / "redis.log").open("wb") as log:
        server = OwnRedis(*embedded_redis(tmp_path, child_environment({}), log))
        server.start()
        yield server
        server.kill()


@contextlib.contextmanager
def serve(settings: Settings, clock: Callable[[], float]) -> Iterator[Served]:
    parts = build_parts(settings)
    parts.clock = clock
    served = Served(build_app(parts))
    served.start()
    try:
        yield served
    finally:
        served.stop()


@pytest.fixture
def served(settings: Settings, redis_db: Redis, clock: Clock) -> Iterator[Served]:
    """The doors, with the lanes built."""
    build_lanes(redis_db)
    with serve(settings, clock) as one:
        yield one


def build_lanes(redis: Redis) -> None:
    """As the first match does, for lanes in which nobody is."""
    for lane in range(LANES):
        redis.set(LaneKeys.of(lane).epoch, b"test")


@pytest.fixture
def keys(database: Database) -> dict[str, str]:
    """A key of each role."""
    with database.transaction() as session:
        return {
            role: create_key(session, role, now=NOON) for role in ("admin", "read", "orders", "till", "publishable")
        }


@pytest.fixture
def http(served: Served) -> Iterator[httpx.Client]:
    """A caller without a credential."""
    with httpx.Client(base_url=served.url, timeout=20) as client:
        yield client


@pytest.fixture
def admin(served: Served, keys: dict[str, str]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, timeout=20, headers=bearer(keys["admin"])) as client:
        yield client


def bearer(credential: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {credential}"}


Register = Callable[..., dict[str, Any]]


@pytest.fixture
def register(admin: httpx.Client) -> Register:
    """Register a device of a customer who agreed to everything, unless told otherwise."""

    def make(customer: str = "sanne", **body: Any) -> dict[str, Any]:
        wanted = {
            "customer": customer,
            "platform": "android",
            "push_token": f"push-{customer}",
            "consents": {"location": True, "offers": True, "orders": True},
        }
        answer = admin.post("/v1/devices", json=wanted | body)
        assert answer.status_code == 201, answer.text
        registered: dict[str, Any] = answer.json()
        return registered

    return make


def problem_of(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem document of an answer, held against RFC 9457's and our shape."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) in ({"type", "title", "status", "detail"}, {"type", "title", "status", "detail", "errors"})
    assert body["status"] == status
    assert body["type"].startswith("urn:passerby:problem:")
    for one in body.get("errors", []):
        assert {*one, "name"} == {"path", "message", "name"}
    return body


def paths_of(answer: httpx.Response, status: int = 422) -> list[str]:
    return [one["path"] for one in problem_of(answer, status)["errors"]]


PLACE: dict[str, Any] = {
    "name": "Kalverstraat 102",
    "kind": "store",
    "lat": 52.3702516,
    "lon": 4.8906199,
    "time_zone": "Europe/Amsterdam",
    "geofences": [{"role": "premises", "lat": 52.3702516, "lon": 4.8906199, "radius_m": 100, "dwell_s": 60}],
}
CAMPAIGN: dict[str, Any] = {
    "name": "Sneakers",
    "trigger": {"on": "enter", "places": ["kalverstraat-102"]},
    "messages": {"en": {"title": "Hello {{ customer.first_name | default: 'there' }}", "body": "You are near."}},
}
