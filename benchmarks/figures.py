"""How benchmarks that compare are measured, and how every table says what it says.

Works that are compared take turns, each round beginning with another, and every ratio is the median of the rounds' own
ratios: what else the machine is doing then falls on both.
"""

import gc
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Effort:
    """How often each work runs, and about how long it runs each time."""

    rounds: int
    seconds: float


FULL = Effort(rounds=5, seconds=1.0)
QUICK = Effort(rounds=2, seconds=0.01)
"""To see that a table comes out, not what is in it."""


@dataclass(frozen=True, slots=True)
class Work:
    """`run` does `units` of work; `cpu_s` tells the CPU seconds spent on it so far, this process' own unless others do it."""

    run: Callable[[], object]
    units: int
    cpu_s: Callable[[], float] = time.process_time


@dataclass(slots=True)
class Spent:
    """What one work took, round by round, in seconds a unit."""

    wall_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Units a second, the median."""
        return 1 / statistics.median(self.wall_s)

    @property
    def cpu_us(self) -> float:
        """Microseconds of CPU a unit, the median."""
        return statistics.median(self.cpu_s) * 1e6

    @property
    def wall_us(self) -> float:
        return statistics.median(self.wall_s) * 1e6

    def rates(self) -> list[str]:
        """Two cells: the median, and the slowest and fastest round."""
        return [short(self.rate), f"{short(1 / max(self.wall_s))} to {short(1 / min(self.wall_s))}"]

    def times_faster_than(self, other: "Spent") -> float:
        """By the clock."""
        return statistics.median(theirs / mine for mine, theirs in zip(self.wall_s, other.wall_s, strict=True))

    def times_cheaper_than(self, other: "Spent") -> float | None:
        """By the CPU; none where one of them spent too little to be counted."""
        if not all(self.cpu_s) or not all(other.cpu_s):
            return None
        return statistics.median(theirs / mine for mine, theirs in zip(self.cpu_s, other.cpu_s, strict=True))


def alternate(works: Mapping[str, Work], rounds: int = FULL.rounds) -> dict[str, Spent]:
    """Each work once for warmth, then `rounds` times in turn."""
    spent = {name: Spent() for name in works}
    names = list(works)
    for name in names:
        works[name].run()
    for i in range(rounds):
        for name in names[i % len(names) :] + names[: i % len(names)]:
            work = works[name]
            gc.collect()
            cpu, began = work.cpu_s(), time.perf_counter()
            work.run()
            spent[name].wall_s.append((time.perf_counter() - began) / work.units)
            spent[name].cpu_s.append((work.cpu_s() - cpu) / work.units)
    return spent


def enough(run: Callable[[int], object], most: int, seconds: float) -> int:
    """How many units `run` does in about so many seconds, at most `most`: a slow peer gets fewer, the rate stays a rate."""
    units = min(most, 500)
    while True:
        began = time.perf_counter()
        run(units)
        took = max(time.perf_counter() - began, 1e-6)
        if units >= most or took >= seconds / 4:
            return max(1, min(most, int(units * seconds / took)))
        units = min(most, units * 4)


def cpu_of(pid: int) -> float:
    """CPU seconds that another process has used, to a hundredth."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def goal(value: float, *, least: float | None = None, most: float | None = None, unit: str = "") -> str:
    """The goal of a figure, and whether it is met."""
    if least is not None:
        said, met, by = f"≥ {short(least)}{unit}", value >= least, 1 - value / least
    else:
        assert most is not None
        said, met, by = f"≤ {short(most)}{unit}", value <= most, value / most - 1 if most else value - 1
    if met:
        return f"{said}: met"
    return f"{said}: missed by {100 * by:.0f} %" if by < 1 else f"{said}: missed, {short(1 + by)} times that"


def times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.1f}x" if ratio < 100 else f"{ratio:.0f}x"


def short(number: float) -> str:
    """Three digits and a letter: 16.9M, 93.4k, 0.66."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(number) >= 0.9995 * size:
            return f"{number / size:.3g}{letter}" if abs(number) < 999.5 * size else f"{number / size:.0f}{letter}"
    return f"{number:.3g}"


def table(title: str, columns: Sequence[str], versions: Sequence[str] = ()) -> Table:
    """An empty table; below it the machine, its load, the date and the versions of what ran."""
    return Table(*columns, title=title, title_justify="left", caption=_machine(versions), caption_justify="left")


def say(line: str) -> None:
    """Progress, where it is in nobody's way."""
    print(f"  {line}", file=sys.stderr, flush=True)


def version_of(package: str) -> str:
    return f"{package} {metadata.version(package)}"


def _machine(versions: Sequence[str]) -> str:
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} cores (load {load:.1f}), Python {platform.python_version()}, "
        + ", ".join([version_of("numpy"), version_of("shapely"), *versions])
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
