"""Deferrals: what waited out the quiet hours is decided anew when they end, by all the rules as they are then."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from offers.deciding import Decided, Moment, decide
from offers.records.queries import abandoned
from offers.records.queries import customers as customer_queries
from offers.records.queries import deferrals as queries
from offers.records.queries import orders as order_queries
from offers.records.queries import places as place_queries
from offers.records.tables import Deferral
from offers.rules.eligibility import key_once_due
from offers.rules.order_triggers import order_of
from offers.rules.pickup_steps import CLOSED
from offers.rules.scan_moments import scan_of

MOST_MOMENTS = 200
"""In one transaction: their customers are locked until its end."""


def due_deferrals(session: Session, *, now: datetime, limit: int = 2000) -> list[str]:
    """Ids of what is due, the longest due first."""
    return queries.due_deferrals(session, now, limit)


def count_deferrals(session: Session, *, now: datetime) -> tuple[int, int]:
    """How many wait for their time, and for how many of them it has come."""
    return queries.count_deferrals(session, now)


def decide_deferred(session: Session, ids: Sequence[str], *, now: datetime) -> Decided:
    """Decide anew whatever is due of the customers of these; the rows go in the same transaction.

    A scan of which something has come overnight, and an order that was closed, is left: nothing is decided of it. A moment's campaigns are decided together, so that one wins. Its life counts from when it came due, its distance is known no more. Safe to
    repeat and to run twice at once: customers are locked first, what another took is not there any more. Of more than 200 moments the rest
    waits for the next look.
    """
    customers = customer_queries.customers_locked(session, queries.waiting(session, ids))
    due = queries.due_of(session, customers, now)
    # whoever removes a place waits for us, or is waited for here: what it takes with it is not decided
    staying = place_queries.places_that_stay(session, (row.place_id for row in due))
    due = [row for row in due if row.place_id in staying]
    groups = [list(rows) for _, rows in groupby(due, key=lambda row: (row.customer_id, row.moment))][:MOST_MOMENTS]
    taken = queries.take(session, (row.id for rows in groups for row in rows))
    still = [[row for row in rows if row.id in taken] for rows in groups]
    moments = [_moment(rows) for rows in still if rows]
    scans = {one.scan_id for one in moments if one.scan_id}
    wanted = abandoned.still_wanted(session, scans) if scans else set()
    moments = [one for one in moments if one.scan_id is None or one.scan_id in wanted]
    ordered = {one.order_id for one in moments if one.order_id}
    orders = order_queries.orders_by_id(session, ordered) if ordered else {}
    to_collect = {one.id for one in orders.values() if one.status not in CLOSED}
    moments = [one for one in moments if one.order_id is None or one.order_id in to_collect]
    return decide(session, moments, customers, now=now)


def _moment(rows: Sequence[Deferral]) -> Moment:
    """What several campaigns put off as one moment."""
    first = rows[0]
    return Moment(
        key=key_once_due(first.moment),
        trigger=first.trigger,
        customer_id=first.customer_id,
        device_id=first.device_id,
        place_id=first.place_id,
        role=first.role,
        at=max(row.not_before for row in rows),
        only=frozenset(row.campaign_id for row in rows),
        happened_at=min(row.happened_at for row in rows),
        scan_id=scan_of(first.moment),
        order_id=order_of(first.moment),
    )
