"""The peer of `benchmarks/decisions.py`: one moment at a time, a query for each thing that a decision rests on.

The same rules, the same rows, written as one would write it first. It takes enters of customers who were outside, nothing else.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from offers.arrivals import Crossing
from offers.records.ids import new_id
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries.profiles import profiles
from offers.records.tables import (
    Campaign,
    Customer,
    Decision,
    Delivery,
    Device,
    Geofence,
    Place,
    Stay,
    Transition,
    Visit,
)
from offers.rules import eligibility
from offers.rules.campaign import parse_campaign
from offers.rules.choosing import Running, Waiting, answers
from offers.rules.eligibility import Circumstances
from offers.rules.limits import Limits


def record_one_by_one(session: Session, crossings: Sequence[Crossing], *, now: datetime) -> None:
    for crossing in crossings:
        _enter(session, crossing, now)


def _enter(session: Session, crossing: Crossing, now: datetime) -> None:
    device = session.get_one(Device, crossing.device_id)
    customer = session.get_one(Customer, device.customer_id, with_for_update=True)
    fence = session.get_one(Geofence, crossing.geofence_id)
    place = session.get_one(Place, fence.place_id)
    inside = select(Stay).where(Stay.device_id == device.id, Stay.geofence_id == fence.id, Stay.left_at.is_(None))
    there = select(Visit).where(Visit.customer_id == customer.id, Visit.place_id == place.id, Visit.left_at.is_(None))
    if session.scalar(inside) or session.scalar(there) or not customer.location:
        return
    at = datetime.fromtimestamp(crossing.at, UTC)
    visit = Visit(id=new_id("vis"), customer_id=customer.id, place_id=place.id, entered_at=at)
    session.add(visit)
    session.flush()
    stay = Stay(id=new_id("sty"), device_id=device.id, customer_id=customer.id, geofence_id=fence.id, visit_id=visit.id)
    stay.moment, stay.entered_at = visit.id, at
    session.add(stay)
    session.add(
        Transition(
            id=new_id("trn"),
            device_id=device.id,
            customer_id=customer.id,
            place_id=place.id,
            geofence_id=fence.id,
            role=fence.role,
            kind="enter",
            at=at,
            source=crossing.source,
        )
    )
    session.flush()
    _decide(session, crossing, stay, now=now)


def _decide(session: Session, crossing: Crossing, stay: Stay, *, now: datetime) -> None:
    customer, moment = session.get_one(Customer, stay.customer_id), f"enter:{stay.moment}"
    place = session.get_one(Place, session.get_one(Geofence, stay.geofence_id).place_id)
    if session.scalar(select(Decision.id).where(Decision.customer_id == customer.id, Decision.moment == moment)):
        return
    limits = campaign_queries.limits_now(session)
    live = session.scalars(select(Campaign).where(Campaign.status == "live")).all()
    running = Waiting(Running(one.id, one.version, True, parse_campaign(one.definition)) for one in live)
    waiting = running.for_moment("enter", "premises", place.id, map(str, place.tags))
    at = datetime.fromtimestamp(crossing.at, UTC)

    def circumstances(one: Running) -> Circumstances:
        return _circumstances(session, one, customer, place, limits=limits, at=at, now=now)

    for one, verdict in answers(waiting, customer.id, limits, circumstances):
        decision = Decision(
            id=new_id("dec"),
            customer_id=customer.id,
            campaign_id=one.id,
            campaign_version=one.version,
            trigger="enter",
            moment=moment,
            place_id=place.id,
            at=now,
            outcome=verdict.outcome,
            variant=verdict.variant,
            facts={**verdict.facts, "happened_at": at.isoformat()},
            spends_cap=verdict.outcome == "send",
        )
        session.add(decision)
        session.flush()
        if verdict.outcome == "send":
            session.add(_delivery(crossing, one, decision, limits, at))
            session.flush()


def _circumstances(
    session: Session, one: Running, customer: Customer, place: Place, *, limits: Limits, at: datetime, now: datetime
) -> Circumstances:
    window = limits.frequency_cap.window if limits.frequency_cap else timedelta(0)
    counted = Decision.customer_id == customer.id, Decision.spends_cap.is_(True)
    sent = select(func.count()).where(*counted, Decision.at > now - window)
    last = select(func.max(Decision.at)).where(*counted, Decision.campaign_id == one.id)
    phones = select(Device.id).where(Device.customer_id == customer.id, Device.push_token.is_not(None))
    return Circumstances(
        now=now,
        moment_at=at,
        profile=profiles(session, {customer.id: customer}, one.body.who.needs, now)[customer.id],
        consents_to=frozenset(name for name in ("location", "offers", "orders") if getattr(customer, name)),
        customer_zone=ZoneInfo(customer.time_zone or "UTC"),
        place_zone=ZoneInfo(place.time_zone),
        opening_hours=place.opening_hours,
        reachable=session.scalar(phones) is not None,
        sent_in_window=session.scalar(sent) or 0,
        last_sent=session.scalar(last),
    )


def _delivery(crossing: Crossing, one: Running, decision: Decision, limits: Limits, at: datetime) -> Delivery:
    return Delivery(
        id=new_id("dlv"),
        decision_id=decision.id,
        customer_id=decision.customer_id,
        device_id=crossing.device_id,
        source_id=one.id,
        campaign_id=one.id,
        kind="offer",
        moment=decision.moment,
        context={"place_id": decision.place_id, "distance_m": crossing.distance_m},
        state="queued",
        created_at=decision.at,
        not_before=decision.at,
        expires_at=eligibility.expires_at(one.body, limits, at),
        attempts=0,
    )
