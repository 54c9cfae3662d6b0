from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, insert, inspect, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from offers.records.database import Table, UtcTime


def insert_missing(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Insert those of these rows whose id nobody has yet, in the order of the ids, in one statement; the ids that were new.

    A row that another transaction inserts at this moment is waited for, and counts as there.
    """
    if not rows:
        return set()
    [key] = inspect(table).primary_key
    ordered = sorted(rows, key=lambda row: str(row[str(key.key)]))
    return set(session.scalars(insert_of(session, table).on_conflict_do_nothing().returning(key), ordered))


def insert_rows(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows in one statement, past the session: nothing comes back. All name the same columns.

    PostgreSQL is told them as one JSON text, a quarter of what it takes to bind each value.
    """
    if not rows:
        return
    if session.get_bind().dialect.name != "postgresql":
        session.connection().execute(insert(table), list(rows))
        return
    names, name = ", ".join(rows[0]), table.__tablename__
    into = text(f"INSERT INTO {name} ({names}) SELECT {names} FROM {_told(name)}")  # noqa: S608 - the names are the schema's
    session.execute(into, {"told": _as_json(table, rows)})


def update_rows(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write these columns of rows that are there, by their ids, in one statement and past the session."""
    if not rows:
        return
    names, name = [column for column in rows[0] if column != "id"], table.__tablename__
    if session.get_bind().dialect.name != "postgresql":
        columns = table.__table__.c
        these = update(table).where(columns.id == bindparam("id_")).values({one: bindparam(one) for one in names})
        session.connection().execute(these, [{**row, "id_": row["id"]} for row in rows])
        return
    told = ", ".join(f"{one} = told.{one}" for one in names)
    those = text(f"UPDATE {name} SET {told} FROM {_told(name)} AS told WHERE {name}.id = told.id")  # noqa: S608 - the names are the schema's
    session.execute(those, {"told": _as_json(table, rows)})


def _told(name: str) -> str:
    """A JSON text as rows of a table, by PostgreSQL."""
    return f"json_populate_recordset(NULL::{name}, CAST(:told AS json))"


def _as_json(table: type[Table], rows: Sequence[Mapping[str, Any]]) -> str:
    moments = [column.key for column in table.__table__.c if isinstance(column.type, UtcTime) and column.key in rows[0]]
    for row in rows:
        for name in moments:
            if (at := row[name]) is not None and at.tzinfo is None:
                raise ValueError("a time without an offset")
    return msgspec.json.encode(rows).decode()


def insert_of(session: Session, table: type[Table]) -> Any:
    """This database's own INSERT, which knows what to do about rows that are there."""
    own: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return own(table.__table__)


def write_together(row: Table, *names: str) -> None:
    """The same for these columns: some of them may be what they were, and an UPDATE names only what changed."""
    for name in names:
        flag_modified(row, name)


def write_whole(row: Table) -> None:
    """Have the next UPDATE of this row name every column: rows in which different fields changed then go out as one statement."""
    mapper = inspect(type(row))
    for attribute in mapper.column_attrs:
        if not any(column.primary_key for column in attribute.columns):
            flag_modified(row, attribute.key)
