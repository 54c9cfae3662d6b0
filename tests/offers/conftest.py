"""Every test of a use case runs on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from offers.records.database import Database
from tests.offers.stories import Town
from tests.postgres import Server


@pytest.fixture
def database(either_database: Database) -> Database:
    return either_database


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database in which nothing is yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bare.db'}"
    server: Server = request.getfixturevalue("postgresql_server")
    return server.new_database()


@pytest.fixture
def town(database: Database) -> Town:
    return Town(database)
