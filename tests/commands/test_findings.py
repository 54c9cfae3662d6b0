"""Each check by itself, on a world that is well and on each way in which it is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from commands import findings
from commands.findings import Finding
from offers.records.condition import DatabaseCondition, UnknownZones
from offers.records.condition import Refusal as DatabaseRefusal
from workers.condition import RedisCondition
from workers.condition import Refusal as RedisRefusal
from workers.vitals import FenceVitals, LaneVitals, Vitals

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
POSTGRESQL = DatabaseCondition(
    "postgresql",
    (17, 2),
    "0003",
    "0003",
    NOW,
    {
        "statement_timeout": "30s",
        "idle_in_transaction_session_timeout": "30s",
        "fsync": "on",
        "synchronous_commit": "on",
    },
    80,
)
SQLITE = DatabaseCondition(
    "sqlite",
    (3, 46, 1),
    "0003",
    "0003",
    NOW,
    {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "busy_timeout": "5000"},
)
REDIS = RedisCondition("valkey", "8.1.4", "noeviction", True, True, 50 * 2**20, 2 * 2**30, NOW)
LIVELY = Vitals(
    lanes=[LaneVitals(0, 3, 0.5)], worker_heard_s=0.4, beat_heard_s=0.2, fences={"worker": FenceVitals(2, 0.3)}
)


def bad(found: list[Finding]) -> list[tuple[str, str]]:
    """(state, what was said) of what is not well; each says what to do."""
    assert found
    for one in found:
        assert one.state == "ok" or one.do, f"{one.said}: and now?"
    return [(one.state, one.said) for one in found if one.state != "ok"]


def test_a_world_that_is_well() -> None:
    assert bad(findings.of_database(POSTGRESQL, 8)) == []
    assert bad(findings.of_database(SQLITE, 2)) == []
    assert findings.of_proxies("", "http://127.0.0.1:8080") == []
    assert findings.of_proxies("10.0.0.7, fd00::1,10.1.0.0/16", "https://passerby.shop.example") == []
    assert bad(findings.of_redis(REDIS)) == []
    assert bad(findings.of_redis(replace(REDIS, server="redis", version="7.4.0"))) == []
    assert bad(findings.of_vitals(LIVELY, 16)) == []
    assert bad(findings.of_clock("Redis", NOW, NOW + timedelta(seconds=0.4))) == []
    assert bad(findings.of_secret_key("0123456789abcdefghijklmnopqrstuvwxyz")) == []
    assert bad(findings.of_base_url("https://passerby.shop.example")) == []
    assert bad(findings.of_base_url("http://127.0.0.1:8080")) == []
    assert bad(findings.of_data("/data", writable=True, free_bytes=2**34, readable_by_others=False)) == []
    assert bad(findings.of_packages((3, 11, 2), {"celery": "5.6.3"}, {"celery": frozenset({"5.6.3"})})) == []
    assert bad(findings.of_names(["PASSERBY_PUSH", "HOME"], ["push"])) == []


@pytest.mark.parametrize(
    ("change", "state", "said"),
    [
        ({"version": (13, 9)}, "wrong", "too old"),
        ({"revision": "0002"}, "wrong", "the schema is 0002, this program wants 0003"),
        ({"revision": None}, "wrong", "the schema is empty"),
        ({"revision": "0004"}, "wrong", "newer than this program"),
        ({"settings": {**POSTGRESQL.settings, "statement_timeout": "0"}}, "wrong", "statement_timeout"),
        ({"settings": {**POSTGRESQL.settings, "idle_in_transaction_session_timeout": "0"}}, "wrong", "idle_in"),
        ({"settings": {**POSTGRESQL.settings, "fsync": "off"}}, "wrong", "fsync"),
        ({"settings": {**POSTGRESQL.settings, "synchronous_commit": "off"}}, "wrong", "synchronous_commit"),
        ({"connections_left": 4}, "look", "4 connections"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_can_be_wrong_with_postgresql(change: dict[str, object], state: str, said: str) -> None:
    ((got, text),) = bad(findings.of_database(replace(POSTGRESQL, **change), 8))  # type: ignore[arg-type]  # any field
    assert got == state
    assert said in text


@pytest.mark.parametrize("pragma", ["journal_mode", "synchronous", "foreign_keys", "secure_delete"])
def test_what_can_be_wrong_with_sqlite(pragma: str) -> None:
    seen = replace(SQLITE, settings={**SQLITE.settings, pragma: "0"})
    ((state, said),) = bad(findings.of_database(seen, 2))
    assert state == "wrong"
    assert said.startswith(f"PRAGMA {pragma} is 0")


def test_sqlite_with_many_processes_is_looked_at() -> None:
    assert [state for state, _ in bad(findings.of_database(SQLITE, 3))] == ["look"]
    assert [state for state, _ in bad(findings.of_database(replace(SQLITE, version=(3, 34)), 2))] == ["wrong"]


@pytest.mark.parametrize(
    ("change", "state", "said"),
    [
        ({"policy": "allkeys-lru"}, "wrong", "maxmemory-policy is allkeys-lru"),
        ({"keeps": False}, "wrong", "append-only"),
        ({"kept_well": False}, "wrong", "could not write"),
        ({"most_bytes": 0}, "look", "maxmemory is not set"),
        ({"used_bytes": int(1.7 * 2**30)}, "look", "85% of maxmemory"),
        ({"used_bytes": int(1.96 * 2**30)}, "wrong", "98% of maxmemory"),
        ({"version": "7.2.5"}, "wrong", "too old"),
        ({"server": "redis", "version": "6.2.1"}, "wrong", "too old"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_can_be_wrong_with_redis(change: dict[str, object], state: str, said: str) -> None:
    ((got, text),) = bad(findings.of_redis(replace(REDIS, **change)))  # type: ignore[arg-type]  # any field
    assert got == state
    assert said in text


@pytest.mark.parametrize(
    ("seen", "parts"),
    [
        (replace(LIVELY, worker_heard_s=None), {("workers", "wrong")}),
        (replace(LIVELY, worker_heard_s=31.0), {("workers", "wrong")}),
        (replace(LIVELY, beat_heard_s=None), {("beat", "wrong")}),
        (replace(LIVELY, epochs_missing=2), {("lanes", "wrong")}),
        (replace(LIVELY, lanes=[LaneVitals(0, 1, 61.0)]), {("lanes", "wrong")}),
        (replace(LIVELY, aside=1), {("lanes", "look")}),
        (replace(LIVELY, fences={"web": FenceVitals(2, 0.1), "w": FenceVitals(1, 11.0)}), {("workers", "wrong")}),
    ],
)
def test_what_can_be_wrong_with_lanes_workers_and_beat(seen: Vitals, parts: set[tuple[str, str]]) -> None:
    found = findings.of_vitals(seen, 16)
    assert bad(found)
    assert {(one.part, one.state) for one in found if one.state != "ok"} == parts


@pytest.mark.parametrize(("seconds", "state"), [(1.1, "look"), (-1.1, "look"), (5.1, "wrong"), (-5.1, "wrong")])
def test_clocks_that_differ(seconds: float, state: str) -> None:
    ((got, said),) = bad(findings.of_clock("Redis", NOW + timedelta(seconds=seconds), NOW))
    assert got == state
    assert ("ahead of" if seconds > 0 else "behind") in said


def test_settings_that_are_not_well() -> None:
    assert [state for state, _ in bad(findings.of_secret_key(""))] == ["wrong"]
    assert [state for state, _ in bad(findings.of_secret_key("ab" * 20))] == ["wrong"]
    for url, state in (("", "look"), ("shop.example", "wrong"), ("ftp://x", "wrong"), ("http://shop.example", "look")):
        assert [one for one, _ in bad(findings.of_base_url(url))] == [state], url
    assert bad(findings.of_names(["PASSERBY_REDIS_URI"], ["redis_url"])) == [
        ("look", "PASSERBY_REDIS_URI is not a setting: nobody reads it")
    ]
    assert [state for state, _ in bad(findings.of_push("outbox", demo=False))] == ["look"]
    assert bad(findings.of_push("outbox", demo=True)) == []
    refused = findings.of_push("fcm", demo=False, refused="PASSERBY_GOOGLE_APPLICATION_CREDENTIALS: x is not there.")
    assert bad(refused) == [("wrong", "PASSERBY_GOOGLE_APPLICATION_CREDENTIALS: x is not there")]
    assert bad(findings.of_push("fcm", demo=False)) == []


def test_a_data_folder_that_is_not_well() -> None:
    def of(**change: object) -> list[str]:
        world = {"writable": True, "free_bytes": 2**34, "readable_by_others": False} | change
        return [state for state, _ in bad(findings.of_data("/data", **world))]  # type: ignore[arg-type]  # any of them

    assert of(writable=False) == ["wrong"]
    assert of(free_bytes=2**30) == ["look"]
    assert of(free_bytes=2**20) == ["wrong"]
    assert of(readable_by_others=True) == ["wrong"]


def test_packages_that_are_not_the_locked_ones() -> None:
    locked = {"celery": frozenset({"5.6.3"}), "numpy": frozenset({"2.4.6", "2.5.5"}), "redis": frozenset({"6.4.0"})}
    ((state, said),) = bad(
        findings.of_packages((3, 11, 2), {"celery": "5.7.0", "numpy": "2.5.5", "redis": None}, locked)
    )
    assert state == "wrong"
    assert said == "celery 5.7.0 (5.6.3 is locked), redis missing (6.4.0 is locked)"
    assert [state for state, _ in bad(findings.of_packages((3, 10, 1), {}, {}))] == ["wrong"]


@pytest.mark.parametrize(
    ("proxies", "base_url", "state", "said"),
    [
        ("proxy.internal", "", "wrong", "proxy.internal is no address"),
        ("172.31.250.1/24", "", "wrong", "172.31.250.1/24 is no address and no network"),
        ("10.0.0.7,*", "", "look", "everybody may say"),
        ("", "https://passerby.shop.example", "look", "no proxy is trusted"),
    ],
)
def test_what_can_be_wrong_with_proxies(proxies: str, base_url: str, state: str, said: str) -> None:
    ((got, text),) = bad(findings.of_proxies(proxies, base_url))
    assert got == state
    assert said in text


def test_whoever_refuses_is_not_called_away() -> None:
    for why in get_args(DatabaseRefusal):
        assert "answer" not in bad([findings.of_database_that_refuses("database", why)])[0][1]
    for reason in get_args(RedisRefusal):
        assert "answer" not in bad([findings.of_redis_that_refuses("redis", reason)])[0][1]


def test_zones_that_nobody_knows_are_counted() -> None:
    assert findings.of_zones(UnknownZones(0, 0)) == []
    ((state, said),) = bad(findings.of_zones(UnknownZones(3, 0)))
    assert (state, said.partition(" ")[0]) == ("look", "3")
    assert [state for state, _ in bad(findings.of_zones(UnknownZones(3, 1)))] == ["look", "wrong"]


def test_payments_say_what_is_missing_in_one_line() -> None:
    [wrong] = findings.of_payments("mollie", "PASSERBY_MOLLIE_API_KEY is not set")
    assert (wrong.state, wrong.said) == ("wrong", "PASSERBY_MOLLIE_API_KEY is not set")
    assert [findings.of_payments(one, None)[0].state for one in ("none", "mollie", "demo")] == ["ok", "ok", "look"]


def test_how_codes_reach_phones() -> None:
    assert [state for state, _ in bad(findings.of_sms("outbox", demo=False))] == ["look"]
    assert bad(findings.of_sms("outbox", demo=True)) == []
    assert bad(findings.of_sms("none", demo=False)) == []
    assert bad(findings.of_sms("gateway", demo=False)) == []
    [(state, said)] = bad(findings.of_sms("gateway", demo=False, refused="PASSERBY_SMS_URL is not set."))
    assert (state, said) == ("wrong", "PASSERBY_SMS_URL is not set")
