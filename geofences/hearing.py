"""What a phone's own transition changes: `hear`. Why these rules: docs/decisions/0009.

The phone's system watches the circle that it was given, with sensors that the server does not have, so what it tells is believed
without a second sign; but it errs too, tells late, and tells of the circle and not of the shape. A ping speaks of all geofences, a
transition of one: it is in time when it is not older than the newest ping, and newer than what is known of its own geofence.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

from geofences.cells import apart_m, cell_of
from geofences.fence_index import Fence, FenceIndex
from geofences.presence import (
    LEAST_M,
    LIMIT_M,
    SILENCE_FACTOR,
    UNKNOWN_M,
    WATCH_INSIDE_S,
    Outcome,
    Step,
    Transition,
    come_in,
    is_known,
    left_of_use,
    settle,
)
from geofences.remembered import Inside, Left, Presence
from geofences.shapes import Circle
from geofences.teleports import CELL_LASTS_S, SLACK_M, TELEPORT_MPS, may_have_come

CONFIRMS_WITHIN_S = SILENCE_FACTOR * WATCH_INSIDE_S
"""A transition older than the newest ping by more than this says nothing of what pings see now."""
LOOSE_M = 50.0
"""A circle that reaches farther than this beyond the shape says only that the phone is near: about what phones err by anyway."""
NEVER = 0.0
"""The time of the newest ping of a device that has sent none."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One transition that a phone told, at the device's time.

    `distance_m` are metres from where the phone says it was to the geofence's border, negative inside, `math.inf` beyond reach;
    None where it does not say. `cell` is that position's.
    """

    fence_id: str
    kind: Literal["enter", "dwell", "exit"]
    at: float
    accuracy_m: float | None = None
    distance_m: float | None = None
    cell: int | None = None


def hear(presence: Presence | None, heard: Heard, index: FenceIndex, *, received_at: float) -> Step:
    """What one transition changes. Safe to repeat. What is not believed leaves the presence as it is, and makes none.

    The step's verdict is one of Outcome.
    """
    fence = index.by_id.get(heard.fence_id)
    if fence is None:
        return Step(presence or Presence.EMPTY, (), "unknown_geofence")
    if refusal := _refusal(presence, heard, fence):
        return Step(presence or Presence.EMPTY, (), refusal)
    known = is_known(presence, received_at)
    if presence is not None and heard.at < presence.newest_ping:
        return _confirm(presence, heard, fence, index, known=known)
    before = presence or Presence(NEVER, received_at, index.version)
    settled = settle(before, index, at=heard.at, received_at=received_at)
    told = _Told(settled.presence, heard, fence, index, known=known)
    outcome = told.take()
    return Step(told.presence(received_at), (*settled.transitions, *told.transitions), outcome)


def _refusal(presence: Presence | None, heard: Heard, fence: Fence) -> Outcome | None:
    if heard.accuracy_m is not None and heard.accuracy_m > LIMIT_M:
        return "inaccurate"
    if heard.distance_m is not None:
        accuracy = max(UNKNOWN_M if heard.accuracy_m is None else heard.accuracy_m, LEAST_M)
        wrong_side = -heard.distance_m if heard.kind == "exit" else heard.distance_m
        if wrong_side > accuracy:
            return "contradicted"
    return "contradicted" if presence is not None and _is_too_far(presence, heard, fence) else None


def _is_too_far(presence: Presence, heard: Heard, fence: Fence) -> bool:
    """Nobody can have come from where the last ping was to where this happened; an exit happens anywhere."""
    seen = presence.seen
    if seen is None or not 0 <= heard.at - seen.at <= CELL_LASTS_S:
        return False
    if heard.cell is not None:
        return not may_have_come(seen, heard.cell, heard.at)
    if heard.kind == "exit":
        return False
    lat, lon, radius_m = fence.shape.covering
    way = apart_m(seen.cell, cell_of(lat, lon)) - radius_m
    return way > SLACK_M + TELEPORT_MPS * (heard.at - seen.at)


def _confirm(presence: Presence, heard: Heard, fence: Fence, index: FenceIndex, *, known: bool) -> Step:
    """A transition older than the newest ping decides what that ping left open, at that ping's time; else it is late."""
    late = Step(presence, (), "late")
    newest = presence.newest_ping
    if newest - heard.at > CONFIRMS_WITHIN_S:
        return late
    stay, pending = presence.inside.get(fence.id), presence.pending.get(fence.id)
    if heard.kind == "exit":
        if stay is None or stay.out_count == 0 or heard.at < stay.since:
            return late
    elif stay is not None or pending is None or pending.count == 0:
        return late
    then = _Told(presence, replace(heard, at=newest), fence, index, known=known)
    if heard.kind == "exit":
        then.leave()
    else:
        then.enter(newest)
    return Step(
        replace(presence, inside=then.inside, pending=then.pending, left=then.left), tuple(then.transitions), "used"
    )


