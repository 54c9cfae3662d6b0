"""`passerby doctor`: looks at every setting and part, and says of each finding what to do."""

import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Table

from commands import findings
from commands.findings import Finding
from commands.findings_of_posters import of_apps, of_posters
from offers.errors import BadInput, Misconfigured
from offers.posters import AskedPosters, list_posters
from offers.push_lanes import lanes_now
from offers.records.condition import database_condition, unknown_zones
from offers.records.condition import refusal_of as database_refusal
from offers.records.database import AWAY, Database
from offers.rules.vapid import NOBODY, subject_of
from offers.settings import Settings
from workers.app import open_redis
from workers.condition import broker_takes_rings, redis_condition
from workers.condition import refusal_of as redis_refusal
from workers.payments.opening import wrong_payments
from workers.push.credentials import check_credentials
from workers.vitals import read_mqtt, read_vitals

LOCK = Path(__file__).parents[1] / "requirements.lock"
"""There in a checkout; elsewhere, as in the image, versions are not compared: what installed them did."""
Read = TypeVar("Read")
MARKS = {"ok": "ok", "look": "look", "wrong": "WRONG"}


def run_doctor(read: Callable[[], Settings], parts: list[str], console: Console, *, as_json: bool) -> bool:
    """Print what was found, of these parts or of all; whether nothing must be done."""
    for part in parts:
        if part not in PARTS:
            raise BadInput.at("part", f"{part!r} is not a part; there are {', '.join(PARTS)}")
    found = list(examine(read, parts or list(PARTS)))
    well = all(one.state != "wrong" for one in found)
    if as_json:
        items = [{"part": one.part, "state": one.state, "said": one.said, "do": one.do} for one in found]
        print(json.dumps({"ok": well, "findings": items}, indent=2))
        return well
    table = Table("part", "", "finding", "what to do", title="passerby doctor", title_justify="left")
    for one in found:
        table.add_row(one.part, MARKS[one.state], one.said, one.do, style="bold red" if one.state == "wrong" else None)
    console.print(table)
    wrong, look = (sum(one.state == state for one in found) for state in ("wrong", "look"))
    console.print(f"{wrong} to be mended, {look} to be looked at" if wrong or look else "All is well.")
    return well


def examine(read: Callable[[], Settings], parts: list[str]) -> Iterator[Finding]:
    """Every finding of these parts, a part that can not be asked included."""
    try:
        settings = as_served(read())
    except Misconfigured as error:
        yield Finding("settings", "wrong", str(error), "Correct it; docs/settings.md")
        return
    for part in parts:
        try:
            yield from PARTS[part](settings)
        except Misconfigured as error:
            said = str(error) if part == "redis" else "can not be asked"
            yield Finding(part, "wrong", said, DOES_NOT_ANSWER[part])
        except Exception as error:  # noqa: BLE001 - whatever a part fails with is its finding; types only, texts hold addresses
            yield _what_failed(part, error)


def _what_failed(part: str, error: Exception) -> Finding:
    if part == "database" and (refused := database_refusal(error)):
        return findings.of_database_that_refuses(part, refused)
    if part == "redis" and (no := redis_refusal(error)):
        return findings.of_redis_that_refuses(part, no)
    do = DOES_NOT_ANSWER.get(part, "Look into the log")
    return Finding(part, "wrong", f"does not answer ({type(error).__name__})", do)


DOES_NOT_ANSWER = {
    "database": "Start it, and look at PASSERBY_DATABASE_URL: host, port, name, password",
    "redis": "Start it (`passerby serve` starts its own), and look at PASSERBY_REDIS_URL",
    "broker": "Start it, and look at PASSERBY_BROKER_URL; where that is empty, mend redis first",
    "lanes": "Mend redis first",
    "workers": "Mend redis first",
    "beat": "Mend redis first",
    "mqtt": "Mend redis first",
    "clocks": "Mend database and redis first",
}


def as_served(settings: Settings) -> Settings:
    """With what `passerby serve` keeps in the data folder filled in: its Redis' address, its secret key and its VAPID key."""
    kept = settings.data / "redis" / "redis.conf"
    changes: dict[str, object] = {}
    if not settings.redis_url and kept.is_file():
        lines = dict(line.split(" ", 1) for line in kept.read_text().splitlines() if " " in line)
        changes["redis_url"] = f"redis://:{lines['requirepass']}@127.0.0.1:{lines['port']}/0"
    secret = settings.data / "secret.key"
    if not settings.secret_key.get_secret_value() and secret.is_file():
        changes["secret_key"] = type(settings.secret_key)(secret.read_text().strip())
    vapid = settings.data / "vapid.key"
    if not settings.vapid_private_key.get_secret_value() and vapid.is_file():
        changes["vapid_private_key"] = type(settings.vapid_private_key)(vapid.read_text().strip())
        changes["vapid_subject"] = settings.vapid_subject or subject_of(settings.base_url) or NOBODY
    return settings.model_copy(update=changes)


def _settings(settings: Settings) -> list[Finding]:
    return [
        *findings.of_names(os.environ, {*Settings.model_fields, "key", "test_postgres_url"}),
        *findings.of_secret_key(settings.secret_key.get_secret_value()),
        *findings.of_base_url(settings.base_url),
        *findings.of_proxies(settings.trusted_proxies, settings.base_url),
    ]


