"""Which geofences one device is in: `step` for a ping, `tick` for time that passes, `reconcile` for edits.

Pure: presence and a sighting in, presence and transitions out. Why these rules and thresholds: docs/decisions/0003.

A geofence's border is `distance` metres away, negative inside; `accuracy` is the reported one, at least 15 m.

    not inside  depth / accuracy over pings in a row that are inside, at least two, makes 1  ->  enter
                or 2 on a single ping; a ping surely outside starts anew
    (a ping without an accuracy counts 50 m, and it takes three of them where two others do)
    inside      two pings in a row more than 30 m + accuracy outside, or one beyond reach  ->  exit
    else        unsure: nothing changes

No rule counts the seconds between two pings: a recording replayed faster gives the same transitions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from geofences.fence_index import Fence, FenceIndex
from geofences.remembered import Inside, Pending, Presence, Stay

__all__ = ["Inside", "Pending", "Presence", "Sighting", "Step", "Transition", "due_at", "reconcile", "step", "tick"]

WATCH_INSIDE_S = 300
"""Inside or undecided, the phone pings again after this at the latest."""
WATCH_OUTSIDE_S = 900
SILENCE_FACTOR = 3
"""Silent for this many times what it was asked for, the device has left."""
REOPEN_WITHIN_S = 3600
"""Seen inside again this soon after an inferred exit, it never left."""
HEARD_WITHIN_S = 1800
"""Heard this recently, an enter into a new geofence is the geofence's doing."""

LIMIT_M = 100.0
"""A ping less accurate than this changes nothing."""
LEAST_M = 15.0
"""No phone is believed to be more accurate than this: in a street they report 5 m and are 40 m off."""
UNKNOWN_M = 50.0
"""What an unknown accuracy counts as, where such a ping confirms another."""
UNSURE = 0.1
"""Nearer to the border than this share of the accuracy, a ping can not tell."""
ENOUGH = 1.0
SURE = 2.0
SURE_AGAIN = 0.5
"""For a device that was here before its silence."""
EXIT_BUFFER_M = 30.0
PINGS = 1.75
"""Two pings in a row, or three when none of them says its accuracy: such a ping counts as UNKNOWN_WEIGHT."""
UNKNOWN_WEIGHT = 0.75

Kind = Literal["enter", "dwell", "exit", "reopen"]
Source = Literal["server", "device", "inferred"]
Verdict = Literal["used", "unsure", "late", "inaccurate"]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A ping as presence sees it: the device's time, and metres to the borders of all geofences within reach."""

    at: float
    accuracy_m: float | None
    distances: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Transition:
    kind: Kind
    fence_id: str
    at: float
    source: Source
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """`transitions` in the order in which they happened: exits before enters, then by the geofence's id."""

    presence: Presence
    transitions: tuple[Transition, ...]
    verdict: Verdict


def step(presence: Presence | None, sighting: Sighting, index: FenceIndex, *, received_at: float) -> Step:
    """What one sighting changes. Safe to repeat: a sighting not newer than the last one changes nothing."""
    if presence is not None and sighting.at <= presence.last_at:
        return Step(presence, (), "late")
    known = presence is not None and received_at - presence.heard_at < HEARD_WITHIN_S
    before = presence or Presence(sighting.at, received_at, index.version)
    if sighting.accuracy_m is not None and sighting.accuracy_m > LIMIT_M:
        return Step(before, (), "inaccurate")
    # a silence that nobody ticked is seen by the next ping; dwells that fall due are the ping's own business
    waited = tick(before, index, now=received_at) if _is_silent(before, received_at) else Step(before, (), "used")
    settled = reconcile(waited.presence, index, now=sighting.at)
    moved = _Move(settled.presence, sighting, index, known=known)
    for fence_id in sorted({*sighting.distances, *moved.inside, *moved.pending}):
        fence = index.by_id.get(fence_id)
        if fence is None:  # an older index than the one that let it in: not ours to judge
            continue
        if fence_id in moved.inside:
            moved.judge_inside(fence)
        else:
            moved.judge_outside(fence)
    transitions = (*waited.transitions, *settled.transitions, *moved.transitions())
    after = moved.presence(received_at)
    return Step(after, transitions, "unsure" if moved.unsure and not transitions else "used")


