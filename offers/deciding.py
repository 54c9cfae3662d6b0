"""Deciding: fetch in bulk, decide by the rules, reserve, write. The one room that several use cases call; it calls none of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from offers.records.ids import new_id
from offers.records.items import decision_told
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import decisions as decision_queries
from offers.records.queries import offers as offer_queries
from offers.records.queries import places as place_queries
from offers.records.queries.profiles import profiles
from offers.records.queries.writing import insert_rows
from offers.records.tables import Coupon, Customer, Decision, Deferral, Delivery, Place
from offers.rules import eligibility
from offers.rules.audience import Profile, all_needs
from offers.rules.budget import Left, Unit
from offers.rules.campaign import ON_A_PAGE, parse_campaign_text
from offers.rules.choosing import Running, Waiting, answers
from offers.rules.eligibility import Circumstances, Verdict
from offers.rules.limits import Limits
from offers.rules.local_time import clock_of
from offers.rules.values import zone_or_none

OFFERS_TURN, MOST_PRIORITY = 1, 1000
"""Offers go after what a customer waits for, whose turn is 0; among them by their campaigns' priority."""
Row = dict[str, Any]
"""A row that is to be written, by its columns."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something happened that campaigns wait for. `key` names it for good: deciding it twice is deciding it once."""

    key: str
    trigger: str
    customer_id: str
    device_id: str
    place_id: str
    role: str
    at: datetime
    distance_m: int | None = None
    """From the place's own point, rounded to 50 m."""
    only: frozenset[str] | None = None
    """The campaigns that are to decide it, where a moment was put off; none: all that wait for it."""
    happened_at: datetime | None = None
    """When it happened, where it was put off and has come due at `at`; none: at `at`."""
    asked_for: bool = False
    """The customer asked for it themselves."""
    scan_id: str | None = None
    """Of a poster: whose page the answer is for."""
    served_by: str | None = None
    """The order whose message goes out at this moment: no campaign's does."""
    order_id: str | None = None
    """Of an order."""
    at_one_with: str | None = None
    """The key of another moment that is the same event to the customer, as who enters the store also arrives for their order: one wins both."""
    is_new: bool = False
    """Its key was made in this transaction: nobody has decided it, and nobody is asked."""


@dataclass(frozen=True, slots=True)
class Decided:
    deliveries: list[str]
    """Ids of what is queued now and wants sending."""
    happened: list[dict[str, Any]]
    """Live events: `{"type": "decision", …}`."""


@dataclass(slots=True)
class Fetched:
    """All that a batch of moments needs, in a number of queries that does not grow with the batch."""

    limits: Limits
    places: Mapping[str, Place]
    waiting: Sequence[list[Running]]
    """For each moment the campaigns that wait for it, the best first."""
    profiles: Mapping[str, Profile]
    """With what the audiences of the campaigns ask that wait for these moments."""
    reachable: Mapping[str, list[str]]
    """By customer: devices that take a push, the most recently used first."""
    sent: dict[str, int]
    last: dict[tuple[str, str], tuple[datetime | None, datetime | None]]
    """By customer and campaign: last sent, last held out."""
    decided: set[tuple[str, str]]
    """(customer, moment) of what was decided before, and of what this call has decided so far."""
    left: Mapping[str, Left]
    """What is left of the offers that these moments may win, locked; and less what this call has given out so far."""


@dataclass(slots=True)
class Written:
    """The rows that a call adds up, to be written at its end."""

    decisions: list[Row] = field(default_factory=list)
    coupons: list[Row] = field(default_factory=list)
    deliveries: list[Row] = field(default_factory=list)
    deferrals: list[Row] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)


