from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.tables import Delivery


def due_deliveries(session: Session, now: datetime, limit: int) -> list[str]:
    """Queued ones whose time has come, the shortest-lived first."""
    return list(
        session.scalars(
            select(Delivery.id)
            .where(Delivery.state == "queued", Delivery.not_before <= now)
            .order_by(Delivery.expires_at, Delivery.id)
            .limit(limit)
        )
    )


def claim(
    session: Session, ids: Iterable[str], sender: str, now: datetime, lease_until: datetime
) -> Sequence[Delivery]:
    """Take those of these that are queued and due; whoever else asks now, under whatever name, gets none of them."""
    taken = session.scalars(
        update(Delivery)
        .where(among(Delivery.id, ids), Delivery.state == "queued", Delivery.not_before <= now)
        .values(state="sending", claim=sender, lease_until=lease_until, attempts=Delivery.attempts + 1)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()
    return session.scalars(select(Delivery).where(Delivery.id.in_(taken)).order_by(Delivery.id)).all()


def recipients(session: Session, ids: Iterable[str]) -> set[str]:
    """The customers of these deliveries."""
    return set(session.scalars(select(Delivery.customer_id).where(among(Delivery.id, ids))))


def held_by(session: Session, ids: Iterable[str], sender: str) -> Sequence[Delivery]:
    """Those of these that `sender` still holds, locked."""
    return session.scalars(
        select(Delivery)
        .where(among(Delivery.id, ids), Delivery.claim == sender, Delivery.state == "sending")
        .order_by(Delivery.id)
        .with_for_update()
    ).all()


def with_expired_lease(session: Session, now: datetime) -> Sequence[str]:
    return session.scalars(select(Delivery.id).where(Delivery.state == "sending", Delivery.lease_until < now)).all()


def end_expired_leases(session: Session, ids: Iterable[str], now: datetime) -> Sequence[str | None]:
    """A sender that died half-way: nobody knows whether the message left, but of those that a phone says arrived. An offer stays `unknown`;
    an order's message goes again.

    Of these, those whose lease has ended and whose customers the caller has locked; their decisions, one a delivery.
    """
    arrived = Delivery.received_at.is_not(None)
    ended = session.scalars(
        update(Delivery)
        .where(Delivery.id.in_(set(ids)), Delivery.state == "sending", Delivery.lease_until < now)
        .values(
            state=case((arrived, "sent"), (Delivery.kind == "order", "queued"), else_="unknown"),
            reason=case((arrived, "receipt"), (Delivery.kind == "order", "sender_died_again"), else_="sender_died"),
            sent_at=Delivery.received_at,
            claim=None,
            lease_until=None,
        )
        .returning(Delivery.decision_id)
        .execution_options(synchronize_session=False)
    )
    return ended.all()


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
    wanted = select(Delivery).where(among(Delivery.id, ids), Delivery.attempts > 0)
    if device_id is not None:
        wanted = wanted.where(Delivery.device_id == device_id)
    return session.scalars(
        wanted.order_by(Delivery.id).with_for_update().execution_options(populate_existing=True)
    ).all()
