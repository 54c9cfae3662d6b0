"""`passerby bench`: the benchmarks, each one table, with the machine and the date above them."""

import platform
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module, metadata

from rich.console import Console

from offers.errors import BadInput

NAMES = {
    "rules": "benchmarks.presence_rules",
    "walks": "benchmarks.walks_through_the_doors",
    "passes": "benchmarks.real_walks",
    "day": "benchmarks.first_day.main",
}
"""What each is called -> its module, which has a main()."""


def run_benchmarks(names: list[str], console: Console) -> None:
    """Run the named ones, or all, one after the other."""
    for name in names:
        if name not in NAMES:
            raise BadInput.at("name", f"{name!r} is not a benchmark; there are {', '.join(NAMES)}")
    versions = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("numpy", "shapely", "celery", "redis", "sqlalchemy")
    )
    console.print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.platform()}, Python {platform.python_version()}, {versions}"
    )
    for name in names or list(NAMES):
        main: Callable[[], None] = import_module(NAMES[name]).main
        console.rule(name)
        main()
