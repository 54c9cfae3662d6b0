"""What a phone should watch by itself, and how far it may go before the server has to know."""

import math
from typing import NamedTuple

from geofences.chords import spot_of
from geofences.fence_index import Fence, FenceIndex
from geofences.presence import EXIT_BUFFER_M, LEAST_M, UNKNOWN_M, WATCH_INSIDE_S, WATCH_OUTSIDE_S
from geofences.shapes import Covering

QUIET_MOST_M = 50_000.0
"""Farther than this no phone is sent away: it learns of new geofences when it comes back."""
MARGIN_M = 10.0
_ROUNDING_M = 0.01
"""Two ways to measure one border differ by less."""


class Leave(NamedTuple):
    """What the answer to a ping lets a phone do. `quiet_radius_m`: so far it may move before it can enter or leave any geofence;
    `watch_after_s`: it pings again at the latest then, moved or not.
    """

    quiet_radius_m: float
    watch_after_s: int


class Watch(NamedTuple):
    """The geofences with the nearest borders, nearest first, then by id. Within `radius_m` of the spot no other can be entered."""

    fences: list[Fence]
    radius_m: float


def leave(index: FenceIndex, lat: float, lon: float, accuracy_m: float | None) -> Leave:
    """To the nearest border, less the accuracy (unknown: 50 m) and 10 m, from 0 to QUIET_MOST_M; and 300 s inside or where a
    ping can not tell, else 900.
    """
    accuracy = UNKNOWN_M if accuracy_m is None else accuracy_m
    at, undecided = spot_of(lat, lon), EXIT_BUFFER_M + max(accuracy, LEAST_M)
    nearest, near = math.inf, False
    for layer, gone in zip(index.layers, index.gone, strict=True):
        border_m, is_near = layer.nearest.look(at, gone, undecided)
        nearest, near = min(nearest, border_m), near or is_near
    return Leave(_bounded(nearest - accuracy - MARGIN_M), WATCH_INSIDE_S if near else WATCH_OUTSIDE_S)


def quiet_radius(index: FenceIndex, lat: float, lon: float, accuracy_m: float | None) -> float:
    return leave(index, lat, lon, accuracy_m).quiet_radius_m


def watch_after_s(index: FenceIndex, lat: float, lon: float, accuracy_m: float | None) -> int:
    return leave(index, lat, lon, accuracy_m).watch_after_s


def watch(index: FenceIndex, lat: float, lon: float, limit: int, accuracy_m: float | None) -> Watch:
    """The `limit` nearest. The radius is the way to the border of the next one, less accuracy and margin as above."""
    fences, next_m = _nearest(index, lat, lon, limit)
    slack = MARGIN_M + (UNKNOWN_M if accuracy_m is None else accuracy_m)
    return Watch(fences, _bounded(next_m - slack))


def _nearest(index: FenceIndex, lat: float, lon: float, limit: int) -> tuple[list[Fence], float]:
    """The `limit` nearest, and the way to the border of the next one."""
    at, found = spot_of(lat, lon), []
    for layer, gone in zip(index.layers, index.gone, strict=True):
        numbers, ways = layer.nearest.some(at, limit + 1, gone)
        found += [(way, layer.fences[i]) for i, way in zip(numbers.tolist(), ways.tolist(), strict=True)]
    found.sort(key=lambda pair: (pair[0], pair[1].id))
    return [fence for _, fence in found[:limit]], found[limit][0] if len(found) > limit else math.inf


def must_watch_again(index: FenceIndex, lat: float, lon: float, limit: int, version: int) -> bool:
    """Whether a geofence that was made, moved or removed after `version` comes as near as the first one that `watch` leaves out here.

    That one counts too: it may be the new one, and lie in the circle that the phone was told before. A phone may hold the list of a place that it has gone from, with a circle larger than this one: what lies in that
    circle alone is farther away than the quiet radius, and so is found here before it can be entered.
    """
    if version == index.version:
        return False
    _, next_m = _nearest(index, lat, lon, limit)
    return version > index.version or index.edits.touch(spot_of(lat, lon), _bounded(next_m) + _ROUNDING_M, version)


def watch_list(index: FenceIndex, lat: float, lon: float, limit: int) -> list[tuple[str, Covering]]:
    """The same geofences as id and the circle to watch, which holds the geofence."""
    return [(fence.id, fence.shape.covering) for fence in watch(index, lat, lon, limit, None).fences]


def told_m(metres: float) -> float:
    """To a tenth of a metre, and never more than it is."""
    return math.floor(metres * 10) / 10


def _bounded(metres: float) -> float:
    return min(max(metres, 0.0), QUIET_MOST_M)
