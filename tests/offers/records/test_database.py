import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import StatementError

from offers.keys import create_key
from offers.records.database import Database, without_password
from offers.records.queries.decisions import last_times
from offers.records.tables import Decision, DeskSettings, GeofenceVersion, ServerKey
from tests.offers.stories import NOON, Town, enter


def _key(at: datetime, key: str = "key_1") -> ServerKey:
    return ServerKey(id=key, hash=key, role="read", created_at=at)


@pytest.mark.parametrize(
    "moment",
    [
        NOON,
        NOON.astimezone(timezone(timedelta(hours=5, minutes=45))),
        datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC),
        datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=timezone(-timedelta(hours=12))),
    ],
    ids=str,
)
def test_a_moment_goes_in_with_any_offset_and_comes_out_in_utc(database: Database, moment: datetime) -> None:
    with database.transaction() as session:
        session.add(_key(moment))
    with database.reading() as session:
        kept = session.get_one(ServerKey, "key_1").created_at
        assert kept == moment
        assert kept.tzinfo is UTC
        assert session.scalar(select(func.max(ServerKey.created_at))) == moment
        assert session.scalars(select(ServerKey.id).where(ServerKey.created_at >= moment)).all() == ["key_1"]
        assert session.scalars(select(ServerKey.id).where(ServerKey.created_at > moment)).all() == []


def test_a_time_without_an_offset_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without an offset"), database.transaction() as session:
        session.add(_key(NOON.replace(tzinfo=None)))


def test_a_moment_out_of_a_grouped_query_is_in_utc_too(town: Town) -> None:
    fence = town.place()
    town.campaign()
    town.cross(enter(town.phone(), fence, 0))
    assert town.read(lambda session: last_times(session, ["sanne"], ["sneakers"])) == {
        ("sanne", "sneakers"): (NOON, None)
    }
    assert town.read(lambda session: session.scalars(select(Decision.at)).all()) == [NOON]


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def write_and_fail() -> None:
        with database.transaction() as session:
            create_key(session, "read", now=NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ServerKey)) == 0


def test_a_reader_sees_one_moment_of_the_database(database: Database) -> None:
    with database.reading() as session:
        before = session.scalars(select(GeofenceVersion.number)).one()
        with database.transaction() as other:
            other.get_one(GeofenceVersion, 1).number = before + 1
            other.add(_key(NOON))
        session.expire_all()
        assert session.scalars(select(GeofenceVersion.number)).one() == before
        assert session.scalars(select(ServerKey.id)).all() == []
    with database.reading() as session:
        assert session.scalars(select(GeofenceVersion.number)).one() == before + 1


def test_two_that_read_and_then_write_lose_nothing_and_neither_is_busy(database: Database) -> None:
    """On SQLite BEGIN IMMEDIATE makes one wait for the other; on PostgreSQL the row's lock does."""
    rounds, failed = 25, []

    def count_up() -> None:
        try:
            for _ in range(rounds):
                with database.transaction() as session:
                    row = session.get_one(GeofenceVersion, 1, with_for_update=True)
                    row.number += 1
        except Exception as error:  # noqa: BLE001 - a thread's failure is told by the assertion below
            failed.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with database.reading() as session:
        assert session.get_one(GeofenceVersion, 1).number == 2 * rounds


def test_a_writer_on_sqlite_holds_the_write_lock_before_it_reads(tmp_path: Path, migrated: Path) -> None:
    path = tmp_path / "passerby.db"
    path.write_bytes(migrated.read_bytes())
    database = Database(f"sqlite:///{path}")
    other = sqlite3.connect(path, isolation_level=None, timeout=0)
    with database.transaction() as session:
        session.get_one(DeskSettings, 1)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    with database.reading() as session:
        session.get_one(DeskSettings, 1)
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    other.close()
    database.close()


def test_sqlite_keeps_what_was_committed_and_forgets_what_was_erased(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'passerby.db'}")
    with database.engine.connect() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        told = [connection.exec_driver_sql(f"PRAGMA {one}").scalar() for one in asked]
    assert told == ["wal", 2, 1, 1, 5000]
    database.close()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://ann:s3cret@db:5432/passerby", "postgresql+psycopg://ann:…@db:5432/passerby"),
        ("postgresql://db/passerby", "postgresql://db/passerby"),
        ("sqlite:////var/lib/passerby.db", "sqlite:////var/lib/passerby.db"),
        ("redis://:s3cret@cache:6379/0", "redis://:…@cache:6379/0"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


def test_a_password_with_an_at_sign_is_not_shown_either() -> None:
    assert "cret" not in without_password("postgresql://ann:s3@cret@db/passerby")
