"""How far a customer was from the store they are expected at, ping after ping: a few points a device, and what of them is worth writing.

A point is a time and a distance rounded to 50 m. Neither where somebody was nor which way they went can be told from them.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

ROUNDED_TO_M = 50
LASTS = timedelta(minutes=30)
"""What is older tells nothing of the way that somebody is on now."""
MOST = 8
"""Points of one device."""
NEWEST = 4
"""So many are kept as they come; the older ones are thinned, so that a few points tell of a quarter of an hour."""
MOST_DEVICES = 3

ENOUGH_S = 15
"""No two points of one device are nearer in time: nobody's way is told better by the second."""
MOVED_M = 100
AGAIN_S = 60
"""Of somebody who is coming: that they stand still is told as well."""
AT_REST_S = 300
"""The same of somebody who is not, as of a phone that lies at home for two days."""
THRESHOLDS_M = (500, 200)
"""Crossed, they are worth a point of their own."""


class Point(NamedTuple):
    """`at`: epoch seconds by the device, not after it was heard; `metres` to the store, rounded to ROUNDED_TO_M."""

    at: int
    metres: int
    device_id: str


def points_of(track: Sequence[Sequence[Any]] | None) -> list[Point]:
    return [Point(int(at), int(metres), str(device)) for at, metres, device in track or ()]


def rounded(metres: float) -> int:
    return int(round(metres / ROUNDED_TO_M) * ROUNDED_TO_M)


def with_point(track: Sequence[Point], new: Point, *, now: float) -> list[Point] | None:
    """The track with this point, by time; none where it adds nothing: it is not newer than its device's newest, or too old by now."""
    since = now - LASTS.total_seconds()
    theirs = [one for one in track if one.device_id == new.device_id]
    if new.at < since or any(one.at >= new.at for one in theirs):
        return None
    others = [one for one in track if one.device_id != new.device_id and one.at >= since]
    heard = sorted({one.device_id for one in others}, key=lambda device: -newest(others, device).at)[: MOST_DEVICES - 1]
    kept = _thinned([*(one for one in theirs if one.at >= since), new])
    return sorted([*(one for one in others if one.device_id in heard), *kept])


def newest(track: Sequence[Point], device_id: str) -> Point:
    return max(one for one in track if one.device_id == device_id)


def by_device(track: Sequence[Point]) -> list[list[Point]]:
    """Each device's points by time, by the devices' ids."""
    devices = sorted({one.device_id for one in track})
    return [sorted(one for one in track if one.device_id == device) for device in devices]


def is_worth_writing(last: tuple[int, int] | None, at: int, metres: int, *, coming: bool) -> bool:
    """Whether a distance tells more than the last one (time, metres) of this device that was written: it moved, crossed a threshold, or it was long ago."""
    if last is None:
        return True
    waited, moved = at - last[0], abs(metres - last[1])
    if waited < ENOUGH_S:
        return False
    crossed = any((last[1] > threshold) != (metres > threshold) for threshold in THRESHOLDS_M)
    return moved >= MOVED_M or crossed or waited >= (AGAIN_S if coming else AT_REST_S)


def _thinned(points: list[Point]) -> list[Point]:
    """At most MOST: of the older ones that one goes whose neighbours are nearest to each other; never the oldest."""
    while len(points) > MOST:
        older = range(1, len(points) - NEWEST)
        points.pop(min(older, key=lambda i: points[i + 1].at - points[i - 1].at))
    return points
