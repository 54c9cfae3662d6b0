"""Stories through the doors: real HTTP, real Redis, either database; only the ring is the test's own."""

import pytest

from offers.records.database import Database
from tests.web.conftest import admin, clock, http, keys, register, served, settings

__all__ = ["admin", "clock", "http", "keys", "register", "served", "settings"]


@pytest.fixture
def database(either_database: Database) -> Database:
    return either_database
