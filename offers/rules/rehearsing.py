"""Rehearsing: one campaign answers moments that are past, by the same list as when it is live.

It keeps what it would have sent: that counts in its own cooldown, in the cap over all campaigns and in its offer's budget. What
other campaigns really sent stays as it was, but for what this one would have come before.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from offers.rules.audience import ANY_STORE, Profile
from offers.rules.audience.nodes import AHEAD
from offers.rules.budget import Left
from offers.rules.campaign import ON_A_PAGE
from offers.rules.choosing import Running, answers, with_whose_clock
from offers.rules.eligibility import Circumstances, Verdict, key_once_due, rank
from offers.rules.limits import Limits
from offers.rules.local_time import LocalClock, clock_of
from offers.rules.opening import Spot
from offers.rules.values import zone_or_none

CLOCKS_APART = timedelta(minutes=10)
"""How much earlier than its moment, which goes by the phone's clock, a decision may have been made by ours; and how much later than
it came due one that waited out the quiet hours."""
Last = tuple[datetime | None, datetime | None]
"""When a campaign last sent to a customer, and when it last held them out."""


class Seen(NamedTuple):
    """A moment on record."""

    at: datetime
    id: str
    key: str
    customer_id: str
    place_id: str
    happened_at: datetime | None = None
    """Where it was put off and has come due at `at`: when it happened."""

    @property
    def turn(self) -> tuple[datetime, bool, str, str]:
        """They are decided by when they happened, and then as they were learnt; of what comes due at once, a customer's beside each other."""
        if self.happened_at is None:
            return self.at, True, self.id, ""
        return self.at, False, self.customer_id, self.key

    def once_due(self, verdict: Verdict) -> "Seen | None":
        """The same moment when the quiet hours are over that it was put off by; none where it was not put off."""
        until = verdict.put_off_until
        return None if until is None else self.due_at(until)

    def due_at(self, until: datetime) -> "Seen":
        return self._replace(at=until, key=key_once_due(self.key), happened_at=self.happened_at or self.at)


class Send(NamedTuple):
    """A message that a campaign really sent. It counts against the cap."""

    at: datetime
    decision_id: str
    moment: str

    def came_before(self, seen: Seen) -> bool:
        """Whether it counts at that moment. All that a customer's quiet hours put off is decided at once, by the moments' keys."""
        if seen.happened_at is not None and seen.at <= self.at <= seen.at + CLOCKS_APART and ":deferred" in self.moment:
            return self.moment < seen.key
        return self.at <= seen.at


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
    time_zone: str | None
    """By its name, whether or not this machine knows it."""
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
    """A place, as far as its clock and its hours go."""

    zone: ZoneInfo
    """UTC where none is known of that name."""
    time_zone: str | None
    opening_hours: str | None = None
    spot: Spot | None = None

    @classmethod
    def of(cls, time_zone: str | None, opening_hours: str | None = None, spot: Spot | None = None) -> "Where":
        return cls(zone_or_none(time_zone) or ZoneInfo("UTC"), time_zone, opening_hours, spot)

    def clock_for(self, person: Person) -> LocalClock:
        return clock_of(person.time_zone, self.time_zone)


@dataclass(frozen=True, slots=True)
class Past:
    """What is on record of some customers, as far as a batch of moments needs it."""

    people: Mapping[str, Person]
    sends: Mapping[str, Sequence[Send]]
    winners: Mapping[tuple[str, str], Sequence[Winner]]
    """By customer and moment."""
    last: Mapping[str, Last]
    """Of this campaign itself, before the days that are looked at."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What there was of the campaign's offer, and until when it was given out."""

    left: Left
    valid_until: datetime | None = None

    def why_none(self, place_id: str, now: datetime) -> Mapping[str, Any] | None:
        """The facts of `sold_out` as of then."""
        ended = self.valid_until is not None and self.valid_until <= now
        self.left.ended_at = self.valid_until if ended else None
        return self.left.why_none(place_id)


