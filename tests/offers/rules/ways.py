"""Ways to a store, told as distances by time, read as the worker and SQL read them."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from offers.rules.eta import Reading, read_track
from offers.rules.track import Point, is_worth_writing, rounded, with_point


class Step(NamedTuple):
    at: int
    metres: float
    reading: Reading


def followed(
    metres_at: Callable[[int], float], *, until: int, every_s: int = 15, device: str = "phone"
) -> Iterator[Step]:
    """Each time that a point was worth writing: seconds, the true distance, and what the track says then."""
    track: list[Point] = []
    written: tuple[int, int] | None = None
    coming = False
    for at in range(0, until, every_s):
        metres = metres_at(at)
        if not is_worth_writing(written, at, rounded(metres), coming=coming):
            continue
        longer = with_point(track, Point(at, rounded(metres), device), now=at)
        assert longer is not None
        track, written = longer, (at, rounded(metres))
        reading = read_track(track)
        coming = reading.coming
        yield Step(at, metres, reading)


def straight(start_m: float, mps: float) -> Callable[[int], float]:
    return lambda at: max(0.0, start_m - mps * at)
