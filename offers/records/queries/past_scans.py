"""Scans on record as moments of a rehearsal: each by a known customer, and each of which nothing had come when its time was up."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from offers.records.queries import places as place_queries
from offers.records.queries.abandoned import comes_to_something
from offers.records.queries.among import among
from offers.records.queries.posters_of_campaigns import LEADS_TO
from offers.records.queries.rehearsals import Mark, after_mark, up_to
from offers.records.tables import Geofence, Order, Place, Poster, Purchase, Scan, Stay
from offers.rules.rehearsing import Seen
from offers.rules.scan_moments import abandoned_moment, scan_moment

Times = Mapping[str, list[datetime]]
"""By customer, in order."""


def places_of_posters(session: Session, campaign_id: str | None) -> dict[str, str]:
    """Of each poster that leads to a campaign now, or of all where none does or none is named, the place that its scans count at."""
    wanted = select(Poster.id, Poster.place_id, Poster.lat, Poster.lon).order_by(Poster.id)
    rows = session.execute(wanted.where(or_(*(one == campaign_id for one in LEADS_TO)))).all() if campaign_id else []
    rows = rows or session.execute(wanted).all()
    nearest = place_queries.nearest_store_ids(session, ((row.lat, row.lon) for row in rows if row.place_id is None))
    found = {row.id: row.place_id or nearest[row.lat, row.lon] for row in rows}
    return {poster: place for poster, place in found.items() if place is not None}


def scans_between(session: Session, after: Mark, to: Mark | datetime, posters: Mapping[str, str]) -> list[Seen]:
    """Those of these posters, after a mark up to another, or up to a time."""
    rows = session.execute(
        select(Scan.at, Scan.id, Scan.customer_id, Scan.poster_id)
        .where(after_mark(Scan, after), up_to(Scan, to), Scan.kind == "human", Scan.customer_id.is_not(None))
        .order_by(Scan.at, Scan.id)
    )
    return [
        Seen(at, id_, scan_moment(id_, asked_for=False), str(customer), posters[poster])
        for at, id_, customer, poster in rows
        if poster in posters
    ]


def left_between(
    session: Session, after: Mark, to: Mark | datetime, posters: Mapping[str, str], wait: timedelta
) -> list[Seen]:
    """Of the same those of which nothing had come after `wait`, at that time."""
    scans = scans_between(session, after, to, posters)
    if not scans:
        return []
    people, ids = {one.customer_id for one in scans}, {one.id for one in scans}
    first, last = scans[0].at, scans[-1].at + wait
    finished = {id_: at for id_, at in _finished(session, ids)}  # noqa: C416 - says what it is
    others = _times(session.execute(_of(Scan.customer_id, Scan.at, people, first, last).where(Scan.kind == "human")))
    bought = _times(
        [
            *session.execute(_of(Purchase.customer_id, Purchase.at, people, first, last)),
            *session.execute(
                _of(Order.customer_id, Order.created_at, people, first, last).where(comes_to_something(Order))
            ),
        ]
    )
    inside = _stays(session, people, first, last)
    found = []
    for one in scans:
        due = one.at + wait
        over = (
            finished.get(one.id, due) < due
            or _any(others, one.customer_id, one.at, due)
            or _any(bought, one.customer_id, one.at, due)
            or any(since <= due and (until is None or until > due) for since, until in inside.get(one.customer_id, ()))
        )
        if not over:
            found.append(one._replace(at=due, key=abandoned_moment(one.id)))
    return found


def _finished(session: Session, ids: Collection[str]) -> Iterable[tuple[str, datetime]]:
    rows = session.execute(select(Scan.id, Scan.finished_at).where(among(Scan.id, ids), Scan.finished_at.is_not(None)))
    return [(id_, at) for id_, at in rows if at is not None]


def _of(who: Any, at: Any, people: Collection[str], first: datetime, last: datetime) -> Any:
    return select(who, at).where(among(who, people), at >= first, at <= last)


def _times(rows: Iterable[Any]) -> Times:
    found: defaultdict[str, list[datetime]] = defaultdict(list)
    for customer, at in rows:
        found[str(customer)].append(at)
    return {customer: sorted(times) for customer, times in found.items()}


def _any(times: Times, customer: str, after: datetime, until: datetime) -> bool:
    theirs = times.get(customer, [])
    number = bisect_right(theirs, after)
    return number < len(theirs) and theirs[number] <= until


def _stays(
    session: Session, people: Collection[str], first: datetime, last: datetime
) -> dict[str, list[tuple[datetime, datetime | None]]]:
    rows = session.execute(
        select(Stay.customer_id, Stay.entered_at, Stay.left_at)
        .join(Geofence, Geofence.id == Stay.geofence_id)
        .join(Place, Place.id == Geofence.place_id)
        .where(
            among(Stay.customer_id, people),
            Stay.entered_at <= last,
            or_(Stay.left_at.is_(None), Stay.left_at > first),
            Geofence.role == "premises",
            Place.kind == "store",
        )
    )
    found: defaultdict[str, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for customer, since, until in rows:
        found[customer].append((since, until))
    return found
