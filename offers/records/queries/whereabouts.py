"""Where a customer was, as far as it is kept: what kinds of transitions at which places, and for how long; what they scanned, and what was ready for them."""

from collections.abc import Iterable

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from offers.records.queries.places import nearest_store_ids, places_by_id
from offers.records.tables import Geofence, Order, Place, Poster, Scan, Stay, Transition
from offers.rules.never import Seen, Stayed
from offers.rules.never_ordered import Ordered
from offers.rules.never_scanned import Scanned

BY_EDIT = ("geofence_created", "geofence_changed")
MOST_STAYS = MOST_SCANS = MOST_ORDERS = 100


def seen_at(session: Session, customer_id: str) -> list[Seen]:
    """The newest transition of each kind at each place and role."""
    by_edit = and_(Transition.reason.is_not(None), Transition.reason.in_(BY_EDIT))
    rows = session.execute(
        select(Transition.place_id, Transition.role, Transition.kind, by_edit, func.max(Transition.at))
        .where(Transition.customer_id == customer_id)
        .group_by(Transition.place_id, Transition.role, Transition.kind, by_edit)
    ).all()
    places = {row[0] for row in rows}
    tags = {
        place: frozenset(map(str, said))
        for place, said in session.execute(select(Place.id, Place.tags).where(Place.id.in_(places)))
    }
    return [
        Seen(place, role, kind, bool(edit), at, tags.get(place, frozenset())) for place, role, kind, edit, at in rows
    ]


def stayed_at(session: Session, customer_id: str, places: Iterable[str], role: str) -> dict[str, Stayed]:
    """Of each of these places the longest of the customer's last stays, and how long staying is there now."""
    wanted = set(places)
    dwells = session.execute(
        select(Geofence.place_id, func.min(Geofence.dwell_s))
        .where(Geofence.place_id.in_(wanted), Geofence.role == role, Geofence.retired_at.is_(None))
        .group_by(Geofence.place_id)
    )
    dwell_s = {place: seconds for place, seconds in dwells}  # noqa: C416 - says what it is
    stays = session.execute(
        select(Geofence.place_id, Stay.entered_at, Stay.left_at)
        .join(Geofence, Geofence.id == Stay.geofence_id)
        .where(
            Stay.customer_id == customer_id,
            Stay.left_at.is_not(None),
            Geofence.place_id.in_(wanted),
            Geofence.role == role,
        )
        .order_by(Stay.entered_at.desc())
        .limit(MOST_STAYS)
    )
    longest: dict[str, int] = {}
    for place, entered_at, left_at in stays:
        if left_at is not None:
            longest[place] = max(longest.get(place, 0), int((left_at - entered_at).total_seconds()))
    return {place: Stayed(longest.get(place), dwell_s.get(place)) for place in wanted}


def scanned_by(session: Session, customer_id: str) -> list[Scanned]:
    """The customer's last scans: those that are known to be theirs."""
    rows = session.execute(
        select(Scan, Poster)
        .join(Poster, Poster.id == Scan.poster_id)
        .where(Scan.customer_id == customer_id, Scan.kind == "human")
        .order_by(Scan.at.desc(), Scan.id.desc())
        .limit(MOST_SCANS)
    ).all()
    spots = nearest_store_ids(session, ((poster.lat, poster.lon) for _, poster in rows if poster.place_id is None))
    at = {poster.id: poster.place_id or spots[poster.lat, poster.lon] for _, poster in rows}
    places = places_by_id(session, (one for one in at.values() if one))
    found = []
    for scan, poster in rows:
        place = places.get(at[poster.id] or "")
        tags = frozenset(map(str, place.tags)) if place else frozenset[str]()
        found.append(
            Scanned(
                at=scan.at,
                poster=poster.name or poster.id,
                campaign=scan.campaign_id,
                place=place.id if place else None,
                tags=tags,
                finished_by=scan.finished_by,
                is_over=scan.reminded_at is not None,
            )
        )
    return found


def ready_for(session: Session, customer_id: str) -> list[Ordered]:
    """This customer's orders that became ready, the newest first."""
    rows = session.execute(
        select(Order.ready_at, Order.place_id, Place.tags, Order.closed_at)
        .join(Place, Place.id == Order.place_id)
        .where(Order.customer_id == customer_id, Order.ready_at.is_not(None))
        .order_by(Order.ready_at.desc())
        .limit(MOST_ORDERS)
    )
    return [Ordered(at, place, frozenset(map(str, tags)), closed) for at, place, tags, closed in rows if at is not None]
