from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from offers.records.queries.counting import kept_scans
from offers.records.queries.writing import insert_of
from offers.records.tables import Geofence, Place, Poster, Scan, Stay

# made once: putting a statement together takes as long as running it, and this is asked for each person before a billboard
_POSTER = select(*(column for column in Poster.__table__.c if column.key not in ("created_at", "updated_at"))).where(
    Poster.code == bindparam("code")
)
_ADD = insert(Scan.__table__)  # type: ignore[arg-type]  # a Table, as declarative types do not say

A_MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)
KINDS = {"human": "people", "preview": "previews", "bot": "bots"}
"""Who reads a code, and what a count of them is called."""


@dataclass(frozen=True, slots=True)
class AskedScans:
    """The filters of the list. `cursor` is the id of the last one seen; a page holds one more than `limit` when there are more."""

    poster: str | None = None
    campaign: str | None = None
    customer: str | None = None
    kind: str | None = None
    since: datetime | None = None
    cursor: str | None = None
    limit: int = 100


def scans_asked(session: Session, asked: AskedScans) -> Sequence[Scan]:
    """Newest first."""
    same = {
        Scan.poster_id: asked.poster,
        Scan.campaign_id: asked.campaign,
        Scan.customer_id: asked.customer,
        Scan.kind: asked.kind,
    }
    wanted = select(Scan).where(*(column == value for column, value in same.items() if value is not None))
    if asked.since is not None:
        wanted = wanted.where(Scan.at >= asked.since)
    if asked.cursor is not None:
        wanted = wanted.where(Scan.id < asked.cursor)
    return session.scalars(wanted.order_by(Scan.id.desc()).limit(asked.limit + 1)).all()


