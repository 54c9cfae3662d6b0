"""What a launch rests on, read into plain values; rules/launch_checks.py looks at them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from offers.records.queries import audiences as audience_queries
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import estimating
from offers.records.queries import offers as offer_queries
from offers.records.queries import places as place_queries
from offers.records.queries import posters_of_campaigns as poster_queries
from offers.records.queries import products as product_queries
from offers.records.tables import Customer, Geofence, Place
from offers.rules.audience import Audience, read_audience
from offers.rules.campaign import (
    OF_A_POSTER,
    OF_AN_ORDER,
    ON_A_PAGE,
    WITHOUT_POSITION,
    CampaignBody,
    TriggerRule,
    parse_campaign,
)
from offers.rules.eligibility import purposes_of
from offers.rules.launch import Hanging, Person, Reach, Reached, Rests, Rival, Shelf, Site, Stock
from offers.rules.order_triggers import ROLE_OF
from offers.rules.pickup_moments import Spot, is_landmark_of
from offers.rules.template_facts import facts_of_profile

LOOKED_AT = 100
"""Customers whose facts are held against the texts."""


def whom_it_reaches(session: Session, body: CampaignBody, now: datetime, *, roughly: bool = False) -> Reached:
    """Counts the audience: under a second for a million customers on PostgreSQL, seconds on SQLite.

    `roughly`: of many customers some thousand are looked at, and the numbers said of all, as long as that says anything.
    """
    audience = read_audience(body.audience)
    reach = _reach_roughly(session, audience, body, now) if roughly else None
    people = [_person(one) for one in _some_reached(session, audience, body, now)]
    return Reached(body.audience, reach or _reach(session, audience, body, now), people)


def what_a_launch_rests_on(
    session: Session, campaign_id: str, body: CampaignBody, now: datetime, reached: Reached
) -> Rests:
    """In a number of queries that does not grow."""
    limits = campaign_queries.limits_now(session)
    sites, covered = _sites(session, body.trigger, limits.approach_reach_m)
    of_a_poster = body.trigger.on in OF_A_POSTER
    return Rests(
        campaign_id=campaign_id,
        now=now,
        limits=limits,
        sites=sites,
        stock=None if body.offer is None else _stock(session, body.offer),
        reach=reached.reach,
        people=reached.people,
        # a poster leads to one campaign: no other is asked of its scans
        rivals=[] if body.trigger.on in ON_A_PAGE else _rivals(session, campaign_id, body.trigger, covered),
        hanging=_hanging(session, campaign_id, body.trigger, now) if of_a_poster else None,
        shelf=_shelf(session, body.product) if of_a_poster and body.product else None,
    )


def _reach(session: Session, audience: Audience, body: CampaignBody, now: datetime) -> Reach:
    """Of a page nobody has to be reached: it is enough that they agreed."""
    counted = audience_queries.count(session, audience, now, purposes_of(body, asked_for=False))
    both = counted.consenting if body.trigger.on in ON_A_PAGE else counted.both
    return Reach(counted.size, counted.reachable, counted.consenting, both)


def _reach_roughly(session: Session, audience: Audience, body: CampaignBody, now: datetime) -> Reach | None:
    found = estimating.reckoned(session, audience, now, purposes_of(body, asked_for=False))
    if found is None:
        return None
    size, reachable, consenting, both = found
    return Reach(size, reachable, consenting, consenting if body.trigger.on in ON_A_PAGE else both)


def _some_reached(session: Session, audience: Audience, body: CampaignBody, now: datetime) -> Sequence[Customer]:
    """Those first by id of whom a message can reach and may be sent to."""
    within = audience_queries.holds(audience, now, session.get_bind().dialect.name)
    wanted = select(Customer).where(within, audience_queries.consenting(purposes_of(body, asked_for=False)))
    if body.trigger.on not in ON_A_PAGE:
        wanted = wanted.where(audience_queries.reachable())
    return session.scalars(wanted.order_by(Customer.id).limit(LOOKED_AT)).all()


Covered = Sequence[tuple[str, frozenset[str]]]
"""Each of a campaign's places: its id, and its tags."""


