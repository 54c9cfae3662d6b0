from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from offers.records.ids import new_id
from offers.records.queries import customers as customer_queries
from offers.records.queries.among import among
from offers.records.tables import Delivery
from offers.rules.sending import SERVICE, goes_elsewhere


def tell_elsewhere(session: Session, rows: Iterable[Delivery], now: datetime) -> None:
    """Of what a customer waits for, and whose device can not be told: queue its message for the next that was not tried, within the same life.

    The customers are locked by the caller, so nobody else does so at this moment. Where there is none it stays untold.
    """
    untold = {(row.source_id, row.moment): row for row in rows if goes_elsewhere(row.kind, row.state, row.reason)}
    if not untold:
        return
    session.flush()
    customers = {row.customer_id for row in untold.values()}
    devices = customer_queries.reachable_devices(session, customers, now, "order")
    said = select(Delivery.source_id, Delivery.moment, Delivery.device_id).where(
        among(Delivery.customer_id, customers),
        among(Delivery.source_id, {source for source, _ in untold}),
        Delivery.kind.in_(SERVICE),
    )
    tried = {tuple(one) for one in session.execute(said)}
    for (source, moment), row in sorted(untold.items(), key=lambda one: one[0]):
        left = (one for one in devices.get(row.customer_id, []) if (source, moment, one) not in tried)
        if now >= row.expires_at or (device := next(left, None)) is None:
            continue
        session.add(
            Delivery(
                id=new_id("dlv"),
                customer_id=row.customer_id,
                device_id=device,
                source_id=source,
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
