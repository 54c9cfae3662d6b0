"""What every test may ask for: a real Redis, a real database, settings, and noon."""

import gc
import logging
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
import structlog
from redis import Redis
from xdist.remote import Producer

from offers.records import schema
from offers.records.database import Database
from offers.settings import Settings
from tests.clients import share_authorities
from tests.postgres import NoPostgresqlError, Server, empty, postgresql
from tests.scheduling import Scheduling
from workers.embedded import child_environment, embedded_redis, wait_for_redis

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
"""Noon in Amsterdam, on a Monday."""


hypothesis.settings.register_profile("passerby", deadline=None)  # what is slow is a benchmark's to tell
hypothesis.settings.load_profile("passerby")


def pytest_configure() -> None:
    """Nothing that collecting the tests makes is garbage before its end."""
    gc.disable()
    share_authorities()


def pytest_collection_finish() -> None:
    """Ten thousand tests and their modules stay for good: looking through them again and again is for nothing."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    return Scheduling(config, log)


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A test that starts the service in this process sets up its logs, and writes them where it is listened to."""
    root = logging.getLogger()
    level = root.level
    yield
    structlog.reset_defaults()
    root.setLevel(level)
    for handler in root.handlers[:]:
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter):
            root.removeHandler(handler)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server of our own, with AOF, for the whole run."""
    folder = tmp_path_factory.mktemp("redis")
    with (folder / "log").open("wb") as log:
        child, url = embedded_redis(folder, child_environment({}), log)
        child.start()
        try:
            wait_for_redis(url)
            yield url
        finally:
            child.stop(within_s=10)


@pytest.fixture
def redis_db(redis_url: str) -> Iterator[Redis]:
    """A client of an empty Redis."""
    with Redis.from_url(redis_url) as client:
        client.flushall()
        yield client


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema and nothing else, to be copied."""
    path = tmp_path_factory.mktemp("schema") / "empty.db"
    database = Database(f"sqlite:///{path}")
    schema.migrate(database)
    database.close()
    return path


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "passerby.db"
    shutil.copy(migrated, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """One server for the whole run. Where none can run, what asks for it is skipped with one line that says why."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgresql())
        except NoPostgresqlError as error:
            pytest.skip(f"no PostgreSQL here: PASSERBY_TEST_POSTGRES_URL is not set and {error}")
        yield server


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: Server) -> Iterator[Database]:
    database = Database(postgresql_server.new_database())
    schema.migrate(database)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database as the migrations leave it: a copy of a migrated file, or the emptied tables of one PostgreSQL database."""
    if request.param == "sqlite":
        path: Path = request.getfixturevalue("tmp_path") / "passerby.db"
        shutil.copyfile(request.getfixturevalue("migrated"), path)
        database = Database(f"sqlite:///{path}")
        yield database
        database.close()
    else:
        database = request.getfixturevalue("migrated_postgresql")
        yield database
        empty(database)


@pytest.fixture
def settings(redis_url: str, tmp_path: Path, database: Database) -> Settings:
    return Settings(
        data=tmp_path,
        database_url=database.url,
        redis_url=redis_url,
        secret_key="only for tests, but long enough for it",
    )