def decide(session: Session, moments: Sequence[Moment], customers: Mapping[str, Customer], *, now: datetime) -> Decided:
    """Decide every campaign for every moment and queue what is to be sent, in the caller's transaction.

    `customers` are the moments' customers, locked by the caller in the order of their ids: that lock is what caps and cooldowns
    hold by. The offers that may be given out are locked here, after them: budgets hold by that. Safe to repeat: a moment that was
    decided for a customer is not decided again, by no campaign, so that one that is launched between two phones' dwells adds no
    second message to one moment.
    """
    moments = [moment for moment in moments if moment.customer_id in customers]
    if not moments:
        return Decided([], [])
    fetched = _fetch(session, moments, customers, now)
    written = Written()
    for event in _events(moments, fetched):
        first = event[0][0]
        customer = customers[first.customer_id]
        of: dict[str, tuple[Moment, dict[str, Any]]] = {}
        waiting: list[Running] = []
        for moment, some in event:
            fresh = [one for one in some if one.id not in of]
            asked = _asked(moment, customer, fetched, now)
            of |= {one.id: (moment, asked) for one in fresh}
            waiting += fresh
        if len(event) > 1:
            waiting.sort(key=lambda one: eligibility.rank(one.id, one.body.priority))
        ask, gone = partial(_ask, of, fetched), partial(_is_gone, of, fetched)
        for running, verdict in answers(waiting, customer.id, fetched.limits, ask, gone, served_by=first.served_by):
            _note(of[running.id][0], running, verdict, fetched, written, now=now)
    offer_queries.spend(session, written.units, now)
    for table, rows in (
        (Decision, written.decisions),
        (Coupon, written.coupons),
        (Delivery, written.deliveries),
        (Deferral, written.deferrals),
    ):
        insert_rows(session, table, rows)
    happened = [{"type": "decision", **decision_told(one)} for one in written.decisions]
    return Decided([one["id"] for one in written.deliveries], happened)


Event = list[tuple[Moment, list[Running]]]
"""Moments of which one campaign wins, each with those that wait for it."""


def _events(moments: Sequence[Moment], fetched: Fetched) -> list[Event]:
    """What was not decided before, in the order of the moments; what is one event to the customer together."""
    found: dict[tuple[str, str], Event] = {}
    for moment, waiting in zip(moments, fetched.waiting, strict=True):
        if (moment.customer_id, moment.key) in fetched.decided:
            continue
        fetched.decided.add((moment.customer_id, moment.key))
        found.setdefault((moment.customer_id, moment.at_one_with or moment.key), []).append((moment, waiting))
    return list(found.values())


def _ask(of: Mapping[str, tuple[Moment, dict[str, Any]]], fetched: Fetched, running: Running) -> Circumstances:
    moment, asked = of[running.id]
    return _circumstances(moment, asked, fetched, running)


def _is_gone(of: Mapping[str, tuple[Moment, dict[str, Any]]], fetched: Fetched, running: Running) -> bool:
    return _waits_no_more(of[running.id][0], fetched, running)


def _fetch(session: Session, moments: Sequence[Moment], customers: Mapping[str, Customer], now: datetime) -> Fetched:
    people = {moment.customer_id for moment in moments}
    limits = campaign_queries.limits_now(session)
    cap = limits.frequency_cap
    places = place_queries.places_by_id(session, (moment.place_id for moment in moments))
    put_off = {campaign for moment in moments for campaign in moment.only or ()}
    running = _waiting(campaign_queries.running_definitions(session, also=put_off))
    waiting = [_waits(running, moment, places[moment.place_id]) for moment in moments]
    asked = {one.id: one for some in waiting for one in some if one.live}
    cooling = [one.id for one in asked.values() if one.body.cooldown]
    offers = {one.body.offer for one in asked.values() if one.body.offer}
    needs = all_needs(one.body.who.needs for one in asked.values())
    return Fetched(
        limits=limits,
        places=places,
        waiting=waiting,
        profiles=profiles(session, {one: customers[one] for one in people}, needs, now),
        reachable=customer_queries.reachable_devices(session, people, now),
        sent=decision_queries.sent_since(session, people, now - cap.window) if cap else {},
        last=decision_queries.last_times(session, people, cooling) if cooling else {},
        decided=_decided(session, [moment for moment in moments if not moment.is_new]),
        left=offer_queries.what_is_left(session, offers, places, len(moments), now) if offers else {},
    )


