"""Deciding: fetch in bulk, decide by the rules, reserve, write. The one room that several use cases call; it calls none of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from offers.records.ids import new_id
from offers.records.items import decision_item
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import decisions as decision_queries
from offers.records.queries import offers as offer_queries
from offers.records.queries import places as place_queries
from offers.records.tables import Coupon, Customer, Decision, Deferral, Delivery, Device, Place
from offers.rules import eligibility
from offers.rules.audience import Profile
from offers.rules.budget import Left, Unit
from offers.rules.campaign import CampaignBody, parse_campaign
from offers.rules.eligibility import Circumstances, Verdict
from offers.rules.limits import Limits
from offers.rules.local_time import clock_of
from offers.rules.values import zone_or_none


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


@dataclass(frozen=True, slots=True)
class Decided:
    deliveries: list[str]
    """Ids of what is queued now and wants sending."""
    happened: list[dict[str, Any]]
    """Live events: `{"type": "decision", …}`."""


@dataclass(frozen=True, slots=True)
class Running:
    id: str
    version: int
    live: bool
    body: CampaignBody
    is_over: bool = False
    """Neither live nor paused: only a moment that waited for it asks it."""


@dataclass(slots=True)
class Fetched:
    """All that a batch of moments needs, in a number of queries that does not grow with the batch."""

    limits: Limits
    running: list[Running]
    places: Mapping[str, Place]
    devices: Mapping[str, list[Device]]
    sent: dict[str, int]
    last_sent: dict[tuple[str, str], datetime]
    decided: set[tuple[str, str]]
    """(customer, moment) of what was decided before, and of what this call has decided so far."""
    left: Mapping[str, Left]
    """What is left of the offers that these moments may win, locked; and less what this call has given out so far."""


def decide(session: Session, moments: Sequence[Moment], customers: Mapping[str, Customer], *, now: datetime) -> Decided:
    """Decide every campaign for every moment and queue what is to be sent, in the caller's transaction.

    `customers` are the moments' customers, locked by the caller in the order of their ids: that lock is what caps and cooldowns
    hold by. The offers that may be given out are locked here, after them: budgets hold by that. Safe to repeat: a moment that was decided for a customer is not decided again, by no campaign, so that one that is
    launched between two phones' dwells adds no second message to one moment.
    """
    moments = [moment for moment in moments if moment.customer_id in customers]
    if not moments:
        return Decided([], [])
    fetched = _fetch(session, moments, now)
    decisions: list[Decision] = []
    coupons: list[Coupon] = []
    deliveries: list[Delivery] = []
    deferrals: list[Deferral] = []
    units: list[Unit] = []
    for moment in moments:
        if (moment.customer_id, moment.key) in fetched.decided:
            continue
        fetched.decided.add((moment.customer_id, moment.key))
        for running, verdict in _verdicts(moment, customers[moment.customer_id], fetched, now):
            decision = _decision(moment, running, verdict, now)
            decisions.append(decision)
            if verdict.put_off_until:
                deferrals.append(_deferral(moment, running, verdict.put_off_until, now))
            if verdict.outcome == "send":
                fetched.sent[moment.customer_id] = fetched.sent.get(moment.customer_id, 0) + 1
                fetched.last_sent[moment.customer_id, running.id] = now
                if running.body.offer:
                    units.append(fetched.left[running.body.offer].take(moment.place_id))
                    coupons.append(_coupon(moment, decision, units[-1], fetched, now))
                deliveries.append(_delivery(moment, running, decision, fetched, now))
    offer_queries.spend(session, units, now)
    session.add_all(decisions)
    session.flush()
    session.add_all([*coupons, *deliveries, *deferrals])
    return Decided([one.id for one in deliveries], [{"type": "decision", **decision_item(one)} for one in decisions])


def _fetch(session: Session, moments: Sequence[Moment], now: datetime) -> Fetched:
    people = {moment.customer_id for moment in moments}
    limits = campaign_queries.limits_now(session)
    named = {campaign for moment in moments for campaign in moment.only or ()}
    running = [
        Running(
            row.id,
            row.version,
            row.status == "live",
            parse_campaign(row.definition),
            is_over=row.status not in campaign_queries.RUNNING,
        )
        for row in campaign_queries.running_campaigns(session, also=named)
    ]
    cap = limits.frequency_cap
    places = place_queries.places_by_id(session, (moment.place_id for moment in moments))
    offers = {
        one.body.offer
        for one in running
        if one.live and one.body.offer and any(_waits_for(one, moment, places[moment.place_id]) for moment in moments)
    }
    return Fetched(
        limits=limits,
        running=running,
        places=places,
        devices=customer_queries.devices_of(session, people),
        sent=decision_queries.sent_since(session, people, now - cap.window) if cap else {},
        last_sent=decision_queries.last_sent(session, people, (one.id for one in running)),
        decided=decision_queries.decided_already(session, people, (moment.key for moment in moments)),
        left=offer_queries.what_is_left(session, offers, places, len(moments)) if offers else {},
    )


def _waits_for(running: Running, moment: Moment, place: Place) -> bool:
    if moment.only is not None:
        return running.id in moment.only
    return not running.is_over and _is_its_trigger(running, moment, place)


def _is_its_trigger(running: Running, moment: Moment, place: Place) -> bool:
    tags = frozenset(map(str, place.tags))
    return running.body.trigger.covers(moment.trigger, moment.role, moment.place_id, tags)


def _verdicts(moment: Moment, customer: Customer, fetched: Fetched, now: datetime) -> list[tuple[Running, Verdict]]:
    """Every campaign's answer to this moment; at most one of them is `send`."""
    place = fetched.places[moment.place_id]
    waiting = [one for one in fetched.running if _waits_for(one, moment, place)]
    waiting.sort(key=lambda one: eligibility.rank(one.id, one.body.priority))
    answers: list[tuple[Running, Verdict]] = []
    winner: Running | None = None
    for one in waiting:
        circumstances = _circumstances(moment, customer, place, one, fetched, now=now)
        verdict = eligibility.decide_one(one.body, one.live, fetched.limits, circumstances)
        if moment.only is not None and not _is_its_trigger(one, moment, place):
            verdict = Verdict("not_live", {"trigger": one.body.trigger.model_dump(mode="json")})  # edited meanwhile
        if verdict is None and winner is not None:
            verdict = Verdict("outranked", {"by": winner.id, "priority": winner.body.priority})
        elif verdict is None:
            winner = one
            verdict = _held_out_or_send(one, moment, fetched.limits)
        answers.append((one, _with_whose_clock(verdict, fetched.limits, circumstances)))
    return answers