def _sites(session: Session, trigger: TriggerRule, reach_m: int) -> tuple[list[Site], Covered]:
    fences = (
        select(Geofence.place_id, func.max(func.coalesce(Geofence.dwell_s, 0)))
        .where(Geofence.role == ROLE_OF.get(trigger.on, trigger.role), Geofence.retired_at.is_(None))
        .group_by(Geofence.place_id)
    )
    places = select(
        Place.id, Place.address, Place.time_zone, Place.opening_hours, Place.lat, Place.lon, Place.paused, Place.tags
    ).order_by(Place.id)
    if trigger.on in OF_AN_ORDER:
        places = places.where(Place.kind == "store")
    if trigger.places and not trigger.tags:
        fences = fences.where(Geofence.place_id.in_(trigger.places))
        places = places.where(Place.id.in_(trigger.places))
    dwells = {place: dwell_s for place, dwell_s in session.execute(fences)}  # noqa: C416 - says what it is
    sites, covered = [], []
    landmarks = _landmarks(session) if trigger.on == "approach" else []
    for place, address, time_zone, hours, lat, lon, paused, tags in session.execute(places):
        labels = frozenset(map(str, tags))
        if trigger.covers(trigger.on, trigger.role, place, labels):
            # of posters, and of orders that become ready, every place is meant, whatever geofences it has
            fenced, dwell = place in dwells or trigger.on in WITHOUT_POSITION, bool(dwells.get(place))
            # who leaves a landmark within reach comes near too
            store = Spot(place, "store", lat, lon)
            fenced = fenced or any(is_landmark_of(one, store, reach_m) for one in landmarks)
            sites.append(Site(place, address, time_zone, hours, (lat, lon), paused=paused, fenced=fenced, dwells=dwell))
            covered.append((place, labels))
    return sites, covered


def _landmarks(session: Session) -> list[Spot]:
    rows = session.execute(select(Place.id, Place.kind, Place.lat, Place.lon).where(Place.kind == "landmark"))
    return [Spot(place, kind, lat, lon) for place, kind, lat, lon in rows]


def _hanging(session: Session, campaign_id: str, trigger: TriggerRule, now: datetime) -> Hanging:
    spots = poster_queries.hanging(session, now, campaign_id if trigger.on == "scan" else None)
    nearest = place_queries.nearest_store_ids(session, (spot for place, spot in spots if place is None))
    places = (place or nearest[spot] for place, spot in spots)
    stores = session.scalar(select(func.count()).select_from(Place).where(Place.kind == "store")) or 0
    return Hanging(len(spots), frozenset(one for one in places if one), stores)


def _shelf(session: Session, sku: str) -> Shelf:
    product = product_queries.product_by_sku(session, sku)
    if product is None:
        return Shelf(is_there=False)
    there = place_queries.places_by_id(session, product.stock)
    told = [product.stock[place] for place in there]
    pieces = [sum(one.values()) if isinstance(one, dict) else one for one in told]
    return Shelf(is_there=True, pieces=sum(pieces) if told else None)


def _stock(session: Session, offer_id: str) -> Stock | None:
    offer = offer_queries.offer_by_id(session, offer_id)
    if offer is None:
        return None
    return Stock(
        budget=offer.budget,
        spent=offer.spent,
        budget_per_place=offer.budget_per_place,
        codes_left=offer_queries.codes_left(session, [offer_id]).get(offer_id, 0)
        if offer.codes == "imported"
        else None,
        code_unknown=offer.codes == "shared" and offer.code is None,
        valid_until=offer.valid_until,
    )


def _person(row: Customer) -> Person:
    return Person(row.language, facts_of_profile(row.name, row.language, row.sizes, row.attributes))


def _rivals(session: Session, campaign_id: str, trigger: TriggerRule, covered: Covered) -> list[Rival]:
    found = []
    for row in campaign_queries.running_campaigns(session):
        if row.id == campaign_id or row.status != "live":
            continue
        body = parse_campaign(row.definition)
        theirs = [body.trigger.covers(trigger.on, trigger.role, place, tags) for place, tags in covered]
        if any(theirs):
            found.append(Rival(row.id, body, everywhere=all(theirs)))
    return found
