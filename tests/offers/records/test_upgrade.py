"""Rows in every table, up and down through every revision: what a revision did not bring, it does not take."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Column, Connection, DateTime, Float, Integer, MetaData, Table, select
from sqlalchemy.types import JSON

from offers.errors import Misconfigured
from offers.records.database import Database
from offers.records.schema import FOLDER, migrate, revision_here
from offers.rules.push_address import Address

FULL, BARE = 7, 8
"""Two rows for each table: one with something in every column, one with as little as the table takes."""
Rows = Mapping[str, list[tuple[Any, ...]]]


def revisions() -> list[str]:
    """Oldest first."""
    return [one.revision for one in ScriptDirectory(str(FOLDER)).walk_revisions()][::-1]


def tables(connection: Connection) -> dict[str, Table]:
    """As the database has them now: the code's own tables are those of the newest revision only."""
    found = MetaData()
    found.reflect(connection)
    return {table.name: table for table in found.sorted_tables if table.name != "alembic_version"}


def value_for(column: Column[Any], row: int, *, sqlite: bool) -> Any:
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return value_for(key.column, FULL, sqlite=sqlite)
    if isinstance(column.type, DateTime):
        at = datetime(2026, 11, 23, 11, tzinfo=UTC) + timedelta(minutes=row)
        return at.replace(tzinfo=None) if sqlite else at
    if isinstance(column.type, Boolean):
        return row == FULL
    if isinstance(column.type, Integer):
        return row
    if isinstance(column.type, Float):
        return row + 0.5
    if isinstance(column.type, JSON):
        return {"of": [column.name, row]}
    return f"{column.name} {row} é"


def fill(connection: Connection, names: set[str]) -> None:
    sqlite = connection.dialect.name == "sqlite"
    for name, table in tables(connection).items():
        if name in names:
            for row in (FULL, BARE):
                given = [one for one in table.columns if row == FULL or not one.nullable]
                connection.execute(table.insert(), {one.name: value_for(one, row, sqlite=sqlite) for one in given})


def rows(connection: Connection, of: Mapping[str, list[str]]) -> Rows:
    there = tables(connection)
    return {
        name: sorted((tuple(one) for one in connection.execute(select(*(there[name].c[c] for c in columns)))), key=str)
        for name, columns in of.items()
    }


@pytest.fixture
def bare(bare_url: str) -> Iterator[Database]:
    database = Database(bare_url)
    yield database
    database.close()


def test_nothing_that_was_there_is_lost_on_the_way_up_and_down(bare: Database) -> None:
    seen: list[tuple[str, dict[str, list[str]], Rows]] = []
    filled: set[str] = set()
    for revision in revisions():
        migrate(bare, revision)
        with bare.engine.begin() as connection:
            for _, columns, before in seen:
                assert rows(connection, columns) == before, revision
            there = {name: [one.name for one in table.columns] for name, table in tables(connection).items()}
            fill(connection, set(there) - filled)
            filled |= set(there)
            seen.append((revision, there, rows(connection, there)))
    assert all(len(found) >= 2 for found in seen[-1][2].values())
    for revision, columns, before in reversed(seen):
        migrate(bare, revision)
        with bare.engine.connect() as connection:
            assert rows(connection, columns) == before, f"down at {revision}"
    migrate(bare)
    with bare.engine.connect() as connection:
        _, columns, before = seen[0]
        assert rows(connection, columns) == before
        _, columns, _ = seen[-1]
        again = rows(connection, columns)
    assert {name for name, found in again.items() if not found} == set(columns) - set(before)


def test_a_schema_from_the_future_is_named_and_left_alone(bare: Database) -> None:
    migrate(bare)
    with bare.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for to in ("head", "0001", "base"):
        with pytest.raises(Misconfigured, match="is 9999, newer than this program, which wants"):
            migrate(bare, to)
    assert revision_here(bare) == "9999"


def test_an_address_of_before_is_found_and_is_the_last_ones(bare: Database) -> None:
    migrate(bare, "0010")
    with bare.engine.begin() as connection:
        fill(connection, {"customers"})
        devices = tables(connection)["devices"]
        row = {one.name: value_for(one, BARE, sqlite=bare.is_sqlite) for one in devices.columns if not one.nullable}
        for number, (key, token) in enumerate(
            (("a", "same"), ("b", "same"), ("c", "é"), ("d", None), ("e", ""), ("f", ""))
        ):
            later = {"updated_at": row["updated_at"] + timedelta(minutes=number)}
            connection.execute(devices.insert(), row | later | {"id": key, "push_token": token})
    migrate(bare)
    with bare.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT id, push_token, push_hash FROM devices ORDER BY id").all()
    hashes = [None, *(Address("token", one).hash for one in ("same", "é")), None, None, None]
    assert [tuple(one) for one in found] == list(zip("abcdef", (None, "same", "é", None, "", ""), hashes, strict=True))
