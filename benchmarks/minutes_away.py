"""How long until they are here? Estimates from distances alone, on recorded walks and rides, beside the time that it really took.

    python -m benchmarks.minutes_away

Each recording is somebody on the way to the place where it ends. Its fixes, with their real errors and gaps, become distances rounded to 50 m as the
lane's worker makes them, the points that are worth writing, and an estimate with each of them. It is right when the time that was really left lies
within it, to the minute. They are there when the true position is 75 m from the store for the first time, or else as near as it ever comes.

Passing by: a bus, and stores that lie beside its road; nobody comes.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

import seeds
from benchmarks.figures import goal, table
from benchmarks.walk_truth import STORES, Recorded, read_walks
from geofences.metres import Plane, distance_m
from geofences.ping import Ping
from offers.rules.eta import read_track
from offers.rules.track import Point, is_worth_writing, rounded, with_point
from seeds.recordings import Fix, read_recordings
from workers.walk import is_near_enough

AMSTERDAM = Path(seeds.__file__).parent / "amsterdam"
RIDES = Path(__file__).parent / "rides" / "rides.csv"
THERE_M = 75.0
BESIDE_M = (200, 400, 800, 1600)
"""How far beside the road the stores lie that the bus passes."""
MODES = {"bikeshare_urban": "e-bike", "escooter": "e-scooter", "bus-304": "bus", "by-car": "car"}
LEAST_M = 500.0
"""Recordings that begin nearer to their end tell nothing."""

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Trip:
    name: str
    mode: str
    seen: Sequence[Ping]
    store: Place
    there_at: float


@dataclass(frozen=True, slots=True)
class Said:
    """One estimate, and what was true then: minutes."""

    at: float
    low: int
    high: int
    left: float
    mode: str

    @property
    def is_right(self) -> bool:
        return self.low <= math.ceil(self.left) and math.floor(self.left) <= self.high


@dataclass(slots=True)
class Row:
    trips: int = 0
    coming: int = 0
    """Trips of which an estimate was made at all."""
    said: list[Said] = field(default_factory=list)
    modes: int = 0

    @property
    def right(self) -> float:
        return sum(one.is_right for one in self.said) / len(self.said) if self.said else math.nan


def estimates(seen: Iterable[Ping], store: Place, there_at: float) -> Iterator[Said]:
    """The estimates of one trip until its end, as the worker and SQL make them."""
    track: list[Point] = []
    written: tuple[int, int] | None = None
    coming = False
    for ping in seen:
        if ping.at >= there_at:
            return
        metres = distance_m(ping.lat, ping.lon, *store)
        at, said = int(ping.at), rounded(metres)
        if not is_near_enough(metres, ping.accuracy_m) or not is_worth_writing(written, at, said, coming=coming):
            continue
        longer = with_point(track, Point(at, said, "phone"), now=ping.at)
        if longer is None:
            continue
        track, written = longer, (at, said)
        reading = read_track(track)
        coming = reading.coming
        if reading.estimate is not None:
            one = reading.estimate
            yield Said(ping.at, one.low, one.high, (there_at - ping.at) / 60, one.mode)


def _there_at(true: Sequence[tuple[float, float, float]], store: Place) -> float:
    away = [(distance_m(lat, lon, *store), at) for at, lat, lon in true]
    return next((at for metres, at in away if metres <= THERE_M), min(away)[1])


def _trip(
    name: str, mode: str, pings: Sequence[Ping], true: Sequence[tuple[float, float, float]], store: Place
) -> Trip:
    return Trip(name, mode, pings, store, _there_at(true, store))


def _of_walk(name: str, walk: Sequence[Recorded], store: str) -> Trip:
    true = sorted((one.ping.at, one.true_lat, one.true_lon) for one in walk)
    pings = sorted((one.ping for one in walk), key=lambda ping: ping.at)
    return _trip(f"{name} to {store}", "walks in Amsterdam", pings, true, STORES[store])


def _ping(fix: Fix) -> Ping:
    return Ping(fix.lat, fix.lon, fix.at, fix.accuracy_m)


def trips() -> Iterator[Trip]:
    """All there are, each towards its end; and the walks to the two stores that they lead past."""
    for name, walk in read_walks(AMSTERDAM / "walks_transplanted.csv").items():
        for store in ("kalverstraat-102", "kalverstraat-183"):
            yield _of_walk(name, walk, store)
    references = {
        one.name.split("|")[-1]: one.fixes for one in read_recordings(AMSTERDAM / "walks" / "reference.csv.gz")
    }
    for recording in read_recordings(AMSTERDAM / "walks" / "locations.csv.gz"):
        leg = recording.name.split("|")[-1]
        yield from _towards_its_end(recording.name, recording.fixes, references[leg])
    for recording in read_recordings(RIDES):
        yield from _towards_its_end(recording.name, recording.fixes, recording.fixes)


def _towards_its_end(name: str, fixes: Sequence[Fix], reference: Sequence[Fix]) -> Iterator[Trip]:
    mode = next((mode for part, mode in MODES.items() if part in name), "walks elsewhere")
    store = reference[-1].lat, reference[-1].lon
    if distance_m(reference[0].lat, reference[0].lon, *store) < LEAST_M:  # there and back: to where it turned
        away = [distance_m(reference[0].lat, reference[0].lon, one.lat, one.lon) for one in reference]
        farthest = reference[away.index(max(away))]
        store = farthest.lat, farthest.lon
    if distance_m(reference[0].lat, reference[0].lon, *store) >= LEAST_M:
        true = [(fix.at, fix.lat, fix.lon) for fix in reference]
        yield _trip(name, mode, [_ping(fix) for fix in fixes], true, store)


def rows() -> dict[str, Row]:
    """By mode."""
    found: dict[str, Row] = {}
    for trip in trips():
        row = found.setdefault(trip.mode, Row())
        said = list(estimates(trip.seen, trip.store, trip.there_at))
        row.trips += 1
        row.coming += bool(said)
        row.said += said
    return found


def passed_by() -> dict[int, tuple[int, int]]:
    """By how far beside the bus's road they lie: stores, and those of which it was said for a while that somebody is coming."""
    found = {}
    (bus,) = (one for one in read_recordings(RIDES) if "bus" in one.name)
    fixes = bus.fixes
    step = len(fixes) // 12
    for beside in BESIDE_M:
        stores = said = 0
        for i in range(2 * step, len(fixes) - step, step):
            for side in (-1, 1):
                store = _beside(fixes[i - 5], fixes[i + 5], side * beside)
                nearest = min(distance_m(fix.lat, fix.lon, *store) for fix in fixes)
                if nearest < beside / 2:
                    continue
                stores += 1
                said += any(estimates((_ping(fix) for fix in fixes), store, math.inf))
        found[beside] = (stores, said)
    return found