def _data(settings: Settings) -> list[Finding]:
    folder = settings.data
    if settings.database_url and settings.redis_url and not folder.exists():
        return [Finding("data", "ok", "no folder is needed: database and Redis are elsewhere")]
    above = next(one for one in (folder, *folder.resolve().parents) if one.exists())
    if above != folder and above.is_dir() and os.access(above, os.W_OK):
        return [Finding("data", "ok", f"{folder} is not there yet: whoever needs it first makes it")]
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as written:
            written.write(b"x")
            written.flush()
    except OSError:
        return findings.of_data(str(folder), writable=False, free_bytes=0, readable_by_others=False)
    return findings.of_data(
        str(folder),
        writable=True,
        free_bytes=shutil.disk_usage(folder).free,
        readable_by_others=bool(folder.stat().st_mode & 0o007) and any(folder.iterdir()),
    )


def _database(settings: Settings) -> list[Finding]:
    if settings.database.startswith("sqlite") and not Path(settings.database.removeprefix("sqlite:///")).is_file():
        return [Finding("database", "wrong", "there is no database yet", "Run: passerby migrate (or passerby serve)")]
    database = Database(settings.database)
    try:
        seen = database_condition(database)
        found = findings.of_database(seen, settings.processes)
        return found + (findings.of_zones(unknown_zones(database)) if seen.revision == seen.wanted else [])
    finally:
        database.close()


def _redis(settings: Settings) -> list[Finding]:
    with open_redis(settings.redis()) as redis:
        return findings.of_redis(redis_condition(redis))


def _broker(settings: Settings) -> list[Finding]:
    broker_takes_rings(settings.broker or settings.redis())
    return [Finding("broker", "ok", "takes rings")]


def _vitals(*parts: str) -> Callable[[Settings], list[Finding]]:
    def look(settings: Settings) -> list[Finding]:
        with open_redis(settings.redis()) as redis:
            vitals = read_vitals(redis, settings.lanes, time.time())
        return [one for one in findings.of_vitals(vitals, settings.lanes) if one.part in parts]

    return look


def _mqtt(settings: Settings) -> list[Finding]:
    if not settings.mqtt_url:
        return [Finding("mqtt", "ok", "no broker is named")]
    with open_redis(settings.redis()) as redis:
        return findings.of_mqtt(read_mqtt(redis, time.time()))


def _push(settings: Settings) -> list[Finding]:
    try:
        check_credentials(settings)
    except Misconfigured as error:
        said = findings.of_push(settings.push, demo=settings.demo, refused=str(error))
    else:
        said = findings.of_push(settings.push, demo=settings.demo)
    key, subject = settings.vapid_private_key.get_secret_value(), settings.vapid_subject
    said += findings.of_vapid(settings.push, key, subject or subject_of(settings.base_url) or "")
    return said + _push_lanes(settings)


def _payments(settings: Settings) -> list[Finding]:
    return findings.of_payments(settings.payments, wrong_payments(settings))


def _sms(settings: Settings) -> list[Finding]:
    refused = ""
    try:
        settings.sms_gateway()
    except Misconfigured as error:
        refused = str(error)
    return findings.of_sms(settings.sms, demo=settings.demo, refused=refused)


def _posters(settings: Settings) -> list[Finding]:
    return of_posters(settings.base_url, any_hangs=bool(_read(settings, _any_poster)))


def _any_poster(session: Any) -> bool:
    return bool(list_posters(session, AskedPosters(limit=1), now=datetime.now(UTC))[0])


def _push_lanes(settings: Settings) -> list[Finding]:
    return findings.of_push_lanes(_read(settings, lanes_now) or [])


def _read(settings: Settings, read: Callable[[Any], Read]) -> Read | None:
    """None where the database can not be read: what is wrong with it is told as the database's own."""
    if settings.database.startswith("sqlite") and not Path(settings.database.removeprefix("sqlite:///")).is_file():
        return None
    database = Database(settings.database)
    try:
        seen = database_condition(database)
        if seen.revision != seen.wanted:
            return None
        with database.reading() as session:
            return read(session)
    except AWAY:
        return None
    finally:
        database.close()


def _clocks(settings: Settings) -> list[Finding]:
    found: list[Finding] = []
    if not settings.database.startswith("sqlite"):  # SQLite asks this machine's
        database = Database(settings.database)
        try:
            theirs, ours = database_condition(database).clock, datetime.now(UTC)
        finally:
            database.close()
        found = findings.of_clock("the database", theirs, ours)
    with open_redis(settings.redis()) as redis:
        theirs, ours = redis_condition(redis).clock, datetime.now(UTC)
    return found + findings.of_clock("Redis", theirs, ours)


def _packages(_: Settings) -> list[Finding]:
    locked = read_lock(LOCK.read_text() if LOCK.is_file() else "")
    return findings.of_packages(sys.version_info[:3], {name: _installed(name) for name in locked}, locked)


def read_lock(text: str) -> Mapping[str, frozenset[str]]:
    """The packages of a requirements file, each with the versions that will do. One that only some machines want counts when it is there."""
    found: dict[str, set[str]] = {}
    for name, version, marker in re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==(\S+)\s*(;[^\\\n]*)?\\?$", text, re.MULTILINE):
        if not marker or _installed(name) is not None:
            found.setdefault(name, set()).add(version)
    return {name: frozenset(versions) for name, versions in found.items()}


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


PARTS: dict[str, Callable[[Settings], list[Finding]]] = {
    "settings": _settings,
    "data": _data,
    "database": _database,
    "redis": _redis,
    "broker": _broker,
    "lanes": _vitals("lanes"),
    "workers": _vitals("workers"),
    "beat": _vitals("beat"),
    "mqtt": _mqtt,
    "push": _push,
    "posters": _posters,
    "payments": _payments,
    "sms": _sms,
    "apps": of_apps,
    "clocks": _clocks,
    "packages": _packages,
}
"""Each part and its look; in the order in which to mend them."""