def _with_whose_clock(verdict: Verdict, limits: Limits, circumstances: Circumstances) -> Verdict:
    """An answer that came past the quiet hours by another clock than the customer's says so: nobody may be woken in silence."""
    clock = eligibility.quiet_clock(circumstances)
    if (
        limits.quiet_hours is None
        or clock.customer_zone is None
        or not eligibility.rests_on_quiet_hours(verdict.outcome)
    ):
        return verdict
    return replace(verdict, facts={**verdict.facts, **clock.facts()})


def _held_out_or_send(running: Running, moment: Moment, limits: Limits) -> Verdict:
    percent = running.body.hold_out_percent
    percent = limits.hold_out_percent if percent is None else percent
    if eligibility.is_held_out(running.id, moment.customer_id, percent):
        return Verdict("held_out", {"percent": percent})
    return Verdict("send", {"distance_m": moment.distance_m})


def _circumstances(
    moment: Moment, customer: Customer, place: Place, running: Running, fetched: Fetched, *, now: datetime
) -> Circumstances:
    clock, place_zone = clock_of(customer.time_zone, place.time_zone), zone_or_none(place.time_zone)
    return Circumstances(
        now=now,
        moment_at=moment.at,
        profile=profile_of(customer),
        consents_to=frozenset(purpose for purpose in ("location", "offers", "orders") if getattr(customer, purpose)),
        customer_zone=clock.zone if clock.whose == "customer" else None,
        place_zone=place_zone or ZoneInfo("UTC"),
        opening_hours=place.opening_hours,
        reachable=_address(moment, fetched) is not None,
        sent_in_window=fetched.sent.get(customer.id, 0),
        last_sent=fetched.last_sent.get((customer.id, running.id)),
        sold_out=_sold_out(moment, running, fetched),
        clock=clock,
        place_spot=(place.lat, place.lon),
        place_zone_is_known=place_zone is not None,
        happened_at=moment.happened_at,
    )


