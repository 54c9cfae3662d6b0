"""What a phone is told: the 19 geofences with the nearest borders, and how far it may go before the server must know.

`passerby bench nearby`. Both are held against all distances there are first. A KD-tree over the centres, SciPy's where it is
installed, is beside it for scale: it knows centres, no borders, no areas, and proves nothing.
"""

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.figures import FULL, QUICK, Effort, Work, alternate, filling, goal_of, say, short, table, times
from benchmarks.matching.agreement import DisagreementError
from benchmarks.matching.workload import Spread, geofences, positions
from geofences.fence_index import FenceIndex
from geofences.metres import Floats
from geofences.nearby import quiet_radius, watch_after_s, watch_list

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
CALLS = 20_000
CHECKED = 40
CLOSE_M = 0.01
"""Two borders nearer to each other than this may stand in either order."""

Ask = Callable[[float, float], object]


def check(index: FenceIndex, lat: Floats, lon: Floats) -> int:
    """How many phones' answers are right, all of them. Raises DisagreementError.

    The distance to every border, however far, is asked for; a list must have the nearest, and no border may be nearer
    than the quiet radius.
    """
    every = np.arange(len(index.fences))
    for at_lat, at_lon in zip(lat.tolist(), lon.tolist(), strict=True):
        metres = np.abs(index.distances(np.full(len(every), at_lat), np.full(len(every), at_lon), every))
        number = {fence.id: i for i, fence in enumerate(index.fences)}
        listed = [float(metres[number[one[0]]]) for one in watch_list(index, at_lat, at_lon, HELD)]
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
        return watch_list(index, lat, lon, HELD), quiet_radius(index, lat, lon, ACCURACY_M)

    def door(lat: float, lon: float) -> object:
        return quiet_radius(index, lat, lon, ACCURACY_M), watch_after_s(index, lat, lon, ACCURACY_M)

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


def shown(cases: Sequence[tuple[int, Spread]], calls: int, effort: Effort) -> Table:
    result = table(
        f"What a phone is told, one phone a call: mixed geofences; median of {effort.rounds} rounds in turn",
        (
            "geofences",
            "question",
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
        index = FenceIndex(geofences(count, "mixed", spread), version=1)
        lat, lon = positions(calls, spread)
        checked = check(index, lat[:CHECKED], lon[:CHECKED])
        works = {name: _work(ask, lat, lon, effort) for name, ask in asks(index).items()}
        spent = alternate(works, effort.rounds)
        mine = next(iter(spent.values()))
        for name, its in spent.items():
            is_mine = its is mine
            result.add_row(
                f"{count:,} {spread}",
                name,
                *its.rates(),
                f"{its.cpu_us:.1f}",
                "" if is_mine else times(mine.times_faster_than(its)),
                short(checked) if is_mine else "",
                goal_of(its.rate, 1e6 / its.cpu_us, least=LEAST, unit="/s") if is_mine else "",
            )
        result.add_section()
    return result


def _work(ask: Ask, lat: Floats, lon: Floats, effort: Effort) -> Work:
    rows = list(zip(lat.tolist(), lon.tolist(), strict=True))

    def run(count: int) -> None:
        for at_lat, at_lon in rows[:count]:
            ask(at_lat, at_lon)

    return filling(run, len(rows), effort.seconds)


def main(*, quick: bool = False) -> None:
    console = Console(width=150)
    console.print(shown([(300, "clustered")], 600, QUICK) if quick else shown(CASES, CALLS, FULL))
    if importlib.util.find_spec("scipy") is None:
        console.print("The KD-tree is not in it: the package scipy is not installed", highlight=False)


if __name__ == "__main__":
    main()
