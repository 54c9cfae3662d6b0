"""Every true pass of the recorded walks past a store, seen or not, by reason.

python -m benchmarks.real_walks [walks.csv]
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.figures import goal
from benchmarks.presence_rules import WALKS, ours
from benchmarks.walk_truth import (
    MUST_ACCURACY_M,
    MUST_LAST_S,
    MUST_PINGS,
    Enter,
    Pass,
    each_once,
    passes,
    premises,
    read_walks,
)
from geofences.presence import Sighting


@dataclass(frozen=True, slots=True)
class Seen:
    """One pass, what became of it, and why it need not have been seen where it need not."""

    during: Pass
    entered_at: float | None
    reason: str


def judge(during: Pass, enters: list[Enter]) -> Seen:
    """The first enter of the pass's walk and store while it lasted."""
    mine = [e.at for e in enters if (e.walk, e.fence_id) == (during.walk, during.fence_id)]
    entered_at = next((at for at in mine if during.begins <= at <= during.ends), None)
    if during.ends - during.begins < MUST_LAST_S:
        reason = f"shorter than {MUST_LAST_S:.0f} s"
    elif during.accurate < MUST_PINGS:
        reason = f"fewer than {MUST_PINGS} pings accurate to {MUST_ACCURACY_M:.0f} m"
    else:
        reason = "to be seen"
    return Seen(during, entered_at, reason)


def table(walks_csv: Path) -> Iterator[Seen]:
    """Each true pass, in the order of the walks."""
    index = premises()
    for name, recorded in read_walks(walks_csv).items():
        walk = each_once(recorded)
        pings = [r.ping for r in walk]
        sightings = [Sighting(p.at, p.accuracy_m, index.locate_one(p.lat, p.lon)) for p in pings]
        enters = [Enter(name, fence_id, pings[i].at) for i, fence_id in ours(sightings, index)]
        yield from (judge(during, enters) for during in passes(name, walk, index))


def main() -> None:
    rows = list(table(WALKS))
    each = Table(title=f"{len(rows)} true passes")
    for heading in ("walk", "store", "seconds inside", "accurate pings", "reason", "entered after"):
        each.add_column(heading)
    for row in rows:
        after = "-" if row.entered_at is None else f"{row.entered_at - row.during.begins:.0f} s"
        seconds = f"{row.during.ends - row.during.begins:.0f}"
        each.add_row(row.during.walk, row.during.fence_id, seconds, str(row.during.accurate), row.reason, after)
    counts = Table(title="by reason")
    for heading in ("reason", "passes", "seen"):
        counts.add_column(heading)
    seen = Counter(row.reason for row in rows if row.entered_at is not None)
    for reason, passed in Counter(row.reason for row in rows).most_common():
        counts.add_row(reason, str(passed), str(seen[reason]))
    due = [row for row in rows if row.reason == "to be seen"]
    recall = sum(row.entered_at is not None for row in due) / len(due)
    console = Console(width=130)
    console.print(each)
    console.print(counts)
    console.print(f"recall of those to be seen {recall:.3f}; goal {goal(recall, least=0.95)}", highlight=False)


if __name__ == "__main__":
    main()
