"""Which geofences one device is in: `step` for a ping, `tick` for time that passes, `reconcile` for edits; `hearing` has the phone's own transitions.

Pure: presence and a sighting in, presence and transitions out. Why these rules and thresholds: docs/decisions/0003.

A geofence's border is `distance` metres away, negative inside; `accuracy` is the reported one, at least 15 m.

    not inside  depth / accuracy over pings in a row that are inside, at least two, makes 1  ->  enter
                or 2 on a single ping; a ping surely outside starts anew
    (a ping without an accuracy counts 50 m, and it takes three of them where two others do)
    inside      two pings in a row more than 30 m + accuracy outside, or one beyond reach  ->  exit
    else        unsure: nothing changes

Evidence counts no seconds between two pings: a recording replayed faster gives the same transitions. Only a ping so far away that
nobody could have come there is set aside, until the next one agrees with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from geofences.fence_index import Fence, FenceIndex
from geofences.remembered import Inside, Left, Pending, Presence, Spot
from geofences.teleports import CELL_LASTS_S, doubting, is_jump, is_suspect

__all__ = [
    "Inside",
    "Left",
    "Pending",
    "Presence",
    "Sighting",
    "Step",
    "Transition",
    "due_at",
    "reconcile",
    "step",
    "tick",
]

WATCH_INSIDE_S = 300
"""Inside or undecided, the phone pings again after this at the latest."""
WATCH_OUTSIDE_S = 900
SILENCE_FACTOR = 3
"""Silent for this many times what it was asked for, the device has left."""
REOPEN_WITHIN_S = 3600
"""Seen inside again this soon after an inferred exit, it never left."""
JUMPED = "jumped"
"""The reason of an exit that nobody walked: the device was believed to be where it can not have come. See `_Move.jumped`."""
LEFT_LASTS_S = {
    "inferred": REOPEN_WITHIN_S,
    JUMPED: REOPEN_WITHIN_S,
    "device": SILENCE_FACTOR * WATCH_INSIDE_S,
    "server": WATCH_INSIDE_S,
}
"""How long an exit is of use. One that only the phone saw may be mistaken for as long as the server, without it, would have gone on
believing that the device is inside. One that pings saw is never reopened: it keeps the phone's late word for the same visit from beginning another."""
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
Verdict = Literal["used", "unsure", "late", "inaccurate", "suspect"]
"""What became of a ping."""
Outcome = Literal["used", "known", "late", "inaccurate", "contradicted", "unsure", "unknown_geofence"]
"""What became of a phone's own transition. `known`: nothing new; `contradicted`: the phone's own position, or its last ping, says
otherwise; `unsure`: pings have to tell."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A ping as presence sees it: the device's time, metres to the borders of all geofences within reach, and its cell.

    Without a cell it is taken to be where it can be.
    """

    at: float
    accuracy_m: float | None
    distances: Mapping[str, float]
    cell: int | None = None


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
    verdict: Verdict | Outcome


def step(presence: Presence | None, sighting: Sighting, index: FenceIndex, *, received_at: float) -> Step:
    """What one sighting changes. Safe to repeat: a sighting not newer than the last one changes nothing."""
    if presence is not None and sighting.at <= presence.newest_ping:
        return Step(presence, (), "late")
    known = is_known(presence, received_at)
    before = presence or Presence(sighting.at, received_at, index.version)
    if sighting.accuracy_m is not None and sighting.accuracy_m > LIMIT_M:
        return Step(before, (), "inaccurate")
    if is_suspect(before, sighting.cell, sighting.at):
        return Step(doubting(before, sighting.cell, sighting.at), (), "suspect")
    if not (sighting.distances or before.inside or before.pending or before.left):  # near nothing, as most devices
        return Step(_after(_edited(before, index), sighting, index, received_at=received_at), (), "used")
    settled = settle(before, index, at=sighting.at, received_at=received_at)
    moved = _Move(settled.presence, sighting, index, known=known)
    for fence_id in sorted({*sighting.distances, *moved.inside, *moved.pending, *moved.left}):
        fence = index.by_id.get(fence_id)
        if fence is None:  # an older index than the one that let it in: not ours to judge
            continue
        if fence_id in moved.inside:
            moved.judge_inside(fence)
        else:
            moved.judge_outside(fence)
    transitions = (*settled.transitions, *moved.transitions())
    held = replace(settled.presence, inside=moved.inside, pending=moved.pending, left=moved.left)
    after = _after(held, sighting, index, received_at=received_at)
    return Step(after, transitions, "unsure" if moved.unsure and not transitions else "used")


def settle(before: Presence, index: FenceIndex, *, at: float, received_at: float) -> Step:
    """What was due before the device was heard: a silence that nobody ticked, and edits. Dwells that fall due are the caller's.

    A silence is told by either clock: pings of three days ago may come a second before those of now.
    """
    now = max(received_at, before.heard_at + at - before.last_at)
    waited = tick(before, index, now=now) if is_silent(before, now) else Step(before, (), "used")
    edited = reconcile(waited.presence, index, now=at)
    return Step(edited.presence, (*waited.transitions, *edited.transitions), "used")


