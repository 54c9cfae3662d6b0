from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from offers.records.ids import new_id
from offers.records.queries import customers as customer_queries
from offers.records.queries.among import among
from offers.records.queries.browsers import browsers_told_of
from offers.records.tables import Delivery
from offers.rules.order_moments import THEIRS_ALONE, name_of
from offers.rules.sending import SERVICE, goes_elsewhere


def tell_elsewhere(session: Session, rows: Iterable[Delivery], now: datetime) -> None:
    """Of what a customer waits for, and whose device can not be told: queue its message for the next that was not tried, within the same life.

    The customers are locked by the caller, so nobody else does so at this moment. Where there is none it stays untold.
    """
    untold = {
        (row.source_id, _which(row.kind, row.moment)): row
        for row in rows
        if goes_elsewhere(row.kind, row.state, row.reason)
    }
    if not untold:
        return
    session.flush()
    customers = {row.customer_id for row in untold.values()}
    devices = customer_queries.reachable_devices(session, customers, now, "order")
    told_of = browsers_told_of(session, [row.order_id for row in untold.values() if row.order_id], now)
    sources = {source for source, _ in untold}
    said = select(Delivery.source_id, Delivery.kind, Delivery.moment, Delivery.device_id).where(
        among(Delivery.customer_id, customers), among(Delivery.source_id, sources), Delivery.kind.in_(SERVICE)
    )
    tried = {(source, _which(kind, moment), device) for source, kind, moment, device in session.execute(said)}
    for (order, moment), row in sorted(untold.items()):
        left = (one for one in _in_turn(row, devices, told_of) if (order, moment, one) not in tried)
        if now >= row.expires_at or (device := next(left, None)) is None:
            continue
        session.add(
            Delivery(
                id=new_id("dlv"),
                customer_id=row.customer_id,
                device_id=device,
                source_id=row.source_id,
                order_id=row.order_id,
                kind=row.kind,
                moment=moment,
                context={name: value for name, value in row.context.items() if name != "fault"},
                state="queued",
                turn=row.turn,
                created_at=now,
                not_before=now,
                expires_at=row.expires_at,
                attempts=0,
            )
        )
    session.flush()


def _which(kind: str, moment: str) -> str:
    """An order is told of several times, and each is a message of its own; of a conversation there is the one that it was answered."""
    return moment if kind == "order" else kind


def _in_turn(row: Delivery, devices: Mapping[str, list[str]], told_of: Mapping[str, list[str]]) -> list[str]:
    """The customer's own first, then browsers that are told of this order alone: answers of a store, and where the customer is, are none of theirs."""
    own = devices.get(row.customer_id, [])
    is_theirs_alone = row.kind != "order" or name_of(row.moment) in THEIRS_ALONE
    return own if is_theirs_alone else [*own, *told_of.get(row.order_id or "", [])]