def tick(presence: Presence, index: FenceIndex, *, now: float) -> Step:
    """What the time changes until `now` (server): dwells that are due, and exits at `last_at` of a device fallen silent."""
    silent = _is_silent(presence, now)
    inside, transitions = dict(presence.inside), []
    for fence_id, stay in sorted(presence.inside.items()):
        due = _dwell_due(presence, fence_id, stay, index)
        # of a silent device nobody knows how long it stayed, but that it was there when last heard
        if due is not None and due <= (min(now, presence.heard_at) if silent else now):
            at = stay.since + (index.by_id[fence_id].dwell_s or 0)
            transitions.append(Transition("dwell", fence_id, at, "inferred"))
            inside[fence_id] = replace(stay, dwelled=True)
    if not silent:
        return Step(replace(presence, inside=inside), tuple(transitions), "used")
    left = {i: at for i, at in presence.left.items() if presence.last_at - at <= REOPEN_WITHIN_S}
    stays = {i: stay for i, stay in presence.stays_left.items() if i in left}
    for fence_id in sorted(inside):
        transitions.append(Transition("exit", fence_id, presence.last_at, "inferred"))
        left[fence_id] = presence.last_at
        stays[fence_id] = Stay(inside[fence_id].since, inside[fence_id].dwelled)
    return Step(replace(presence, inside={}, pending={}, left=left, stays_left=stays), tuple(transitions), "used")


def due_at(presence: Presence, index: FenceIndex) -> float:
    """Server time of the next tick worth making. With nobody inside and nothing pending, the presence may be dropped then."""
    if presence.inside or presence.pending:
        dwells = (_dwell_due(presence, fence_id, stay, index) for fence_id, stay in presence.inside.items())
        return min([_silent_at(presence), *(due for due in dwells if due is not None)])
    forgotten = presence.heard_at + SILENCE_FACTOR * WATCH_OUTSIDE_S
    return max(
        [forgotten, *(presence.heard_at + at - presence.last_at + REOPEN_WITHIN_S for at in presence.left.values())]
    )


def reconcile(presence: Presence, index: FenceIndex, *, now: float) -> Step:
    """Exits from geofences that are gone, or became others under the same id since the device came in.

    An index older than one seen before changes nothing.
    """
    if index.version < max(presence.version, presence.reconciled):
        return Step(presence, (), "used")
    gone = [i for i, stay in sorted(presence.inside.items()) if _is_gone(index.by_id.get(i), stay)]
    pending = {i: p for i, p in presence.pending.items() if i in index.by_id}
    left = {i: at for i, at in presence.left.items() if i in index.by_id}
    stays = {i: stay for i, stay in presence.stays_left.items() if i in left}
    inside = {i: stay for i, stay in presence.inside.items() if i not in gone}
    after = replace(presence, inside=inside, pending=pending, left=left, stays_left=stays, reconciled=index.version)
    return Step(after, tuple(Transition("exit", i, now, "server", "geofence_changed") for i in gone), "used")


