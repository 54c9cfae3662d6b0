"""What `passerby doctor` makes of what it saw: pure checks from plain values to findings, each with what to do about it."""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from offers.push_lanes import LaneNow
from offers.records.condition import DatabaseCondition, UnknownZones
from offers.records.condition import Refusal as DatabaseRefusal
from offers.rules.vapid import standing_of
from workers.condition import RedisCondition
from workers.condition import Refusal as RedisRefusal
from workers.vitals import NEARLY_FULL, MqttVitals, Vitals, behind_in_words

State = Literal["ok", "look", "wrong"]
OLDEST_POSTGRESQL = (14,)
OLDEST_SQLITE = (3, 35)
"""The first with RETURNING."""
OLDEST_REDIS, OLDEST_VALKEY = 7, 8
OLDEST_PYTHON = (3, 11)
LEAST_FREE, LITTLE_FREE = 500 * 2**20, 2 * 2**30
CLOCK_WRONG_S, CLOCK_LOOK_S = 5.0, 1.0
"""Tokens, lives of messages and quiet hours are judged by whichever machine works them."""
SILENT_S = 30.0
OLD_LANE_S = 60.0
FEW_CONNECTIONS = 10


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    state: State
    said: str
    do: str = ""
    """What to do about it; empty when nothing is to be done."""


def of_names(given: Iterable[str], known: Iterable[str]) -> list[Finding]:
    """PASSERBY_ variables that are no settings: misspelt ones are read by nobody."""
    ours = {f"PASSERBY_{name.upper()}" for name in known}
    strangers = sorted(name for name in given if name.startswith("PASSERBY_") and name not in ours)
    if not strangers:
        return [Finding("settings", "ok", "every PASSERBY_ variable is a setting")]
    return [
        Finding(
            "settings", "look", f"{name} is not a setting: nobody reads it", "Correct or remove it; docs/settings.md"
        )
        for name in strangers
    ]