def counts_of_posters(session: Session, ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """`{people, previews, bots, first_at, last_at}` of those that were scanned, those that have left too; the moments are people's, and of those
    that have left the beginnings of their days. As many statements for all as for one.
    """
    if not ids:
        return {}
    many, first, last = func.count(), func.min(Scan.at), func.max(Scan.at)
    rows = session.execute(
        select(Scan.poster_id, Scan.kind, many, first, last)
        .where(Scan.poster_id.in_(set(ids)))
        .group_by(Scan.poster_id, Scan.kind)
    )
    found: dict[str, dict[str, Any]] = {}
    for poster_id, kind, count, first_at, last_at in rows:
        counts = found.setdefault(poster_id, {**dict.fromkeys(KINDS.values(), 0), "first_at": None, "last_at": None})
        counts[KINDS[kind]] = count
        if kind == "human":
            counts |= {"first_at": first_at, "last_at": last_at}
    for poster_id, left in kept_scans(session, ids).items():
        counts = found.setdefault(poster_id, {**dict.fromkeys(KINDS.values(), 0), "first_at": None, "last_at": None})
        for kind, kept in left.items():
            counts[KINDS[kind]] += kept.many
            if kind == "human":
                counts |= {"first_at": kept.first, "last_at": counts["last_at"] or kept.last}
    return found


def by_day(session: Session, ids: Collection[str], since: datetime, offset: timedelta) -> list[tuple[str, date, int]]:
    """(poster, day, how many people) of scans since then; days as a clock has them that is so far ahead of UTC."""
    if not ids:
        return []
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    if is_postgresql:  # numbers and not texts: a third of the time
        day: Any = func.date_bin(timedelta(days=1), Scan.at, A_MIDNIGHT - offset)
    else:
        day = func.date(Scan.at, f"{int(offset.total_seconds())} seconds")
    day = day.label("day")
    wanted = select(Scan.poster_id, day, func.count()).where(
        Scan.poster_id.in_(set(ids)), Scan.at >= since, Scan.kind == "human"
    )
    rows = session.execute(wanted.group_by(Scan.poster_id, day))
    if is_postgresql:
        return [(poster_id, (on.astimezone(UTC) + offset).date(), count) for poster_id, on, count in rows]
    return [(poster_id, date.fromisoformat(on), count) for poster_id, on, count in rows]


def people_since(session: Session, ids: Collection[str], since: datetime) -> dict[str, int]:
    """Of each of these posters how many people scanned it since then; one that nobody did is left out."""
    if not ids:
        return {}
    wanted = select(Scan.poster_id, func.count()).where(
        Scan.poster_id.in_(set(ids)), Scan.at >= since, Scan.kind == "human"
    )
    return {poster_id: many for poster_id, many in session.execute(wanted.group_by(Scan.poster_id))}  # noqa: C416 - says what is counted


def was_scanned(session: Session, poster_id: str) -> bool:
    """Ever, by anybody: what is no longer kept counts too."""
    row = session.scalar(select(Scan.id).where(Scan.poster_id == poster_id).limit(1))
    return row is not None or bool(kept_scans(session, [poster_id]))


def scan_by_id(session: Session, scan_id: str) -> Scan | None:
    return session.get(Scan, scan_id)


def poster_to_scan(session: Session, code: str) -> Any | None:
    """The poster's columns, past the session: a scan reads them and writes none. `code` as rules/coupon_codes.py's `normalised` reads it."""
    return session.connection().execute(_POSTER, {"code": code}).first()


def add_scan(session: Session, values: Mapping[str, Any]) -> None:
    """Past the session: nothing comes back."""
    session.connection().execute(_ADD, values)


def add_shared_scan(session: Session, values: Mapping[str, Any]) -> bool:
    """The same unless a row has this id; whether it was new."""
    new = insert_of(session, Scan).on_conflict_do_nothing().returning(Scan.id)
    return session.execute(new, [dict(values)]).first() is not None


def count_scan(session: Session, poster_id: str) -> bool:
    """One more scan of a poster that switches after so many; no when that number was reached before. Exact for any number at once."""
    counted = session.execute(
        update(Poster)
        .where(Poster.id == poster_id, Poster.then_after.is_not(None), Poster.scanned < Poster.then_after)
        .values(scanned=Poster.scanned + 1)
        .returning(Poster.id)
        .execution_options(synchronize_session=False)
    )
    return counted.first() is not None


def is_of_poster(session: Session, scan_id: str, poster_id: str) -> bool:
    return session.scalar(select(Scan.id).where(Scan.id == scan_id, Scan.poster_id == poster_id)) is not None


def last_by_device(session: Session, poster_id: str, device_id: str, since: datetime) -> str | None:
    """The device's newest scan of this poster that is not older than `since`."""
    return session.scalar(
        select(Scan.id)
        .where(Scan.device_id == device_id, Scan.poster_id == poster_id, Scan.kind == "human", Scan.at >= since)
        .order_by(Scan.at.desc(), Scan.id.desc())
        .limit(1)
    )


def has_scanned(session: Session, poster_id: str, customer_id: str, device_id: str | None) -> bool:
    theirs: ColumnElement[bool] = Scan.customer_id == customer_id
    if device_id is not None:
        theirs = or_(theirs, Scan.device_id == device_id)
    wanted = select(Scan.id).where(theirs, Scan.poster_id == poster_id, Scan.kind == "human").limit(1)
    return session.scalar(wanted) is not None


def is_in_a_store(session: Session, customer_id: str) -> bool:
    """Whether the customer has an open stay at the premises of a store."""
    inside = (
        exists()
        .where(Stay.customer_id == customer_id, Stay.left_at.is_(None))
        .where(Geofence.id == Stay.geofence_id, Geofence.role == "premises")
        .where(Place.id == Geofence.place_id, Place.kind == "store")
    )
    return bool(session.scalar(select(inside)))


def has_a_store(session: Session, place_ids: Collection[str]) -> bool:
    wanted = select(Place.id).where(Place.id.in_(place_ids), Place.kind == "store").limit(1)
    return session.scalar(wanted) is not None


def recognise(session: Session, scan_id: str, customer_id: str, device_id: str | None) -> None:
    """From now on the scan is this customer's; nothing when it is somebody's already."""
    session.execute(
        update(Scan)
        .where(Scan.id == scan_id, Scan.customer_id.is_(None))
        .values(customer_id=customer_id, device_id=device_id)
        .execution_options(synchronize_session="fetch")
    )


def finish(session: Session, scan_id: str, by: str, now: datetime) -> None:
    """Something was done on its page: `reserved`, `bought`, `saved` or `asked`. A page that was bought on stays so."""
    wanted = Scan.id == scan_id
    if by != "bought":
        wanted &= Scan.finished_by.is_distinct_from("bought")
    session.execute(
        update(Scan)
        .where(wanted)
        .values(finished_at=now, finished_by=by)
        .execution_options(synchronize_session="fetch")
    )
