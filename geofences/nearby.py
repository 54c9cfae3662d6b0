"""What a phone should watch by itself, and how far it may go before the server has to know."""

import math
from collections.abc import Iterator

import numpy as np

from geofences.fence_index import FenceIndex, Ints
from geofences.metres import Floats
from geofences.presence import EXIT_BUFFER_M, LEAST_M, UNKNOWN_M, WATCH_INSIDE_S, WATCH_OUTSIDE_S
from geofences.shapes import Area

QUIET_MOST_M = 50_000.0
"""Farther than this no phone is sent away: it learns of new geofences when it comes back."""
MARGIN_M = 10.0

_FIRST_M = 500.0
_GROWTH = 4.0
_WHOLE_EARTH_M = 20_100_000.0


def quiet_radius(index: FenceIndex, lat: float, lon: float, accuracy_m: float | None) -> float:
    """Metres the phone may move before it can enter or leave any geofence: to the nearest border, less the accuracy
    (unknown: 50 m) and 10 m; from 0 to QUIET_MOST_M.
    """
    free = QUIET_MOST_M
    slack = MARGIN_M + (UNKNOWN_M if accuracy_m is None else accuracy_m)
    for within, fences, metres in _around(index, lat, lon, QUIET_MOST_M + slack):
        surely = np.array([_surely(index, i, m, lat) for i, m in zip(fences.tolist(), metres.tolist(), strict=True)])
        nearest = float(surely.min(initial=math.inf))
        if nearest <= within:
            free = nearest - slack
            break
    return min(max(free, 0.0), QUIET_MOST_M)


def watch_after_s(index: FenceIndex, lat: float, lon: float, accuracy_m: float | None) -> int:
    """Seconds after which the phone pings again, moved or not: 300 inside or where a ping can not tell, else 900."""
    undecided = EXIT_BUFFER_M + max(UNKNOWN_M if accuracy_m is None else accuracy_m, LEAST_M)
    near = any(metres <= undecided for metres in index.locate_one(lat, lon).values())
    return WATCH_INSIDE_S if near else WATCH_OUTSIDE_S


def watch_list(index: FenceIndex, lat: float, lon: float, limit: int) -> list[tuple[str, tuple[float, float, float]]]:
    """The `limit` geofences with the nearest borders, nearest first (then by id): id and (lat, lon, radius_m) of a circle
    that holds the geofence.
    """
    wanted = min(limit, len(index.fences))
    for within, fences, metres in _around(index, lat, lon, _WHOLE_EARTH_M):
        found = [(m, index.fences[i]) for i, m in zip(fences.tolist(), metres.tolist(), strict=True)]
        if within >= _WHOLE_EARTH_M or sum(m <= within for m, _ in found) >= wanted:
            found.sort(key=lambda pair: (pair[0], pair[1].id))
            return [(fence.id, tuple(fence.shape.covering)) for _, fence in found[:wanted]]
    return []


def _around(index: FenceIndex, lat: float, lon: float, most: float) -> Iterator[tuple[float, Ints, Floats]]:
    """Ever larger searches: every geofence with a border within the first value is among the second; the third is metres
    to the border, without sign.
    """
    within = min(_FIRST_M, most)
    while True:
        fences, metres = index.around(lat, lon, within)
        yield within, fences, np.abs(metres)
        if within >= most:
            return
        within = min(within * _GROWTH, most)


def _surely(index: FenceIndex, fence: int, metres: float, lat: float) -> float:
    """No more than the true way: see `borders` for how much too long a way to an area can be."""
    if not isinstance(index.fences[fence].shape, Area):
        return metres
    return metres * (1 - min(1.0, (metres * math.tan(math.radians(lat)) / 6_350_000.0) ** 2))
