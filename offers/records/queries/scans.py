from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from offers.records.tables import Scan

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
    """`{people, previews, bots, first_at, last_at}` of those that were scanned; the moments are people's. One statement for all."""
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
    return found


def was_scanned(session: Session, poster_id: str) -> bool:
    return session.scalar(select(Scan.id).where(Scan.poster_id == poster_id).limit(1)) is not None


def scan_by_id(session: Session, scan_id: str) -> Scan | None:
    return session.get(Scan, scan_id)


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