def _beside(before: Fix, after: Fix, metres: float) -> Place:
    """To the right of the way from one fix to another, half-way."""
    plane = Plane(before.lat, before.lon)
    east, north = plane.east_north(after.lat, after.lon)
    length = math.hypot(east, north) or 1.0
    return plane.lat_lon(east / 2 + metres * north / length, north / 2 - metres * east / length)


def main(*, quick: bool = False) -> None:
    del quick  # it takes seconds
    console = Console(width=140)
    shown = table(
        "Minutes away, by how people come",
        ("mode", "trips", "seen coming", "estimates", "right", "range p50, min", "goal"),
    )
    for mode, row in rows().items():
        widths = sorted(one.high - one.low for one in row.said)
        width = str(widths[len(widths) // 2]) if widths else ""
        reached = goal(row.right, least=0.8) if row.said else ""
        shown.add_row(mode, str(row.trips), str(row.coming), str(len(row.said)), f"{row.right:.0%}", width, reached)
    console.print(shown)
    beside = table(
        "Passing by: a bus, and stores beside its road", ("beside, m", "stores", "said to be coming to for a while")
    )
    for metres, (stores, said) in passed_by().items():
        beside.add_row(str(metres), str(stores), str(said))
    console.print(beside)


if __name__ == "__main__":
    main()
