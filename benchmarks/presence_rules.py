"""When is a customer in a store? Four rules on recorded walks and on people who stand still.

    python -m benchmarks.presence_rules

Walks: 44 recordings with their real errors, see `walk_truth`. Visits: see `simulated_visits`. Standing: an hour of 60 pings 5 to 100 m outside or inside
a circle of 100 m; errors are normal on both axes, 68 % within the reported accuracy, and keep half of the last error.
"""

import math
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

import seeds
from benchmarks.figures import goal
from benchmarks.simulated_visits import DEPTHS_M, LEAST_S, Seen, per_axis_m, seen_of, visits
from benchmarks.walk_truth import Enter, Fit, Pass, Recorded, each_once, fit, passes, premises, read_walks
from geofences.fence_index import Fence, FenceIndex
from geofences.metres import Floats
from geofences.presence import Presence, Sighting, step
from geofences.shapes import Circle

WALKS = Path(seeds.__file__).parent / "amsterdam" / "walks_transplanted.csv"
ACCURACIES_M = (10, 30, 80)
PEOPLE = 2_000
PINGS = 60

OURS = "Passerby"
GOAL_ACCURACY_M = 30
"""The goals for people who stand still are for this accuracy."""

Rule = Callable[[Sequence[Sighting], FenceIndex], Iterator[tuple[int, str]]]
"""One device's sightings in, the enters out: the sighting's number and the geofence."""


def ours(sightings: Sequence[Sighting], index: FenceIndex) -> Iterator[tuple[int, str]]:
    """geofences/presence.py."""
    presence: Presence | None = None
    for i, sighting in enumerate(sightings):
        moved = step(presence, sighting, index, received_at=sighting.at)
        presence = moved.presence
        for transition in moved.transitions:
            if transition.kind == "enter":
                yield i, transition.fence_id


def point_in_shape(*, enter_by_accuracy: float, exit_by_accuracy: float) -> Rule:
    """Inside is nearer to the border than so many accuracies, outside farther: no memory but the last answer."""

    def rule(sightings: Sequence[Sighting], index: FenceIndex) -> Iterator[tuple[int, str]]:
        inside: set[str] = set()
        for i, sighting in enumerate(sightings):
            accuracy = sighting.accuracy_m or 0.0
            for fence in index.fences:
                distance = sighting.distances.get(fence.id, math.inf)
                if fence.id in inside:
                    if distance > exit_by_accuracy * accuracy:
                        inside.discard(fence.id)
                elif distance <= enter_by_accuracy * accuracy:
                    inside.add(fence.id)
                    yield i, fence.id

    return rule


