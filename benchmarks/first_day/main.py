"""A retailer's first day on SQLite and on PostgreSQL: 1,000 stores, 100,000 customers, a year of purchases, five campaigns,
a morning of pings, coupons redeemed, why asked, ten people erased.

`passerby bench day` runs it; it takes some minutes.
"""

import importlib
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.first_day.day import Day, Step
from benchmarks.first_day.retailer import Retailer, Size
from benchmarks.service import key_of, serving

SMALL = Size(stores=30, products=20, customers=1_200, purchases=1_500, walkers=40, asked=30, erased=5)
"""More than one batch of customers and of purchases."""
POSTGRESQL = "PASSERBY_TEST_POSTGRES_URL"


def run(database_url: str | None, retailer: Retailer, console: Console) -> list[Step]:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), database_url) as client:
        return Day(
            str(client.base_url),
            key_of(client),
            retailer,
            tell=lambda line: console.print(f"  {line}", highlight=False),
        ).play()


@contextmanager
def postgresql(console: Console) -> Iterator[str | None]:
    """An empty database's address; none, with a line that says why, where there is no server."""
    with ExitStack() as stack:
        try:
            tests = importlib.import_module("tests.postgres")
            server = stack.enter_context(tests.postgresql())
        except Exception as error:  # noqa: BLE001 - whatever keeps it away, the other half of the table is still worth having
            console.print(f"no PostgreSQL here ({POSTGRESQL} names a server): {error}")
            yield None
            return
        yield str(server.new_database())


def table(columns: dict[str, list[Step]]) -> Table:
    shown = Table("step", "count", title="A retailer's first day", title_justify="left")
    for name in columns:
        shown.add_column(f"{name}, s", justify="right")
        shown.add_column("a second", justify="right")
    if len(columns) == 2:
        shown.add_column("ratio", justify="right")
    for row in zip(*columns.values(), strict=True):
        cells = [row[0].name, f"{row[0].count:,} {row[0].what}"]
        for step in row:
            cells += [f"{step.seconds:.1f}", f"{step.count / step.seconds:,.0f}" if step.rated else ""]
        if len(row) == 2:
            cells.append(f"{row[1].seconds / row[0].seconds:.2f}")
        shown.add_row(*cells)
    return shown


def main(*, quick: bool = False) -> None:
    console = Console(width=150)
    retailer = Retailer(SMALL if quick else Size(), datetime.now(UTC).replace(microsecond=0))
    columns = {}
    console.print("SQLite")
    columns["SQLite"] = run(None, retailer, console)
    with postgresql(console) as url:
        if url is not None:
            console.print("PostgreSQL")
            columns["PostgreSQL"] = run(url, retailer, console)
    console.print(table(columns))


if __name__ == "__main__":
    main()
