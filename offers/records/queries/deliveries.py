from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, literal_column, or_, select, text, update
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.tables import Delivery, Device

ORDER = (Delivery.turn, Delivery.expires_at, Delivery.id)
"""Who goes first where not everything can go at once."""


QUEUED = Delivery.state == literal_column("'queued'")
"""Said, not bound: PostgreSQL takes the index of what is queued only where it sees that this is what is asked."""


def _in_order(session: Session, question: Select[str], limit: int) -> list[str]:
    """The first of these, read along the index that is in their order.

    PostgreSQL counts rows when nothing much waits, and so would take all of a burst and sort it, at each pick anew.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL enable_sort = off"))
    found = list(session.scalars(question.order_by(*ORDER).limit(limit)))
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL enable_sort = on"))
    return found


def _free(now: datetime) -> ColumnElement[bool]:
    """Queued, and not picked by a sender that lives."""
    return and_(QUEUED, or_(Delivery.lease_until.is_(None), Delivery.lease_until < now))


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(_free(now), Delivery.not_before <= now, Delivery.expires_at > now)


def due_deliveries(session: Session, now: datetime, limit: int) -> list[str]:
    """Queued ones whose time has come and is not over, in the order in which they go."""
    return _in_order(session, select(Delivery.id).where(_due(now)), limit)


def pick(session: Session, sender: str, now: datetime, lease_until: datetime, limit: int) -> list[str]:
    """Mark the next that are due for `sender`, in their order. What another picks at this moment is passed over: nobody is waited for."""
    ids = _in_order(session, select(Delivery.id).where(_due(now)).with_for_update(skip_locked=True), limit)
    session.execute(
        update(Delivery)
        .where(among(Delivery.id, ids))
        .values(claim=sender, lease_until=lease_until)
        .execution_options(synchronize_session=False)
    )
    return ids


def claim(
    session: Session, ids: Iterable[str], sender: str, now: datetime, lease_until: datetime
) -> Sequence[Delivery]:
    """Take those of these that are queued and due, in their order; whoever else asks now, under whatever name, gets none of them.

    What another sender has picked is that one's, while it lives.
    """
    mine = or_(Delivery.claim == sender, Delivery.lease_until.is_(None), Delivery.lease_until < now)
    taken = session.scalars(
        update(Delivery)
        .where(among(Delivery.id, ids), Delivery.state == "queued", Delivery.not_before <= now, mine)
        .values(state="sending", claim=sender, lease_until=lease_until, attempts=Delivery.attempts + 1)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()
    return session.scalars(
        select(Delivery).where(Delivery.id.in_(taken)).order_by(*ORDER).execution_options(populate_existing=True)
    ).all()


def addresses(session: Session, ids: Iterable[str]) -> set[tuple[str | None, str]]:
    """Kind and platform of the devices that these are for."""
    rows = session.execute(
        select(Device.push_kind, Device.platform)
        .join(Delivery, Delivery.device_id == Device.id)
        .where(among(Delivery.id, ids))
        .distinct()
    )
    return {(kind, platform) for kind, platform in rows}


def recipients(session: Session, ids: Iterable[str]) -> set[str]:
    """The customers of these deliveries."""
    return set(session.scalars(select(Delivery.customer_id).where(among(Delivery.id, ids))))


def held_by(session: Session, ids: Iterable[str], sender: str) -> Sequence[Delivery]:
    """Those of these that `sender` still holds, locked."""
    return _locked(session, ids, and_(Delivery.claim == sender, Delivery.state == "sending"))


def with_expired_lease(session: Session, now: datetime, limit: int) -> Sequence[str]:
    return session.scalars(
        select(Delivery.id)
        .where(Delivery.state == "sending", Delivery.lease_until < now)
        .order_by(Delivery.lease_until, Delivery.id)
        .limit(limit)
    ).all()


def of_dead_senders(session: Session, ids: Iterable[str], now: datetime) -> Sequence[Delivery]:
    """Those of these whose lease has ended, locked; the caller has locked their customers."""
    return _locked(session, ids, and_(Delivery.state == "sending", Delivery.lease_until < now))


def outlived(session: Session, now: datetime, limit: int) -> Sequence[str]:
    """Ids of what waits and has no life left."""
    return session.scalars(select(Delivery.id).where(_free(now), Delivery.expires_at <= now).limit(limit)).all()


def outlived_of(session: Session, ids: Iterable[str], now: datetime) -> Sequence[Delivery]:
    """Those of these of which that is still so, locked; the caller has locked their customers."""
    return _locked(session, ids, and_(_free(now), Delivery.expires_at <= now))


def _locked(session: Session, ids: Iterable[str], that: ColumnElement[bool]) -> Sequence[Delivery]:
    return session.scalars(
        select(Delivery)
        .where(among(Delivery.id, ids), that)
        .order_by(Delivery.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


MAY_HAVE_LEFT = ("queued", "sending", "sent", "unknown")


@dataclass(frozen=True, slots=True)
class Siblings:
    """What became of all the deliveries of some decisions."""

    left: set[str]
    """Decisions of which one left, may have left, or is still under way."""
    met_quiet_hours: set[str]
    """Deliveries that were taken back for the quiet hours, of the others."""


def siblings(session: Session, decision_ids: Iterable[str]) -> Siblings:
    rows = session.execute(
        select(Delivery.decision_id, Delivery.id, Delivery.state, Delivery.reason).where(
            among(Delivery.decision_id, decision_ids)
        )
    ).all()
    left = {one.decision_id for one in rows if one.state in MAY_HAVE_LEFT}
    quiet = {one.id for one in rows if one.reason == "quiet_hours" and one.decision_id not in left}
    return Siblings(left, quiet)


def deliveries_by_id(session: Session, ids: Iterable[str]) -> Sequence[Delivery]:
    return session.scalars(select(Delivery).where(Delivery.id.in_(set(ids))).order_by(Delivery.id)).all()


def deliveries_that_left(session: Session, ids: Iterable[str], device_id: str | None) -> Sequence[Delivery]:
    """Those of these that a sender had at least once, locked; of one device where it is named."""
    there = Delivery.attempts > 0
    return _locked(session, ids, there if device_id is None else and_(there, Delivery.device_id == device_id))


def tests_since(session: Session, device_id: str, since: datetime) -> Sequence[datetime]:
    """When this device was sent a test since then, the first first."""
    wanted = select(Delivery.created_at).where(Delivery.device_id == device_id, Delivery.kind == "test")
    return session.scalars(wanted.where(Delivery.created_at > since).order_by(Delivery.created_at)).all()


def test_of(session: Session, device_id: str, moment: str) -> str | None:
    """The test of this moment on this device, by id. The device is locked by the caller, so none is written meanwhile."""
    same = (Delivery.device_id == device_id, Delivery.kind == "test", Delivery.moment == moment)
    return session.scalar(select(Delivery.id).where(*same).limit(1))


def was_told(session: Session, customer_id: str, source_id: str, moment: str) -> bool:
    """Whether a message of this moment was written, for whichever device."""
    same = (Delivery.customer_id == customer_id, Delivery.source_id == source_id, Delivery.moment == moment)
    return session.scalar(select(Delivery.id).where(*same).limit(1)) is not None


def told_of_order(session: Session, customer_id: str, order_id: str) -> Sequence[Delivery]:
    """All messages of an order that were written, in their order. Its customer is locked by the caller, so none is claimed meanwhile."""
    same = (Delivery.customer_id == customer_id, Delivery.source_id == order_id, Delivery.kind == "order")
    rows = select(Delivery).where(*same).order_by(Delivery.created_at, Delivery.id)
    return session.scalars(rows.execution_options(populate_existing=True)).all()