class _Told:
    """One transition at work on one presence."""

    def __init__(self, before: Presence, heard: Heard, fence: Fence, index: FenceIndex, *, known: bool) -> None:
        self.before, self.heard, self.fence, self.index, self.known = before, heard, fence, index, known
        self.inside, self.pending = dict(before.inside), dict(before.pending)
        self.left = left_of_use(before, heard.at)
        self.transitions: list[Transition] = []

    def take(self) -> Outcome:
        stay, left = self.inside.get(self.fence.id), self.left.get(self.fence.id)
        at = self.heard.at
        if (stay is not None and at < stay.since) or (left is not None and at <= left.at):
            return "known"
        if self.heard.kind == "exit":
            return self._take_exit(stay, left)
        if stay is None:
            if not self._is_believed(left):
                return "unsure"
            self.enter(self._since() if self.heard.kind == "dwell" else at)
        if self.heard.kind == "dwell":
            self._dwell()
        return "used" if self.transitions else "known"

    def _take_exit(self, stay: Inside | None, left: Left | None) -> Outcome:
        if stay is None and left is not None and left.by == "inferred":
            self.enter(self.heard.at)  # the phone was still there when silence had it leave: now its end is known
            stay = self.inside.get(self.fence.id)
        if stay is not None:
            self.leave()
            return "used"
        was_pending = self.pending.pop(self.fence.id, None) is not None
        self.left.setdefault(self.fence.id, Left(self.heard.at, "device", None))  # an enter that comes later is older
        return "used" if was_pending else "known"

    def _is_believed(self, left: Left | None) -> bool:
        """An enter needs no second sign, unless pings have just seen the device leave, or the circle says little of the shape."""
        pending = self.pending.get(self.fence.id)
        if pending is not None and pending.count > 0:
            return True
        if left is not None and left.by == "server":
            return self.heard.distance_m is not None and self.heard.distance_m <= 0
        return self.heard.distance_m is not None or not _is_loose(self.fence, self.index)

    def _since(self) -> float:
        """A dwell began its time before, unless something was seen of the device since then."""
        began = self.heard.at - (self.fence.dwell_s or 0)
        left = self.left.get(self.fence.id)
        newest = max(self.before.newest_ping, NEVER if left is None else left.at)
        return began if began > newest else self.heard.at

    def enter(self, at: float) -> None:
        pending = self.pending.pop(self.fence.id, None)
        created = pending.created if pending else self.known and self.fence.since > self.before.version
        stay, transition = come_in(
            self.left.pop(self.fence.id, None), self.fence, at, self.index.version, created=created, source="device"
        )
        self.inside[self.fence.id] = stay
        self.transitions.append(transition)

    def leave(self) -> None:
        stay = self.inside.pop(self.fence.id)
        self.left[self.fence.id] = Left(self.heard.at, "device", stay.since, stay.dwelled)
        self.transitions.append(Transition("exit", self.fence.id, self.heard.at, "device"))

    def _dwell(self) -> None:
        stay = self.inside[self.fence.id]
        if self.fence.dwell_s is not None and not stay.dwelled:
            self.inside[self.fence.id] = replace(stay, dwelled=True)
            self.transitions.append(Transition("dwell", self.fence.id, self.heard.at, "device"))

    def presence(self, received_at: float) -> Presence:
        """The index's version is not noted: whether a geofence was made around the device, the next ping tells."""
        before, at = self.before, self.heard.at
        last_at = max(at, before.last_at)
        seen = before.seen
        return replace(
            before,
            last_at=last_at,
            heard_at=received_at if at > before.last_at else before.heard_at,
            inside=self.inside,
            pending=self.pending,
            left=self.left,
            pinged_at=None if before.newest_ping == last_at else before.newest_ping,
            seen=seen if seen is not None and at - seen.at <= CELL_LASTS_S else None,
        )


def _is_loose(fence: Fence, index: FenceIndex) -> bool:
    """The circle that a phone is given for an area holds it whole; how far it reaches beyond, at most, its middle tells."""
    if isinstance(fence.shape, Circle):
        return False
    lat, lon, radius_m = fence.shape.covering
    return radius_m + index.locate_one(lat, lon).get(fence.id, math.inf) > LOOSE_M
