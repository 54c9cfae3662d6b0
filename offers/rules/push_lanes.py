"""Ways out to the push services: how fast they go, when they pause, and when we doubt ourselves rather than the addresses. Pure."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

ALARM_PAUSE = timedelta(minutes=5)
THROTTLE_PAUSE = timedelta(seconds=60)
"""Where a service that is asked too much names no time. Firebase: Retry-After, or else a minute."""
TRY_PAUSE = timedelta(seconds=30)
"""For as long the others wait for what becomes of a small batch that tries."""
TRIED = 5
"""Messages of that batch."""
RAMP = timedelta(seconds=60)
"""From a lane's lowest pace back to all of it. Firebase: no faster than in a minute."""
LEAST_PACE = 5
PACE_PAUSE = timedelta(seconds=1)
"""How long a message waits at least that its lane's pace holds back."""
BURST = timedelta(seconds=1)
"""Where there is a rate, what may go at once after a while in which nothing went."""

LEAST_ANSWERED = 100
MOST_MISMATCHED = 0.05
FORGET_AT = 500
"""Answers after which both counts are halved, so that what was long ago weighs little."""


@dataclass(frozen=True, slots=True)
class LaneState:
    """A lane's row, as plain values."""

    name: str
    paused_until: datetime | None = None
    reason: str | None = None
    alarm: bool = False
    answered: int = 0
    mismatched: int = 0
    pace: int = 100
    pace_at: datetime | None = None
    """When the ramp back to 100 begins."""
    since: datetime | None = None
    """When what `reason` says began."""

    def pauses(self, now: datetime) -> bool:
        return self.paused_until is not None and self.paused_until > now

    def may_try(self, now: datetime) -> bool:
        """Whether its alarm has waited long enough for a small batch to see if it still stands."""
        return self.alarm and not self.pauses(now)

    def is_braked(self) -> bool:
        """Whether so many addresses are said to be another sender's that it is rather us."""
        return self.mismatched > MOST_MISMATCHED * max(self.answered, LEAST_ANSWERED)

    def pace_now(self, now: datetime) -> int:
        """Per cent."""
        if self.pace >= 100 or self.pace_at is None:
            return 100
        gone = min(1.0, max(0.0, (now - self.pace_at) / RAMP))
        return int(self.pace + (100 - self.pace) * gone)


def trouble_in_words(state: LaneState) -> str | None:
    """What a person must look into, of a way out; none where it is well or heals by itself without one."""
    if state.alarm:
        since = f" since {state.since:%Y-%m-%d %H:%M} UTC" if state.since else ""
        return f"{state.name} is paused{since}: {state.reason or 'refused'}"
    if state.is_braked():
        ours = "VAPID key" if state.name == "web_push" else "Firebase project"
        return (
            f"more than {MOST_MISMATCHED:.0%} of the addresses of {state.name} belong to another sender: "
            f"is this the right {ours}? None is given up meanwhile"
        ).replace("%", " %")
    return None


@dataclass(frozen=True, slots=True)
class Rate:
    """Messages a second over all processes, by when the next one is free (GCRA): a second's worth may go at once."""

    per_s: int
    next_free_at: datetime | None

    @property
    def _each(self) -> timedelta:
        return timedelta(seconds=1 / self.per_s)

    def free(self, now: datetime, most: int) -> int:
        """How many may go now, `most` at most."""
        room = now + max(BURST, self._each) - max(self.next_free_at or now, now)
        # a microsecond is what is lost when moments are written down
        return max(0, min(most, math.floor((room + timedelta(microseconds=1)) / self._each)))

    def after(self, now: datetime, number: int) -> datetime:
        """When the next one is free after so many have been taken."""
        return max(self.next_free_at or now, now) + number * self._each

    def given_back(self, number: int) -> datetime | None:
        return self.next_free_at and self.next_free_at - number * self._each


def counted(answered: int, mismatched: int) -> tuple[int, int]:
    """Both counts, halved together when they have grown old."""
    while answered >= FORGET_AT:
        answered, mismatched = answered // 2, mismatched // 2
    return answered, mismatched


def slower(pace: int) -> int:
    return max(LEAST_PACE, pace // 2)


def let_through(number: int, pace: int) -> int:
    """How many of a batch's messages a lane may send at this pace; one at least, so that it is heard how it is."""
    return max(1, math.ceil(number * pace / 100)) if number else 0


@dataclass(frozen=True, slots=True)
class Wait:
    reason: str
    until: datetime
    paced: bool = False
    """Kept by the pace, not by a pause: it has used what it may of the rate."""


class Ways:
    """Which messages of one batch may take their way out now. Asked once a message, in the order in which they go."""

    def __init__(
        self, states: Mapping[str, LaneState], tries: Collection[str], now: datetime, batch: Mapping[str, int]
    ) -> None:
        """`tries`: lanes with an alarm of which this batch may send a few. `batch`: how many of its messages are of each lane."""
        self._states, self._now = states, now
        self._tries = dict.fromkeys(tries, TRIED)
        self._paced: dict[str, int] = {}
        for name, state in states.items():
            if (pace := state.pace_now(now)) < 100:
                under = sum(number for lane, number in batch.items() if lane == name or lane.startswith(f"{name}:"))
                self._paced[name] = let_through(under, pace)

    def wait(self, lanes: Sequence[str]) -> Wait | None:
        """Whether a message must wait that goes by these lanes, the widest first; where not, it is on its way."""
        for name in lanes:
            if wait := self._wait_of(name):
                return wait
        for left in (self._tries, self._paced):
            for name in lanes:
                if name in left:
                    left[name] -= 1
        return None

    def _wait_of(self, name: str) -> Wait | None:
        state = self._states.get(name)
        if state is None:
            return None
        reason = state.reason or "lane_paused"
        if state.pauses(self._now):
            return Wait(reason, state.paused_until or self._now)
        if state.alarm and self._tries.get(name, 0) <= 0:
            return Wait(reason, self._now + TRY_PAUSE)
        if self._paced.get(name, 1) <= 0:
            return Wait(reason, self._now + PACE_PAUSE, paced=True)
        return None