@dataclass(slots=True)
class Rehearsing:
    campaign: Running
    """Taken for live, whatever it is."""
    limits: Limits
    stock: Stock | None
    """What there is of its offer; none when it has none, or when its offer is gone."""
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
        if self._is_answered(seen) or self._holds_its_coupon(seen):
            return None
        winners = past.winners.get((seen.customer_id, seen.key), ())
        circumstances = self._circumstances(seen, where, past, {one.decision_id for one in winners})
        [(_, verdict)] = answers([self.campaign], seen.customer_id, self.limits, lambda _: circumstances)
        if verdict.outcome in ("send", "held_out"):
            verdict = self._compete(seen, verdict, winners, circumstances)
        return verdict

    def _is_answered(self, seen: Seen) -> bool:
        mark = hash((seen.customer_id, seen.key))
        if mark in self._answered:
            return True
        self._answered.add(mark)
        return False

    def _holds_its_coupon(self, seen: Seen) -> bool:
        """On a page the coupon that somebody holds is the answer, and nothing is decided."""
        body = self.campaign.body
        return body.trigger.on in ON_A_PAGE and body.offer is not None and seen.customer_id in self._sent

    def _circumstances(self, seen: Seen, where: Where, past: Past, at_once: set[str]) -> Circumstances:
        """`at_once` is what was decided of this very moment: its campaigns are asked before any of them sends."""
        customer, now = seen.customer_id, seen.at
        person, own = past.people[customer], self._sent.get(customer, [])
        cap = self.limits.frequency_cap
        since = now - cap.window if cap else now
        others = sum(
            one.at > since
            and one.came_before(seen)
            and one.decision_id not in at_once
            and one.decision_id not in self._not_sent
            for one in past.sends.get(customer, ())
        )
        sent_before, held_out_before = past.last.get(customer, (None, None))
        clock = where.clock_for(person)
        return Circumstances(
            now=now,
            moment_at=now,
            happened_at=seen.happened_at,
            profile=person.as_of(now),
            consents_to=person.consents_to,
            customer_zone=clock.zone if clock.whose == "customer" else None,
            place_zone=where.zone,
            place_zone_is_known=zone_or_none(where.time_zone) is not None,
            place_spot=where.spot,
            clock=clock,
            opening_hours=where.opening_hours,
            reachable=person.reachable,
            sent_in_window=others + sum(one > since for one in own),
            last_sent=own[-1] if own else sent_before,
            last_held_out=self._held_out.get(customer, held_out_before),
            sold_out=self._sold_out(seen),
        )

    def _sold_out(self, seen: Seen) -> Mapping[str, Any] | None:
        offer = self.campaign.body.offer
        if offer is None:
            return None
        return self.stock.why_none(seen.place_id, seen.at) if self.stock else {"offer": offer, "removed": True}

    def _compete(self, seen: Seen, verdict: Verdict, winners: Sequence[Winner], now_is: Circumstances) -> Verdict:
        """Nothing stands against it: what really won the moment comes before it, or would have had to give way."""
        mine = rank(self.campaign.id, self.campaign.body.priority)
        # a poster leads to one campaign: what it led to then gives way
        is_alone = self.campaign.body.trigger.on in ON_A_PAGE
        before = [one for one in winners if not is_alone and rank(one.campaign_id, one.priority) < mine]
        if before:
            first = min(before, key=lambda one: rank(one.campaign_id, one.priority))
            outranked = Verdict("outranked", {"by": first.campaign_id, "priority": first.priority})
            return with_whose_clock(outranked, self.limits, now_is)
        for one in winners:
            if one.outcome == "send":
                self.displaced[one.campaign_id] += 1
                self._not_sent.add(one.decision_id)
        if verdict.outcome == "held_out":
            self._held_out[seen.customer_id] = seen.at
            return verdict
        self._sent.setdefault(seen.customer_id, []).append(seen.at)
        if self.stock is None:
            return verdict
        unit = self.stock.left.take(seen.place_id)
        return replace(verdict, facts={**verdict.facts, "offer": unit.offer_id})
