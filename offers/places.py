"""Places and their geofences: write, read, remove; and the geofences as the index wants them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from geofences.fence_index import Fence
from geofences.shapes import read_shape
from offers.errors import Conflict, NotFound
from offers.follows import Follows
from offers.records.ids import new_id
from offers.records.queries import customers as customer_queries
from offers.records.queries import orders as order_queries
from offers.records.queries import places as queries
from offers.records.queries import stays as stay_queries
from offers.records.queries.adding import added
from offers.records.queries.leaving import end_stays
from offers.records.tables import Geofence, Place
from offers.rules.edit import Check, anyway
from offers.rules.place import PlaceBody


def put_place(
    session: Session, place_id: str, body: PlaceBody, *, now: datetime, check: Check = anyway
) -> tuple[dict[str, Any], bool, Follows]:
    """Create or replace. Geofences that stay as they are keep their id; the stays of the others end, and nobody is told."""
    place = queries.place_locked(session, place_id)
    created = False
    if place is None:
        check(None)
        new = Place(id=place_id, created_at=now)
        _fill(new, body, now)
        created = added(session, new)
        place = new if created else queries.place_locked(session, place_id)
        assert place is not None, "whoever was first has made it"
    if not created:
        check(_item_of(session, place))
        _fill(place, body, now)
        session.flush()
    follows = _replace_geofences(session, place, body, now)
    return _item_of(session, place), created, follows


def _fill(place: Place, body: PlaceBody, now: datetime) -> None:
    place.name, place.kind, place.lat, place.lon = body.name, body.kind, body.lat, body.lon
    place.time_zone, place.address, place.opening_hours = body.time_zone, body.address, body.opening_hours
    place.tags, place.pickup, place.updated_at = list(body.tags), body.pickup, now


def add_place(session: Session, body: PlaceBody, *, now: datetime) -> tuple[dict[str, Any], bool, Follows]:
    """A new place under an id of ours."""
    return put_place(session, new_id("plc"), body, now=now)


def _replace_geofences(session: Session, place: Place, body: PlaceBody, now: datetime) -> Follows:
    raised = False
    left = list(queries.live_geofences_of(session, [place.id]).get(place.id, []))
    wanted = []
    for one in body.geofences:
        same = next((row for row in left if (row.role, row.shape) == (one.role, one.shape())), None)
        if same is None:
            wanted.append(one)
        else:
            left.remove(same)
            if same.dwell_s != one.dwell_s:
                same.dwell_s = one.dwell_s
                raised = True
    if not (raised or left or wanted):
        return Follows()
    version = queries.raise_version(session)
    happened = _retire(session, left, now)
    for one in wanted:
        session.add(
            Geofence(
                id=new_id("gf"), place_id=place.id, role=one.role, shape=one.shape(), dwell_s=one.dwell_s, since=version
            )
        )
    session.flush()
    return Follows(geofences_changed=True, happened=tuple(happened))


def _retire(session: Session, fences: Sequence[Geofence], now: datetime) -> list[dict[str, Any]]:
    """Whoever stands inside a geofence that goes leaves it, with a reason and without a push."""
    by_id = {fence.id: fence for fence in fences}
    inside = {stay.customer_id for stay in stay_queries.open_stays_at(session, by_id)}
    customer_queries.customers_locked(session, inside)  # before their stays, as arrivals do
    happened = end_stays(session, stay_queries.open_stays_at(session, by_id), "geofence_changed", now)
    queries.retire_geofences(session, by_id, now)
    return happened


def get_place(session: Session, place_id: str) -> dict[str, Any]:
    place = queries.place_by_id(session, place_id)
    if place is None:
        raise NotFound("place")
    return _item_of(session, place)


def _item_of(session: Session, place: Place) -> dict[str, Any]:
    return place_item(place, queries.live_geofences_of(session, [place.id]).get(place.id, []))


def list_places(session: Session, *, after: str = "", limit: int = 100) -> tuple[list[dict[str, Any]], str | None]:
    """Places by id, and the cursor of the next page."""
    places = queries.all_places(session, after, limit + 1)
    fences = queries.live_geofences_of(session, (place.id for place in places))
    items = [place_item(place, fences.get(place.id, [])) for place in places[:limit]]
    return items, places[limit - 1].id if len(places) > limit else None


def delete_place(session: Session, place_id: str, *, now: datetime, check: Check = anyway) -> Follows:
    """Remove a place with its geofences, stays and visits. A place that an order is to be collected at stays."""
    place = queries.place_locked(session, place_id)
    if place is None:
        raise NotFound("place")
    check(_item_of(session, place))
    if order_queries.orders_at(session, place_id):
        raise Conflict("Orders are to be collected at this place; move or close them first.")
    happened = _retire(session, queries.live_geofences_of(session, [place_id]).get(place_id, []), now)
    queries.raise_version(session)
    session.delete(place)
    session.flush()
    return Follows(geofences_changed=True, happened=tuple(happened))


def read_fences(session: Session) -> tuple[int, list[Fence]]:
    """The geofence version and all live geofences of it, for a FenceIndex."""
    version = queries.version_now(session)
    fences = [
        Fence(
            id=row.id,
            place=row.place_id,
            role=row.role,
            shape=read_shape(row.shape),
            dwell_s=row.dwell_s,
            since=row.since,
        )
        for row in queries.all_live_geofences(session)
    ]
    return version, fences


def fence_version(session: Session) -> int:
    return queries.version_now(session)


def place_item(place: Place, fences: Sequence[Geofence]) -> dict[str, Any]:
    return {
        "id": place.id,
        "name": place.name,
        "kind": place.kind,
        "lat": place.lat,
        "lon": place.lon,
        "time_zone": place.time_zone,
        "address": place.address,
        "opening_hours": place.opening_hours,
        "tags": place.tags,
        "pickup": place.pickup,
        "geofences": [
            {"id": fence.id, "role": fence.role, **fence.shape, "dwell_s": fence.dwell_s} for fence in fences
        ],
        "created_at": place.created_at,
        "updated_at": place.updated_at,
    }
