"""Abandoned: whoever scanned a poster and did nothing with it is reminded, once, where they agreed to it and the caps allow.

One reminder a customer: of their newest scan. The older ones that were left are over with it, and so is everything once they have bought,
ordered or come to a store.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy.orm import Session

from offers.deciding import Decided, Moment, decide
from offers.records.queries import abandoned as queries
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import places as place_queries
from offers.records.queries.abandoned import Left
from offers.rules.scan_moments import abandoned_moment


def due_abandoned(session: Session, *, now: datetime, limit: int = 2000) -> list[str]:
    """Ids of scans that were left for as long as the desk's `abandoned_after` says, the oldest first; none where it says never."""
    after = campaign_queries.limits_now(session).abandoned_after
    return [] if after is None else queries.due(session, now, after, limit)


def decide_abandoned(session: Session, scan_ids: Sequence[str], *, now: datetime) -> Decided:
    """Decide `abandoned` for the customers of these scans, in the caller's transaction.

    Every scan that is over with it is marked in the same transaction, whatever was decided, so that nobody is asked twice. Safe to repeat and
    to run twice at once: customers are locked first, and what another has marked is not looked at again.
    """
    after = campaign_queries.limits_now(session).abandoned_after
    if after is None or not scan_ids:
        return Decided([], [])
    customers = customer_queries.customers_locked(session, queries.customers_of(session, scan_ids))
    left = queries.left_by(session, customers, now)
    newest = queries.newest_scans(session, customers)
    theirs = {customer: list(scans) for customer, scans in groupby(left, key=lambda one: one.customer_id)}
    asked = [scans[0] for customer, scans in theirs.items() if _is_asked(scans[0], newest[customer], now - after)]
    over = queries.over(session, asked)
    asked = [one for one in asked if one.id not in over]
    places = _places(session, asked)
    moments = [_moment(one, places[one.id], after) for one in asked if one.id in places]
    done = [one.id for scans in theirs.values() for one in scans if one.at <= now - after or one.at < scans[0].at]
    decided = decide(session, moments, customers, now=now)
    queries.mark(session, done, now)  # after the offers, as everybody locks them
    return decided


def _is_asked(scan: Left, newest: datetime, due: datetime) -> bool:
    """Their newest that was left, if nothing was scanned after it, and once its time has come."""
    return scan.at == newest and scan.at <= due


def _places(session: Session, scans: Sequence[Left]) -> Mapping[str, str]:
    """By scan the place that its poster belongs to, else the store nearest to it; none where that is about to go, or there is no store."""
    nearest = place_queries.nearest_store_ids(session, ((one.lat, one.lon) for one in scans if one.place_id is None))
    found = {one.id: one.place_id or nearest[one.lat, one.lon] for one in scans}
    staying = place_queries.places_that_stay(session, (place for place in found.values() if place))
    return {scan: place for scan, place in found.items() if place in staying}


def _moment(scan: Left, place_id: str, after: timedelta) -> Moment:
    """It happened when the scan had been left for long enough: a reminder's life counts from then."""
    return Moment(
        key=abandoned_moment(scan.id),
        trigger="abandoned",
        customer_id=scan.customer_id,
        device_id=scan.device_id or "",
        place_id=place_id,
        role="",
        at=scan.at + after,
        scan_id=scan.id,
    )
