from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from offers.records.tables import Scan


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
