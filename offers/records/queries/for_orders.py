from sqlalchemy import delete
from sqlalchemy.orm import Session

from offers.records.queries.customers import with_open_order
from offers.records.tables import Customer, Order, Stay, Transition


def forget_what_orders_left(session: Session, customer: Customer, order: Order) -> None:
    """An order closed: how far its customer was is of no use any more; and when it was the last that was open, the stays and transitions go
    that only orders covered. The customer is locked by the caller.
    """
    order.track = order.minutes_low = order.minutes_high = order.estimated_at = None
    session.flush()
    if with_open_order(session, [customer.id]):
        return
    for table in (Transition, Stay):
        session.execute(
            delete(table)
            .where(table.customer_id == customer.id, table.for_orders)
            .execution_options(synchronize_session="fetch")
        )
