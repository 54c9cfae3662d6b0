"""What a phone is told: the 19 geofences with the nearest borders, and how far it may go before the server must know.

`passerby bench nearby`. Both are held against all distances there are first. Phones ask from a place of their own each: an answer that was
learnt from the same place before would tell nothing. A KD-tree over the centres, SciPy's where it is
installed, is beside it for scale: it knows centres, no borders, no areas, and proves nothing.
"""

import importlib
import importlib.util
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import cycle, islice
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.figures import FULL, QUICK, Effort, Spent, Work, alternate, filling, goal_of, say, short, table, times
from benchmarks.matching.agreement import DisagreementError
from benchmarks.matching.workload import Spread, geofences, positions
from geofences.fence_index import Fence, FenceIndex
from geofences.metres import Floats
from geofences.nearby import leave, quiet_radius, watch

CASES: tuple[tuple[int, Spread], ...] = (
    (100, "uniform"),
    (10_000, "uniform"),
    (10_000, "clustered"),
    (100_000, "uniform"),
)
HELD = 19
"""iOS holds 20, and one is the quiet circle itself."""
ACCURACY_M = 20.0
LEAST = 10_000.0
"""A second, one phone at a time."""
FIRST = 500
PHONES = 1_000_000
SETTLED = 100_000
SETTLES = 20
"""Times a round's time, at most, phones ask before the later rounds are measured."""
MOST_A_ROUND = 20_000
CHECKED = 40
CLOSE_M = 0.01
"""Two borders nearer to each other than this may stand in either order."""

Ask = Callable[[float, float], object]
Phones = Iterator[tuple[float, float]]


def check(index: FenceIndex, lat: Floats, lon: Floats) -> int:
    """How many phones' answers are right, all of them. Raises DisagreementError.

    The distance to every border, however far, is asked for; a list must have the nearest, and no border may be nearer
    than the quiet radius.
    """
    every = np.arange(len(index.fences))
    for at_lat, at_lon in zip(lat.tolist(), lon.tolist(), strict=True):
        metres = np.abs(index.distances(np.full(len(every), at_lat), np.full(len(every), at_lon), every))
        number = {fence.id: i for i, fence in enumerate(index.fences)}
        listed = [float(metres[number[one.id]]) for one in watch(index, at_lat, at_lon, HELD, ACCURACY_M).fences]
        nearest = np.sort(metres)[: len(listed)]
        if len(listed) != min(HELD, len(every)) or np.abs(np.array(listed) - nearest).max(initial=0.0) > CLOSE_M:
            raise DisagreementError("watch_list has not the nearest geofences, nearest first")
        quiet = quiet_radius(index, at_lat, at_lon, ACCURACY_M)
        if quiet > max(0.0, float(metres.min()) - ACCURACY_M):
            raise DisagreementError("a border lies within the quiet radius")
    return len(lat)


def asks(index: FenceIndex) -> dict[str, Ask]:
    """What is timed, by name."""

    def together(lat: float, lon: float) -> object:
        return watch(index, lat, lon, HELD, ACCURACY_M), quiet_radius(index, lat, lon, ACCURACY_M)

    def door(lat: float, lon: float) -> object:
        return leave(index, lat, lon, ACCURACY_M)

    found: dict[str, Ask] = {f"nearest {HELD} and quiet radius": together, "the ping door's answer": door}
    if importlib.util.find_spec("scipy") is not None:
        tree: Any = importlib.import_module("scipy.spatial").cKDTree(_on_sphere(index))
        found["KD-tree over centres"] = lambda lat, lon: tree.query(_unit(lat, lon), HELD)
    return found


def _on_sphere(index: FenceIndex) -> Floats:
    return np.array([_unit(*fence.shape.centre) for fence in index.fences])


def _unit(lat: float, lon: float) -> Floats:
    phi, lam = np.radians(lat), np.radians(lon)
    return np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def shown(cases: Sequence[tuple[int, Spread]], effort: Effort) -> Table:
    result = table(
        f"What a phone is told, one phone a call, none twice in a place: mixed geofences; median of {effort.rounds} rounds in turn",
        (
            "geofences",
            "question",
            "asked before",
            "a second",
            "slowest to fastest",
            "CPU µs",
            f"nearest {HELD} x (clock)",
            "answers checked",
            "goal",
        ),
    )
    for count, spread in cases:
        say(f"{count:,} {spread}")
        fences = geofences(count, "mixed", spread)
        lat, lon = positions(PHONES, spread)
        checked = check(FenceIndex(fences, version=1), lat[:CHECKED], lon[:CHECKED])
        phones = cycle(zip(lat.tolist(), lon.tolist(), strict=True))
        first = _first_asked(fences, phones, effort)
        index = FenceIndex(fences, version=1)
        known = _settle_in(asks(index).values(), phones, effort.seconds * SETTLES)
        later = alternate({name: _work(ask, phones, effort) for name, ask in asks(index).items()}, effort.rounds)
        for before, spent in (("nobody", first), (f"{known:,} others", later)):
            mine = next(iter(spent.values()))
            for name, its in spent.items():
                is_mine = its is mine
                result.add_row(
                    f"{count:,} {spread}",
                    name,
                    before,
                    *its.rates(),
                    f"{its.cpu_us:.1f}",
                    "" if is_mine else times(mine.times_faster_than(its)),
                    short(checked) if is_mine and spent is first else "",
                    goal_of(its.rate, 1e6 / its.cpu_us, least=LEAST, unit="/s") if is_mine else "",
                )
        result.add_section()
    return result


def _first_asked(fences: Sequence[Fence], phones: Phones, effort: Effort) -> dict[str, Spent]:
    """What the first phones cost on an index that nobody has asked: whatever it learns from questions, it learns then."""
    spent: dict[str, Spent] = {}
    for _ in range(effort.rounds):
        for name in asks(FenceIndex(fences[:HELD], version=1)):
            ask = asks(FenceIndex(fences, version=1))[name]
            rows = list(islice(phones, FIRST))
            its = spent.setdefault(name, Spent())
            cpu, began = time.process_time(), time.perf_counter()
            for row in rows:
                ask(*row)
            its.wall_s.append((time.perf_counter() - began) / len(rows))
            its.cpu_s.append((time.process_time() - cpu) / len(rows))
    return spent


def _settle_in(questions: Collection[Ask], phones: Phones, seconds: float) -> int:
    """How many phones asked all questions in so many seconds."""
    until, asked = time.perf_counter() + seconds, 0
    while time.perf_counter() < until and asked < SETTLED:
        for row in islice(phones, 100):
            for ask in questions:
                ask(*row)
        asked += 100
    return asked


def _work(ask: Ask, phones: Phones, effort: Effort) -> Work:
    """Each time others."""

    def run(count: int) -> None:
        for row in islice(phones, count):
            ask(*row)

    return filling(run, MOST_A_ROUND, effort.seconds)


def main(*, quick: bool = False) -> None:
    console = Console(width=150)
    console.print(shown([(300, "clustered")], QUICK) if quick else shown(CASES, FULL))
    if importlib.util.find_spec("scipy") is None:
        console.print("The KD-tree is not in it: the package scipy is not installed", highlight=False)


if __name__ == "__main__":
    main()