RULES: Mapping[str, Rule] = {
    "raw: point in shape": point_in_shape(enter_by_accuracy=0, exit_by_accuracy=0),
    "exits buffered by accuracy (Radar)": point_in_shape(enter_by_accuracy=0, exit_by_accuracy=1),
    "enters and exits buffered (Radar)": point_in_shape(enter_by_accuracy=1, exit_by_accuracy=1),
    OURS: ours,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Enters per person-hour outside (each one false) and inside (one is right), and pings until the first inside."""

    false_per_hour: float
    enters_per_hour: float
    seen: float
    median_pings: float
    p90_pings: float


@dataclass(frozen=True, slots=True)
class Row:
    rule: str
    standing: Mapping[int, Standing]
    visits: Mapping[tuple[int, float], Seen]
    """By accuracy, and by how many metres inside the circle a visitor at least comes."""
    walks: Fit
    walks_as_they_arrived: Fit


def table(walks_csv: Path, *, people: int = PEOPLE) -> list[Row]:
    """One row for each rule."""
    index = premises()
    walks = read_walks(walks_csv)
    truth = [p for name, walk in walks.items() for p in passes(name, each_once(walk), index)]
    in_order = {name: each_once(walk) for name, walk in walks.items()}
    as_arrived = {name: _twice_as_arrived(walk) for name, walk in walks.items()}
    crowds = {
        (accuracy, inside): _stand(accuracy, inside=inside, people=people)
        for accuracy in ACCURACIES_M
        for inside in (False, True)
    }
    visited = {
        (accuracy, least): visits(accuracy, least, people=people) for accuracy in ACCURACIES_M[:2] for least in DEPTHS_M
    }
    return [
        Row(
            name,
            {a: _standing(rule, crowds[a, False], crowds[a, True], a) for a in ACCURACIES_M},
            {key: seen_of(some, partial(_enters, rule)) for key, some in visited.items()},
            _walk(rule, in_order, truth, index),
            _walk(rule, as_arrived, truth, index),
        )
        for name, rule in RULES.items()
    ]


def _twice_as_arrived(walk: Sequence[Recorded]) -> list[Recorded]:
    return [recorded for recorded in sorted(walk, key=lambda r: r.arrived_at) for _ in range(2)]


def _walk(rule: Rule, walks: Mapping[str, Sequence[Recorded]], truth: Sequence[Pass], index: FenceIndex) -> Fit:
    enters = []
    for name, walk in walks.items():
        pings = [recorded.ping for recorded in walk]
        sightings = [Sighting(p.at, p.accuracy_m, index.locate_one(p.lat, p.lon)) for p in pings]
        enters += [Enter(name, fence_id, pings[i].at) for i, fence_id in rule(sightings, index)]
    return fit(truth, enters)


def _stand(accuracy_m: float, *, inside: bool, people: int) -> Floats:
    """(people, PINGS): metres to the border of a circle of 100 m."""
    random = np.random.default_rng(1)
    from_border = random.uniform(5, 100, people)
    centre_m = 100 - from_border if inside else 100 + from_border
    per_axis = per_axis_m(accuracy_m)
    errors = np.zeros((people, PINGS, 2))
    errors[:, 0] = random.normal(0, per_axis, (people, 2))
    for i in range(1, PINGS):
        errors[:, i] = 0.5 * errors[:, i - 1] + math.sqrt(0.75) * random.normal(0, per_axis, (people, 2))
    return np.hypot(centre_m[:, None] + errors[:, :, 0], errors[:, :, 1]) - 100


def _enters(rule: Rule, sightings: Sequence[Sighting]) -> list[int]:
    """The numbers of the sightings at which one device enters the one circle."""
    index = FenceIndex([Fence("store", "store", "premises", Circle(52.37, 4.89, 100))], version=1)
    return [i for i, _ in rule(sightings, index)]


def _standing(rule: Rule, outside: Floats, inside: Floats, accuracy_m: float) -> Standing:
    def enters(distances: Floats) -> list[int]:
        rows = enumerate(distances.tolist())
        return _enters(rule, [Sighting(60.0 * i, accuracy_m, {"store": d}) for i, d in rows])

    false = [len(enters(person)) for person in outside]
    right = [enters(person) for person in inside]
    first = [person[0] + 1 if person else math.inf for person in right]
    return Standing(
        false_per_hour=sum(false) / len(false),
        enters_per_hour=sum(map(len, right)) / len(right),
        seen=sum(bool(person) for person in right) / len(right),
        median_pings=float(np.median(first)),
        p90_pings=float(np.percentile(first, 90, method="lower")),
    )


def _standing_goals(s: Standing) -> str:
    """How often nobody is wrong about somebody outside, how surely and how soon somebody inside is seen."""
    return "\n".join(
        [
            f"false {goal(s.false_per_hour, most=0.2)}",
            f"seen {goal(s.seen, least=0.98)}",
            f"pings p50 {goal(s.median_pings, most=2)}",
        ]
    )


def _visit_goals(v: Seen) -> str:
    return f"recall {goal(v.recall, least=0.98)}\npings p50 {goal(v.median_pings, most=2)}"


def _walk_goals(w: Fit) -> str:
    return "\n".join(
        [
            f"recall {goal(w.recall, least=0.95)}",
            f"precision {goal(w.precision, least=0.95)}",
            f"doubled {goal(w.doubled, most=0)}",
        ]
    )


def main(people: int = PEOPLE, *, quick: bool = False) -> None:
    people = min(people, 50) if quick else people
    rows = table(WALKS, people=people)
    raw = rows[0]
    console = Console(width=170)
    machine = f"{platform.machine()}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"
    standing = Table(title=f"Standing still for an hour, {people} people each ({machine})")
    for heading in (
        "rule",
        "accuracy",
        "false enters/h outside",
        "of the raw rule's",
        "enters/h inside",
        "seen inside",
        "pings p50 / p90",
        "goals",
    ):
        standing.add_column(heading)
    visited = Table(title=f"Visits of at least {LEAST_S:.0f} s, a ping each 10 to 30 s, {people} people each")
    for heading in ("rule", "accuracy", "comes in at least", "recall", "pings p50 / p90", "goals"):
        visited.add_column(heading)
    walks = Table(title=f"44 recorded walks past two stores, {rows[0].walks.due} passes to be seen")
    for heading in (
        "rule",
        "recall",
        "precision",
        "enters",
        "false",
        "doubled",
        "off the route",
        "twice, as they arrived",
        "goals",
    ):
        walks.add_column(heading)
    for row in rows:
        for accuracy, s in row.standing.items():
            pings = f"{s.median_pings:.0f} / {s.p90_pings:.0f}"
            share = f"{s.false_per_hour / raw.standing[accuracy].false_per_hour:.0%}" if row is not raw else ""
            figures = (f"{s.false_per_hour:.2f}", share, f"{s.enters_per_hour:.2f}", f"{s.seen:.3f}", pings)
            reached = _standing_goals(s) if row.rule == OURS and accuracy == GOAL_ACCURACY_M else ""
            standing.add_row(row.rule, f"{accuracy} m", *figures, reached)
        for (accuracy, least), v in row.visits.items():
            pings = f"{v.median_pings:.0f} / {v.p90_pings:.0f}"
            reached = _visit_goals(v) if row.rule == OURS else ""
            visited.add_row(row.rule, f"{accuracy} m", f"{least:.0f} m", f"{v.recall:.3f}", pings, reached)
        w, again = row.walks, row.walks_as_they_arrived
        counts = (w.enters, w.false, w.doubled, w.off_route)
        same = f"{again.recall:.3f}, {again.precision:.3f}, {again.doubled} doubled"
        reached = _walk_goals(w) if row.rule == OURS else ""
        walks.add_row(row.rule, f"{w.recall:.3f}", f"{w.precision:.3f}", *map(str, counts), same, reached)
    console.print(standing)
    console.print(visited)
    console.print(walks)


if __name__ == "__main__":
    main()
