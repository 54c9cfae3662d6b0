"""Counting audiences over a million customers on PostgreSQL: how many there are, can be pushed to, and agreed.

`passerby bench audiences` fills a database of its own, which takes some minutes, and counts each audience several times: by the
clock as a server does it, and by the CPU of one process without helpers, which what else the machine does changes little.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from sqlalchemy.orm import Session

from benchmarks import figures
from benchmarks.audience_people import fill
from benchmarks.first_day.main import postgresql
from offers.records import schema
from offers.records.database import Database
from offers.records.queries.audiences import Counted, count
from offers.rules.audience import read_audience

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
FULL, QUICK = 1_000_000, 50_000
MOST_S = 1.0
AUDIENCES: Mapping[str, Any] = {
    "Dutch, bought sneakers within 90 days": {
        "all": [
            {"fact": "language", "is": "nl"},
            {"fact": "purchases.category", "within_days": 90, "has": "sneakers"},
        ]
    },
    "visited one of three stores within 30 days": {
        "visited": ["store-1", "store-2", "store-3"],
        "within_days": 30,
    },
    "tagged vip, and not staff": {"all": [{"tag": "vip"}, {"not": {"tag": "staff"}}]},
    "spent 200 EUR within 90 days": {"fact": "purchases.total.EUR", "at_least": 200, "within_days": 90},
    "vip, or bought boots, or visited a store": {
        "any": [
            {"tag": "vip"},
            {"fact": "purchases.category", "within_days": 30, "has": "boots"},
            {"visited": "store-7"},
        ]
    },
    "everybody": None,
}


def _taken(session: Session, ask: Callable[[], object], rounds: int) -> tuple[float, float | None]:
    """Seconds by the clock, the median; and of CPU where the server's process can be looked at and helps itself to no other."""
    spans = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        ask()
        spans.append(time.perf_counter() - began)
    with session.begin_nested() as savepoint:
        session.connection().exec_driver_sql("SET LOCAL max_parallel_workers_per_gather = 0")
        pid = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        used = []
        for _ in range(max(1, rounds // 2)):
            before = _cpu_s(pid)
            ask()
            used.append(_cpu_s(pid) - before)
        savepoint.rollback()
    return statistics.median(spans[1:]), statistics.median(used) or None


def _cpu_s(pid: int) -> float:
    """Nothing where it runs elsewhere."""
    try:
        here = "postgres" in Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return 0.0
    return figures.cpu_of(pid) if here else 0.0


def main(*, quick: bool = False) -> None:
    compare(Console(width=180), QUICK if quick else FULL, 2 if quick else 5)


def compare(console: Console, customers: int, rounds: int) -> None:
    """Fill a database with so many customers, and print what each audience took."""
    with postgresql(console) as url:
        if url is None:
            return
        database = Database(url)
        schema.migrate(database)
        began = time.perf_counter()
        fill(database.engine, customers)
        figures.say(f"filled in {time.perf_counter() - began:.0f} s")
        shown = figures.table(
            f"Counting audiences of {customers:,} customers and {3 * customers:,} purchased items on PostgreSQL",
            ("audience", "size", "reachable", "consenting", "both", "ms", "CPU ms, one process", "goal"),
        )
        for name, raw in AUDIENCES.items():
            with database.reading() as session:
                audience = read_audience(raw)
                counted: Counted = count(session, audience, NOW)
                clock_s, cpu_s = _taken(session, partial(count, session, audience, NOW), rounds)
            shown.add_row(
                name,
                *(f"{one:,}" for one in (counted.size, counted.reachable, counted.consenting, counted.both)),
                f"{clock_s * 1000:.0f}",
                "" if cpu_s is None else f"{cpu_s * 1000:.0f}",
                figures.goal_of(clock_s, cpu_s, most=MOST_S, unit=" s"),
            )
        database.close()
    console.print(shown)


if __name__ == "__main__":
    main()
