"""What a ping costs as geofences grow, 100 to a million circles: Passerby beside Shapely's R-tree.

`passerby bench growth`. Both give the same pairs before they are timed.
"""

from collections.abc import Sequence
from itertools import pairwise

from rich.console import Console
from rich.table import Table

from benchmarks.figures import FULL, QUICK, Effort, Spent, alternate, filling, goal, say, short, table, times
from benchmarks.matching.agreement import same_pairs
from benchmarks.matching.containing import AGAINST
from benchmarks.matching.peers import ours, shapely_tree
from benchmarks.matching.workload import geofences, positions

COUNTS = (100, 1_000, 10_000, 100_000, 1_000_000)
POINTS = 300_000
MOST = 2.0
"""Times the CPU a ping for ten times the geofences."""


def shown(counts: Sequence[int], points: int, effort: Effort) -> Table:
    lat, lon = positions(points)
    rows: list[list[str]] = []
    seen: list[tuple[Spent, Spent]] = []
    for count in counts:
        say(f"{count:,} circles")
        fences = geofences(count, "circles")
        with ours(fences) as mine, shapely_tree(fences) as tree:
            asks = mine.ready(lat, lon), tree.ready(lat, lon)
            pairs = same_pairs(mine.name, asks[0](points), asks[1](points), len(fences))
            works = {
                name: filling(ask, points, effort.seconds) for name, ask in zip(("ours", "tree"), asks, strict=True)
            }
            spent = alternate(works, effort.rounds)
            seen.append((spent["ours"], spent["tree"]))
            rows.append(
                [
                    f"{count:,}",
                    f"{pairs / points:.4f}",
                    f"{mine.build_s:.2g} / {tree.build_s:.2g}",
                    *spent["ours"].rates(),
                    f"{spent['ours'].cpu_us:.3g}",
                    short(spent["tree"].rate),
                    f"{spent['tree'].cpu_us:.3g}",
                    times(spent["ours"].times_faster_than(spent["tree"])),
                    times(spent["ours"].times_cheaper_than(spent["tree"])),
                ]
            )
    result = table(
        f"What a ping costs as geofences grow: circles, {points:,} points, uniform; median of {effort.rounds} rounds in turn",
        (
            "circles",
            "held a point",
            f"built, s: ours / {AGAINST}",
            "points/s",
            "slowest to fastest",
            "CPU µs",
            "tree, points/s",
            "tree, CPU µs",
            "ours x (clock)",
            "ours x (CPU)",
            "CPU x the row above: ours, goal",
            "tree",
        ),
    )
    steps = [
        (later[0].cpu_us / earlier[0].cpu_us, later[1].cpu_us / earlier[1].cpu_us) for earlier, later in pairwise(seen)
    ]
    grown = [["", ""], *([f"{mine:.2f}x, {goal(mine, most=MOST, unit='x')}", f"{tree:.2f}x"] for mine, tree in steps)]
    for row, cells in zip(rows, grown, strict=True):
        result.add_row(*row, *cells)
    return result


def main(*, quick: bool = False) -> None:
    console = Console(width=190)
    console.print(shown((100, 1_000), 4_000, QUICK) if quick else shown(COUNTS, POINTS, FULL))


if __name__ == "__main__":
    main()
