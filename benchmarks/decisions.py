"""Transitions through `offers/arrivals.py` and `offers/deciding.py`: batches of 200, one process, on SQLite and on PostgreSQL,
with 1 and with 50 live campaigns, beside a query per decision.

`passerby bench decisions` runs it. Everything is an enter that campaigns wait for, unless the row says otherwise.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from benchmarks.deciding_chain import BATCH, EVERYWHERE, ONE, SPREAD, Chain, Live
from benchmarks.deciding_naive import record_one_by_one
from benchmarks.figures import FULL, QUICK, Spent, Work, alternate, cpu_of, goal, goal_of, say, short, table, times
from benchmarks.first_day.main import postgresql
from offers.arrivals import Crossing, record_crossings
from offers.records import schema
from offers.records.database import Database
from offers.records.tables import Decision, Delivery

Record = Callable[[Session, Sequence[Crossing], datetime], None]
LEAST = 3000
"""Transitions a second on one core, with 50 live campaigns on PostgreSQL."""
MOST = 2.0
"""What 50 campaigns may cost, of what one costs."""


def _ours(session: Session, crossings: Sequence[Crossing], now: datetime) -> None:
    record_crossings(session, crossings, now=now)


def _naive(session: Session, crossings: Sequence[Crossing], now: datetime) -> None:
    record_one_by_one(session, crossings, now=now)


@dataclass(frozen=True, slots=True)
class Row:
    """What is measured: a scene, who records, for how many customers; `alone` is a transaction for each of them."""

    name: str
    scene: Live
    record: Record
    customers: int
    kinds: tuple[str, ...] = ("enter",)
    alone: bool = False


def rows(customers: int) -> list[Row]:
    few = min(customers, BATCH)
    return [
        Row("1 campaign", ONE, _ours, customers),
        Row("50, spread over the places", SPREAD, _ours, customers),
        Row("50, spread; in and out again", SPREAD, _ours, customers, ("enter", "exit")),
        Row("50, all wait for every moment", EVERYWHERE, _ours, few),
        Row("a query per decision, 50 spread", SPREAD, _naive, few),
        Row("the same, a transaction each", SPREAD, _naive, few, alone=True),
    ]


def run(chain: Chain, row: Row) -> None:
    for kind in row.kinds:
        for batch in chain.batches(kind, row.customers):
            for some in [[one] for one in batch] if row.alone else [batch]:
                with chain.database.transaction() as session:
                    row.record(session, some, chain.now)


def must_agree(chain: Chain) -> None:
    """Both roads decide the same and write the same, or there is nothing to compare."""
    written = []
    for record in (_ours, _naive):
        for scene in (SPREAD, EVERYWHERE):
            chain.next_day(scene)
            [batch, *_] = chain.batches("enter", BATCH)
            with chain.database.transaction() as session:
                record(session, batch, chain.now)
            with chain.database.reading() as session:
                decided = select(Decision.customer_id, Decision.campaign_id, Decision.outcome)
                found = session.execute(decided.where(Decision.at == chain.now)).all()
                sent = select(func.count()).select_from(Delivery).where(Delivery.created_at == chain.now)
                written.append((Counter(tuple(one) for one in found), session.scalar(sent)))
    if written[:2] != written[2:] or not all(sent for _, sent in written):
        raise AssertionError("a query per decision comes to other decisions")


class Server:
    """The CPU time of the database's own process for this connection, where it runs on this machine; else of nobody."""

    def __init__(self, database: Database) -> None:
        self.pid = None
        if not database.is_sqlite:
            with database.reading() as session:
                self.pid = session.scalar(text("SELECT pg_backend_pid()"))
            if not Path(f"/proc/{self.pid}").exists():
                self.pid = None

    def cpu_s(self) -> float:
        return 0.0 if self.pid is None else cpu_of(self.pid)


def measure(database: Database, customers: int, rounds: int) -> list[tuple[Row, Spent, float]]:
    """Each row, what it took, and seconds of the server's CPU a transition among it."""
    say("building")
    chain = Chain(database, customers)
    must_agree(chain)
    server = Server(database)
    theirs = dict.fromkeys((row.name for row in rows(customers)), 0.0)

    def work(row: Row) -> Work:
        units = row.customers * len(row.kinds)

        def begin() -> None:
            chain.next_day(row.scene)

        def go() -> None:
            before = server.cpu_s()
            run(chain, row)
            theirs[row.name] += server.cpu_s() - before

        return Work(go, units, before=begin)

    works = {row.name: work(row) for row in rows(customers)}
    spent = alternate(works, rounds)
    return [
        (row, spent[row.name], theirs[row.name] / ((rounds + 1) * works[row.name].units)) for row in rows(customers)
    ]


@contextmanager
def databases(console: Console) -> Iterator[dict[str, Database]]:
    folder = Path(tempfile.mkdtemp(prefix="passerby-decisions-"))
    with postgresql(console) as url:
        found = {"SQLite": Database(f"sqlite:///{folder / 'bench.db'}")}
        if url is not None:
            found["PostgreSQL"] = Database(url)
        try:
            for database in found.values():
                schema.migrate(database)
            yield found
        finally:
            for database in found.values():
                database.close()
            shutil.rmtree(folder, ignore_errors=True)


def main(*, quick: bool = False) -> None:
    console = Console(width=170)
    customers, effort = (40, QUICK) if quick else (2000, FULL)
    with databases(console) as found:
        for name, database in found.items():
            say(name)
            console.print(_table(name, measure(database, customers, effort.rounds)))


def _table(name: str, measured: list[tuple[Row, Spent, float]]) -> Any:
    columns = (
        "live campaigns", "transitions/s", "slowest to fastest", "ours, CPU µs", "server, CPU µs", "x of 1 campaign", "times faster than a query each", "goal",
    )  # fmt: skip
    shown = table(f"{name}: batches of {BATCH}, one process", columns)
    by_name = {row.name: spent for row, spent, _ in measured}
    one, spread = by_name["1 campaign"], by_name["50, spread over the places"]
    naive = by_name["a query per decision, 50 spread"]
    for row, spent, theirs in measured:
        goals = []
        if spent is spread:
            goals.append(goal(one.times_faster_than(spent), most=MOST, unit="x"))
            if name == "PostgreSQL":
                both = 1e6 / (spent.cpu_us + theirs * 1e6)
                goals.append(goal_of(spent.rate, both, least=LEAST, unit="/s"))
        shown.add_row(
            row.name,
            *spent.rates(),
            short(spent.cpu_us),
            short(theirs * 1e6) if theirs else "",
            times(one.times_faster_than(spent)),
            times(spent.times_faster_than(naive)),
            "; ".join(goals),
        )
    return shown


if __name__ == "__main__":
    main()
