"""Every table that leads to a customer is exported and emptied; a person who is erased is found nowhere afterwards."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from redis import Redis
from sqlalchemy import JSON, Column, Table, insert, select

from offers.customers import erase_customer
from offers.personal import export_customer
from offers.records import tables as _all_tables
from offers.records.database import Database, UtcTime
from offers.records.database import Table as Base
from offers.records.queries.counting import COUNTED
from offers.records.queries.personal import HELD
from offers.rules.funnel import COLUMNS
from tests.conftest import NOON
from tests.web.conftest import PLACE, bearer, problem_of
from workers.happenings import tell
from workers.sweeps import erase_late_traces
from workers.traces import ERASED, OUTBOX

TABLES = Base.metadata.tables
NAME, PHONE, TOKEN, ATTRIBUTE, ID = "Canary Vogelaar", "+31611111119", "push-canary-9", "likes-canaries", "canary-9"
STAFF = "usr_of_the_staff"
CANARIES = (NAME, PHONE, TOKEN, ATTRIBUTE, ID)
assert _all_tables.__all__


def leads_to_customers(table: Table) -> bool:
    return table.name == "customers" or any(
        leads_to_customers(key.column.table) for key in table.foreign_keys if key.column.table is not table
    )


PERSONAL = {name for name, table in TABLES.items() if leads_to_customers(table)}

NOBODYS = {"scans"}
"""What stays of somebody who is erased, as nobody's: a poster's scans are counted by their rows."""


def test_every_table_that_leads_to_a_customer_is_exported() -> None:
    assert {"customers", "devices", "deliveries", "orders"} < PERSONAL
    assert set(HELD) == PERSONAL
    for name, left_out in HELD.items():
        assert left_out <= {column.name for column in TABLES[name].columns}


COUNTED_BY = {column for columns, _ in COUNTED.values() for column in columns}


def test_nothing_of_a_person_is_counted_by() -> None:
    """Days, outcomes, campaigns, places: no column leads to a person, and what a delivery's context holds beside its place stays behind."""
    assert set(COUNTED) <= PERSONAL
    assert {column.name for column in COUNTED_BY} == {
        *("at", "created_at", "reserved_at", "entered_at", "received_at", "opened_at"),
        *("outcome", "state", "channel", "campaign_id", "place_id", "variant", "language", "context"),
        "kind",
    }
    assert not leads_to_customers(TABLES["day_counts"])
    assert set(TABLES["day_counts"].columns.keys()) == {
        *("day", "kind", "what", "campaign_id", "place_id", "variant", "language", "many"),
    }
    for counted in ("funnel_counts", "funnel_days"):
        assert not leads_to_customers(TABLES[counted])
    assert set(TABLES["funnel_counts"].columns.keys()) == {
        *("grain", "day", "campaign_id", "place_id", "variant", "language", "reason", "many"),
        *COLUMNS.values(),
    }


def is_counted_by(column: Column[Any]) -> bool:
    return any(one.expression.table is column.table and one.key == column.name for one in COUNTED_BY)


def value_for(column: Column[Any], text: str) -> Any:
    if isinstance(column.type, UtcTime):
        return NOON
    if isinstance(column.type, JSON):
        return {"x": text}
    plain: dict[type, Any] = {str: text, int: 1, float: 1.0, bool: True}
    return plain[column.type.python_type]


def is_of_somebody(table: Table, column: Column[Any]) -> bool:
    return table.name in PERSONAL - NOBODYS and not is_counted_by(column)


def fill(database: Database, text: str) -> dict[str, int]:
    """One row in every table, of one person: whatever takes a text gets `text`. Returns how many rows each table had before."""
    before = {}
    with database.engine.begin() as connection:
        made: dict[str, dict[str, Any]] = {}
        for table in Base.metadata.sorted_tables:
            rows = connection.execute(select(table)).mappings().all()
            before[table.name] = len(rows)
            if rows and table.name not in PERSONAL:
                made[table.name] = dict(rows[0])
                continue
            plain = f"not personal {table.name}"
            row = {
                column.name: value_for(column, text if is_of_somebody(table, column) else plain)
                for column in table.columns
            }
            if "context" in row:
                row["context"] = {"place_id": plain, "x": text}
            if "history" in row:
                row["history"] = [{"status": text, "by": STAFF}]
            for key in table.foreign_keys:
                row[key.parent.name] = made[key.column.table.name][key.column.name]
            connection.execute(insert(table).values(row))
            made[table.name] = row
    return before


