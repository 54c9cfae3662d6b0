"""A location app with a positions-only token, and what it left in its lane."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from redis import Redis

from offers.settings import Settings
from tests.web.conftest import LANES, Register
from workers.lanes import SALTS, LaneKeys
from workers.letters import DeviceLetter, PingLetter, PingRow, TransitionLetter, TransitionRow, unpack
from workers.seal import Seal


@dataclass(frozen=True)
class App:
    device_id: str
    token: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def basic(self) -> dict[str, str]:
        return {"Authorization": "Basic " + base64.b64encode(f"jane:{self.token}".encode()).decode()}


@pytest.fixture
def app(register: Register) -> App:
    made = register(platform="ios", positions_only=True)
    return App(made["device_id"], made["token"])


@dataclass
class Lanes:
    """All that lies in the lanes, opened as a worker does."""

    settings: Settings
    redis: Any

    def letters(self) -> list[DeviceLetter]:
        seal = Seal(self.settings.secret(), lambda hour: self.redis.hget(SALTS, str(hour)))
        found = [
            letter
            for lane in range(LANES)
            for _, fields in self.redis.xrange(LaneKeys.of(lane).entries)
            for letter in unpack(seal.open(int(fields[b"h"]), lane, fields[b"b"]))
        ]
        return [one for one in found if isinstance(one, DeviceLetter)]

    def pings(self) -> list[PingRow]:
        return [ping for one in self.letters() if isinstance(one, PingLetter) for ping in one.pings]

    def transitions(self) -> list[TransitionRow]:
        return [row for one in self.letters() if isinstance(one, TransitionLetter) for row in one.items]


@pytest.fixture
def lanes(settings: Settings, redis_db: Redis) -> Lanes:
    return Lanes(settings, redis_db)


Count = Callable[..., float]


@pytest.fixture
def counted(http: httpx.Client) -> Count:
    """What /metrics says of a client: of its accepted records, or of those dropped for a reason."""

    def count(client: str, reason: str | None = None) -> float:
        name = (
            f'passerby_ingest_accepted_total{{client="{client}"}}'
            if reason is None
            else f'passerby_ingest_unusable_total{{client="{client}",reason="{reason}"}}'
        )
        lines = http.get("/metrics").text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))

    return count
