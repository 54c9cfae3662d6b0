"""`passerby bench`: the benchmarks, each one table or a few, with the machine and the date."""

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module, metadata

from rich.console import Console
from rich.table import Table

from offers.errors import BadInput

EVERY = "all"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A module with a main(). Where `sized`, that takes `quick`: small sizes, to see that a table comes out."""

    module: str
    about: str
    sized: bool = True


BENCHMARKS: Mapping[str, Benchmark] = {
    "rules": Benchmark("benchmarks.presence_rules", "false enters, recall and precision of four rules of presence"),
    "walks": Benchmark("benchmarks.walks_through_the_doors", "44 recorded walks through real processes", sized=False),
    "passes": Benchmark("benchmarks.real_walks", "every true pass of these walks, seen or not, by reason", sized=False),
    "minutes": Benchmark(
        "benchmarks.minutes_away", "how many minutes somebody is away, beside the time that it really took", sized=False
    ),
    "day": Benchmark("benchmarks.first_day.main", "a retailer's first day on SQLite and PostgreSQL"),
    "rehearsal": Benchmark("benchmarks.rehearsal", "a month of transitions rehearsed on SQLite and PostgreSQL"),
    "decisions": Benchmark(
        "benchmarks.decisions", "transitions into decisions and deliveries, with 1 and 50 live campaigns"
    ),
    "deliveries": Benchmark(
        "benchmarks.deliveries", "messages handed to FCM's double, beside firebase-admin's send_each"
    ),
    "bursts": Benchmark("benchmarks.bursts", "50,000 offers at once at a set rate: in their turn, or too late"),
    "landing": Benchmark(
        "benchmarks.landing", "scans committed and pages shown a second, beside the same server with a constant page"
    ),
    "audiences": Benchmark("benchmarks.audiences", "counting audiences of a million customers on PostgreSQL"),
    "console": Benchmark(
        "benchmarks.console_pages", "the console's slowest pages, with a million customers and ten million deliveries"
    ),
    "containing": Benchmark(
        "benchmarks.matching.containing", "which geofences hold a point: Shapely, geopandas, H3, PostGIS, Tile38"
    ),
    "growth": Benchmark("benchmarks.matching.growth", "what a ping costs as geofences grow to a million"),
    "stateful": Benchmark("benchmarks.matching.stateful", "enters and exits in memory, batch by batch"),
    "stream": Benchmark(
        "benchmarks.matching.stream", "the same bytes and events as Tile38, beside it (TILE38 names it)"
    ),
    "scalar": Benchmark("benchmarks.matching.scalar", "one ping a call"),
    "building": Benchmark("benchmarks.matching.building", "build, memory, edits, building anew under questions"),
    "nearby": Benchmark(
        "benchmarks.matching.nearby", "the nearest 19 geofences and the quiet radius, one phone a call"
    ),
}


def run_benchmarks(names: list[str], console: Console, *, quick: bool = False) -> None:
    """Run the named ones, one after the other; without a name, say which there are."""
    if not names:
        console.print(listing())
        return
    for name in names:
        if name not in BENCHMARKS and name != EVERY:
            raise BadInput.at("name", f"{name!r} is not a benchmark; there are {', '.join(BENCHMARKS)}, and {EVERY}")
    versions = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("numpy", "shapely", "celery", "redis", "sqlalchemy")
    )
    console.print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.platform()}, Python {platform.python_version()}, {versions}"
    )
    for name in BENCHMARKS if EVERY in names else names:
        main: Callable[..., None] = import_module(BENCHMARKS[name].module).main
        console.rule(name)
        if quick and BENCHMARKS[name].sized:
            main(quick=True)
        else:
            main()


def listing() -> Table:
    """What there is, a line each."""
    table = Table("passerby bench …", "what it prints", box=None)
    for name, benchmark in BENCHMARKS.items():
        table.add_row(name, benchmark.about)
    table.add_row(EVERY, "all of them, one after the other; that takes an hour or so")
    return table
