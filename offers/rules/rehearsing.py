"""Rehearsing: one campaign answers moments that are past, by the same list as when it is live.

It keeps what it would have sent: that counts in its own cooldown, in the cap over all campaigns and in its offer's budget. What
other campaigns really sent stays as it was, but for what this one would have come before.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from offers.rules.audience import ANY_STORE, Profile
from offers.rules.audience.nodes import AHEAD
from offers.rules.budget import Left
from offers.rules.choosing import Running, answers
from offers.rules.eligibility import Circumstances, Verdict, key_once_due, rank
from offers.rules.limits import Limits
from offers.rules.opening import Spot

Last = tuple[datetime | None, datetime | None]
"""When a campaign last sent to a customer, and when it last held them out."""


class Seen(NamedTuple):
    """A moment on record. They sort by when they happened, and then as they were learnt."""

    at: datetime
    id: str
    key: str
    customer_id: str
    place_id: str
    happened_at: datetime | None = None
    """Where it was put off and has come due at `at`: when it happened."""

    def once_due(self, verdict: Verdict) -> "Seen | None":
        """The same moment when the quiet hours are over that it was put off by; none where it was not put off."""
        if verdict.put_off_until is None:
            return None
        key, happened_at = key_once_due(self.key), self.happened_at or self.at
        return Seen(verdict.put_off_until, self.id, key, self.customer_id, self.place_id, happened_at)


class Send(NamedTuple):
    """A message that a campaign really sent. It counts against the cap."""

    at: datetime
    decision_id: str


class Winner(NamedTuple):
    """What really won a moment: `outcome` is send, or held_out."""

    decision_id: str
    campaign_id: str
    priority: int
    outcome: str


class Stayed(NamedTuple):
    """A stay, at a geofence of a place."""

    entered_at: datetime
    left_at: datetime | None
    place_id: str
    is_store: bool
    on_premises: bool


@dataclass(frozen=True, slots=True)
class Person:
    """`stays` only where the audience asks where they were."""

    profile: Profile
    consents_to: frozenset[str]
    zone: ZoneInfo | None
    reachable: bool
    stays: Sequence[Stayed] = ()

    def as_of(self, now: datetime) -> Profile:
        """With where they were then. What they bought and visited after it no condition looks at."""
        if not self.stays:
            return self.profile
        then = [
            one for one in self.stays if one.entered_at <= now + AHEAD and (one.left_at is None or one.left_at > now)
        ]
        return replace(
            self.profile,
            near=_names(then),
            inside=_names(one for one in then if one.on_premises),
        )


def _names(stays: Iterable[Stayed]) -> frozenset[str]:
    found = {(one.place_id, one.is_store) for one in stays}
    places = frozenset(place for place, _ in found)
    return places | {ANY_STORE} if any(is_store for _, is_store in found) else places


@dataclass(frozen=True, slots=True)
class Where:
    zone: ZoneInfo
    opening_hours: str | None
    spot: Spot | None = None
    zone_is_known: bool = True


@dataclass(frozen=True, slots=True)
class Past:
    """What is on record of some customers, as far as a batch of moments needs it."""

    people: Mapping[str, Person]
    sends: Mapping[str, Sequence[Send]]
    winners: Mapping[tuple[str, str], Sequence[Winner]]
    """By customer and moment."""
    last: Mapping[str, Last]
    """Of this campaign itself, before the days that are looked at."""


@dataclass(slots=True)
class Rehearsing:
    campaign: Running
    """Taken for live, whatever it is."""
    limits: Limits
    left: Left | None
    """What there is of its offer; none when it has none, or when its offer is gone."""
    offer_until: datetime | None = None
    """From when on nobody gets its offer any more."""
    displaced: Counter[str] = field(default_factory=Counter)
    """By campaign: messages that really went out, and that this one would have come before."""
    _sent: dict[str, list[datetime]] = field(default_factory=dict)
    """What it would have sent to each customer, oldest first."""
    _held_out: dict[str, datetime] = field(default_factory=dict)
    _answered: set[int] = field(default_factory=set)
    """Hashes of (customer, moment): a second phone's dwell is the same moment."""
    _not_sent: set[str] = field(default_factory=set)
    """Decisions of other campaigns that this one would have come before."""

    def answer(self, seen: Seen, where: Where, past: Past) -> Verdict | None:
        """What it would have said; none where it has answered this moment already."""
        if self._is_answered(seen):
            return None
        winners = past.winners.get((seen.customer_id, seen.key), ())
        circumstances = self._circumstances(seen, where, past, {one.decision_id for one in winners})
        [(_, verdict)] = answers([self.campaign], seen.customer_id, self.limits, lambda _: circumstances)
        if verdict.outcome in ("send", "held_out"):
            verdict = self._compete(seen, verdict, winners)
        return verdict

    def _is_answered(self, seen: Seen) -> bool:
        mark = hash((seen.customer_id, seen.key))
        if mark in self._answered:
            return True
        self._answered.add(mark)
        return False

    def _circumstances(self, seen: Seen, where: Where, past: Past, at_once: set[str]) -> Circumstances:
        """`at_once` is what was decided of this very moment: its campaigns are asked before any of them sends."""
        customer, now = seen.customer_id, seen.at
        person, own = past.people[customer], self._sent.get(customer, [])
        cap = self.limits.frequency_cap
        since = now - cap.window if cap else now
        others = sum(
            since < one.at <= now and one.decision_id not in at_once and one.decision_id not in self._not_sent
            for one in past.sends.get(customer, ())
        )
        sent_before, held_out_before = past.last.get(customer, (None, None))
        return Circumstances(
            now=now,
            moment_at=now,
            profile=person.as_of(now),
            consents_to=person.consents_to,
            customer_zone=person.zone,
            place_zone=where.zone,
            place_spot=where.spot,
            place_zone_is_known=where.zone_is_known,
            opening_hours=where.opening_hours,
            happened_at=seen.happened_at,
            reachable=person.reachable,
            sent_in_window=others + sum(one > since for one in own),
            last_sent=own[-1] if own else sent_before,
            last_held_out=self._held_out.get(customer, held_out_before),
            sold_out=self._sold_out(seen.place_id, now),
        )

    def _sold_out(self, place_id: str, now: datetime) -> Mapping[str, Any] | None:
        offer = self.campaign.body.offer
        if offer is None:
            return None
        if self.left is None:
            return {"offer": offer, "removed": True}
        has_ended = self.offer_until is not None and self.offer_until <= now
        return replace(self.left, ended_at=self.offer_until if has_ended else None).why_none(place_id)

    def _compete(self, seen: Seen, verdict: Verdict, winners: Sequence[Winner]) -> Verdict:
        """Nothing stands against it: what really won the moment comes before it, or would have had to give way."""
        mine = rank(self.campaign.id, self.campaign.body.priority)
        before = [one for one in winners if rank(one.campaign_id, one.priority) < mine]
        if before:
            first = min(before, key=lambda one: rank(one.campaign_id, one.priority))
            return Verdict("outranked", {"by": first.campaign_id, "priority": first.priority})
        for one in winners:
            if one.outcome == "send":
                self.displaced[one.campaign_id] += 1
                self._not_sent.add(one.decision_id)
        if verdict.outcome == "held_out":
            self._held_out[seen.customer_id] = seen.at
            return verdict
        self._sent.setdefault(seen.customer_id, []).append(seen.at)
        if self.left is None:
            return verdict
        self.left.take(seen.place_id)
        return Verdict(verdict.outcome, {**verdict.facts, "offer": self.left.offer_id}, verdict.variant)
