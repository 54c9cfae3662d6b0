"""Stories through the doors: real HTTP, real Redis, either database; only the ring is the test's own."""

import httpx
import pytest

from offers.records.database import Database
from tests.stories.town_by_doors import TownByDoors
from tests.web.conftest import Clock, Served, admin, clock, http, keys, register, served, settings

__all__ = ["admin", "clock", "http", "keys", "register", "served", "settings"]


@pytest.fixture
def database(either_database: Database) -> Database:
    return either_database


@pytest.fixture
def town(served: Served, admin: httpx.Client, http: httpx.Client, clock: Clock) -> TownByDoors:
    return TownByDoors(served, admin, http, clock)
