"""One ping a call: which geofences hold it, and which are near it and how far, beside Shapely's R-tree asked the same way.

`passerby bench scalar`. Every answer of the scalar path is compared with the vector path's first. A prepared engine answers one
point in microseconds; Tile38 took 23 to 30 µs for the round trip of one SET on this kind of machine.
"""

import time
from collections.abc import Callable, Sequence

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.figures import FULL, QUICK, Effort, Work, alternate, goal_of, say, table, times
from benchmarks.matching.agreement import DisagreementError
from benchmarks.matching.peers import Tree
from benchmarks.matching.workload import Spread, geofences, positions, positions_near
from geofences.fence_index import FenceIndex
from geofences.metres import Floats

CASES: tuple[tuple[int, Spread], ...] = (
    (100, "uniform"),
    (10_000, "uniform"),
    (100_000, "uniform"),
    (10_000, "clustered"),
)
CALLS = 20_000
MOST_US = 3.0
"""To match one ping."""
AGAINST = "Shapely STRtree, one point a call"

Ask = Callable[[float, float], object]


def agree(index: FenceIndex, tree: Tree, lat: Floats, lon: Floats) -> int:
    """How many pairs the scalar and the vector path have in common, all of them. Raises DisagreementError."""
    held: list[list[int]] = [[] for _ in range(len(lat))]
    for row, fence in zip(*(part.tolist() for part in index.containing(lat, lon)), strict=True):
        held[row].append(fence)
    seen = index.locate(lat, lon)
    near: list[dict[str, float]] = [{} for _ in range(len(lat))]
    for row, fence, metres in zip(seen.row.tolist(), seen.fence.tolist(), seen.distance_m.tolist(), strict=True):
        near[row][index.fences[fence].id] = metres
    for i, (at_lat, at_lon) in enumerate(zip(lat.tolist(), lon.tolist(), strict=True)):
        one = list(index.containing_one(at_lat, at_lon))
        if one != held[i] or one != list(tree.containing_one(at_lat, at_lon)):
            raise DisagreementError(f"point {i}: containing_one has {one}, containing {held[i]}")
        located = index.locate_one(at_lat, at_lon)
        # the same formula in two roundings: nobody's phone knows a hundredth of a millimetre
        if located.keys() != near[i].keys() or any(abs(m - near[i][key]) > 1e-5 for key, m in located.items()):
            raise DisagreementError(f"point {i}: locate_one and locate differ")
    return sum(map(len, held)) + sum(map(len, near))


def latencies(ask: Ask, lat: Floats, lon: Floats) -> tuple[float, float]:
    """Microseconds of one call, the clock's own reading included: half of them are faster, and all but one in a hundred."""
    clock = time.perf_counter_ns
    took = np.empty(len(lat))
    for i, (at_lat, at_lon) in enumerate(zip(lat.tolist(), lon.tolist(), strict=True)):
        began = clock()
        ask(at_lat, at_lon)
        took[i] = clock() - began
    half, most = np.percentile(took, [50, 99])
    return float(half) / 1e3, float(most) / 1e3


def shown(cases: Sequence[tuple[int, Spread]], calls: int, effort: Effort) -> Table:
    result = table(
        f"One ping a call: mixed geofences, {calls:,} calls; median of {effort.rounds} rounds in turn",
        (
            "geofences",
            "pings",
            "call",
            "µs",
            "fastest to slowest",
            "CPU µs",
            "p50 / p99 µs",
            "containing_one x (clock)",
            "x (CPU)",
            "pairs compared",
            "goal",
        ),
    )
    for count, spread in cases:
        say(f"{count:,} {spread}")
        fences = geofences(count, "mixed", spread)
        index, tree = FenceIndex(fences, version=1), Tree(fences)
        for where, (lat, lon) in {
            "anywhere": positions(calls, spread),
            "at geofences": positions_near(fences, calls),
        }.items():
            pairs = agree(index, tree, lat, lon)
            asks: dict[str, Ask] = {
                "containing_one": index.containing_one,
                "locate_one": index.locate_one,
                AGAINST: tree.containing_one,
            }
            spent = alternate({name: _work(ask, lat, lon) for name, ask in asks.items()}, effort.rounds)
            mine = spent["containing_one"]
            for name, its in spent.items():
                half, most = latencies(asks[name], lat, lon)
                is_mine = name == "containing_one"
                result.add_row(
                    f"{count:,} {spread}",
                    where,
                    name,
                    f"{its.wall_us:.2f}",
                    f"{min(its.wall_s) * 1e6:.2f} to {max(its.wall_s) * 1e6:.2f}",
                    f"{its.cpu_us:.2f}",
                    f"{half:.2f} / {most:.1f}",
                    "" if is_mine else times(mine.times_faster_than(its)),
                    "" if is_mine else times(mine.times_cheaper_than(its)),
                    f"{pairs:,}" if is_mine else "",
                    goal_of(its.wall_us, its.cpu_us, most=MOST_US, unit=" µs") if is_mine else "",
                )
            result.add_section()
    return result


def _work(ask: Ask, lat: Floats, lon: Floats) -> Work:
    rows = list(zip(lat.tolist(), lon.tolist(), strict=True))

    def run() -> None:
        for at_lat, at_lon in rows:
            ask(at_lat, at_lon)

    return Work(run, len(rows))


def main(*, quick: bool = False) -> None:
    console = Console(width=190)
    console.print(shown([(500, "clustered")], 200, QUICK) if quick else shown(CASES, CALLS, FULL))


if __name__ == "__main__":
    main()
