"""Rehearsing: one campaign answers moments that are past, by the same list as when it is live, and is given back nothing.

It keeps what it would have sent: that counts in its own cooldown, in the cap over all campaigns and in its offer's budget. What
other campaigns really sent stays as it was, but for what this one would have come before.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from offers.rules import eligibility
from offers.rules.audience import Profile
from offers.rules.budget import Left
from offers.rules.campaign import CampaignBody
from offers.rules.eligibility import Circumstances, Verdict
from offers.rules.limits import Limits


class Seen(NamedTuple):
    """A moment on record. They sort by when they happened, and then as they were learnt."""

    at: datetime
    id: str
    key: str
    customer_id: str
    place_id: str


class Occasion(NamedTuple):
    """A moment when it is decided: as it happens, or again at `now`, when the quiet hours that put it off are over."""

    now: datetime
    id: str
    seen: Seen


class Send(NamedTuple):
    """A message that a campaign really sent. It counts against the cap."""

    at: datetime
    decision_id: str
    campaign_id: str


class Winner(NamedTuple):
    """What really won a moment: `outcome` is send, or held_out."""

    decision_id: str
    campaign_id: str
    priority: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Person:
    profile: Profile
    consents_to: frozenset[str]
    zone: ZoneInfo | None
    reachable: bool


@dataclass(frozen=True, slots=True)
class Where:
    zone: ZoneInfo
    opening_hours: str | None


@dataclass(frozen=True, slots=True)
class Past:
    """What is on record of some customers, as far as a batch of occasions needs it."""

    people: Mapping[str, Person]
    sends: Mapping[str, Sequence[Send]]
    winners: Mapping[tuple[str, str], Sequence[Winner]]
    """By customer and moment."""


@dataclass(frozen=True, slots=True)
class Answer:
    outcome: str
    facts: Mapping[str, Any]
    variant: str | None = None
    again_at: datetime | None = None
    """When a moment that was put off is to be asked again."""


@dataclass(slots=True)
class Rehearsing:
    campaign_id: str
    body: CampaignBody
    limits: Limits
    left: Left | None
    """What there is of its offer; none when it has none, or when its offer is gone."""
    sent: dict[str, list[datetime]] = field(default_factory=dict)
    """What it would have sent to each customer, oldest first."""
    decided: set[int] = field(default_factory=set)
    """Hashes of (customer, moment): a second phone's dwell is the same moment."""
    displaced: Counter[str] = field(default_factory=Counter)
    _not_sent: set[str] = field(default_factory=set)
    """Decisions of other campaigns that this one would have come before."""

    def answer(self, occasion: Occasion, where: Where, past: Past) -> Answer | None:
        """What it would have said; none where it has answered this moment already."""
        seen, now = occasion.seen, occasion.now
        if now == seen.at and self._is_known(seen):
            return None
        winners = past.winners.get((seen.customer_id, seen.key), ())
        circumstances = self._circumstances(occasion, where, past, {one.decision_id for one in winners})
        verdict = eligibility.decide_one(self.body, True, self.limits, circumstances)
        if verdict is None:
            verdict = self._compete(occasion, winners)
        facts = {**verdict.facts, "happened_at": seen.at.isoformat()}
        return Answer(verdict.outcome, facts)

    def _is_known(self, seen: Seen) -> bool:
        mark = hash((seen.customer_id, seen.key))
        if mark in self.decided:
            return True
        self.decided.add(mark)
        return False

    def _circumstances(self, occasion: Occasion, where: Where, past: Past, at_once: set[str]) -> Circumstances:
        """`at_once` is what was decided of this very moment: its campaigns are asked before any of them sends."""
        seen, now = occasion.seen, occasion.now
        person = past.people[seen.customer_id]
        own = self.sent.get(seen.customer_id, [])
        earlier = [
            one
            for one in past.sends.get(seen.customer_id, ())
            if one.at <= now and one.decision_id not in at_once and one.decision_id not in self._not_sent
        ]
        last = [one.at for one in earlier if one.campaign_id == self.campaign_id] + own[-1:]
        cap = self.limits.frequency_cap
        since = now - cap.window if cap else now
        return Circumstances(
            now=now,
            moment_at=seen.at,
            profile=person.profile,
            consents_to=person.consents_to,
            customer_zone=person.zone,
            place_zone=where.zone,
            opening_hours=where.opening_hours,
            reachable=person.reachable,
            sent_in_window=sum(one.at > since for one in earlier) + sum(one > since for one in own),
            last_sent=max(last, default=None),
            sold_out=self._sold_out(seen.place_id),
        )

    def _sold_out(self, place_id: str) -> Mapping[str, Any] | None:
        if self.body.offer is None:
            return None
        return self.left.why_none(place_id) if self.left else {"offer": self.body.offer, "removed": True}

    def _compete(self, occasion: Occasion, winners: Sequence[Winner]) -> Verdict:
        """Nothing stands against it: what really won the moment comes before it, or would have had to give way."""
        seen = occasion.seen
        mine = eligibility.rank(self.campaign_id, self.body.priority)
        before = [one for one in winners if eligibility.rank(one.campaign_id, one.priority) < mine]
        if before:
            first = min(before, key=lambda one: eligibility.rank(one.campaign_id, one.priority))
            return Verdict("outranked", {"by": first.campaign_id, "priority": first.priority})
        for one in winners:
            if one.outcome == "send":
                self.displaced[one.campaign_id] += 1
                self._not_sent.add(one.decision_id)
        percent = self.body.hold_out_percent
        percent = self.limits.hold_out_percent if percent is None else percent
        if eligibility.is_held_out(self.campaign_id, seen.customer_id, percent):
            return Verdict("held_out", {"percent": percent})
        self.sent.setdefault(seen.customer_id, []).append(occasion.now)
        if self.left:
            self.left.take(seen.place_id)
        return Verdict("send", {"offer": self.body.offer} if self.body.offer else {})
