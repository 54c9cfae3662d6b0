from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from offers.records.queries.among import among
from offers.records.tables import Stay, Transition, Visit


def open_stays_of_devices(session: Session, device_ids: Iterable[str]) -> Sequence[Stay]:
    return session.scalars(
        select(Stay).where(among(Stay.device_id, device_ids), Stay.left_at.is_(None)).order_by(Stay.id)
    ).all()


def open_stays_of_customers(session: Session, customer_ids: Iterable[str]) -> Sequence[Stay]:
    return session.scalars(
        select(Stay).where(Stay.customer_id.in_(set(customer_ids)), Stay.left_at.is_(None)).order_by(Stay.id)
    ).all()


def open_stays_at(session: Session, geofence_ids: Iterable[str]) -> Sequence[Stay]:
    return session.scalars(
        select(Stay)
        .where(Stay.geofence_id.in_(set(geofence_ids)), Stay.left_at.is_(None))
        .order_by(Stay.id)
        .execution_options(populate_existing=True)
    ).all()


def all_open_stays(session: Session) -> Sequence[Stay]:
    return session.scalars(select(Stay).where(Stay.left_at.is_(None)).order_by(Stay.id)).all()


def stays_left_since(session: Session, since: datetime, sources: Iterable[str]) -> Sequence[Stay]:
    """Stays that ended since then by an exit of one of these sources, and that no later one of the same device and geofence follows.

    Found by the transitions of that time, which have an index; stays by when they ended have none.
    """
    later = aliased(Stay)
    ended = and_(
        Transition.device_id == Stay.device_id,
        Transition.geofence_id == Stay.geofence_id,
        Transition.at == Stay.left_at,
        Transition.kind == "exit",
    )
    follows = and_(
        later.device_id == Stay.device_id,
        later.geofence_id == Stay.geofence_id,
        later.entered_at > Stay.entered_at,
    )
    return session.scalars(
        select(Stay)
        .join(Transition, ended)
        .where(Transition.at >= since, Transition.source.in_(set(sources)), ~exists().where(follows))
        .order_by(Stay.id)
    ).all()


def newest_stays(session: Session, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Stay]:
    """The newest stay, open or closed, of each (device, geofence)."""
    wanted = sorted(set(pairs))
    if not wanted:
        return {}
    newest = (
        select(Stay.device_id, Stay.geofence_id, func.max(Stay.entered_at).label("entered_at"))
        .where(tuple_(Stay.device_id, Stay.geofence_id).in_(wanted))
        .group_by(Stay.device_id, Stay.geofence_id)
        .subquery()
    )
    joined = and_(
        Stay.device_id == newest.c.device_id,
        Stay.geofence_id == newest.c.geofence_id,
        Stay.entered_at == newest.c.entered_at,
    )
    return {(stay.device_id, stay.geofence_id): stay for stay in session.scalars(select(Stay).join(newest, joined))}


def open_visits(session: Session, customer_ids: Iterable[str]) -> dict[tuple[str, str], Visit]:
    rows = session.scalars(select(Visit).where(Visit.customer_id.in_(set(customer_ids)), Visit.left_at.is_(None)))
    return {(visit.customer_id, visit.place_id): visit for visit in rows}


def visits_by_id(session: Session, ids: Iterable[str | None]) -> dict[str, Visit]:
    wanted = {one for one in ids if one}
    return {visit.id: visit for visit in session.scalars(select(Visit).where(Visit.id.in_(wanted)))}


def open_stays_beside(session: Session, moments: Iterable[str]) -> Sequence[Stay]:
    """All open stays that share these moments, whichever of the customer's devices they are of."""
    return session.scalars(select(Stay).where(Stay.moment.in_(set(moments)), Stay.left_at.is_(None))).all()


def last_left(session: Session, customer_ids: Iterable[str], visit_ids: Iterable[str]) -> dict[str, datetime]:
    """When the last of each visit's stays that are over ended."""
    rows = session.execute(
        select(Stay.visit_id, func.max(Stay.left_at))
        .where(Stay.customer_id.in_(set(customer_ids)), Stay.visit_id.in_(set(visit_ids)), Stay.left_at.is_not(None))
        .group_by(Stay.visit_id)
    )
    return {visit_id: left_at for visit_id, left_at in rows if visit_id and left_at}


def exits_noted(
    session: Session, customer_ids: Iterable[str], exits: Iterable[tuple[str, str, datetime]]
) -> set[tuple[str, str, datetime]]:
    """Those of these exits (device, geofence, time) that are on record."""
    wanted = set(exits)
    if not wanted:
        return set()
    rows = session.execute(
        select(Transition.device_id, Transition.geofence_id, Transition.at).where(
            among(Transition.customer_id, customer_ids),
            Transition.kind == "exit",
            Transition.at.in_({at for _, _, at in wanted}),
        )
    )
    return wanted & {(device_id, geofence_id, at) for device_id, geofence_id, at in rows}
