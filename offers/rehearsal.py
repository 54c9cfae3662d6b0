"""Rehearsal: a campaign is run over the moments that are on record, and tells who would have got what, and why not.

Nothing is written, locked, spent or sent. It reads in portions: what it holds does not grow with the days that it looks back,
but for a number a customer and a moment.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import Conflict, NotFound
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import past_scans
from offers.records.queries import places as place_queries
from offers.records.queries import rehearsals as queries
from offers.records.queries.past_people import people_between
from offers.records.tables import Scan, Transition
from offers.rules.audience import Needs
from offers.rules.campaign import OF_A_POSTER, OF_AN_ORDER, TriggerRule, parse_campaign
from offers.rules.choosing import Running
from offers.rules.eligibility import usual_life
from offers.rules.rehearsed import ASSUMES, OF_POSTERS, Tally
from offers.rules.rehearsing import Past, Person, Rehearsing, Seen, Where

SLICE = 5_000
"""Transitions that are looked at in one go, whether or not the campaign waits for them."""
MOST_MOMENTS = 500_000
MOST_PEOPLE = 20_000
"""Whose profiles are held at once, and those of one portion."""
MOST_PLACES_NAMED = 1_000
"""Above that many places the database is not told which are meant."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """`go_on` is asked between portions; the first no ends the rehearsal where it is. `tell` is told then how far it is, from 0 to 1."""

    go_on: Callable[[], bool] = lambda: True
    tell: Callable[[float], None] = lambda _: None
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
    """What the campaign, as it is written now, would have decided in the last days, were it live. Only reads; safe to repeat.

    `Conflict` `not_on_record`: it waits for a moment of orders, and which of those there were is not kept.
    """
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
        "assumes": [*ASSUMES, *(OF_POSTERS if run.of_a_poster else ())],
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
            where = Where.of(place.time_zone, place.opening_hours, (place.lat, place.lon))
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
        if body.trigger.on in OF_AN_ORDER:
            raise Conflict(
                "A campaign that waits for orders can not be rehearsed: their moments are not on record.",
                reason="not_on_record",
            )
        self.session, self.since, self.now, self.bounds = session, since, now, bounds
        self.version, self.of_a_poster = campaign.version, body.trigger.on in OF_A_POSTER
        self.places = _Places(session, body.trigger)
        stock = queries.what_was_left(session, body.offer, campaign_id, since) if body.offer else None
        running = Running(campaign_id, campaign.version, live=True, body=body)
        limits = campaign_queries.limits_now(session)
        self.rivals = queries.rivals_of(
            session, campaign_id, body.trigger.on, body.trigger.role, usual_life(body.trigger.on, limits)
        )
        self.rehearsing = Rehearsing(running, limits, stock)
        self.people: dict[str, Person] = {}
        self.tally = Tally()
        self.due: list[tuple[Any, Seen]] = []
        """A heap by their turns: what is to be decided. What a decision puts off goes back into it."""

    def run(self) -> datetime:
        """Decide what there is; up to when it came."""
        upto = self.since
        for portion in self._portions():
            for seen in portion.moments:
                heappush(self.due, (seen.turn, seen))
            upto = portion.upto
            self._decide(upto)
            self.bounds.tell((upto - self.since) / (self.now - self.since))
            if not self.bounds.go_on() or self.tally.outcomes.total() >= self.bounds.most_moments:
                break
        return upto

    def _portions(self) -> Iterator[Portion]:
        """All that the campaign waits for, in the order in which it happened. Whatever else will make moments joins them here."""
        if self.of_a_poster:
            yield from self._scans()
        else:
            yield from self._crossings()

    def _scans(self) -> Iterator[Portion]:
        """Scans of the posters that lead to the campaign; of all, where none does yet. What was left of them is a moment when its time is up."""
        is_scan = self.rehearsing.campaign.body.trigger.on == "scan"
        wait = timedelta(0) if is_scan else self.rehearsing.limits.abandoned_after
        if wait is None:
            yield Portion([], self.now)
            return
        posters = past_scans.places_of_posters(self.session, self.rehearsing.campaign.id if is_scan else None)
        self.places.learn(posters.values())
        posters = {poster: place for poster, place in posters.items() if self.places.meant(place)}
        last, after = self.now - wait, (self.since - wait, "")
        going_on: queries.Mark | None = after
        while going_on is not None:
            end = queries.end_of_slice(self.session, Scan, going_on, last, self.bounds.slice)
            to = end or last
            if is_scan:
                moments = past_scans.scans_between(self.session, going_on, to, posters)
            else:
                moments = past_scans.left_between(self.session, going_on, to, posters, wait)
            yield Portion(moments, end[0] + wait if end else self.now)
            going_on = end

    def _crossings(self) -> Iterator[Portion]:
        trigger = self.rehearsing.campaign.body.trigger
        named = trigger.places if not trigger.tags and 0 < len(trigger.places) <= MOST_PLACES_NAMED else None
        after: queries.Mark | None = (self.since, "")
        while after is not None:
            end = queries.end_of_slice(self.session, Transition, after, self.now, self.bounds.slice)
            moments = queries.moments_between(
                self.session, after, end or self.now, kind=trigger.on, role=trigger.role, places=named
            )
            self.places.learn(one.place_id for one in moments)
            yield Portion([one for one in moments if self.places.meant(one.place_id)], end[0] if end else self.now)
            after = end

    def _decide(self, upto: datetime) -> None:
        """Whatever is due by then."""
        moments = [one for _, one in self.due if one.at <= upto]
        if not moments:
            return
        if self.rehearsing.campaign.body.quiet_hours == "defer":
            # what may come due meanwhile
            moments += [one.due_at(upto) for one in moments]
        past = self._past(moments)
        while self.due and self.due[0][1].at <= upto:
            _, seen = heappop(self.due)
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
                heappush(self.due, (again.turn, again))

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
