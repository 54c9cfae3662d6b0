"""`passerby doctor` on real servers: one that is well, and worlds that are broken one way each."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import make_url

from commands.doctor import PARTS, examine, read_lock
from offers.push import Outcome
from offers.push_lanes import learn_of_lanes
from offers.records import schema
from offers.records.database import Database
from offers.records.ids import new_id
from offers.settings import Settings
from tests.faults.town import ROOT
from tests.postgres import Server, outside_transactions
from workers.embedded import child_environment
from workers.lanes import LaneKeys
from workers.vitals import HEARD_BEAT, HEARD_WORKER

SECRET = "only for tests, but long enough for it"


def lively(redis: Redis, lanes: int = 16) -> None:
    """As workers and beat leave it."""
    for lane in range(lanes):
        redis.set(LaneKeys.of(lane).epoch, "x")
    redis.mset({HEARD_WORKER: time.time(), HEARD_BEAT: time.time()})


def settings_of(folder: Path, redis_url: str, database_url: str = "") -> Settings:
    return Settings.model_validate(
        {
            "data": folder,
            "database_url": database_url,
            "redis_url": redis_url,
            "secret_key": SECRET,
            "base_url": "https://passerby.example",
        }
    )


def wrongs(settings: Settings, *parts: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in examine(lambda: settings, list(parts or PARTS)):
        if one.state == "wrong":
            assert one.do
            found.setdefault(one.part, []).append(one.said)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a migrated database."""
    home = tmp_path / "data"
    home.mkdir(mode=0o700)
    database = Database(f"sqlite:///{home / 'passerby.db'}")
    schema.migrate(database)
    database.close()
    return home


def test_a_world_that_is_well(folder: Path, redis_db: Redis, redis_url: str) -> None:
    lively(redis_db)
    assert wrongs(settings_of(folder, redis_url)) == {}
    assert {one.part for one in examine(lambda: settings_of(folder, redis_url), list(PARTS))} == set(PARTS)


def test_a_world_that_is_well_on_postgresql(
    folder: Path, redis_db: Redis, redis_url: str, postgresql_server: Server
) -> None:
    lively(redis_db)
    settings = settings_of(folder, redis_url, postgresql_server.new_database())

    def said() -> list[str]:
        """But for what the tests' own server forgets on purpose."""
        return [
            one for one in wrongs(settings).get("database", []) if not one.startswith(("fsync", "synchronous_commit"))
        ]

    assert said() == [f"the schema is empty, this program wants {schema.revision_expected()}"]
    database = Database(settings.database)
    schema.migrate(database)
    database.close()
    assert said() == []
    assert set(wrongs(settings)) <= {"database"}


def test_a_way_out_that_pauses(folder: Path, redis_db: Redis, redis_url: str) -> None:
    lively(redis_db)
    settings = settings_of(folder, redis_url)
    database = Database(settings.database)
    refused = Outcome("waiting", "credentials_refused", lane="fcm", alarm=True)
    with database.transaction() as session:
        learn_of_lanes(session, [("fcm:ios", refused)], now=database.clock())
    database.close()
    [said] = wrongs(settings)["push"]
    assert said.startswith("fcm is paused since ")


@contextmanager
def changed(redis: Redis, name: str, value: str) -> Iterator[None]:
    client: Any = redis
    (before,) = client.config_get(name).values()
    client.config_set(name, value)
    try:
        yield
    finally:
        client.config_set(name, before)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("maxmemory-policy", "allkeys-lru"), "maxmemory-policy is allkeys-lru"),
        (("appendonly", "no"), "append-only file"),
    ],
)
def test_a_redis_that_forgets(
    folder: Path, redis_db: Redis, redis_url: str, change: tuple[str, str], said: str
) -> None:
    lively(redis_db)
    with changed(redis_db, *change):
        found = wrongs(settings_of(folder, redis_url))
    assert list(found) == ["redis"]
    assert said in found["redis"][0]


def test_nobody_works(folder: Path, redis_db: Redis, redis_url: str) -> None:
    assert set(wrongs(settings_of(folder, redis_url))) == {"lanes", "workers", "beat"}


def test_a_schema_that_is_behind(folder: Path, redis_db: Redis, redis_url: str) -> None:
    lively(redis_db)
    database = Database(f"sqlite:///{folder / 'passerby.db'}")
    schema.migrate(database, "0001")
    database.close()
    wanted = schema.revision_expected()
    expected = {} if wanted == "0001" else {"database": [f"the schema is 0001, this program wants {wanted}"]}
    assert wrongs(settings_of(folder, redis_url)) == expected


def test_addresses_that_lead_nowhere(folder: Path) -> None:
    nowhere = settings_of(folder, "redis://:hunter2@127.0.0.1:1/0", "postgresql://shop:hunter2@127.0.0.1:1/none")
    found = wrongs(nowhere)
    assert set(found) == {"database", "redis", "broker", "lanes", "workers", "beat", "clocks"}
    assert "hunter2" not in str(list(examine(lambda: nowhere, list(PARTS))))


