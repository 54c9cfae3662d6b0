"""A shop on whose pages one reserves and buys, over the double of Mollie."""

from collections.abc import Iterator

import httpx
import pytest
from pydantic import SecretStr
from redis import Redis

from offers.records.database import Database
from offers.settings import Settings
from tests.doubles.mollie import MollieDouble
from tests.offers.billboards import Billboard
from tests.web.conftest import Clock, Served, build_lanes, serve
from workers.payments import mollie as real


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Nobody pays on a page, unless a shop of these tests says so."""
    return settings.model_copy(update={"payments": "none"})


@pytest.fixture
def mollie() -> Iterator[MollieDouble]:
    with MollieDouble() as double:
        yield double


@pytest.fixture
def pays(settings: Settings, mollie: MollieDouble, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(real, "TIMEOUT", httpx.Timeout(1.0))
    key = SecretStr(mollie.key)
    return settings.model_copy(
        update={
            "payments": "mollie",
            "mollie_api_key": key,
            "mollie_endpoint": mollie.origin,
            "base_url": "http://127.0.0.1",
        }
    )


@pytest.fixture
def shop(pays: Settings, redis_db: Redis, clock: Clock) -> Iterator[Served]:
    build_lanes(redis_db)
    with serve(pays, clock) as served:
        served.doors.parts.settings = pays.model_copy(update={"base_url": served.url})  # known once it stands
        yield served


@pytest.fixture
def board(database: Database) -> Billboard:
    return Billboard(database)