class _Move:
    """One sighting at work on one presence."""

    def __init__(self, before: Presence, sighting: Sighting, index: FenceIndex, *, known: bool) -> None:
        self.before, self.sighting, self.index, self.known = before, sighting, index, known
        self.inside, self.pending = dict(before.inside), dict(before.pending)
        self.left = {i: at for i, at in before.left.items() if sighting.at - at <= REOPEN_WITHIN_S}
        self.knows_accuracy = sighting.accuracy_m is not None
        self.weight = 1.0 if self.knows_accuracy else UNKNOWN_WEIGHT
        self.accuracy = max(UNKNOWN_M if sighting.accuracy_m is None else sighting.accuracy_m, LEAST_M)
        self.unsure = False
        self._exits: list[Transition] = []
        self._enters: list[Transition] = []
        self._dwells: list[Transition] = []

    def judge_inside(self, fence: Fence) -> None:
        stay = self.inside[fence.id]
        distance = self.sighting.distances.get(fence.id)
        if distance is not None and distance <= EXIT_BUFFER_M + self.accuracy:
            self.unsure |= distance > 0
            if distance <= 0:
                stay = replace(stay, out_count=0)
            self.inside[fence.id] = self._dwell(fence, stay)
            return
        stay = replace(stay, out_count=stay.out_count + self.weight)
        self.inside[fence.id] = stay
        beyond_reach = distance is None and self.knows_accuracy
        if beyond_reach or stay.out_count >= PINGS:
            del self.inside[fence.id]
            self._exits.append(Transition("exit", fence.id, self.sighting.at, "server"))

    def judge_outside(self, fence: Fence) -> None:
        distance = self.sighting.distances.get(fence.id)
        depth = -distance / self.accuracy if distance is not None else -SURE
        pending = self.pending.get(fence.id)
        created = pending.created if pending else self.known and fence.since > self.before.version
        if depth < -UNSURE:
            self.pending.pop(fence.id, None)
            return
        if depth < UNSURE:
            self.unsure = True
            if created and not pending:
                self.pending[fence.id] = Pending(0, 0.0, created=True)
            return
        pending = Pending(
            (pending.count if pending else 0) + self.weight, (pending.depth if pending else 0.0) + depth, created
        )
        sure = SURE_AGAIN if fence.id in self.left else SURE
        if (self.knows_accuracy and depth >= sure) or (pending.count >= PINGS and pending.depth >= ENOUGH):
            self._enter(fence, created=created)
        else:
            self.pending[fence.id] = pending

    def _enter(self, fence: Fence, *, created: bool) -> None:
        at, version = self.sighting.at, self.index.version
        self.pending.pop(fence.id, None)
        if self.left.pop(fence.id, None) is not None:
            old = self.before.stays_left.get(fence.id, Stay(at))
            stay = Inside(old.since, old.dwelled, version=version)
            self._enters.append(Transition("reopen", fence.id, at, "server"))
        else:
            stay = Inside(at, version=version)
            reason = "geofence_created" if created else None
            self._enters.append(Transition("enter", fence.id, at, "server", reason))
        self.inside[fence.id] = self._dwell(fence, stay)

    def _dwell(self, fence: Fence, stay: Inside) -> Inside:
        if stay.dwelled or fence.dwell_s is None or self.sighting.at - stay.since < fence.dwell_s:
            return stay
        self._dwells.append(Transition("dwell", fence.id, self.sighting.at, "server"))
        return replace(stay, dwelled=True)

    def transitions(self) -> list[Transition]:
        return [*self._exits, *self._enters, *self._dwells]

    def presence(self, received_at: float) -> Presence:
        version = max(self.before.version, self.index.version)
        stays = {i: stay for i, stay in self.before.stays_left.items() if i in self.left}
        return Presence(
            self.sighting.at,
            received_at,
            version,
            self.inside,
            self.pending,
            self.left,
            stays,
            self.before.reconciled,
        )


def _silent_at(presence: Presence) -> float:
    return presence.heard_at + SILENCE_FACTOR * WATCH_INSIDE_S


def _is_silent(presence: Presence, now: float) -> bool:
    return now >= _silent_at(presence) and bool(presence.inside or presence.pending)


def _dwell_due(presence: Presence, fence_id: str, stay: Inside, index: FenceIndex) -> float | None:
    """Server time: the device's clock is taken to run on from the last ping, whatever it showed then."""
    fence = index.by_id.get(fence_id)
    if fence is None or fence.dwell_s is None or stay.dwelled:
        return None
    return presence.heard_at + (stay.since + fence.dwell_s - presence.last_at)


def _is_gone(fence: Fence | None, stay: Inside) -> bool:
    return fence is None or (stay.version is not None and fence.since > stay.version)