def count(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {name: len(session.execute(select(table)).all()) for name, table in TABLES.items()}


def rows_as_text(database: Database) -> str:
    """Every row of every table, as the database has it."""
    with database.engine.connect() as connection:
        return "\n".join(repr(tuple(row)) for table in TABLES.values() for row in connection.execute(select(table)))


def test_an_export_names_every_table_and_an_erasure_empties_it(either_database: Database) -> None:
    either = either_database
    fill(either, NAME)
    with either.reading() as session:
        exported = export_customer(session, NAME, now=NOON)
    assert set(exported["tables"]) == PERSONAL
    for name, rows in exported["tables"].items():
        assert len(rows) == 1, f"{name} is not exported"
        assert HELD[name].isdisjoint(rows[0]), f"{name} shows what it must not"
    assert STAFF not in repr(exported), "which of the staff did it is not the customer's to know"
    with either.transaction() as session:
        erase_customer(session, NAME, now=NOON)
    left = count(either)
    assert {name for name in PERSONAL if left[name]} == NOBODYS
    with either.reading() as session:
        for name in NOBODYS:
            of = TABLES[name]
            leads = [key.parent for key in of.foreign_keys if leads_to_customers(key.column.table)]
            assert set(session.execute(select(*leads)).one()) == {None}, f"{name} still leads to somebody"
    assert all(left[name] == 1 for name in set(TABLES) - PERSONAL - {"day_counts"})
    assert left["day_counts"] > 1, "they were counted as they went"
    assert NAME not in rows_as_text(either)


def every_value(redis: Redis) -> Iterator[bytes]:
    """All of Redis, read by type, and as DUMP has it."""
    client: Any = redis
    read = {
        b"string": client.get,
        b"hash": client.hgetall,
        b"set": client.smembers,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
        b"stream": client.xrange,
    }
    for key in client.scan_iter():
        yield key + b" " + repr(read[client.type(key)](key)).encode() + b" " + (client.dump(key) or b"")


def entries(redis: Redis, stream: str, field: bytes) -> list[bytes]:
    client: Any = redis
    return [fields[field] for _, fields in client.xrange(stream)]


def found_in(redis: Redis) -> set[str]:
    everything = b"\n".join(every_value(redis))
    return {one for one in CANARIES if one.encode() in everything}


def found_in_files(database: Database) -> set[str]:
    """In the database's file and its log, as they lie there after a checkpoint."""
    path = Path(database.url.removeprefix("sqlite:///"))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = b"".join(one.read_bytes() for one in path.parent.glob(path.name + "*"))
    return {one for one in CANARIES if one.encode() in raw}


@pytest.mark.parametrize("by", ["desk", "phone"])
def test_a_person_who_is_erased_is_found_nowhere(
    admin: httpx.Client, http: httpx.Client, database: Database, redis_db: Redis, by: str
) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put(
        f"/v1/customers/{ID}", json={"name": NAME, "phone": PHONE, "attributes": {"notes": ATTRIBUTE}, "tags": ["x"]}
    )
    body = {"platform": "ios", "customer": ID, "push_token": TOKEN, "consents": {"location": True, "offers": True}}
    phone = admin.post("/v1/devices", json=body, headers={"Idempotency-Key": "one"}).json()
    old = admin.post("/v1/devices", json=body | {"push_token": "other"}, headers={"Idempotency-Key": "two"}).json()
    admin.delete(f"/v1/devices/{old['device_id']}")
    assert http.post("/v1/pings", json={"lat": 52.37, "lon": 4.89}, headers=bearer(phone["token"])).status_code == 202
    app = admin.post("/v1/devices", json=body | {"push_token": None, "positions_only": True}).json()
    record = {"coords": {"latitude": 52.37, "longitude": 4.89, "accuracy": 9}}
    told = http.post("/ingest/transistorsoft", json={"location": record}, headers=bearer(app["token"]))
    assert "addGeofences" in told.text
    assert any(b":told:" + app["device_id"].encode() in value for value in every_value(redis_db))
    delivery = {
        "type": "delivery",
        "customer": ID,
        "device_id": phone["device_id"],
        "title": f"Hoi {NAME}",
        "body": ATTRIBUTE,
    }
    other = {"type": "delivery", "customer": "piet", "device_id": "dev_piet", "title": "Hoi Piet"}
    tell(redis_db, [delivery, other, delivery])
    for device in (phone["device_id"], "dev_piet"):
        redis_db.xadd(OUTBOX, {"delivery": "dlv_1", "device": device})
    assert found_in_files(database) == set(CANARIES)
    assert found_in(redis_db) >= {NAME, ATTRIBUTE, ID}
    exported = http.get("/v1/me/export", headers=bearer(phone["token"]))
    assert exported.json()["tables"]["customers"][0]["name"] == NAME
    assert TOKEN not in exported.text
    assert exported.json()["tables"] == admin.get(f"/v1/customers/{ID}/export").json()["tables"]
    if by == "desk":
        assert admin.delete(f"/v1/customers/{ID}").status_code == 204
    else:
        assert http.delete("/v1/me", headers=bearer(phone["token"])).status_code == 204
    assert found_in_files(database) == set()
    assert found_in(redis_db) == set()
    assert [msgspec.json.decode(one) for one in entries(redis_db, "pb:happenings", b"e")] == [other]
    assert entries(redis_db, OUTBOX, b"device") == [b"dev_piet"]
    problem_of(admin.post("/v1/devices", json=body, headers={"Idempotency-Key": "one"}), 409)
    problem_of(admin.get(f"/v1/customers/{ID}"), 404)
    for device in (phone["device_id"], old["device_id"], app["device_id"]):
        named = [value.split()[0] for value in every_value(redis_db) if device.encode() in value]
        assert named, "an erased device is refused by its bare id"
        assert all(key.endswith(b":blocked") for key in named)


def test_what_is_told_of_a_person_just_after_their_erasure_goes_too(
    admin: httpx.Client, database: Database, redis_db: Redis
) -> None:
    admin.put(f"/v1/customers/{ID}", json={"name": NAME})
    admin.put("/v1/customers/piet", json={})
    admin.delete(f"/v1/customers/{ID}")
    late = [{"type": "delivery", "customer": one, "title": f"Hoi {one}"} for one in (ID, "piet")]
    tell(redis_db, late)
    assert redis_db.exists(ERASED)
    assert erase_late_traces(redis_db, database) == 1
    assert found_in(redis_db) == set()
    assert [msgspec.json.decode(one) for one in entries(redis_db, "pb:happenings", b"e")] == [late[1]]
    assert erase_late_traces(redis_db, database) == 0
