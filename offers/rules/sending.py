"""What follows from what a push service answered: sent, over, or once more and when. Pure; docs/decisions/0011-sent-once.md says why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

FIRST_WAIT_S = 10.0
"""Firebase's guide on scaling: no retry sooner than this; then twice as long each time."""
LONGEST_WAIT_S = 300.0
LONGEST_DOUBT_S = 1800.0
SPREAD, SPREAD_OF_ASKED = 0.5, 0.2
"""So much longer a wait may be by chance: what failed together is not to come back together. Where the service named a wait, by less."""
AFTER_A_PAUSE_S = 30.0
"""Over so many seconds the messages of a lane come back when its pause is over."""
LONGEST_ASKED_S = 30 * 86_400.0
"""No message lives longer; what a service may say is anything."""
A_MOMENT = timedelta(seconds=1)
"""A message that could go only when less than this is left of its life does not wait for that."""


SERVICE = frozenset({"order", "reply"})
"""Kinds of messages that somebody waits for: sent at least once, since the next of one tag takes the place of the first on a screen, and told on
another device where one can not be told."""
ELSEWHERE = frozenset(
    {
        "unregistered",
        "sender_mismatch",
        "bad_token",
        "subscription_gone",
        "vapid_mismatch",
        "bad_subscription",
        "unknown_service",
        "no_push_service",
        "no_reachable_device",
    }
)
"""Why one device can not be told, which says nothing of another."""


class Answer(Protocol):
    """What a push port said of a message: `offers.push.Outcome`."""

    @property
    def state(self) -> Literal["sent", "failed", "waiting", "unknown"]: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def retry_after_s(self) -> float | None: ...
    @property
    def address(self) -> Literal["dead", "mismatched"] | None: ...
    @property
    def alarm(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Tried:
    """A delivery at the end of an attempt."""

    kind: str
    attempts: int
    """This one included."""
    doubts: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    state: Literal["sent", "failed", "queued", "unknown", "expired"]
    reason: str | None
    attempts: int
    doubts: int
    not_before: datetime | None = None
    """When it may go again, of what is queued."""
    fault: str | None = None
    """What kept it, of what ran out of its life."""
    retire: Literal["dead", "mismatched"] | None = None
    """What is wrong with the address, where it is that."""


def next_step(answer: Answer, tried: Tried, *, now: datetime, dice: float, pause_ends: datetime | None = None) -> Step:
    """`dice`: in [0, 1). `pause_ends`: when the way out of this message goes on, where it pauses."""
    if answer.state == "sent":
        return Step("sent", answer.reason, tried.attempts, tried.doubts)
    if answer.state == "failed" and answer.reason == "too_late":  # a port's own look at its life: the same as ours
        return life_over(tried, None)
    if answer.state == "failed":
        return Step("failed", answer.reason, tried.attempts, tried.doubts, retire=answer.address)
    if answer.state == "unknown":
        return _in_doubt(answer, tried, now, dice)
    if pause_ends is not None and pause_ends > now:
        # credentials that are refused are nobody's message: the attempt does not count
        attempts = tried.attempts - 1 if answer.alarm else tried.attempts
        return put_off(tried, answer.reason, _back_after(pause_ends, now, answer, dice), attempts=attempts)
    wait_s = _longer(_doubled(tried.attempts - 1, LONGEST_WAIT_S), SPREAD, answer.retry_after_s, dice)
    return put_off(tried, answer.reason, now + timedelta(seconds=wait_s), attempts=tried.attempts)


def goes_elsewhere(kind: str, state: str, reason: str | None) -> bool:
    """Whether the customer's next device is told instead: of what they wait for alone, since an offer goes to all of them at once."""
    return kind in SERVICE and state == "failed" and reason in ELSEWHERE


def put_off(tried: Tried, reason: str | None, until: datetime, *, attempts: int, doubts: int | None = None) -> Step:
    """Queued until then, or over where that is past its life."""
    doubts = tried.doubts if doubts is None else doubts
    if until > tried.expires_at - A_MOMENT:
        return life_over(tried, reason, attempts=attempts, doubts=doubts)
    return Step("queued", reason, attempts, doubts, until)


def life_over(tried: Tried, fault: str | None, *, attempts: int | None = None, doubts: int | None = None) -> Step:
    """Its life ended while it waited: never sent, unless nobody could tell of an attempt before."""
    attempts = tried.attempts if attempts is None else attempts
    doubts = tried.doubts if doubts is None else doubts
    if doubts:
        return Step("unknown", fault or "too_late", attempts, doubts)
    return Step("expired", "too_late", attempts, doubts, fault=fault)


def after_the_pause(pause_ends: datetime, dice: float) -> datetime:
    """When a message of a way out that pauses may go: not all of them at once."""
    return pause_ends + timedelta(seconds=AFTER_A_PAUSE_S * dice)


def _in_doubt(answer: Answer, tried: Tried, now: datetime, dice: float) -> Step:
    if tried.kind not in SERVICE:
        return Step("unknown", answer.reason, tried.attempts, tried.doubts)
    wait_s = _longer(_doubled(tried.doubts, LONGEST_DOUBT_S), SPREAD, answer.retry_after_s, dice)
    until = now + timedelta(seconds=wait_s)
    return put_off(tried, answer.reason, until, attempts=tried.attempts, doubts=tried.doubts + 1)


def _back_after(pause_ends: datetime, now: datetime, answer: Answer, dice: float) -> datetime:
    asked = now + timedelta(seconds=_longer(0.0, 0.0, answer.retry_after_s, dice))
    return max(after_the_pause(pause_ends, dice), asked)


def _doubled(times: int, longest_s: float) -> float:
    return float(min(FIRST_WAIT_S * 2 ** min(max(times, 0), 30), longest_s))


def _longer(wait_s: float, spread: float, asked_s: float | None, dice: float) -> float:
    """The longer of our own wait and the one that was asked for, each with its spread."""
    return max(wait_s * (1 + spread * dice), min(asked_s or 0.0, LONGEST_ASKED_S) * (1 + SPREAD_OF_ASKED * dice))
