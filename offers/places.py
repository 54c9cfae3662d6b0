"""Places and their geofences: write, pause, read, remove."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import Conflict, NotFound
from offers.follows import Follows, Written
from offers.records.ids import new_id
from offers.records.queries import customers as customer_queries
from offers.records.queries import orders as order_queries
from offers.records.queries import places as queries
from offers.records.queries import stays as stay_queries
from offers.records.queries.leaving import end_stays
from offers.records.queries.writing import insert_missing, write_whole
from offers.records.tables import Geofence, Place
from offers.rules.edit import Check, anyway
from offers.rules.leafing import Leaf, Turn
from offers.rules.place import GeofenceBody, PlaceBody


def put_place(
    session: Session, place_id: str, body: PlaceBody, *, now: datetime, check: Check = anyway
) -> tuple[dict[str, Any], bool, Follows]:
    """Create or replace. Geofences that stay as they are keep their id; the stays of the others end, and nobody is told.

    The stays at a place that is paused now end too; one that is resumed comes back into force as if it were made now.
    """
    written = put_places(session, {place_id: body}, now=now, check=check)
    return get_place(session, place_id), place_id in written.created, written.follows


def put_places(session: Session, bodies: Mapping[str, PlaceBody], *, now: datetime, check: Check = anyway) -> Written:
    """The same for many, in a number of statements that does not grow with them; the geofence version is raised once at most."""
    created = insert_missing(
        session,
        Place,
        [{"id": one, **_columns(body), "created_at": now, "updated_at": now} for one, body in bodies.items()],
    )
    places = queries.places_locked(session, bodies)
    fences = queries.live_geofences_of(session, bodies)
    changed, edits, moved = set(), [], bool(created)
    for place_id, place in places.items():
        theirs = fences.get(place_id, [])
        check(None if place_id in created else place_item(place, theirs))
        edit = _Edit.of(place, bodies[place_id], theirs)
        stood = (place.kind, place.lat, place.lon)
        for name, value in _columns(bodies[place_id]).items():
            setattr(place, name, value)
        moved |= stood != (place.kind, place.lat, place.lon)
        if session.is_modified(place) or (edit.changes and place_id not in created):
            changed.add(place_id)
            place.updated_at = now
            write_whole(place)
        if edit.changes:
            edits.append(edit)
    session.flush()
    return Written(frozenset(created), frozenset(changed), follows=_edit_geofences(session, edits, now, moved=moved))


def changes(
    session: Session, bodies: Mapping[str, PlaceBody], *, locked: bool = False
) -> dict[str, tuple[str, ...] | None]:
    """What `put_places` would change of each: the names of the fields, none of them where it stays as it is; None where it is new.

    Nothing is written. `locked`: and nobody else changes them until the commit.
    """
    places = queries.places_locked(session, bodies) if locked else queries.places_by_id(session, bodies)
    fences = queries.live_geofences_of(session, bodies)
    found: dict[str, tuple[str, ...] | None] = {}
    for place_id, body in bodies.items():
        place = places.get(place_id)
        if place is None:
            found[place_id] = None
            continue
        edit = _Edit.of(place, body, fences.get(place_id, []))
        named = [name for name, value in _columns(body).items() if getattr(place, name) != value]
        found[place_id] = (*named, "geofences") if edit.gone or edit.new or edit.dwells else tuple(named)
    return found


def _columns(body: PlaceBody) -> dict[str, Any]:
    return {
        "name": body.name,
        "kind": body.kind,
        "lat": body.lat,
        "lon": body.lon,
        "time_zone": body.time_zone,
        "address": body.address,
        "phone": body.phone,
        "opening_hours": body.opening_hours,
        "tags": list(body.tags),
        "pickup": body.pickup,
        "paused": body.paused,
    }


def add_place(session: Session, body: PlaceBody, *, now: datetime) -> tuple[dict[str, Any], bool, Follows]:
    """A new place under an id of ours."""
    return put_place(session, new_id("plc"), body, now=now)


@dataclass(frozen=True, slots=True)
class _Edit:
    """What becomes of one place's geofences."""

    place_id: str
    gone: list[Geofence]
    new: list[GeofenceBody]
    dwells: list[tuple[Geofence, int | None]]
    """Those whose dwell time alone is another."""
    paused: list[Geofence]
    """Those that stay, of a place that is paused now."""
    resumed: list[Geofence]

    @property
    def changes(self) -> bool:
        return bool(self.gone or self.new or self.dwells or self.paused or self.resumed)

    @classmethod
    def of(cls, place: Place, body: PlaceBody, fences: Sequence[Geofence]) -> "_Edit":
        """`place` is as it was, `fences` are the live ones it had."""
        edit = cls(place.id, list(fences), [], [], [], [])
        for one in body.geofences:
            same = next((row for row in edit.gone if (row.role, row.shape) == (one.role, one.shape())), None)
            if same is None:
                edit.new.append(one)
                continue
            edit.gone.remove(same)
            if same.dwell_s != one.dwell_s:
                edit.dwells.append((same, one.dwell_s))
            if place.paused != body.paused:
                (edit.paused if body.paused else edit.resumed).append(same)
        return edit


