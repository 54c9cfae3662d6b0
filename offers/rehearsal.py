"""Rehearsal: a campaign is run over the moments that are on record, and tells who would have got what, and why not.

Nothing is written, locked, spent or sent. It reads in portions: what it holds does not grow with the days that it looks back,
but for a number a customer and a moment.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from offers.errors import NotFound
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import offers as offer_queries
from offers.records.queries import places as place_queries
from offers.records.queries import rehearsals as queries
from offers.records.queries.past_people import people_between
from offers.rules.audience import Needs
from offers.rules.campaign import TriggerRule, parse_campaign
from offers.rules.choosing import Running
from offers.rules.rehearsed import ASSUMES, Tally
from offers.rules.rehearsing import Past, Person, Rehearsing, Seen, Where
from offers.rules.values import zone_or_none

SLICE = 5_000
"""Transitions that are looked at in one go, whether or not the campaign waits for them."""
MOST_MOMENTS = 500_000
MOST_PEOPLE = 20_000
"""Whose profiles are held at once, and those of one portion."""
MOST_PLACES_NAMED = 1_000
"""Above that many places the database is not told which are meant."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """`go_on` is asked between portions; the first no ends the rehearsal where it is."""

    go_on: Callable[[], bool] = lambda: True
    most_moments: int = MOST_MOMENTS
    slice: int = SLICE


@dataclass(frozen=True, slots=True)
class Portion:
    """The moments up to a time."""

    moments: list[Seen]
    upto: datetime


def rehearse(
    session: Session, campaign_id: str, days: int, *, now: datetime, bounds: Bounds | None = None
) -> dict[str, Any]:
    """What the campaign, as it is written now, would have decided in the last days, were it live. Only reads; safe to repeat."""
    run = _Run(session, campaign_id, now - timedelta(days=days), now, bounds or Bounds())
    until = run.run()
    return {
        "campaign": campaign_id,
        "version": run.version,
        "days": days,
        "since": run.since,
        "until": until,
        "complete": until == now,
        **run.tally.as_json(run.since, until),
        "would_displace": dict(sorted(run.rehearsing.displaced.items())),
        "assumes": list(ASSUMES),
    }


@dataclass(slots=True)
class _Places:
    """The places that the moments were at, each read once."""

    session: Session
    trigger: TriggerRule
    known: dict[str, tuple[Where, bool]] = field(default_factory=dict)
    """With whether the campaign means it."""

    def learn(self, ids: Iterable[str]) -> None:
        missing = set(ids) - self.known.keys()
        for place_id, place in place_queries.places_by_id(self.session, missing).items() if missing else ():
            zone = zone_or_none(place.time_zone)
            spot = (place.lat, place.lon)
            where = Where(zone or ZoneInfo("UTC"), place.opening_hours, spot, zone_is_known=zone is not None)
            tags = frozenset(map(str, place.tags))
            meant = self.trigger.covers(self.trigger.on, self.trigger.role, place_id, tags)
            self.known[place_id] = (where, meant)

    def meant(self, place_id: str) -> bool:
        return self.known[place_id][1]

    def where(self, place_id: str) -> Where:
        return self.known[place_id][0]


class _Run:
    def __init__(self, session: Session, campaign_id: str, since: datetime, now: datetime, bounds: Bounds) -> None:
        campaign = campaign_queries.campaign_by_id(session, campaign_id)
        if campaign is None:
            raise NotFound("campaign")
        body = parse_campaign(campaign.definition)
        self.session, self.since, self.now, self.bounds = session, since, now, bounds
        self.version = campaign.version
        self.places = _Places(session, body.trigger)
        offer = offer_queries.offer_by_id(session, body.offer) if body.offer else None
        left = queries.what_was_left(session, offer, campaign_id, since) if offer else None
        running = Running(campaign_id, campaign.version, live=True, body=body)
        limits = campaign_queries.limits_now(session)
        self.rivals = queries.rivals_of(session, campaign_id, body.trigger.on, body.trigger.role, limits.message_life)
        self.rehearsing = Rehearsing(running, limits, left, offer_until=offer.valid_until if offer else None)
        self.people: dict[str, Person] = {}
        self.tally = Tally()
        self.due: list[Seen] = []
        """A heap: what is to be decided, earliest first. What a decision puts off goes back into it."""

    def run(self) -> datetime:
        """Decide what there is; up to when it came."""
        upto = self.since
        for portion in self._portions():
            for seen in portion.moments:
                heappush(self.due, seen)
            upto = portion.upto
            self._decide(upto)
            if not self.bounds.go_on() or self.tally.outcomes.total() >= self.bounds.most_moments:
                break
        return upto

    def _portions(self) -> Iterator[Portion]:
        """All that the campaign waits for, in the order in which it happened. Whatever else will make moments joins them here."""
        yield from self._crossings()

    def _crossings(self) -> Iterator[Portion]:
        trigger = self.rehearsing.campaign.body.trigger
        named = trigger.places if not trigger.tags and 0 < len(trigger.places) <= MOST_PLACES_NAMED else None
        after: queries.Mark | None = (self.since, "")
        while after is not None:
            end = queries.end_of_slice(self.session, after, self.now, self.bounds.slice)
            moments = queries.moments_between(
                self.session, after, end or self.now, kind=trigger.on, role=trigger.role, places=named
            )
            self.places.learn(one.place_id for one in moments)
            yield Portion([one for one in moments if self.places.meant(one.place_id)], end[0] if end else self.now)
            after = end

    def _decide(self, upto: datetime) -> None:
        """Whatever is due by then."""
        if not self.due or self.due[0].at > upto:
            return
        past = self._past([one for one in self.due if one.at <= upto])
        while self.due and self.due[0].at <= upto:
            seen = heappop(self.due)
            where = self.places.where(seen.place_id)
            answer = self.rehearsing.answer(seen, where, past)
            if answer is not None:
                self.tally.count(seen, answer, where)
                self._put_off(seen.once_due(answer))

    def _put_off(self, again: Seen | None) -> None:
        """It is decided again at the end of the quiet hours, where that is within the days that are looked at."""
        if again is not None:
            self.tally.deferred += 1
            if again.at <= self.now:
                heappush(self.due, again)

    def _past(self, moments: list[Seen]) -> Past:
        """What is on record of these customers, in a number of queries that does not grow with them."""
        session, campaign = self.session, self.rehearsing.campaign
        who = {one.customer_id for one in moments}
        cap, cooldown = self.rehearsing.limits.frequency_cap, campaign.body.cooldown
        first, until = min(one.at for one in moments), max(one.at for one in moments)
        self._learn(who, first, until)
        sends, last = {}, {}
        if cap:
            sends = queries.sends_between(
                session, who, first - cap.window, until, own=campaign.id, own_until=self.since
            )
        if cooldown:
            last = queries.last_times_before(session, who, campaign.id, self.since - cooldown, self.since)
        winners = queries.winners_of(session, moments, self.rivals) if self.rivals else {}
        return Past(self.people, sends, winners, last)

    def _learn(self, who: set[str], first: datetime, last: datetime) -> None:
        """Have these people at hand; with others, where nothing of them is of a time, and as long as they are not too many."""
        needs = self.rehearsing.campaign.body.who.needs
        if needs != Needs(devices=needs.devices) or len(self.people) > MOST_PEOPLE:
            self.people.clear()
        missing = who - self.people.keys()
        if missing:
            self.people |= people_between(self.session, missing, needs, first, last)
