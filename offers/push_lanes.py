"""The ways out to the push services: the rate over all of them, and what is learnt of each from its answers."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from offers.push import Outcome, lanes_above
from offers.records.database import clock
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import push_lanes as queries
from offers.records.tables import PushLane
from offers.rules import push_lanes as rules
from offers.rules.push_lanes import Rate
from offers.rules.sending import LONGEST_ASKED_S


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is new of some ways out: for a log, once."""

    alarmed: list[tuple[str, str]]
    """Lane and reason."""
    healed: list[str]
    braked: list[str]
    alone: Mapping[str, int]
    """By reason how many messages a person must look into whose way out is well."""


def take_from_rate(session: Session, most: int, *, now: datetime) -> int:
    """How many messages may be handed over now, `most` at most; taken from the rate in a transaction of its own.

    Without a rate all of them, and nothing is written.
    """
    per_s = campaign_queries.limits_now(session).delivery_rate
    if per_s is None or not most:
        return most
    row = queries.lanes_locked(session, [queries.ALL])[queries.ALL]
    rate = Rate(per_s, row.next_free_at)
    free = rate.free(now, most)
    if free:
        row.next_free_at = rate.after(now, free)
    session.flush()
    return free


def give_back_to_rate(session: Session, number: int) -> None:
    """What was taken and not used."""
    per_s = campaign_queries.limits_now(session).delivery_rate
    if per_s is None or number <= 0:
        return
    row = queries.lanes_locked(session, [queries.ALL])[queries.ALL]
    row.next_free_at = Rate(per_s, row.next_free_at).given_back(number)
    session.flush()


def learn_of_lanes(session: Session, answers: Sequence[tuple[str, Outcome]], *, now: datetime) -> Learnt:
    """Write what these answers say of the ways out, each with its message's lane; in a transaction of its own, before they are recorded.

    So that the brake holds for the batch that shows what is wrong. What a way out refuses beside what it accepts is not its own trouble: one
    message, or one app of several, pauses nobody.
    """
    asked = {lane for lane, _ in answers} | {one.lane for _, one in answers if one.lane}
    known = queries.lane_states(session)
    alarmed = {name for name, one in known.items() if one.alarm}
    accepted = {above for lane, one in answers if one.state == "sent" for above in lanes_above(lane)}
    rows = queries.lanes_locked(session, asked | (alarmed & accepted))
    healed = [name for name in sorted(accepted) if name in rows and _heal(rows[name])]
    told = []
    alone = Counter(
        one.reason or "refused" for _, one in answers if one.alarm and (not one.lane or one.lane in accepted)
    )
    heard = (one for _, one in answers if not (one.alarm and one.lane in accepted))
    for name, outcome in _worst(heard).items():
        row = rows[name]
        if outcome.alarm:
            if not row.alarm:
                told.append((name, outcome.reason or "refused"))
                row.since = now
            row.alarm, row.reason = True, outcome.reason
            row.paused_until = max(row.paused_until or now, now + max(rules.ALARM_PAUSE, _asked(outcome)))
        else:
            _slow_down(row, outcome, now)
    braked = _count(rows, answers)
    session.flush()
    return Learnt(told, healed, braked, alone)


@dataclass(frozen=True, slots=True)
class LaneNow:
    """A way out as it is now."""

    name: str
    is_paused: bool
    is_braked: bool
    pace: int
    """Per cent."""
    trouble: str | None
    """What a person must look into."""
    is_alarm: bool = False
    reason: str | None = None
    """Why it pauses, or paused last."""
    since: datetime | None = None
    paused_until: datetime | None = None


def lanes_now(session: Session) -> list[LaneNow]:
    """Every way out of which anything is known, by name; by the database's clock."""
    now = clock(session)
    return [
        LaneNow(
            one.name,
            one.pauses(now),
            one.is_braked(),
            one.pace_now(now),
            rules.trouble_in_words(one),
            one.alarm,
            one.reason,
            one.since,
            one.paused_until,
        )
        for one in queries.lane_states(session).values()
    ]


def _heal(row: PushLane) -> bool:
    if not row.alarm:
        return False
    row.alarm, row.paused_until, row.since = False, None, None
    return True


def _slow_down(row: PushLane, outcome: Outcome, now: datetime) -> None:
    """The service asks for less: a pause, and half of the pace after it. Several who are told of it at once slow down once."""
    until = now + (_asked(outcome) or rules.THROTTLE_PAUSE)
    state = queries.state_of(row)
    if not state.pauses(now):
        row.pace, row.reason, row.since = rules.slower(state.pace_now(now)), outcome.reason, now
    row.paused_until = max(row.paused_until or until, until)
    row.pace_at = row.paused_until


def _asked(outcome: Outcome) -> timedelta:
    return timedelta(seconds=min(max(0.0, outcome.retry_after_s or 0.0), LONGEST_ASKED_S))


def _worst(outcomes: Iterable[Outcome]) -> dict[str, Outcome]:
    """By lane that must pause what says most of it: an alarm before what is none, then the longest wait."""
    worst: dict[str, Outcome] = {}
    for one in outcomes:
        if one.lane and (one.lane not in worst or _weight(one) > _weight(worst[one.lane])):
            worst[one.lane] = one
    return worst


def _weight(outcome: Outcome) -> tuple[bool, float]:
    return outcome.alarm, outcome.retry_after_s or 0.0


def _count(rows: Mapping[str, PushLane], answers: Sequence[tuple[str, Outcome]]) -> list[str]:
    """Count what was surely answered; lanes that are braked from now on."""
    answered = Counter(lane for lane, one in answers if one.state in ("sent", "failed"))
    mismatched = Counter(lane for lane, one in answers if one.address == "mismatched")
    braked = []
    for lane, number in answered.items():
        row = rows[lane]
        before = queries.state_of(row).is_braked()
        row.answered, row.mismatched = rules.counted(row.answered + number, row.mismatched + mismatched[lane])
        if queries.state_of(row).is_braked() and not before:
            braked.append(lane)
    return braked