def test_a_postgresql_that_refuses_says_why(folder: Path, redis_url: str, postgresql_server: Server) -> None:
    """As a role that may nothing: a superuser finds a connection where others find none."""
    whole = make_url(postgresql_server.new_database())
    mine, password = new_id("role"), new_id("word")
    with outside_transactions(postgresql_server.url) as engine, engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {mine} LOGIN PASSWORD '{password}' CONNECTION LIMIT 1")
        try:
            ours = whole.set(username=mine, password=password)
            nobody, nothing = ours.set(username=new_id("nobody")), ours.set(database=new_id("none"))
            for url, said in ((nobody, "does not let this role in"), (nothing, "has no such database for us")):
                settings = settings_of(folder, redis_url, url.render_as_string(hide_password=False))
                assert wrongs(settings, "database") == {"database": [said]}
            settings = settings_of(folder, redis_url, ours.render_as_string(hide_password=False))
            held = Database(settings.database)
            with held.engine.connect():
                assert wrongs(settings, "database") == {"database": ["has no connection left"]}
            held.close()
        finally:
            connection.exec_driver_sql(f"DROP ROLE {mine}")


def test_a_redis_that_refuses_says_why(folder: Path, redis_url: str) -> None:
    settings = settings_of(folder, redis_url.replace("@", "x@"))
    assert wrongs(settings, "redis") == {"redis": ["does not take this password"]}


def test_a_folder_is_asked_for_only_where_something_lies_in_it(folder: Path, redis_url: str) -> None:
    """Roles in production keep nothing there, and may run where nothing can be written."""
    (folder / "file").write_text("")
    nowhere = folder / "file" / "below"
    elsewhere = settings_of(nowhere, redis_url, "postgresql://shop@127.0.0.1:1/none")
    assert wrongs(elsewhere, "data") == {}
    assert list(wrongs(settings_of(nowhere, redis_url), "data")) == ["data"]


def test_a_folder_that_others_read_and_one_that_can_not_be(folder: Path, redis_url: str) -> None:
    folder.chmod(0o755)
    assert list(wrongs(settings_of(folder, redis_url), "data")) == ["data"]
    (folder / "file").write_text("")
    assert list(wrongs(settings_of(folder / "file" / "below", redis_url), "data")) == ["data"]


def doctor(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in child_environment({}).items() if not name.startswith("PASSERBY_")}
    return subprocess.run(
        [sys.executable, "-m", "commands.start", "doctor", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={**clean, "COLUMNS": "200", **environment},
        check=False,
    )


def test_the_command_says_it_to_people_and_to_programs(folder: Path, redis_db: Redis, redis_url: str) -> None:
    lively(redis_db)
    world = {"PASSERBY_DATA": str(folder), "PASSERBY_REDIS_URL": redis_url, "PASSERBY_SECRET_KEY": SECRET}
    ran = doctor("--json", **world)
    told = json.loads(ran.stdout)
    assert ran.returncode == 0, ran.stdout
    assert told["ok"] is True
    assert {one["part"] for one in told["findings"]} == set(PARTS)
    redis_db.delete(HEARD_WORKER)
    ran = doctor("--part", "workers", **world)
    assert ran.returncode == 1
    assert "was never heard" in ran.stdout
    assert "1 to be mended" in ran.stdout
    lively(redis_db)  # each command takes seconds, and beat is heard each second
    assert doctor("--part", "beat", **world).returncode == 0


def test_settings_that_can_not_be_read_are_a_finding(folder: Path) -> None:
    ran = doctor("--json", PASSERBY_DATA=str(folder), PASSERBY_PROCESSES="many")
    assert ran.returncode == 1
    ((said, do),) = [(one["said"], one["do"]) for one in json.loads(ran.stdout)["findings"]]
    assert "PASSERBY_PROCESSES" in said
    assert do
    ran = doctor("--part", "chimney")
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert "chimney" in ran.stderr


def test_it_says_why_a_worker_would_not_send(tmp_path: Path) -> None:
    ran = doctor("--part", "push", "--json", PASSERBY_DATA=str(tmp_path), PASSERBY_PUSH="fcm")
    assert ran.returncode == 1
    (found,) = [one for one in json.loads(ran.stdout)["findings"] if one["state"] == "wrong"]
    assert found["said"].startswith("PASSERBY_GOOGLE_APPLICATION_CREDENTIALS is not set")


def test_looking_leaves_nothing_behind(tmp_path: Path) -> None:
    ran = doctor("--json", PASSERBY_DATA=str(tmp_path / "none"))
    assert ran.returncode == 1
    said = {one["said"] for one in json.loads(ran.stdout)["findings"] if one["state"] == "wrong"}
    assert {"there is no secret key", "there is no database yet"} <= said
    assert list(tmp_path.iterdir()) == []


def test_what_serve_keeps_is_found(folder: Path, redis_db: Redis, redis_url: str) -> None:
    lively(redis_db)
    password, port = redis_url.removeprefix("redis://:").removesuffix("/0").split("@127.0.0.1:")
    (folder / "redis").mkdir()
    (folder / "redis" / "redis.conf").write_text(f"bind 127.0.0.1\nport {port}\nrequirepass {password}\n")
    (folder / "secret.key").write_text(SECRET + "\n")
    assert wrongs(Settings.model_validate({"data": folder, "base_url": "https://passerby.example"})) == {}


def test_the_lock_is_read_whole() -> None:
    text = (ROOT / "requirements.lock").read_text()
    locked = read_lock(text)
    pinned = {line.split("==")[0].split("[")[0] for line in text.splitlines() if line[:1].isalnum() and "==" in line}
    assert set(locked) <= pinned
    assert len(locked) > 60
    assert {"celery", "numpy", "psycopg", "redis", "uvicorn"} <= set(locked)
    assert locked["celery"] == {"5.6.3"}
    assert len(locked["numpy"]) == 2