def _decided(session: Session, moments: Sequence[Moment]) -> set[tuple[str, str]]:
    people, keys = {moment.customer_id for moment in moments}, [moment.key for moment in moments]
    return decision_queries.decided_already(session, people, keys) if moments else set()


@lru_cache(maxsize=8)
def _waiting(definitions: tuple[tuple[str, int, str, str], ...]) -> Waiting:
    """Made once for as long as no running campaign changes."""
    return Waiting(
        Running(
            campaign_id,
            version,
            status == "live",
            parse_campaign_text(definition),
            is_over=status not in campaign_queries.RUNNING,
        )
        for campaign_id, version, status, definition in definitions
    )


def _waits(running: Waiting, moment: Moment, place: Place) -> list[Running]:
    if moment.only is not None:
        return running.named(moment.only)
    return running.for_moment(moment.trigger, moment.role, moment.place_id, map(str, place.tags))


def _waits_no_more(moment: Moment, fetched: Fetched, running: Running) -> bool:
    """Whether a campaign that put this moment off was edited meanwhile, to wait for another."""
    tags = map(str, fetched.places[moment.place_id].tags)
    return moment.only is not None and not running.has_trigger(moment.trigger, moment.role, moment.place_id, tags)


def _asked(moment: Moment, customer: Customer, fetched: Fetched, now: datetime) -> dict[str, Any]:
    """What is the same for every campaign that this moment asks."""
    place = fetched.places[moment.place_id]
    clock, place_zone = clock_of(customer.time_zone, place.time_zone), zone_or_none(place.time_zone)
    return {
        "now": now,
        "moment_at": moment.at,
        "profile": fetched.profiles[customer.id],
        "consents_to": frozenset(one for one in ("location", "offers", "orders") if getattr(customer, one)),
        "customer_zone": clock.zone if clock.whose == "customer" else None,
        "place_zone": place_zone or ZoneInfo("UTC"),
        "place_zone_is_known": place_zone is not None,
        "place_spot": (place.lat, place.lon),
        "clock": clock,
        "happened_at": moment.happened_at,
        "asked_for": moment.asked_for,
        "opening_hours": place.opening_hours,
        "reachable": customer.id in fetched.reachable,
        "sent_in_window": fetched.sent.get(customer.id, 0),
    }


def _circumstances(moment: Moment, asked: Mapping[str, Any], fetched: Fetched, running: Running) -> Circumstances:
    last_sent, last_held_out = fetched.last.get((moment.customer_id, running.id), (None, None))
    return Circumstances(
        **asked, last_sent=last_sent, last_held_out=last_held_out, sold_out=_sold_out(moment, running, fetched)
    )


def _sold_out(moment: Moment, running: Running, fetched: Fetched) -> Mapping[str, Any] | None:
    offer_id = running.body.offer
    if offer_id is None or not running.live:
        return None
    left = fetched.left.get(offer_id)
    return {"offer": offer_id, "removed": True} if left is None else left.why_none(moment.place_id)


def _note(
    moment: Moment, running: Running, verdict: Verdict, fetched: Fetched, written: Written, *, now: datetime
) -> None:
    """Write down one answer and what follows from it: what it spends, for the moments after it in this call too."""
    decision = _decision(moment, running, verdict, now)
    written.decisions.append(decision)
    last_sent, _ = fetched.last.get((moment.customer_id, running.id), (None, None))
    if verdict.put_off_until:
        written.deferrals.append(_deferral(moment, running, verdict.put_off_until, now))
    if verdict.outcome == "held_out":
        fetched.last[moment.customer_id, running.id] = (last_sent, now)
    if verdict.outcome != "send":
        return
    decision["facts"]["distance_m"] = moment.distance_m
    fetched.sent[moment.customer_id] = fetched.sent.get(moment.customer_id, 0) + 1
    fetched.last[moment.customer_id, running.id] = (now, None)
    if running.body.offer:
        unit = fetched.left[running.body.offer].take(moment.place_id)
        written.units.append(unit)
        written.coupons.append(_coupon(moment, decision, unit, fetched, now))
    if moment.trigger in ON_A_PAGE:
        return  # the page itself tells it: nothing is on its way to a device
    # a clock that goes ahead gives no longer life
    expires_at = eligibility.expires_at(running.body, fetched.limits, min(moment.at, now))
    for device_id in _devices(moment, running, fetched):
        written.deliveries.append(_delivery(moment, running, decision, device_id, expires_at))


