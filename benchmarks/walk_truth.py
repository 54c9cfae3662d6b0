"""Recorded walks with the truth beside them, and how well a rule's enters fit it.

The truth: one pass is a run of pings whose true position is inside. It must be seen when it lasts 60 s and at least two
of its pings are accurate to 100 m; a shorter one may be seen. An enter more than a minute away from any pass is false.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from geofences.fence_index import Fence, FenceIndex
from geofences.metres import distance_m
from geofences.ping import Ping
from geofences.shapes import Circle

MUST_LAST_S = 60.0
MUST_PINGS = 2
MUST_ACCURACY_M = 100.0
AROUND_S = 60.0

STORES = {
    "kalverstraat-102": (52.3702516, 4.8906199),
    "kalverstraat-183": (52.3680500, 4.8921116),
    "off-route-leidseplein": (52.3667, 4.8833),
    "off-route-haarlemmerstraat": (52.3792, 4.8853),
}
"""Two stores on the route and two at least 480 m from every true position, each with 100 m of premises."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One ping of a walk, and where the walker really was; `arrived_at` is when the server would have had it."""

    ping: Ping
    true_lat: float
    true_lon: float
    arrived_at: float


@dataclass(frozen=True, slots=True)
class Pass:
    """One stay of the true position inside one store's premises, in device time."""

    walk: str
    fence_id: str
    begins: float
    ends: float
    accurate: int

    @property
    def must_be_seen(self) -> bool:
        return self.ends - self.begins >= MUST_LAST_S and self.accurate >= MUST_PINGS


@dataclass(frozen=True, slots=True)
class Enter:
    walk: str
    fence_id: str
    at: float


@dataclass(frozen=True, slots=True)
class Fit:
    """How enters fit the truth."""

    due: int
    seen: int
    enters: int
    false: int
    doubled: int
    off_route: int

    @property
    def recall(self) -> float:
        return self.seen / self.due

    @property
    def precision(self) -> float:
        return (self.enters - self.false) / self.enters if self.enters else 1.0


def premises(radius_m: float = 100.0) -> FenceIndex:
    """The premises of STORES."""
    fences = (Fence(name, name, "premises", Circle(lat, lon, radius_m)) for name, (lat, lon) in STORES.items())
    return FenceIndex(fences, version=1)


def read_walks(path: Path) -> dict[str, list[Recorded]]:
    """The walks of a file with the columns of seeds/amsterdam/walks_transplanted.csv, in the order of the file."""
    walks: dict[str, list[Recorded]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            accuracy = float(row["accuracy_m"]) if row["accuracy_m"] else None
            at = float(row["ts"])
            ping = Ping(float(row["lat"]), float(row["lon"]), at, accuracy)
            arrived = at + float(row["write_delay_s"] or 0.0)
            recorded = Recorded(ping, float(row["true_lat"]), float(row["true_lon"]), arrived)
            walks.setdefault(row["trace"], []).append(recorded)
    return walks


def each_once(walk: Sequence[Recorded]) -> list[Recorded]:
    """By device time, one for each time."""
    return [next(same) for _, same in groupby(sorted(walk, key=lambda r: r.ping.at), key=lambda r: r.ping.at)]


def passes(name: str, walk: Sequence[Recorded], index: FenceIndex) -> Iterator[Pass]:
    """The truth of one walk, `walk` as `each_once` gives it."""
    for fence in index.fences:
        lat, lon = fence.shape.centre
        radius = fence.shape.covering.radius_m
        for is_inside, run in groupby(walk, key=lambda r: distance_m(r.true_lat, r.true_lon, lat, lon) <= radius):
            if is_inside:
                pings = [r.ping for r in run]
                accurate = sum(p.accuracy_m is not None and p.accuracy_m <= MUST_ACCURACY_M for p in pings)
                yield Pass(name, fence.id, pings[0].at, pings[-1].at, accurate)


def fit(truth: Sequence[Pass], enters: Sequence[Enter]) -> Fit:
    """Counts; an enter belongs to the pass during which it happened, or else to one around then."""
    seen_by: dict[Pass, int] = dict.fromkeys(truth, 0)
    false = 0
    for enter in enters:
        at = enter.at
        here = [p for p in truth if (p.walk, p.fence_id) == (enter.walk, enter.fence_id)]
        nearest = min(here, key=lambda p: max(p.begins - at, at - p.ends, 0.0), default=None)
        if nearest is not None and nearest.begins - AROUND_S <= enter.at <= nearest.ends + AROUND_S:
            seen_by[nearest] += 1
        else:
            false += 1
    due = [p for p in truth if p.must_be_seen]
    return Fit(
        due=len(due),
        seen=sum(seen_by[p] > 0 for p in due),
        enters=len(enters),
        false=false,
        doubled=sum(count > 1 for count in seen_by.values()),
        off_route=sum(e.fence_id.startswith("off-route") for e in enters),
    )
