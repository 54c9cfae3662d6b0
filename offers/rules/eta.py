"""How long a customer still needs to their store: a range of whole minutes, from a few distances to it or from what they said themselves.

Pings tell how far away somebody is in a straight line, and with that how fast they close in. The way is longer than the line, and what is
left of it need not be walked as the way so far was: so the range is what the closing speed says, within what people on foot, on bikes and in
cars reach in a city.

Sources. Ways: street networks are 1.2 to 1.4 times as long as the line (G. F. Newell 1980: about 1.2; S. O'Sullivan and J. Morrall 1996: 1.21 to
1.23 on foot around stations; G. Boeing, arXiv 1708.00836, 2017: 40 cities of the USA, on foot a little less than by car). On foot: 80 to 95 m a minute
in the mean (K. Finnis and D. Walton 2008), less at crossings. By bike: about 16 km/h in Copenhagen (Bicycle Account 2008). By car: 14 to 25 km/h in
the centre of London, 34 around it (TomTom Traffic Index 2022).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from statistics import fmean
from typing import Literal

from offers.rules.track import Point, by_device

Mode = Literal["foot", "bike", "car"]

STALE = timedelta(minutes=20)
"""An estimate from pings that is older says nothing any more."""
MOST_MINUTES = 90
"""Who is farther away is not on the way yet, for all that a store can do with it."""

CLOSING_MPS: dict[Mode, tuple[float, float]] = {"foot": (0.8, 1.6), "bike": (2.5, 5.5), "car": (3.6, 14.0)}
"""How fast the line to a store gets shorter: the speed on the way (foot 1.1 to 1.6, bike 3.5 to 5.5, car 5 to 14 m/s) over a detour of at most 1.4."""
FOOT_MOST_MPS, BIKE_MOST_MPS, MOST_MPS = 2.2, 5.5, 45.0
LEAST_MPS = 0.3
"""Who closes in more slowly strolls about."""

WITHIN_S = 600.0
"""What was longer ago does not tell whether somebody is coming."""
LATELY_S = 300.0
"""What tells how fast, and whether still."""
CERTAIN_S = 45
"""Over less time what a fix errs by would be a speed."""
COMING_M, WALKED_M = 250, 1500
"""On foot: closing in by so much is coming, no farther away than somebody walks to a shop."""
BESIDE_M, BESIDE_SHARE = 300.0, 0.25
"""Who would pass no nearer than this, by what of their way was seen, is riding past."""
HALF_LEAST_M = 150
"""Half of less than twice this is what a phone errs by."""
PAIRS = 2
STILL_M = 100
STILL_S = 180.0
AT_THE_DOOR_M = 150
"""Nearer than this somebody who was coming is still coming, whatever their pings do."""
LEAVING_M = 400
HEARD_S = 600.0
"""A device that was heard so much earlier than the newest does not count."""

SLACK_M = 75.0
"""What two distances are wrong by together: both are rounded to 50 m, and phones in streets err by 10 to 40 m."""
UNEVEN = 0.25
"""What is left of a way is slower or faster than the way so far by so much: crossings, crowds, corners."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Whole minutes from the track's newest point."""

    mode: Mode
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a track says."""

    coming: bool
    leaving: bool = False
    """They were nearer, and went away for good."""
    estimate: Estimate | None = None
    """Only of who is coming, and less than MOST_MINUTES away."""
    at: int = 0
    """Of the newest point that it rests on, epoch seconds."""


@dataclass(frozen=True, slots=True)
class Away:
    """Whole minutes as of now, at least 0."""

    low: int
    high: int
    by: Literal["pings", "said"]


def minutes_away(
    *,
    minutes_low: int | None,
    minutes_high: int | None,
    estimated_at: datetime | None,
    coming_minutes: int | None,
    coming_since: datetime | None,
    now: datetime,
) -> Away | None:
    """What pings told last, counted down; else what the customer said, counted down; none where neither says anything."""
    if minutes_low is not None and minutes_high is not None and estimated_at is not None:
        gone = now - estimated_at
        if gone <= STALE:
            passed = max(0, int(gone / timedelta(minutes=1)))
            return Away(max(0, minutes_low - passed), max(0, minutes_high - passed), "pings")
    if coming_minutes is not None and coming_since is not None:
        left = max(0, coming_minutes - max(0, int((now - coming_since) / timedelta(minutes=1))))
        return Away(left, left, "said")
    return None


def read_track(track: Sequence[Point]) -> Reading:
    """What the points of one customer's devices say together. Their order, and a point said twice, change nothing.

    Two devices need not be in one place: a tablet stays at home while the phone comes. Each is read alone, of those heard within HEARD_S of the
    newest. Somebody comes if one of them comes, and then the nearest that comes tells the minutes; they leave only if each that was near leaves.
    Nothing is kept of which it was last: the one that stays at home never comes, and of two in one pocket either tells the same.
    """
    if not track:
        return Reading(coming=False)
    heard = max(one.at for one in track)
    devices = [points for points in by_device(track) if heard - points[-1].at <= HEARD_S]
    readings = [_read(points) for points in devices]
    coming = [
        (points[-1].metres, -points[-1].at, number) for number, points in enumerate(devices) if readings[number].coming
    ]
    if coming:
        return readings[min(coming)[2]]
    return Reading(coming=False, leaving=any(one.leaving for one in readings), at=heard)


def _read(points: Sequence[Point]) -> Reading:
    """Of one device. Whoever was seen to come goes on coming on less: asked of the track as it was with each point, and not of what was said then."""
    last, coming = points[-1], False
    for until in range(2, len(points) + 1):
        so_far = points[:until]
        coming = _comes(so_far[_began(so_far) :], _mode(so_far)) or (coming and _still_comes(so_far))
    if not coming:
        return Reading(False, leaving=_leaves(points), at=last.at)
    return Reading(True, estimate=_estimate(points), at=last.at)


def _began(points: Sequence[Point]) -> int:
    """Where the approach began: at the farthest point within WITHIN_S, the last of them."""
    recent = [i for i, one in enumerate(points) if points[-1].at - one.at <= WITHIN_S]
    return max(recent, key=lambda i: (points[i].metres, i))


def _comes(approach: Sequence[Point], mode: Mode) -> bool:
    """Closing in by enough, in PAIRS at least, at a speed that people have.

    On foot and not far away COMING_M are enough. By anything faster it takes half the way, and a line that leads to the store: who rides past a
    few streets away closes in for a while as well.
    """
    first, last = approach[0], approach[-1]
    by, seconds = first.metres - last.metres, last.at - first.at
    pairs = sum(later.metres < one.metres for one, later in pairwise(approach))
    if pairs < PAIRS or not LEAST_MPS <= by / seconds <= MOST_MPS:
        return False
    half = by >= max(HALF_LEAST_M, first.metres / 2)
    if mode == "foot":
        return half or (by >= COMING_M and last.metres <= WALKED_M)
    return half and len(approach) > PAIRS and _passes_at(approach) <= max(BESIDE_M, BESIDE_SHARE * last.metres)


def _passes_at(approach: Sequence[Point]) -> float:
    """How near they would come who went on as they did, straight and evenly, in metres.

    The distance's square is then a parabola over time, here that of the least squares; its lowest point is the passing. Who slows down, and who
    rides in zigzag, has none that could be told, and may come as near as they like.
    """
    mean_at = fmean(one.at for one in approach)
    times = [one.at - mean_at for one in approach]
    squares = [float(one.metres) ** 2 for one in approach]
    count, t2, t3, t4 = (sum(at**power for at in times) for power in (0, 2, 3, 4))
    y, ty, t2y = (sum(at**power * one for at, one in zip(times, squares, strict=True)) for power in (0, 1, 2))
    determinant = count * (t2 * t4 - t3**2) - t2**3
    if determinant <= 0:  # two times at most
        return 0.0
    bent = (count * (t2 * t2y - t3 * ty) - t2**2 * y) / determinant
    if bent <= 0:
        return 0.0
    slope = (ty - bent * t3) / t2
    lowest = -slope / (2 * bent)
    if lowest <= times[-1]:
        return float(approach[-1].metres)
    level = (y - bent * t2) / count
    return math.sqrt(max(0.0, level + slope * lowest + bent * lowest**2))


def _still_comes(points: Sequence[Point]) -> bool:
    """Not standing, and not going away: nearer than some minutes ago, or too short a time to tell."""
    last = points[-1]
    nearest = min(one.metres for one in points)
    if last.metres <= AT_THE_DOOR_M:
        return True
    if last.metres - nearest >= 2 * STILL_M:
        return False
    since = _lately(points)
    return since.metres - last.metres >= STILL_M or last.at - since.at < STILL_S


def _leaves(points: Sequence[Point]) -> bool:
    """LEAVING_M and more farther away than they were, in PAIRS at least."""
    nearest = min(range(len(points)), key=lambda i: (points[i].metres, -i))
    after = points[nearest:]
    pairs = sum(later.metres > one.metres for one, later in pairwise(after))
    return pairs >= PAIRS and after[-1].metres - after[0].metres >= LEAVING_M


def _lately(points: Sequence[Point]) -> Point:
    """The oldest point within LATELY_S of the newest, or else the one before the newest."""
    within = next(one for one in points if points[-1].at - one.at <= LATELY_S)
    return points[-2] if within is points[-1] and len(points) > 1 else within


def _estimate(points: Sequence[Point]) -> Estimate | None:
    last = points[-1]
    mode, slowest, fastest = _speeds(points)
    low = max(0, math.floor((last.metres - SLACK_M) / fastest / 60))
    high = math.ceil((last.metres + SLACK_M) / slowest / 60)
    if high > 2:
        low = min(low, high - 1)
    return Estimate(mode, low, high) if high <= MOST_MINUTES else None


def _speeds(points: Sequence[Point]) -> tuple[Mode, float, float]:
    """The mode, and between which speeds the line will go on getting shorter, in m/s."""
    last, since = points[-1], _lately(points)
    seconds = max(1, last.at - since.at)
    closed = max(0, since.metres - last.metres)
    mean = closed / seconds
    mode = _mode(points)
    slowest, fastest = CLOSING_MPS[mode]
    slow = max(0.0, closed - SLACK_M) / seconds * (1 - UNEVEN)
    fast = (closed + SLACK_M) / seconds * (1 + UNEVEN)
    slow, fast = max(slow, min(slowest, mean)), min(fast, max(fastest, mean))
    return mode, max(slow, LEAST_MPS), max(fast, 2 * LEAST_MPS, slow)


def _mode(points: Sequence[Point]) -> Mode:
    """By the fastest of how they closed in since the approach began, of late, and of what they certainly did within LATELY_S, so that a red light
    makes nobody walk.
    """
    last = points[-1]
    speeds = [
        (one.metres - last.metres) / (last.at - one.at)
        for one in (_lately(points), points[_began(points)])
        if one.at < last.at
    ]
    recent = [one for one in points if last.at - one.at <= LATELY_S]
    speeds += [
        (abs(later.metres - one.metres) - SLACK_M) / (later.at - one.at)
        for one, later in combinations(recent, 2)
        if later.at - one.at >= CERTAIN_S
    ]
    speed = max(speeds, default=0.0)
    return "foot" if speed <= FOOT_MOST_MPS else "bike" if speed <= BIKE_MOST_MPS else "car"
