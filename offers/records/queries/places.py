from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Text, and_, cast, func, or_, select, update
from sqlalchemy.orm import Session

from geofences.metres import distance_m
from offers.records.queries.among import among
from offers.records.queries.leafing import Key, Orders, leaf_of
from offers.records.tables import Geofence, GeofenceVersion, Place
from offers.rules.leafing import Leaf, Turn

IN_FORCE = and_(Geofence.retired_at.is_(None), Place.paused.is_(False))
"""Of a geofence beside its place."""
# as text: SQLAlchemy reads JSON with the standard library, which is half of what a start with 100,000 takes
_SHAPE = cast(Geofence.shape, Text).label("shape")
_POINT = (Place.id, Place.name, Place.lat, Place.lon, Place.tags)
_AS_MATCHED = (Geofence.id, Geofence.place_id, Geofence.role, _SHAPE, Geofence.dwell_s, Geofence.since)


def place_by_id(session: Session, place_id: str) -> Place | None:
    return session.get(Place, place_id)


def place_locked(session: Session, place_id: str) -> Place | None:
    """The place as it is now, locked until the commit. Visits may still begin there: an arrival holds its customers, and must not wait."""
    return session.get(Place, place_id, with_for_update={"key_share": True}, populate_existing=True)


def places_locked(session: Session, ids: Iterable[str]) -> dict[str, Place]:
    """The same for many, in the order of their ids."""
    rows = session.scalars(
        select(Place)
        .where(Place.id.in_(set(ids)))
        .order_by(Place.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def places_that_stay(session: Session, ids: Iterable[str]) -> set[str]:
    """Those of these ids that are places, and will be until the commit."""
    wanted = set(ids)
    if not wanted:
        return set()
    rows = select(Place.id).where(Place.id.in_(wanted)).order_by(Place.id).with_for_update(read=True, key_share=True)
    return set(session.scalars(rows))


def places_by_id(session: Session, ids: Iterable[str]) -> dict[str, Place]:
    return {place.id: place for place in session.scalars(select(Place).where(among(Place.id, ids)))}


def all_places(session: Session, after: str, limit: int) -> Sequence[Place]:
    return session.scalars(select(Place).where(Place.id > after).order_by(Place.id).limit(limit)).all()


def first_place_ids(session: Session, limit: int) -> Sequence[str]:
    return session.scalars(select(Place.id).order_by(Place.id).limit(limit)).all()


def drawn_places(session: Session, limit: int) -> tuple[Sequence[Any], Sequence[Any]]:
    """Of so many places, the first by id, (id, name, lat, lon); and of each of their geofences that is not retired, as of those in force."""
    places = session.execute(select(Place.id, Place.name, Place.lat, Place.lon).order_by(Place.id).limit(limit)).all()
    theirs = [place.id for place in places]
    fences = select(*_AS_MATCHED).where(among(Geofence.place_id, theirs), Geofence.retired_at.is_(None))
    return places, session.execute(fences.order_by(Geofence.id)).all()


def points_of_places(session: Session, limit: int) -> Sequence[Any]:
    """(id, name, lat, lon, tags) of so many places, the first by id."""
    return session.execute(select(*_POINT).order_by(Place.id).limit(limit)).all()


def outlined_places(session: Session, ids: Iterable[str]) -> tuple[Sequence[Any], Sequence[Any]]:
    """The same of these places, and each of their geofences that is not retired, as of those in force."""
    theirs = list(ids)
    places = session.execute(select(*_POINT).where(among(Place.id, theirs)).order_by(Place.id)).all()
    fences = select(*_AS_MATCHED).where(among(Geofence.place_id, theirs), Geofence.retired_at.is_(None))
    return places, session.execute(fences.order_by(Geofence.id)).all()


def places_like(session: Session, text: str, after: str, limit: int) -> Sequence[Place]:
    """Those whose id, name or address holds the text, in whatever case; by id."""
    return session.scalars(_holding(text).where(Place.id > after).order_by(Place.id).limit(limit)).all()


def _holding(text: str) -> Select[Any]:
    columns = (Place.id, Place.name, Place.address)
    found = or_(*(one.icontains(text, autoescape=True) for one in columns))
    return select(Place).where(found) if text else select(Place)


# a thousand rows are sorted in less time than an index of names would take to keep
ORDERS = Orders(
    Place.id,
    "name",
    {
        "name": (Key(func.lower(Place.name)),),
        "kind": (Key(Place.kind), Key(func.lower(Place.name))),
        "address": (Key(func.lower(func.coalesce(Place.address, ""))),),
        "changed": (Key(Place.updated_at, "time"),),
    },
)


def leaf_of_places(session: Session, text: str, kind: str | None, turn: Turn) -> Leaf:
    """The same in the order that is asked for, of one kind or of both."""
    wanted = _holding(text)
    return leaf_of(session, wanted.where(Place.kind == kind) if kind else wanted, turn, ORDERS)


def live_geofences_of(session: Session, place_ids: Iterable[str]) -> dict[str, list[Geofence]]:
    rows = session.scalars(
        select(Geofence)
        .where(Geofence.place_id.in_(set(place_ids)), Geofence.retired_at.is_(None))
        .order_by(Geofence.id)
    )
    found: dict[str, list[Geofence]] = {}
    for row in rows:
        found.setdefault(row.place_id, []).append(row)
    return found


def geofences_in_force(session: Session) -> Iterator[Any]:
    """(id, place_id, role, shape as JSON text, dwell_s, since) of each. Rows, and some at a time: there may be a hundred thousand."""
    wanted = select(*_AS_MATCHED).join(Place, Place.id == Geofence.place_id).where(IN_FORCE)
    yield from session.execute(wanted.execution_options(yield_per=2000))


def geofences_changed(session: Session, after: int) -> Sequence[Any]:
    """The same of those that were written after that version, and last whether each is in force now."""
    wanted = select(*_AS_MATCHED, IN_FORCE).join(Place, Place.id == Geofence.place_id)
    return session.execute(wanted.where(Geofence.changed > after)).all()


def ids_in_force(session: Session) -> set[str]:
    return set(session.scalars(select(Geofence.id).join(Place, Place.id == Geofence.place_id).where(IN_FORCE)))


def live_geofences(session: Session, place_id: str | None, after: str, limit: int) -> Sequence[Geofence]:
    """Those in force, by id."""
    wanted = select(Geofence).join(Place, Place.id == Geofence.place_id).where(IN_FORCE, Geofence.id > after)
    if place_id is not None:
        wanted = wanted.where(Geofence.place_id == place_id)
    return session.scalars(wanted.order_by(Geofence.id).limit(limit)).all()


def geofences_by_id(session: Session, ids: Iterable[str]) -> dict[str, Geofence]:
    return {fence.id: fence for fence in session.scalars(select(Geofence).where(Geofence.id.in_(set(ids))))}


def retire_geofences(session: Session, ids: Iterable[str], version: int, now: datetime) -> None:
    session.execute(update(Geofence).where(Geofence.id.in_(set(ids))).values(retired_at=now, changed=version))


def version_now(session: Session) -> tuple[int, int]:
    """The geofence version, and the newest one in which rows went altogether."""
    row = session.execute(select(GeofenceVersion.number, GeofenceVersion.removed_in)).first()
    return (row.number, row.removed_in) if row else (0, 0)


def raise_version(session: Session) -> int:
    """The next version. Holds the row's lock until the commit, so that commit order is version order."""
    raised = session.execute(
        update(GeofenceVersion).values(number=GeofenceVersion.number + 1).returning(GeofenceVersion.number)
    )
    return raised.scalar_one()


def note_removal(session: Session, version: int) -> None:
    """Rows go altogether in this version; the lock is held since it was raised."""
    session.execute(update(GeofenceVersion).values(removed_in=version))


def nearest_store_id(session: Session, lat: float, lon: float) -> str | None:
    """The store whose own point is nearest to this one; none where there is no store. On a tie the one with the lesser id."""
    return nearest_store_ids(session, [(lat, lon)])[lat, lon]


def nearest_store_ids(session: Session, spots: Iterable[tuple[float, float]]) -> dict[tuple[float, float], str | None]:
    """The same for each of these (latitude, longitude), in one query, and always as the transaction sees the stores: what is decided rests on it.
    A page, which shows all of them to a crowd, takes queries/landing.stores_nearest_first, which remembers.
    """
    wanted = set(spots)
    stores = (
        session.execute(select(Place.id, Place.lat, Place.lon).where(Place.kind == "store")).all() if wanted else ()
    )
    return {
        (lat, lon): min(((distance_m(lat, lon, one.lat, one.lon), one.id) for one in stores), default=(0.0, None))[1]
        for lat, lon in wanted
    }