def _sold_out(moment: Moment, running: Running, fetched: Fetched) -> Mapping[str, Any] | None:
    offer_id = running.body.offer
    if offer_id is None or not running.live:
        return None
    left = fetched.left.get(offer_id)
    return {"offer": offer_id, "removed": True} if left is None else left.why_none(moment.place_id)


def profile_of(customer: Customer) -> Profile:
    return Profile(
        language=customer.language,
        time_zone=customer.time_zone,
        name=customer.name,
        tags=tuple(map(str, customer.tags)),
        sizes=customer.sizes,
        attributes=customer.attributes,
    )


def _address(moment: Moment, fetched: Fetched) -> Device | None:
    """One device per message: the one that was seen, else the customer's most recently used that can be reached."""
    reachable = [device for device in fetched.devices.get(moment.customer_id, []) if device.push_token]
    return next((device for device in reachable if device.id == moment.device_id), reachable[0] if reachable else None)


def _decision(moment: Moment, running: Running, verdict: Verdict, now: datetime) -> Decision:
    return Decision(
        id=new_id("dec"),
        customer_id=moment.customer_id,
        campaign_id=running.id,
        campaign_version=running.version,
        trigger=moment.trigger,
        moment=moment.key,
        place_id=moment.place_id,
        at=now,
        outcome=verdict.outcome,
        facts={**verdict.facts, **_when(moment)},
        spends_cap=verdict.outcome == "send",
    )


def _when(moment: Moment) -> dict[str, Any]:
    if moment.happened_at is None:
        return {"happened_at": moment.at.isoformat()}
    return {"happened_at": moment.happened_at.isoformat(), "due_at": moment.at.isoformat()}


def _deferral(moment: Moment, running: Running, until: datetime, now: datetime) -> Deferral:
    return Deferral(
        id=new_id("dfr"),
        customer_id=moment.customer_id,
        campaign_id=running.id,
        moment=moment.key,
        trigger=moment.trigger,
        device_id=moment.device_id,
        place_id=moment.place_id,
        role=moment.role,
        happened_at=moment.happened_at or moment.at,
        created_at=now,
        not_before=until,
    )


def _coupon(moment: Moment, decision: Decision, unit: Unit, fetched: Fetched, now: datetime) -> Coupon:
    """Reserved; and named among the facts that the decision rests on."""
    coupon = Coupon(
        id=new_id("cpn"),
        customer_id=moment.customer_id,
        offer_id=unit.offer_id,
        campaign_id=decision.campaign_id,
        decision_id=decision.id,
        place_id=moment.place_id,
        state="reserved",
        codes=fetched.left[unit.offer_id].kind_of_codes,
        code_mark=unit.code_mark,
        reserved_at=now,
    )
    decision.facts = {**decision.facts, "offer": unit.offer_id, "coupon": coupon.id}
    return coupon


def _delivery(moment: Moment, running: Running, decision: Decision, fetched: Fetched, now: datetime) -> Delivery:
    device = _address(moment, fetched)
    assert device is not None, "a campaign never decides to send to nobody"
    return Delivery(
        id=new_id("dlv"),
        decision_id=decision.id,
        customer_id=moment.customer_id,
        device_id=device.id,
        source_id=running.id,
        campaign_id=running.id,
        order_id=None,
        kind="offer",
        moment=moment.key,
        context={
            "place_id": moment.place_id,
            "distance_m": moment.distance_m,
            "role": moment.role,
            "happened_at": (moment.happened_at or moment.at).isoformat(),
        },
        state="queued",
        created_at=now,
        not_before=now,
        # a clock that goes ahead gives no longer life
        expires_at=eligibility.expires_at(running.body, fetched.limits, min(moment.at, now)),
        attempts=0,
    )