def _edit_geofences(session: Session, edits: Sequence[_Edit], now: datetime, *, moved: bool) -> Follows:
    """`moved`: a place came, or stands elsewhere. Who keeps where stores are goes by the version too."""
    if not edits and not moved:
        return Follows()
    version = queries.raise_version(session)
    if not edits:
        return Follows()
    for fence, dwell_s in (dwell for edit in edits for dwell in edit.dwells):
        fence.dwell_s, fence.changed = dwell_s, version
    for fence in (one for edit in edits for one in (*edit.paused, *edit.resumed)):
        fence.changed = version
    for fence in (one for edit in edits for one in edit.resumed):
        fence.since = version  # whoever stands inside enters as if it were made now: quietly
    gone = [fence for edit in edits for fence in edit.gone]
    left = dict.fromkeys((fence.id for edit in edits for fence in edit.paused), "geofence_paused")
    happened = _end_stays(session, left | dict.fromkeys((fence.id for fence in gone), "geofence_changed"), now)
    queries.retire_geofences(session, (fence.id for fence in gone), version, now)
    session.add_all(
        Geofence(
            id=new_id("gf"),
            place_id=edit.place_id,
            role=one.role,
            shape=one.shape(),
            dwell_s=one.dwell_s,
            since=version,
            changed=version,
        )
        for edit in edits
        for one in edit.new
    )
    session.flush()
    return Follows(geofences_changed=True, happened=tuple(happened))


def _end_stays(session: Session, reasons: Mapping[str, str], now: datetime) -> list[dict[str, Any]]:
    """Whoever stands inside one of these geofences leaves it, with its reason and without a push."""
    inside = {stay.customer_id for stay in stay_queries.open_stays_at(session, reasons)}
    customer_queries.customers_locked(session, inside)  # before their stays, as arrivals do
    stays = stay_queries.open_stays_at(session, reasons)
    return [
        event
        for reason in sorted({reasons[stay.geofence_id] for stay in stays})
        for event in end_stays(session, [one for one in stays if reasons[one.geofence_id] == reason], reason, now)
    ]


def get_place(session: Session, place_id: str) -> dict[str, Any]:
    place = queries.place_by_id(session, place_id)
    if place is None:
        raise NotFound("place")
    return _item_of(session, place)


def _item_of(session: Session, place: Place) -> dict[str, Any]:
    return place_item(place, queries.live_geofences_of(session, [place.id]).get(place.id, []))


def list_places(
    session: Session, *, text: str = "", after: str = "", limit: int = 100
) -> tuple[list[dict[str, Any]], str | None]:
    """Places by id, and the cursor of the next page; those whose id, name or address holds the text."""
    places = queries.places_like(session, text.strip(), after, limit + 1)
    fences = queries.live_geofences_of(session, (place.id for place in places))
    items = [place_item(place, fences.get(place.id, [])) for place in places[:limit]]
    return items, places[limit - 1].id if len(places) > limit else None


def leaf_places(session: Session, turn: Turn, *, text: str = "", kind: str | None = None) -> Leaf:
    """A page of the same in the order that is asked for, of one kind or of both. `BadInput` for an order or a cursor that there is not."""
    leaf = queries.leaf_of_places(session, text.strip(), kind, turn)
    fences = queries.live_geofences_of(session, (place.id for place in leaf.items))
    return leaf.holding([place_item(place, fences.get(place.id, [])) for place in leaf.items])


def delete_place(session: Session, place_id: str, *, now: datetime, check: Check = anyway) -> Follows:
    """Remove a place with its geofences, stays and visits. A place that an order is to be collected at stays."""
    place = queries.place_locked(session, place_id)
    if place is None:
        raise NotFound("place")
    check(_item_of(session, place))
    if order_queries.orders_at(session, place_id):
        raise Conflict("Orders are to be collected at this place; move or close them first.")
    version = queries.raise_version(session)  # before the customers, as an edit does
    queries.note_removal(session, version)
    theirs = queries.live_geofences_of(session, [place_id]).get(place_id, [])
    happened = _end_stays(session, dict.fromkeys((fence.id for fence in theirs), "geofence_changed"), now)
    session.delete(place)
    session.flush()
    return Follows(geofences_changed=True, happened=tuple(happened))


def list_geofences(
    session: Session, place_id: str | None, *, after: str = "", limit: int = 100
) -> tuple[list[dict[str, Any]], str | None]:
    """Geofences in force by id, of one place or of all."""
    rows = queries.live_geofences(session, place_id, after, limit + 1)
    items = [{"place": row.place_id, **geofence_item(row)} for row in rows[:limit]]
    return items, rows[limit - 1].id if len(rows) > limit else None


def geofence_item(row: Geofence) -> dict[str, Any]:
    return {"id": row.id, "role": row.role, **row.shape, "dwell_s": row.dwell_s}


def place_item(place: Place, fences: Sequence[Geofence]) -> dict[str, Any]:
    return {
        "id": place.id,
        "name": place.name,
        "kind": place.kind,
        "lat": place.lat,
        "lon": place.lon,
        "time_zone": place.time_zone,
        "address": place.address,
        "phone": place.phone,
        "opening_hours": place.opening_hours,
        "tags": place.tags,
        "pickup": place.pickup,
        "paused": place.paused,
        "geofences": [geofence_item(fence) for fence in fences],
        "created_at": place.created_at,
        "updated_at": place.updated_at,
    }
