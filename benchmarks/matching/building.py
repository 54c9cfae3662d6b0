"""What an index costs to build, to hold, to edit and to build anew while it is asked.

`passerby bench building`. Memory is measured in processes of their own (memory.py). An edited index is compared pair by pair
with one built of the same geofences before it is timed.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.figures import FULL, QUICK, Effort, Work, alternate, goal, goal_of, say, short, table, times
from benchmarks.matching.agreement import same_pairs
from benchmarks.matching.memory import Held, measured
from benchmarks.matching.peers import Tree
from benchmarks.matching.workload import Kind, geofences, positions, positions_near
from geofences.fence_index import Fence, FenceIndex
from geofences.metres import Floats

BUILDS: tuple[tuple[int, Kind], ...] = (
    (10_000, "mixed"),
    (100_000, "circles"),
    (100_000, "polygons"),
    (100_000, "mixed"),
)
EDITS = (100, 1_000, 2_000)
EDITED = 100_000
POINTS = 300_000
BUILD_MOST_S = 1.0
MEMORY_MOST_MB = 150.0
EDIT_MOST_MS = 50.0
BATCH = 64
"""Pings a call of the thread that asks while the base is built anew."""
FULL_SIZE = (100_000, "mixed")


def built(cases: Sequence[tuple[int, Kind]], effort: Effort) -> Table:
    result = table(
        f"Building the index and what it holds beside the geometries; median of {effort.rounds} rounds in turn",
        (
            "geofences",
            "CPU s",
            "fastest to slowest, s",
            "goal",
            "STRtree, CPU s",
            "ours x (CPU)",
            "NumPy and Python, MB",
            "resident, MB",
            "goal",
            "STRtree resident, MB",
            "a process with the geofences alone, MB",
        ),
    )
    for count, kind in cases:
        say(f"building {count:,} {kind}")
        fences = geofences(count, kind)
        for fence in fences:
            fence.shape.bounds  # noqa: B018 - what a shape keeps of itself is there before, for both
        spent = alternate(
            {
                "ours": Work(lambda: FenceIndex(fences, version=1), 1),  # noqa: B023 - run before the loop goes on
                "tree": Work(lambda: Tree(fences), 1),  # noqa: B023
            },
            effort.rounds,
        )
        ours: Held = measured("ours", count, kind)
        tree: Held = measured("tree", count, kind)
        is_full = (count, kind) == FULL_SIZE
        cpu_s = spent["ours"].cpu_us / 1e6
        result.add_row(
            f"{count:,} {kind}",
            f"{cpu_s:.3g}",
            f"{min(spent['ours'].wall_s):.3g} to {max(spent['ours'].wall_s):.3g}",
            goal(cpu_s, most=BUILD_MOST_S, unit=" s") if is_full else "",
            f"{spent['tree'].cpu_us / 1e6:.3g}",
            times(spent["ours"].times_cheaper_than(spent["tree"])),
            f"{ours.traced_mb:.0f}",
            f"{ours.resident_mb:.0f}",
            goal(max(ours.traced_mb, ours.resident_mb), most=MEMORY_MOST_MB, unit=" MB") if is_full else "",
            f"{tree.resident_mb:.0f}",
            f"{ours.fences_mb:.0f}",
        )
    return result


def edit_of(fences: Sequence[Fence], count: int) -> tuple[list[Fence], list[str]]:
    """`count` geofences that become others, half by another shape in another place, a quarter new; a quarter go."""
    other = geofences(count, "mixed", seed=99)
    places = np.random.default_rng(5).choice(len(fences), count, replace=False).tolist()
    moved = [replace(new, id=fences[i].id, since=2) for new, i in zip(other, places[: count // 2], strict=False)]
    fresh = [replace(one, id=f"new-{one.id}", since=2) for one in other[count // 2 : count - count // 4]]
    return moved + fresh, [fences[i].id for i in places[count - count // 4 :]]


def edited(count: int, edits: Sequence[int], points: int, effort: Effort) -> Table:
    """Each edit in force, what a query costs then, and what it costs to be rid of it again."""
    fences = geofences(count, "mixed")
    base = FenceIndex(fences, version=1)
    lat, lon = positions(points)
    result = table(
        f"Edits over {count:,} mixed geofences, and {points:,} points then; median of {effort.rounds} rounds in turn",
        (
            "edited",
            "in force, ms",
            "fastest to slowest",
            "CPU ms",
            "goal",
            "pairs compared",
            "points/s before",
            "with the edit",
            "x of before (clock)",
            "compacted(), CPU s",
            "points/s after",
        ),
    )
    for size in edits:
        say(f"editing {size:,} of {count:,}")
        changed, removed = edit_of(fences, size)
        after = base.edited(changed, removed, version=2)
        touched = [base.by_id[one] for one in (*(new.id for new in changed), *removed) if one in base.by_id]
        near = positions_near([*changed, *touched], min(points, 50_000))
        anew = FenceIndex(after.fences, version=2)
        pairs = same_pairs("the edited index", after.containing(*near), anew.containing(*near), len(after.fences))
        compact = after.compacted()
        spent = alternate(
            {
                "edit": Work(lambda: base.edited(changed, removed, version=2), 1),  # noqa: B023 - run before the loop goes on
                "compact": Work(after.compacted, 1),
                "before": Work(lambda: base.containing(lat, lon), points),
                "with": Work(lambda: after.containing(lat, lon), points),  # noqa: B023
                "after": Work(lambda: compact.containing(lat, lon), points),  # noqa: B023
            },
            effort.rounds,
        )
        edit = spent["edit"]
        result.add_row(
            f"{size:,}",
            f"{edit.wall_us / 1e3:.1f}",
            f"{min(edit.wall_s) * 1e3:.1f} to {max(edit.wall_s) * 1e3:.1f}",
            f"{edit.cpu_us / 1e3:.1f}",
            goal_of(edit.wall_us / 1e3, edit.cpu_us / 1e3, most=EDIT_MOST_MS, unit=" ms"),
            f"{pairs:,}",
            short(spent["before"].rate),
            short(spent["with"].rate),
            f"{spent['with'].times_faster_than(spent['before']):.2f}x",
            f"{spent['compact'].cpu_us / 1e6:.2f}",
            short(spent["after"].rate),
        )
    return result


def stalls(index: FenceIndex, lat: Floats, lon: Floats, busy: threading.Event, most_s: float) -> list[float]:
    """Seconds of each call with BATCH pings, until `busy` is over, or for so long."""
    took: list[float] = []
    until = time.perf_counter() + most_s
    i = 0
    while busy.is_set() and time.perf_counter() < until:
        part = slice(i, i + BATCH)
        began = time.perf_counter()
        index.containing(lat[part], lon[part])
        took.append(time.perf_counter() - began)
        i = (i + BATCH) % (len(lat) - BATCH)
    return took


def stalled(count: int, times_over: int, seconds: float) -> Table:
    """What a thread that asks sees while another builds the base anew, `times_over` times, and while nobody does."""
    say(f"building {count:,} anew under a thread that asks")
    fences = geofences(count, "mixed")
    changed, removed = edit_of(fences, max(4, count // 100))
    index = FenceIndex(fences, version=1).edited(changed, removed, version=2)
    lat, lon = positions(50_000)
    busy = threading.Event()
    busy.set()
    quiet = stalls(index, lat, lon, busy, seconds)

    def compact() -> None:
        for _ in range(times_over):
            index.compacted()
        busy.clear()

    builder = threading.Thread(target=compact)
    began = time.perf_counter()
    builder.start()
    under = stalls(index, lat, lon, busy, 600.0)
    builder.join()
    took = (time.perf_counter() - began) / times_over
    result = table(
        f"A thread that asks {BATCH} pings a call, while compacted() of {count:,} mixed geofences runs in another ({took:.2f} s each time)",
        ("meanwhile", "calls", "p50 ms", "p99 ms", "longest ms", "pings/s"),
    )
    for name, calls in (("nothing", quiet), (f"compacted(), {times_over} times", under)):
        half, most, longest = (1e3 * float(v) for v in np.percentile(calls, [50, 99, 100]))
        result.add_row(
            name,
            f"{len(calls):,}",
            f"{half:.3f}",
            f"{most:.3f}",
            f"{longest:.1f}",
            short(BATCH * len(calls) / sum(calls)),
        )
    return result


def main(*, quick: bool = False) -> None:
    console = Console(width=190)
    if quick:
        console.print(built([(500, "mixed")], QUICK))
        console.print(edited(500, [40], 1_000, QUICK))
        console.print(stalled(500, 1, 0.05))
        return
    console.print(built(BUILDS, FULL))
    console.print(edited(EDITED, EDITS, POINTS, FULL))
    console.print(stalled(EDITED, 5, 2.0))


if __name__ == "__main__":
    main()
