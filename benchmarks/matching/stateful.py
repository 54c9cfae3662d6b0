"""Enters and exits in memory, batch by batch, and beside them what a ping costs by our own rule.

`passerby bench stateful`. Plain point in shape, as Tile38 does it (differ.py), over our index and over Shapely's R-tree; all
events are compared one by one with a set a device before anything is timed. *presence* is the way that a worker goes
without its Redis: all pings of a batch located at once, then presence.step for each, without and with the bytes in which Redis keeps
a presence. Tile38 itself, on the same bytes, is in `passerby bench stream`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.table import Table

from benchmarks.figures import FULL, QUICK, Effort, Spent, Work, alternate, filling, goal_of, say, short, table, times
from benchmarks.matching.agreement import same_events
from benchmarks.matching.differ import Containing, Differ, PlainDiffer
from benchmarks.matching.peers import Tree
from benchmarks.matching.workload import Spread, Walk, geofences, walkers
from geofences.fence_index import FenceIndex
from geofences.presence import Presence, Sighting, step


@dataclass(frozen=True, slots=True)
class Case:
    geofences: int
    spread: Spread
    walkers: int


CASES = (
    Case(10_000, "uniform", 10_000),
    Case(100_000, "uniform", 10_000),
    Case(10_000, "clustered", 10_000),
    Case(10_000, "uniform", 100_000),
)
BATCHES = (500, 5_000, 50_000)
PINGS = 310_000
"""Of all walkers together."""
GOALS = {(CASES[0], 5_000): 5e6, (CASES[1], 5_000): 2.4e6}
STEP_BATCH = 5_000
ACCURACY_M = 15.0
EVERY_S = 60.0


def events_of(walk: Walk, containing: Containing, batch: int, devices: int, fences: int) -> int:
    """From nobody inside to the end of the walk; how many there were."""
    differ = Differ(containing, devices, fences)
    return sum(len(differ.batch(part)) for part in walk.batches(batch))


def step_through(walk: Walk, index: FenceIndex, batch: int, *, with_bytes: bool) -> int:
    """The worker's walk: presences by device, sightings located a batch at a time; how many transitions there were.

    Each device pings once a minute, with an accuracy of 15 m: every ping is judged, none is late or too inaccurate.
    """
    kept: dict[int, bytes] = {}
    presences: dict[int, Presence] = {}
    pings = dict.fromkeys(walk.device.tolist(), 0)
    transitions = 0
    for part in walk.batches(batch):
        seen = index.locate(part.lat, part.lon)
        distances: list[dict[str, float]] = [{} for _ in range(len(part))]
        ids = index.fences
        for row, fence, metres in zip(seen.row.tolist(), seen.fence.tolist(), seen.distance_m.tolist(), strict=True):
            distances[row][ids[fence].id] = metres
        devices = part.device.tolist()
        if with_bytes:
            presences = {one: Presence.from_bytes(kept[one]) for one in dict.fromkeys(devices) if one in kept}
        for device, near in zip(devices, distances, strict=True):
            at = EVERY_S * pings[device]
            pings[device] += 1
            moved = step(presences.get(device), Sighting(at, ACCURACY_M, near), index, received_at=at)
            presences[device] = moved.presence
            transitions += len(moved.transitions)
        if with_bytes:
            kept |= {device: presence.to_bytes() for device, presence in presences.items()}
    return transitions


def check(walk: Walk, index: FenceIndex, tree: Tree, batch: int, devices: int) -> int:
    """How many events both roads and the plain rule give. Raises DisagreementError where they differ."""
    plain = PlainDiffer(tree.containing)
    right = [event for part in walk.batches(batch) for event in plain.batch(part)]
    for name, containing in (("Passerby", index.containing), ("Shapely STRtree", tree.containing)):
        differ = Differ(containing, devices, len(index.fences))
        found = [event for part in walk.batches(batch) for event in differ.batch(part).told(part)]
        same_events(f"{name} in batches of {batch:,}", found, right)
    return len(right)


def shown(cases: Sequence[Case], batches: Sequence[int], pings: int, effort: Effort) -> Table:
    result = table(
        f"Enter and exit in memory: mixed geofences, {pings:,} pings; median of {effort.rounds} rounds in turn",
        (
            "geofences",
            "walkers",
            "batch",
            "road",
            "pings/s",
            "slowest to fastest",
            "CPU µs",
            "Passerby x (clock)",
            "Passerby x (CPU)",
            "events compared",
            "goal",
        ),
    )
    for case in cases:
        fences = geofences(case.geofences, "mixed", case.spread)
        index, tree = FenceIndex(fences, version=1), Tree(fences)
        count, devices = case.geofences, case.walkers
        walk = walkers(devices, max(2, pings // devices), case.spread)
        for batch in batches:
            say(f"{count:,} {case.spread}, {devices:,} walkers, batches of {batch:,}")
            events = check(walk, index, tree, batch, devices)
            roads: dict[str, Callable[[Walk], object]] = {
                "Passerby": partial(_differ_road, index.containing, batch, devices, count),
                "Shapely STRtree": partial(_differ_road, tree.containing, batch, devices, count),
            }
            if batch == STEP_BATCH or len(batches) == 1:
                roads["presence"] = partial(step_through, index=index, batch=batch, with_bytes=False)
                roads["presence, with its bytes"] = partial(step_through, index=index, batch=batch, with_bytes=True)
            spent = alternate({name: _work(road, walk, effort.seconds) for name, road in roads.items()}, effort.rounds)
            for name, its in spent.items():
                least = GOALS.get((case, batch)) if name == "Passerby" else None
                result.add_row(
                    f"{count:,} {case.spread}",
                    f"{devices:,}",
                    f"{batch:,}",
                    name,
                    *its.rates(),
                    f"{its.cpu_us:.3g}",
                    *_ratios(name, spent["Passerby"], its),
                    short(events) if name in ("Passerby", "Shapely STRtree") else "",
                    goal_of(its.rate, 1e6 / its.cpu_us, least=least, unit="/s") if least else "",
                )
            result.add_section()
    return result


def _differ_road(containing: Containing, batch: int, devices: int, fences: int, walk: Walk) -> int:
    return events_of(walk, containing, batch, devices, fences)


def _work(road: Callable[[Walk], object], walk: Walk, seconds: float) -> Work:
    """A slow road goes less of the way."""
    return filling(
        lambda pings: road(Walk(walk.device[:pings], walk.lat[:pings], walk.lon[:pings])), len(walk), seconds
    )


def _ratios(name: str, mine: Spent, its: Spent) -> list[str]:
    if name == "Passerby":
        return ["", ""]
    return [times(mine.times_faster_than(its)), times(mine.times_cheaper_than(its))]


def main(*, quick: bool = False) -> None:
    console = Console(width=170)
    if quick:
        console.print(shown([Case(500, "clustered", 100)], [200], 800, QUICK))
        return
    console.print(shown(CASES, BATCHES, PINGS, FULL))


if __name__ == "__main__":
    main()