def is_known(presence: Presence | None, received_at: float) -> bool:
    """Whether an enter into a geofence that is newer than the presence is the geofence's doing."""
    return presence is not None and received_at - presence.heard_at < HEARD_WITHIN_S


def tick(presence: Presence, index: FenceIndex, *, now: float) -> Step:
    """What the time changes until `now` (server): dwells that are due, and exits at `last_at` of a device fallen silent."""
    silent = is_silent(presence, now)
    inside, transitions = dict(presence.inside), list[Transition]()
    for fence_id, stay in sorted(presence.inside.items()):
        due = _dwell_due(presence, fence_id, stay, index)
        # of a silent device nobody knows how long it stayed, but that it was there when last heard
        if due is not None and due <= (min(now, presence.heard_at) if silent else now):
            at = stay.since + (index.by_id[fence_id].dwell_s or 0)
            transitions.append(Transition("dwell", fence_id, at, "inferred"))
            inside[fence_id] = replace(stay, dwelled=True)
    if now - presence.heard_at >= CELL_LASTS_S:
        presence = replace(presence, seen=None, suspect=None)
    if not silent:
        return Step(replace(presence, inside=inside), tuple(transitions), "used")
    left = left_of_use(presence, presence.last_at)
    for fence_id in sorted(inside):
        transitions.append(Transition("exit", fence_id, presence.last_at, "inferred"))
        left[fence_id] = Left(presence.last_at, "inferred", inside[fence_id].since, inside[fence_id].dwelled)
    return Step(replace(presence, inside={}, pending={}, left=left), tuple(transitions), "used")


def due_at(presence: Presence, index: FenceIndex) -> float:
    """Server time of the next tick worth making. With nobody inside and nothing pending, the presence may be dropped then."""
    if presence.inside or presence.pending:
        dwells = (_dwell_due(presence, fence_id, stay, index) for fence_id, stay in presence.inside.items())
        return min([_silent_at(presence), *(due for due in dwells if due is not None)])
    if presence.seen is not None or presence.suspect is not None:
        return presence.heard_at + CELL_LASTS_S
    forgotten = presence.heard_at + SILENCE_FACTOR * WATCH_OUTSIDE_S
    ends = (presence.heard_at + left.at - presence.last_at + LEFT_LASTS_S[left.by] for left in presence.left.values())
    return max([forgotten, *ends])


def reconcile(presence: Presence, index: FenceIndex, *, now: float) -> Step:
    """Exits from geofences that are gone, or became others under the same id since the device came in.

    An index older than one seen before changes nothing.
    """
    if index.version < max(presence.version, presence.reconciled):
        return Step(presence, (), "used")
    gone = [i for i, stay in sorted(presence.inside.items()) if _is_gone(index.by_id.get(i), stay)]
    pending = {i: p for i, p in presence.pending.items() if i in index.by_id}
    left = {i: one for i, one in presence.left.items() if i in index.by_id}
    inside = {i: stay for i, stay in presence.inside.items() if i not in gone}
    after = replace(_edited(presence, index), inside=inside, pending=pending, left=left)
    return Step(after, tuple(Transition("exit", i, now, "server", "geofence_changed") for i in gone), "used")


def _edited(presence: Presence, index: FenceIndex) -> Presence:
    """With the edits up to this index looked at."""
    known = index.version <= presence.reconciled or index.version < presence.version
    return presence if known else replace(presence, reconciled=index.version)


def left_of_use(presence: Presence, at: float) -> dict[str, Left]:
    """The exits that at this time (device's) still are of use."""
    return {i: left for i, left in presence.left.items() if at - left.at <= LEFT_LASTS_S[left.by]}


