"""How the database is: what `passerby doctor` looks at, as plain values."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from offers.records import schema
from offers.records.database import Database
from offers.rules.values import zone_or_none

ASKED_POSTGRESQL = ("statement_timeout", "idle_in_transaction_session_timeout", "fsync", "synchronous_commit")
ASKED_SQLITE = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")

Refusal = Literal["credential", "database", "full", "starting"]
REFUSALS: dict[Refusal, re.Pattern[str]] = {
    "credential": re.compile(
        r"authentication failed|no password supplied|role \".*\" does not exist|no pg_hba\.conf entry|not permitted to log in"
    ),
    "database": re.compile(r"database \".*\" does not exist|permission denied for database"),
    "full": re.compile(r"too many (clients|connections)|connection slots are reserved"),
    "starting": re.compile(r"the database system is (starting up|shutting down|in recovery|not yet accepting)"),
}
"""By PostgreSQL's own English: a connection that it refuses brings no code along."""


@dataclass(frozen=True, slots=True)
class DatabaseCondition:
    kind: str
    """`sqlite` or `postgresql`."""
    version: tuple[int, ...]
    revision: str | None
    """The schema's, none when there is no schema."""
    wanted: str | None
    clock: datetime
    """The server's, in UTC."""
    settings: dict[str, str] = field(default_factory=dict)
    """On PostgreSQL settings as in `SHOW`, as this project's connections have them; on SQLite pragmas."""
    connections_left: int | None = None
    """How many more the server takes of those who are not superusers; none where there is no such limit."""


def database_condition(database: Database) -> DatabaseCondition:
    """Ask the database. Raises what `offers.records.database.AWAY` names when it does not answer."""
    revision, wanted = schema.revision_here(database), schema.revision_expected()
    with database.engine.connect() as connection:
        if database.is_sqlite:
            text = _one(connection, "SELECT sqlite_version()")
            clock = _one(connection, "SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')")
            settings = {name: _one(connection, f"PRAGMA {name}") for name in ASKED_SQLITE}
            version = tuple(int(part) for part in text.split("."))
            return DatabaseCondition("sqlite", version, revision, wanted, datetime.fromisoformat(clock), settings)
        number = int(_one(connection, "SHOW server_version_num"))
        settings = {name: _one(connection, f"SHOW {name}") for name in ASKED_POSTGRESQL}
        clock = _one(
            connection, "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')"
        )
        most = int(_one(connection, "SHOW max_connections"))
        kept = int(_one(connection, "SHOW superuser_reserved_connections"))
        # not from pg_stat_activity: of other roles' sessions it does not say what they are
        taken = int(_one(connection, "SELECT sum(numbackends) FROM pg_stat_database"))
        version = (number // 10_000, number % 10_000)
        return DatabaseCondition(
            "postgresql", version, revision, wanted, datetime.fromisoformat(clock), settings, most - kept - taken
        )


@dataclass(frozen=True, slots=True)
class UnknownZones:
    """How many say a time zone by a name that this machine does not know. Theirs are the next best clock's hours."""

    customers: int
    places: int


def unknown_zones(database: Database) -> UnknownZones:
    """Reads each name once, which of many customers takes a look at all of them."""
    with database.engine.connect() as connection:
        lost = {
            table: sum(
                count
                for name, count in connection.exec_driver_sql(
                    f"SELECT time_zone, count(*) FROM {table} WHERE time_zone IS NOT NULL GROUP BY time_zone"  # noqa: S608 - our own names
                )
                if zone_or_none(name) is None
            )
            for table in ("customers", "places")
        }
    return UnknownZones(**lost)


def refusal_of(error: Exception) -> Refusal | None:
    """Why a server that answers lets nobody in; none when there is no server, or when it says so in another language."""
    text = str(error)
    return next((name for name, said in REFUSALS.items() if said.search(text)), None)


def _one(connection: Connection, question: str) -> str:
    return str(connection.exec_driver_sql(question).scalar_one())
