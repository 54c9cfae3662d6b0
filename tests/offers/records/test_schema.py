import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from offers.records import tables
from offers.records.database import Database, Table
from offers.records.schema import migrate, revision_expected, revision_here

ONLY_ON_POSTGRESQL = {"ix_customers_tags", "ix_deliveries_place"}
"""Autogenerate does not ask which database an index is for."""


def _names(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_up_and_down_and_up_again(bare_url: str) -> None:
    database = Database(bare_url)
    assert revision_here(database) is None
    migrate(database)
    assert revision_here(database) == revision_expected() is not None
    assert _names(database) == set(Table.metadata.tables)
    migrate(database, "base")
    assert _names(database) == set()
    assert revision_here(database) is None
    migrate(database)
    migrate(database)
    assert _names(database) == set(Table.metadata.tables)
    assert revision_here(database) == revision_expected()
    database.close()


@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    assert tables.Place.metadata is Table.metadata
    with database.engine.connect() as connection:
        away = set() if connection.dialect.name == "postgresql" else ONLY_ON_POSTGRESQL
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_name": lambda name, *_: name not in away,
            "include_object": lambda _object, name, *_: name not in away,
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Table.metadata) == []


def test_the_conditions_of_the_partial_indexes_are_there(database: Database) -> None:
    """Autogenerate does not look at them."""
    found = {
        index["name"]: index["dialect_options"].get(f"{database.engine.dialect.name}_where")
        for name in Table.metadata.tables
        for index in inspect(database.engine).get_indexes(name)
        if index.get("dialect_options", {}).get(f"{database.engine.dialect.name}_where") is not None
    }
    expected = {
        index.name
        for table in Table.metadata.tables.values()
        for index in table.indexes
        if index.dialect_options[database.engine.dialect.name]["where"] is not None
    }
    assert found.keys() == expected
    assert {"uq_stays_open", "uq_visits_open"} <= found.keys()
    assert all("left_at IS NULL" in str(found[name]) for name in ("uq_stays_open", "uq_visits_open"))


def test_many_processes_that_migrate_at_once_wait_for_each_other(bare_url: str) -> None:
    failed: list[Exception] = []

    def start() -> None:
        database = Database(bare_url)
        try:
            migrate(database)
        except Exception as error:  # noqa: BLE001 - a thread's failure is told by the assertion below
            failed.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    database = Database(bare_url)
    assert revision_here(database) == revision_expected()
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM geofence_version")) == 1
        assert connection.scalar(text("SELECT count(*) FROM settings")) == 1
    database.close()


def test_a_migration_that_fails_holds_no_lock(bare_url: str) -> None:
    database = Database(bare_url)
    with pytest.raises(Exception, match="no-such-revision"):
        migrate(database, "no-such-revision")
    if not database.is_sqlite:
        with database.engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")) == 0
    migrate(database)
    assert revision_here(database) == revision_expected()
    database.close()