class _Move:
    """One sighting at work on one presence."""

    def __init__(self, before: Presence, sighting: Sighting, index: FenceIndex, *, known: bool) -> None:
        self.before, self.sighting, self.index, self.known = before, sighting, index, known
        self.inside, self.pending = dict(before.inside), dict(before.pending)
        self.left = left_of_use(before, sighting.at)
        self.knows_accuracy = sighting.accuracy_m is not None
        self.weight = 1.0 if self.knows_accuracy else UNKNOWN_WEIGHT
        self.accuracy = max(UNKNOWN_M if sighting.accuracy_m is None else sighting.accuracy_m, LEAST_M)
        self.jumped = is_jump(before, sighting.cell, sighting.at)
        """Two phones of one token, or a position that was wrong for two pings: who comes back within the hour goes on with the stay.
        Pings at the other place do not make the exit final, or two phones would make a new visit with every other ping."""
        self.unsure = False
        self._exits: list[Transition] = []
        self._enters: list[Transition] = []
        self._dwells: list[Transition] = []

    def judge_inside(self, fence: Fence) -> None:
        stay = self.inside[fence.id]
        if self.sighting.at < stay.since:  # the phone told this enter later than where it then was
            return
        distance = self.sighting.distances.get(fence.id)
        if not self._is_out(distance):
            assert distance is not None
            self.unsure |= distance > 0
            if distance <= 0:
                stay = replace(stay, out_count=0)
            self.inside[fence.id] = self._dwell(fence, stay)
            return
        stay = replace(stay, out_count=stay.out_count + self.weight)
        self.inside[fence.id] = stay
        beyond_reach = distance is None and self.knows_accuracy
        if beyond_reach or self.jumped or stay.out_count >= PINGS:
            by = JUMPED if self.jumped else "server"
            del self.inside[fence.id]
            self.left[fence.id] = Left(self.sighting.at, by, stay.since, stay.dwelled)
            reason = JUMPED if self.jumped else None
            self._exits.append(Transition("exit", fence.id, self.sighting.at, "server", reason))

    def judge_outside(self, fence: Fence) -> None:
        distance = self.sighting.distances.get(fence.id)
        left = self.left.get(fence.id)
        if left is not None:
            if self.sighting.at <= left.at:  # from before an exit that is known
                return
            self._doubt_or_believe(fence.id, left, distance)
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
        sure = SURE_AGAIN if left is not None and left.by == "inferred" and fence.id in self.left else SURE
        if (self.knows_accuracy and depth >= sure) or (pending.count >= PINGS and pending.depth >= ENOUGH):
            self._enter(fence, created=created)
        else:
            self.pending[fence.id] = pending

    def _is_out(self, distance: float | None) -> bool:
        """Whether this ping tells of an exit; None is beyond reach."""
        return distance is None or distance > EXIT_BUFFER_M + self.accuracy

    def _doubt_or_believe(self, fence_id: str, left: Left, distance: float | None) -> None:
        """An exit that no ping saw is final once pings see what would have been one; that of a jump is not."""
        if left.by == JUMPED:
            return
        out_count = left.out_count + self.weight if self._is_out(distance) else left.out_count
        if distance is not None and distance <= 0:
            out_count = 0
        if left.by != "server" and ((distance is None and self.knows_accuracy) or out_count >= PINGS):
            del self.left[fence_id]
        else:
            self.left[fence_id] = replace(left, out_count=out_count)

    def _enter(self, fence: Fence, *, created: bool) -> None:
        at, version = self.sighting.at, self.index.version
        self.pending.pop(fence.id, None)
        stay, transition = come_in(self.left.pop(fence.id, None), fence, at, version, created=created)
        self._enters.append(transition)
        self.inside[fence.id] = self._dwell(fence, stay)

    def _dwell(self, fence: Fence, stay: Inside) -> Inside:
        if stay.dwelled or fence.dwell_s is None or self.sighting.at - stay.since < fence.dwell_s:
            return stay
        self._dwells.append(Transition("dwell", fence.id, self.sighting.at, "server"))
        return replace(stay, dwelled=True)

    def transitions(self) -> list[Transition]:
        return [*self._exits, *self._enters, *self._dwells]


def _after(held: Presence, sighting: Sighting, index: FenceIndex, *, received_at: float) -> Presence:
    """With this sighting as the newest ping; what is held of geofences is judged already."""
    at = sighting.at
    newest = at >= held.last_at
    seen = held.seen if sighting.cell is None else Spot(at, sighting.cell)
    return Presence(
        at if newest else held.last_at,
        received_at if newest else held.heard_at,
        max(held.version, index.version),
        held.inside,
        held.pending,
        held.left,
        held.reconciled,
        None if newest else at,
        seen if seen is not None and at - seen.at <= CELL_LASTS_S else None,
    )


def come_in(
    left: Left | None, fence: Fence, at: float, version: int, *, created: bool, source: Source = "server"
) -> tuple[Inside, Transition]:
    """The stay that begins, or goes on where the exit was inferred or the phone's own; and what is told of it."""
    if left is not None and left.by != "server" and left.since is not None:
        return Inside(left.since, left.dwelled, version=version), Transition("reopen", fence.id, at, source)
    reason = "geofence_created" if created else None
    return Inside(at, version=version), Transition("enter", fence.id, at, source, reason)


def _silent_at(presence: Presence) -> float:
    return presence.heard_at + SILENCE_FACTOR * WATCH_INSIDE_S


def is_silent(presence: Presence, now: float) -> bool:
    return now >= _silent_at(presence) and bool(presence.inside or presence.pending)


def _dwell_due(presence: Presence, fence_id: str, stay: Inside, index: FenceIndex) -> float | None:
    """Server time: the device's clock is taken to run on from the last ping, whatever it showed then."""
    fence = index.by_id.get(fence_id)
    if fence is None or fence.dwell_s is None or stay.dwelled:
        return None
    return presence.heard_at + (stay.since + fence.dwell_s - presence.last_at)


def _is_gone(fence: Fence | None, stay: Inside) -> bool:
    return fence is None or (stay.version is not None and fence.since > stay.version)
