"""Orders that are ready and that nobody collects: their customers are told once more. The store's list of them is the board's."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from offers.follows import Follows
from offers.order_steps import tell
from offers.records.items import order_told
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import orders as queries
from offers.records.queries import payments as payment_queries
from offers.rules.order_moments import UNCOLLECTED

AT_ONCE = 200
"""Orders a look finds in one reading."""
TELLS_FOR = timedelta(days=7)
"""So long after its time an order may still be told of: who switches it on, or comes back after a week away, tells nobody of last year's."""
Page = tuple[datetime, str]


def uncollected_to_tell(session: Session, after: Page | None = None, *, now: datetime) -> list[Page]:
    """When they were ready, and the ids: the longest waiting first, `AT_ONCE` behind `after`. None where the desk's settings say never."""
    wait = campaign_queries.limits_now(session).uncollected_after
    if wait is None:
        return []
    return list(
        queries.uncollected_and_untold(session, now - wait - TELLS_FOR, now - wait, after=after, limit=AT_ONCE, now=now)
    )


def tell_uncollected(session: Session, order_id: str, *, now: datetime) -> Follows:
    """Tell the customer of an order that it waits still: once. Nothing where it was collected since, or nobody can be reached. Safe to repeat."""
    locked = queries.order_with_its_customer_locked(session, order_id)
    wait = campaign_queries.limits_now(session).uncollected_after
    if locked is None or wait is None:
        return Follows()
    order, customer = locked
    if order.status not in queries.NOT_HERE or order.ready_at is None or order.ready_at > now - wait:
        return Follows()
    told = tell(session, order, customer, UNCOLLECTED, now=now)
    if not told:
        return Follows()
    event = order_told(order, payment_queries.newest_payment(session, order.id), UNCOLLECTED)
    return Follows(deliveries=told, happened=(event,))
