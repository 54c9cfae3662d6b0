"""Which geofences contain a point, a million points at once: Passerby, Shapely, geopandas, H3, PostGIS, Tile38.

`passerby bench containing`. All answers are compared pair by pair with ours first; a difference ends the benchmark.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.figures import FULL, QUICK, Effort, Spent, alternate, enough, filling, goal_of, say, short, table, times
from benchmarks.matching import peers
from benchmarks.matching.agreement import same_pairs
from benchmarks.matching.peers import AbsentError, Engine
from benchmarks.matching.postgis import postgis
from benchmarks.matching.tile38 import tile38
from benchmarks.matching.workload import Kind, geofences, positions, positions_near
from geofences.fence_index import Fence
from geofences.metres import Floats

COUNTS = (100, 10_000, 100_000)
KINDS: tuple[Kind, ...] = ("polygons", "mixed")
POINTS = 1_000_000
COMPARED = 4.0
"""Times as many points as in a round, at most all, are compared before."""
GOALS = {("polygons", 10_000): 6.0, ("polygons", 100_000): 5.0}
"""Times the bulk query of Shapely's R-tree."""
AGAINST = "Shapely STRtree, bulk"

Points = tuple[Floats, Floats]
Builder = Callable[[Sequence[Fence]], AbstractContextManager[Engine]]
BUILDERS: Mapping[str, Builder] = {
    AGAINST: peers.shapely_tree,
    "Shapely from degrees": peers.shapely_tree_from_degrees,
    "geopandas": peers.geopandas,
    "H3": peers.h3,
    "PostGIS": postgis,
    "Tile38": tile38,
}


@dataclass(frozen=True, slots=True)
class Raced:
    """One engine's part: `compared` says how many pairs of how many points were as ours."""

    engine: Engine
    compared: str
    spent: Spent


def race(
    fences: Sequence[Fence], points: Points, builders: Mapping[str, Builder], effort: Effort
) -> tuple[list[Raced], list[str]]:
    """Each engine, ours first; and who is not in it, and why. Raises DisagreementError where an engine's answers are not ours."""
    absent = []
    with ExitStack() as stack:
        mine = stack.enter_context(peers.ours(fences))
        engines = [mine]
        for name, builder in builders.items():
            try:
                engines.append(stack.enter_context(builder(fences)))
            except AbsentError as why:
                absent.append(f"{name} is not in it: {why}")
        probes = _probes(fences, points)
        compared = {engine.name: _compare(engine, mine, len(fences), probes, effort) for engine in engines[1:]}
        works = {
            engine.name: filling(engine.ready(*points), len(points[0]), effort.seconds, engine.cpu_s)
            for engine in engines
        }
        spent = alternate(works, effort.rounds)
    return [Raced(engine, compared.get(engine.name, ""), spent[engine.name]) for engine in engines], absent


def _probes(fences: Sequence[Fence], points: Points) -> Points:
    """What is asked before: every second point near a geofence, for most of the others are in none."""
    count = len(points[0])
    near = positions_near(fences, count)
    lat, lon = (np.stack(pair, axis=1).ravel()[:count] for pair in zip(points, near, strict=True))
    return lat, lon


def _compare(engine: Engine, mine: Engine, fences: int, probes: Points, effort: Effort) -> str:
    theirs, ours = engine.ready(*probes), mine.ready(*probes)
    most = enough(theirs, len(probes[0]), COMPARED * effort.seconds)
    return f"{short(same_pairs(engine.name, theirs(most), ours(most), fences))} of {short(most)}"


def shown(counts: Sequence[int], points: int, effort: Effort) -> tuple[Table, list[str]]:
    """The table, and a line for each engine that is missing somewhere."""
    places = positions(points)
    result = table(
        f"Which geofences contain a point: {points:,} points, uniform, one thread; median of {effort.rounds} rounds in turn",
        (
            "geofences",
            "engine",
            "built, s",
            "pairs compared",
            "points/s",
            "slowest to fastest",
            "CPU µs",
            "ours x (clock)",
            "ours x (CPU)",
            "goal",
        ),
    )
    versions: dict[str, None] = {}
    absent: dict[str, None] = {}
    for kind in KINDS:
        for count in counts:
            say(f"{count:,} {kind}")
            raced, missing = race(geofences(count, kind), places, BUILDERS, effort)
            absent |= dict.fromkeys(missing)
            versions |= dict.fromkeys(one.engine.version for one in raced if one.engine.version)
            for one in raced:
                result.add_row(f"{count:,} {kind}", *_cells(one, raced[0].spent, GOALS.get((kind, count))))
            result.add_section()
    result.caption = ", ".join([str(result.caption), *versions])
    return result, list(absent)


def _cells(one: Raced, ours: Spent, least: float | None) -> list[str]:
    engine, its = one.engine, one.spent
    ratios = ["", "", ""]
    if its is not ours:
        clock, cpu = ours.times_faster_than(its), ours.times_cheaper_than(its)
        reached = goal_of(clock, cpu, least=least, unit="x") if least and engine.name == AGAINST else ""
        ratios = [times(clock), times(cpu), reached]
    return [engine.name, f"{engine.build_s:.2g}", one.compared, *its.rates(), f"{its.cpu_us:.3g}", *ratios]


def main(*, quick: bool = False) -> None:
    console = Console(width=190)
    result, absent = shown((100, 1_000), 4_000, QUICK) if quick else shown(COUNTS, POINTS, FULL)
    console.print(result)
    for line in absent:
        console.print(line, highlight=False)


if __name__ == "__main__":
    main()
