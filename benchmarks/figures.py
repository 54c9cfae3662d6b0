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

from rich.table import Column, Table


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
    """`run` does `units` of work; `cpu_s` tells the CPU seconds spent on it so far, this process' own unless others do it.

    `before` makes ready for one run, and is not measured.
    """

    run: Callable[[], object]
    units: int
    cpu_s: Callable[[], float] = time.process_time
    before: Callable[[], object] = lambda: None


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
        works[name].before()
        works[name].run()
    for i in range(rounds):
        for name in names[i % len(names) :] + names[: i % len(names)]:
            work = works[name]
            work.before()
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


def filling(
    run: Callable[[int], object], most: int, seconds: float, cpu_s: Callable[[], float] = time.process_time
) -> Work:
    """About so many seconds of `run`: a part of `most` units for a slow peer, all of them several times for a fast one."""
    units = enough(run, most, seconds)
    began = time.perf_counter()
    run(units)
    again = max(1, round(seconds / max(time.perf_counter() - began, 1e-6))) if units == most else 1

    def work() -> None:
        for _ in range(again):
            run(units)

    return Work(work, units * again, cpu_s)


def cpu_of(pid: int) -> float:
    """CPU seconds that another process has used, to a hundredth."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def goal(value: float, *, least: float | None = None, most: float | None = None, unit: str = "") -> str:
    """The goal of a figure, and whether it is met."""
    return f"{_bound(least, most, unit)}: {_reached(value, least, most)}"


def goal_of(
    by_clock: float, by_cpu: float | None, *, least: float | None = None, most: float | None = None, unit: str = ""
) -> str:
    """The same of a figure that was taken twice: on a machine that others use too the clock tells of them as well."""
    said, clock = _bound(least, most, unit), _reached(by_clock, least, most)
    cpu = clock if by_cpu is None else _reached(by_cpu, least, most)
    return f"{said}: {clock}" if clock == cpu else f"{said}: {clock} by the clock, {cpu} by the CPU"


def _bound(least: float | None, most: float | None, unit: str) -> str:
    bound = least if least is not None else most
    assert bound is not None
    return f"{'≥' if least is not None else '≤'} {short(bound)}{unit}"


def _reached(value: float, least: float | None, most: float | None) -> str:
    if least is not None:
        return "met" if value >= least else f"missed by {100 * (1 - value / least):.0f} %"
    assert most is not None
    if value <= most:
        return "met"
    over = value / most if most else value
    return f"missed by {100 * (over - 1):.0f} %" if most and over < 2 else f"missed, {short(over)} times that"


def times(ratio: float | None) -> str:
    if ratio is None:
        return ""
    return f"{ratio:.2g}x" if ratio < 1 else f"{ratio:.1f}x" if ratio < 100 else f"{ratio:.0f}x"


def short(number: float) -> str:
    """Three digits and a letter: 16.9M, 93.4k, 0.66."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(number) >= 0.9995 * size:
            return f"{number / size:.3g}{letter}" if abs(number) < 999.5 * size else f"{number / size:.0f}{letter}"
    return f"{number:.3g}"


def table(title: str, columns: Sequence[str]) -> Table:
    """An empty table; below it the machine, its load, the date and the versions of what always runs.

    The first column names the row and is never broken, however much room slow figures take beside it.
    """
    first, *others = columns
    named = Column(first, no_wrap=True)
    return Table(named, *others, title=title, title_justify="left", caption=_machine(), caption_justify="left")


def say(line: str) -> None:
    """Progress, where it is in nobody's way."""
    print(f"  {line}", file=sys.stderr, flush=True)


def version_of(package: str) -> str:
    return f"{package} {metadata.version(package)}"


def _machine() -> str:
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} cores (load {load:.1f}), Python {platform.python_version()}, "
        f"{version_of('numpy')}, {version_of('shapely')}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