def of_secret_key(secret: str) -> list[Finding]:
    if not secret:
        do = (
            'Set PASSERBY_SECRET_KEY, the same everywhere: python -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
        return [Finding("settings", "wrong", "there is no secret key", do)]
    if len(set(secret)) < 10:
        return [Finding("settings", "wrong", "the secret key repeats a few characters", "Make it of random characters")]
    return [Finding("settings", "ok", f"the secret key has {len(secret)} characters")]


def of_base_url(url: str) -> list[Finding]:
    parts = urlsplit(url)
    if not url:
        return [Finding("settings", "look", "PASSERBY_BASE_URL is empty", "Set the address that customers see")]
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return [
            Finding("settings", "wrong", "PASSERBY_BASE_URL is no web address", "Write https://HOST, without a path")
        ]
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        do = "Put a proxy with TLS before it and write https://"
        return [Finding("settings", "look", "PASSERBY_BASE_URL is not encrypted", do)]
    return [Finding("settings", "ok", f"customers see {parts.scheme}://{parts.netloc.rpartition('@')[2]}")]


def of_proxies(proxies: str, base_url: str) -> list[Finding]:
    """As uvicorn reads them: what is neither address nor network is compared as a text, and so believed by nobody."""
    named = [one.strip() for one in proxies.split(",") if one.strip()]
    found = [
        Finding(
            "settings",
            "wrong",
            f"PASSERBY_TRUSTED_PROXIES: {one} is no address and no network",
            "Write addresses such as 10.0.0.7, or networks such as 10.0.0.0/24",
        )
        for one in named
        if one != "*" and not _is_network(one)
    ]
    if "*" in named:
        said = "PASSERBY_TRUSTED_PROXIES is *: everybody may say from which address they come"
        found.append(Finding("settings", "look", said, "Name the proxies, unless nobody else can reach this port"))
    if not named and base_url.startswith("https:"):
        said = "no proxy is trusted: all who sign in seem to come from one address, and share its tries"
        found.append(Finding("settings", "look", said, "Name the proxy that ends TLS in PASSERBY_TRUSTED_PROXIES"))
    return found


def _is_network(text: str) -> bool:
    try:
        return bool(ipaddress.ip_network(text) if "/" in text else ipaddress.ip_address(text))
    except ValueError:
        return False


def of_push(push: str, *, demo: bool, refused: str = "") -> list[Finding]:
    """`refused`: why a worker would not start with it."""
    if refused:
        return [Finding("push", "wrong", refused.rstrip("."), "See docs/push.md, Credentials")]
    if push == "outbox" and not demo:
        return [Finding("push", "look", "outbox: messages are kept in Redis and reach no phone", "Fine for a trial")]
    return [Finding("push", "ok", push)]


def of_sms(sms: str, *, demo: bool, refused: str = "") -> list[Finding]:
    """How codes reach phones. `refused`: why neither web nor worker would start with it."""
    if refused:
        return [Finding("sms", "wrong", refused.rstrip("."), "See docs/recognising.md, Text messages")]
    if sms == "outbox" and not demo:
        return [Finding("sms", "look", "outbox: codes are kept in Redis and reach no phone", "Fine for a trial")]
    return [Finding("sms", "ok", {"none": "none: nobody is recognised by phone"}.get(sms, sms))]


def of_vapid(push: str, private_key: str, subject: str) -> list[Finding]:
    """What is sent to browsers with. Nobody asks for it where nothing is sent to browsers."""
    now = standing_of(push, private_key, subject)
    name_it = "Set PASSERBY_VAPID_SUBJECT, such as mailto:push@shop.example"
    none = "PASSERBY_VAPID_PRIVATE_KEY is not set: no browser is sent to"
    found = {
        "not_asked": None,
        "none": Finding("push", "ok", none),
        "missing": Finding("push", "wrong", none, "Make a pair: passerby key vapid"),
        "wrong": Finding(
            "push",
            "wrong",
            f"the VAPID key or its subject {now.why}",
            "Put the right one back, or make a pair: passerby key vapid",
        ),
        "no_subject": Finding("push", "wrong", "there is a VAPID key, and no subject", name_it),
        "nobodys": Finding("push", "look", "the VAPID subject reaches nobody: Apple may refuse it", name_it),
        "waits": Finding("push", "ok", f"the VAPID key {now.public[:12]}… waits: with outbox no browser subscribes"),
        "ready": Finding("push", "ok", f"browsers subscribe with {now.public[:12]}…"),
    }[now.how]
    return [found] if found else []


def of_payments(payments: str, wrong: str | None) -> list[Finding]:
    if wrong is not None:
        return [Finding("payments", "wrong", wrong, "Set it; docs/orders-and-payments.md")]
    if payments == "demo":
        return [
            Finding(
                "payments", "look", "a bank that only plays: no money moves", "For real money: PASSERBY_PAYMENTS=mollie"
            )
        ]
    said = (
        "nobody pays on a page"
        if payments == "none"
        else f"through {payments}; whether it takes the key shows at the first payment"
    )
    return [Finding("payments", "ok", said)]


def of_push_lanes(lanes: Iterable[LaneNow]) -> list[Finding]:
    """Ways out that a person must look into."""
    do = "docs/operations.md, A way out is paused; it heals by itself once the cause is mended"
    return [Finding("push", "wrong", one.trouble, do) for one in lanes if one.trouble]


def of_data(folder: str, *, writable: bool, free_bytes: int, readable_by_others: bool) -> list[Finding]:
    if not writable:
        do = "Give its owner the rights, or choose another with PASSERBY_DATA"
        return [Finding("data", "wrong", f"{folder} can not be written", do)]
    found = [Finding("data", "ok", f"{folder} can be written, {free_bytes / 2**30:.1f} GB free")]
    if free_bytes < LITTLE_FREE:
        state: State = "wrong" if free_bytes < LEAST_FREE else "look"
        do = "Make room: a full disk stops database and Redis"
        found = [Finding("data", state, f"{folder} has {free_bytes / 2**20:.0f} MB left", do)]
    if readable_by_others:
        found.append(Finding("data", "wrong", f"others can read {folder}", f"chmod 700 {folder}"))
    return found


def of_database_that_refuses(part: str, why: DatabaseRefusal) -> Finding:
    said, do = {
        "credential": (
            "does not let this role in",
            "Look at name and password in PASSERBY_DATABASE_URL, and at pg_hba.conf",
        ),
        "database": (
            "has no such database for us",
            "Make it, or look at the name that PASSERBY_DATABASE_URL ends with",
        ),
        "full": (
            "has no connection left",
            "Raise max_connections, or start fewer processes; docs/operations.md, Sizing",
        ),
        "starting": ("starts, stops or recovers", "Wait; if it stays so, look into its log"),
    }[why]
    return Finding(part, "wrong", said, do)


def of_redis_that_refuses(part: str, why: RedisRefusal) -> Finding:
    said, do = {
        "credential": ("does not take this password", "Look at the password in PASSERBY_REDIS_URL"),
        "rights": ("does not let this user do what is needed", "Give it every command, on keys that begin with pb:"),
        "full": ("has no connection left", "Raise maxclients, or start fewer processes"),
        "loading": ("reads its append-only file", "Wait; if it stays so, look into its log"),
    }[why]
    return Finding(part, "wrong", said, do)


def of_database(seen: DatabaseCondition, processes: int) -> list[Finding]:
    version = ".".join(map(str, seen.version))
    oldest = OLDEST_POSTGRESQL if seen.kind == "postgresql" else OLDEST_SQLITE
    name = "PostgreSQL" if seen.kind == "postgresql" else "SQLite"
    found = [Finding("database", "ok", f"{name} {version} answers")]
    if seen.version < oldest:
        wanted = ".".join(map(str, oldest))
        found = [Finding("database", "wrong", f"{name} {version} is too old", f"Upgrade it to {wanted} or newer")]
    if seen.revision == seen.wanted:
        found.append(Finding("database", "ok", f"schema {seen.revision}"))
    elif seen.revision is not None and seen.wanted is not None and seen.revision > seen.wanted:
        said = f"the schema is {seen.revision}, newer than this program, which wants {seen.wanted}"
        found.append(Finding("database", "wrong", said, "Run the version that made it, or migrate down with that one"))
    else:
        said = f"the schema is {seen.revision or 'empty'}, this program wants {seen.wanted}"
        found.append(Finding("database", "wrong", said, "Run: passerby migrate"))
    return found + (_of_postgresql(seen) if seen.kind == "postgresql" else _of_sqlite(seen, processes))


def _of_postgresql(seen: DatabaseCondition) -> list[Finding]:
    found = []
    for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
        if seen.settings[name] == "0":
            do = "Let the pooler before it pass start-up options on, or set it for the role"
            found.append(Finding("database", "wrong", f"{name} is not in force", do))
    if seen.settings["fsync"] != "on":
        found.append(Finding("database", "wrong", "fsync is off: a power cut destroys it", "Set fsync = on"))
    if seen.settings["synchronous_commit"] == "off":
        said = "synchronous_commit is off: a crash takes back what was said to be done, and a push may go twice"
        found.append(Finding("database", "wrong", said, "Set synchronous_commit = on"))
    if seen.connections_left is not None and seen.connections_left < FEW_CONNECTIONS:
        said = f"{seen.connections_left} connections are left"
        found.append(Finding("database", "look", said, "Raise max_connections, or start fewer processes"))
    return found


def _of_sqlite(seen: DatabaseCondition, processes: int) -> list[Finding]:
    wanted = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1"}
    found = [
        Finding("database", "wrong", f"PRAGMA {name} is {seen.settings[name]}, not {value}", "Keep it on a local disk")
        for name, value in wanted.items()
        if seen.settings[name] != value
    ]
    if processes > 2:
        said = f"SQLite has one writer: a worker runs 2 processes, not {processes}"
        found.append(Finding("database", "look", said, "Use PostgreSQL, or set PASSERBY_PROCESSES=2"))
    return found


def of_zones(seen: UnknownZones) -> list[Finding]:
    do = "Correct them, or install a newer tzdata; docs/operations.md, Quiet hours by the wrong clock"
    found = []
    if seen.customers:
        said = f"{seen.customers} customers have a time zone of a name that this machine does not know: the place's is theirs"
        found.append(Finding("database", "look", said, do))
    if seen.places:
        said = f"{seen.places} places have a time zone of a name that this machine does not know: UTC is theirs"
        found.append(Finding("database", "wrong", said, do))
    return found


def of_redis(seen: RedisCondition) -> list[Finding]:
    oldest = OLDEST_VALKEY if seen.server == "valkey" else OLDEST_REDIS
    name = f"{seen.server.title()} {seen.version}"
    found = [Finding("redis", "ok", f"{name} answers, {seen.used_bytes / 2**20:.0f} MB used")]
    if int(seen.version.partition(".")[0]) < oldest:
        found = [Finding("redis", "wrong", f"{name} is too old", f"Upgrade it to {oldest} or newer")]
    if seen.policy != "noeviction":
        said = f"maxmemory-policy is {seen.policy}: a full server throws accepted pings away"
        found.append(Finding("redis", "wrong", said, "Set maxmemory-policy noeviction"))
    if not seen.keeps:
        do = "Set appendonly yes, appendfsync everysec"
        found.append(Finding("redis", "wrong", "there is no append-only file: a restart loses accepted pings", do))
    elif not seen.kept_well:
        do = "Look into its log and at its disk"
        found.append(Finding("redis", "wrong", "it could not write its append-only file", do))
    if seen.most_bytes == 0:
        do = "Set maxmemory below what the machine has, such as 2gb"
        found.append(Finding("redis", "look", "maxmemory is not set: it grows until the machine swaps", do))
    elif seen.used_bytes > 0.8 * seen.most_bytes:
        state: State = "wrong" if seen.used_bytes > NEARLY_FULL * seen.most_bytes else "look"
        said = f"{seen.used_bytes / seen.most_bytes:.0%} of maxmemory is used"
        found.append(Finding("redis", state, said, "See docs/operations.md, Redis is full"))
    return found


def of_clock(whose: str, theirs: datetime, ours: datetime) -> list[Finding]:
    ahead_s = (theirs - ours).total_seconds()
    said = f"{whose}'s clock is {abs(ahead_s):.1f} s {'ahead of' if ahead_s > 0 else 'behind'} this machine's"
    if abs(ahead_s) <= CLOCK_LOOK_S:
        return [Finding("clocks", "ok", f"{whose}'s clock agrees with this machine's")]
    state: State = "wrong" if abs(ahead_s) > CLOCK_WRONG_S else "look"
    return [Finding("clocks", state, said, "Keep time by NTP on both machines")]


def of_vitals(seen: Vitals, lanes: int) -> list[Finding]:
    oldest = max((one.oldest_age_s for one in seen.lanes), default=0.0)
    waiting = sum(one.length for one in seen.lanes)
    found = [Finding("lanes", "ok", f"{lanes} lanes are built, {waiting} entries wait")]
    if seen.epochs_missing:
        said = f"{seen.epochs_missing} of {lanes} lanes are not built: the ping door answers 503 for their devices"
        found = [Finding("lanes", "wrong", said, "A worker and beat build them within seconds: start both")]
    if oldest > OLD_LANE_S:
        said = f"an entry has waited for {oldest:.0f} s"
        found.append(Finding("lanes", "wrong", said, "See docs/operations.md, Lanes grow"))
    if seen.aside:
        do = "See docs/operations.md, Letters are set aside"
        found.append(Finding("lanes", "look", f"{seen.aside} letters could not be worked", do))
    found += _of_heard(
        "workers", seen.worker_heard_s, "Start `passerby worker` (and beat, through which they are heard)"
    )
    if behind := behind_in_words(seen):
        found.append(Finding("workers", "wrong", behind, "See docs/operations.md, A process runs behind"))
    return found + _of_heard("beat", seen.beat_heard_s, "Start `passerby beat`, one to an installation")


def of_mqtt(seen: MqttVitals | None) -> list[Finding]:
    silent = _of_heard("mqtt", seen.heard_s if seen else None, "Start `passerby mqtt`, one to an installation")
    if seen and not seen.connected and seen.heard_s <= SILENT_S:
        do = "Look at the broker, at PASSERBY_MQTT_URL, and at who may read there; docs/clients/owntracks-mqtt.md"
        return [Finding("mqtt", "wrong", "the broker does not answer, or does not let us listen", do)]
    return silent


def _of_heard(part: str, ago_s: float | None, do: str) -> list[Finding]:
    if ago_s is None:
        return [Finding(part, "wrong", "was never heard", do)]
    if ago_s > SILENT_S:
        return [Finding(part, "wrong", f"was not heard for {ago_s:.0f} s", do)]
    return [Finding(part, "ok", f"heard {max(ago_s, 0):.0f} s ago")]


def of_packages(
    python: tuple[int, ...], installed: Mapping[str, str | None], locked: Mapping[str, frozenset[str]]
) -> list[Finding]:
    """`installed`: what there is of each locked package, none when it is not there; `locked`: the versions that will do."""
    found = [Finding("packages", "ok", f"Python {'.'.join(map(str, python))}")]
    if python < OLDEST_PYTHON:
        said = f"Python {'.'.join(map(str, python))} is too old"
        found = [Finding("packages", "wrong", said, "Use 3.11 or newer")]
    others = [
        f"{name} {installed.get(name) or 'missing'} ({' or '.join(sorted(versions))} is locked)"
        for name, versions in sorted(locked.items())
        if installed.get(name) not in versions
    ]
    if others:
        said = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
        do = "pip install --require-hashes -r requirements.lock"
        return [*found, Finding("packages", "wrong", said, do)]
    if locked:
        found.append(Finding("packages", "ok", f"{len(locked)} packages are the locked ones"))
    return found
