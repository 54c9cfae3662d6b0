"""People who walk into a circle of 100 m, stay and walk out, and how many of them a rule sees while they are there.

They come from 150 m outside at a walker's pace, stay up to ten minutes at a spot that is anywhere in the circle, or anywhere that far
inside, and go the way they came. Each phone pings every 10 to 30 s. Errors as in `presence_rules`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from geofences.presence import Sighting

RADIUS_M = 100.0
FROM_M = 250.0
PACE_MPS = 1.4
LEAST_S = 60.0
DEPTHS_M = (0.0, 20.0)


@dataclass(frozen=True, slots=True)
class Visit:
    """A phone's sightings, and for each whether the person truly was inside."""

    sightings: Sequence[Sighting]
    inside: Sequence[bool]


@dataclass(frozen=True, slots=True)
class Seen:
    """The share of visits with an enter before their end, and the pings from truly inside until then."""

    recall: float
    median_pings: float
    p90_pings: float


def per_axis_m(accuracy_m: float) -> float:
    """Standard deviation on each axis of an error that is within the accuracy 68 % of the time."""
    return accuracy_m / math.sqrt(-2 * math.log(1 - 0.68))


def visits(accuracy_m: float, least_m: float, *, people: int, seed: int = 2) -> list[Visit]:
    """Those of so many people who are inside for at least LEAST_S."""
    random, found = np.random.default_rng(seed), []
    for _ in range(people):
        gap, stays = random.uniform(10, 30), random.uniform(0, 600)
        spot = (RADIUS_M - least_m) * math.sqrt(random.uniform())
        way = (FROM_M - spot) / PACE_MPS
        if stays + 2 * (RADIUS_M - spot) / PACE_MPS < LEAST_S:
            continue
        errors = random.normal(0, per_axis_m(accuracy_m), (2 + int((2 * way + stays) / gap), 2))
        error, at, sightings, inside = errors[0], random.uniform(0, gap), list[Sighting](), list[bool]()
        for number in range(1, len(errors)):
            if at > 2 * way + stays:
                break
            walked = min(at, 2 * way + stays - at) * PACE_MPS
            centre = max(FROM_M - walked, spot)
            distance = math.hypot(centre + error[0], error[1]) - RADIUS_M
            sightings.append(Sighting(at, accuracy_m, {"store": distance} if distance <= 300 else {}))
            inside.append(centre <= RADIUS_M)
            error = 0.5 * error + math.sqrt(0.75) * errors[number]
            at += gap
        found.append(Visit(sightings, inside))
    return found


def seen_of(some: Sequence[Visit], enters: Callable[[Sequence[Sighting]], list[int]]) -> Seen:
    """`enters`: the numbers of the sightings at which one device enters. An enter before the person is inside took no ping."""
    pings = []
    for visit in some:
        last = max(number for number, inside in enumerate(visit.inside) if inside) if any(visit.inside) else -1
        first = next((number for number in enters(visit.sightings) if number <= last), None)
        if first is not None:
            pings.append(sum(visit.inside[: first + 1]))
    return Seen(len(pings) / len(some), float(np.median(pings)), float(np.percentile(pings, 90, method="lower")))