def _devices(moment: Moment, running: Running, fetched: Fetched) -> list[str]:
    """Those that get the message: the one that was seen, else the customer's most recently used that can be reached; or all."""
    reachable = fetched.reachable[moment.customer_id]
    if running.body.devices == "all":
        return reachable
    return [moment.device_id if moment.device_id in reachable else reachable[0]]


def _decision(moment: Moment, running: Running, verdict: Verdict, now: datetime) -> Row:
    return {
        "id": new_id("dec"),
        "customer_id": moment.customer_id,
        "campaign_id": running.id,
        "campaign_version": running.version,
        "trigger": moment.trigger,
        "moment": moment.key,
        "place_id": moment.place_id,
        "at": now,
        "outcome": verdict.outcome,
        "variant": verdict.variant,
        "facts": {**verdict.facts, **_when(moment)},
        "spends_cap": verdict.outcome == "send" and not moment.asked_for,
    }


def _when(moment: Moment) -> dict[str, Any]:
    said = {} if moment.order_id is None else {"order": moment.order_id}
    if moment.happened_at is None:
        return {**said, "happened_at": moment.at.isoformat()}
    return {**said, "happened_at": moment.happened_at.isoformat(), "due_at": moment.at.isoformat()}


def _deferral(moment: Moment, running: Running, until: datetime, now: datetime) -> Row:
    return {
        "id": new_id("dfr"),
        "customer_id": moment.customer_id,
        "campaign_id": running.id,
        "moment": moment.key,
        "trigger": moment.trigger,
        "device_id": moment.device_id,
        "place_id": moment.place_id,
        "role": moment.role,
        "happened_at": moment.happened_at or moment.at,
        "created_at": now,
        "not_before": until,
    }


def _coupon(moment: Moment, decision: Row, unit: Unit, fetched: Fetched, now: datetime) -> Row:
    """Reserved; and named among the facts that the decision rests on."""
    coupon_id = new_id("cpn")
    decision["facts"] |= {"offer": unit.offer_id, "coupon": coupon_id}
    return {
        "id": coupon_id,
        "customer_id": moment.customer_id,
        "offer_id": unit.offer_id,
        "campaign_id": decision["campaign_id"],
        "decision_id": decision["id"],
        "place_id": moment.place_id,
        "state": "reserved",
        "codes": fetched.left[unit.offer_id].kind_of_codes,
        "code_mark": unit.code_mark,
        "reserved_at": now,
    }


def _delivery(moment: Moment, running: Running, decision: Row, device_id: str, expires_at: datetime) -> Row:
    return {
        "id": new_id("dlv"),
        "decision_id": decision["id"],
        "customer_id": moment.customer_id,
        "device_id": device_id,
        "source_id": running.id,
        "campaign_id": running.id,
        "kind": "offer",
        "moment": moment.key,
        "variant": decision["variant"],
        "context": {
            "place_id": moment.place_id,
            "distance_m": moment.distance_m,
            "role": moment.role,
            "happened_at": (moment.happened_at or moment.at).isoformat(),
            **({"scan_id": moment.scan_id} if moment.scan_id else {}),
        },
        "state": "queued",
        "created_at": decision["at"],
        "not_before": decision["at"],
        "expires_at": expires_at,
        "attempts": 0,
        "turn": OFFERS_TURN + MOST_PRIORITY - running.body.priority,
    }
