"""The customer says that they are on their way, or here: by a button of the order's page, or in the app. Works wholly without positions."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy.orm import Session

from offers.errors import NotFound
from offers.follows import Follows
from offers.order_steps import after_a_change, take_step, turn_away
from offers.records.queries import orders as queries
from offers.records.tables import Customer, Order
from offers.rules.pickup_steps import CLOSED, Source

LEAST_MINUTES, MOST_MINUTES = 1, 240
TWICE_WITHIN = timedelta(minutes=1)
"""The same minutes said again so soon are a second tap, and not a new beginning."""

Outcome = Literal["on_the_way", "changed", "here", "not_coming", "again", "closed"]
"""`again`: it was said before, and nothing changed. `closed`: collected or cancelled, and nothing changed either."""


@dataclass(frozen=True, slots=True)
class Said:
    outcome: Outcome
    status: str
    """Of the order, as it is now."""
    follows: Follows = field(default_factory=Follows)


def say_on_my_way(
    session: Session, order_id: str, *, customer_id: str | None, minutes: int | None, source: Source, now: datetime
) -> Said:
    """`minutes`: how long they will need, LEAST_MINUTES to MOST_MINUTES; none: they do not say, and what they said before stays.

    `customer_id`, where it is known who says it: the order of somebody else is `NotFound`. Safe to repeat.
    """
    order, customer = _locked(session, order_id, customer_id)
    if order.status in CLOSED:
        return Said("closed", order.status)
    if order.status == "arrived" or _is_said_twice(order, minutes, now):
        return Said("again", order.status)
    order.coming_minutes, order.coming_since = minutes if minutes is not None else order.coming_minutes, now
    taken = take_step(session, order, customer, "on_the_way", source, now=now, more=_with(minutes))
    if taken.moved:
        return Said("on_the_way", order.status, taken.follows)
    order.updated_at = now
    return Said("changed", order.status, after_a_change(session, order, customer, "on_the_way", now=now))


def say_here(session: Session, order_id: str, *, customer_id: str | None, source: Source, now: datetime) -> Said:
    """At the store, whether the order is ready or not. Safe to repeat."""
    order, customer = _locked(session, order_id, customer_id)
    if order.status in CLOSED:
        return Said("closed", order.status)
    taken = take_step(session, order, customer, "arrived", source, now=now)
    return Said("here" if taken.moved else "again", order.status, taken.follows)


def say_not_coming(session: Session, order_id: str, *, customer_id: str | None, source: Source, now: datetime) -> Said:
    """Takes back what a button said of the way. What pings saw, and who said to be here, is not taken back. Safe to repeat."""
    order, customer = _locked(session, order_id, customer_id)
    if order.status in CLOSED:
        return Said("closed", order.status)
    if order.status != "on_the_way" or order.coming_since is None:
        return Said("again", order.status)
    return Said("not_coming", order.status, turn_away(session, order, customer, now=now, source=source).follows)


def _locked(session: Session, order_id: str, customer_id: str | None) -> tuple[Order, Customer]:
    locked = queries.order_with_its_customer_locked(session, order_id)
    if locked is None or customer_id not in (None, locked[1].id):
        raise NotFound("order")
    return locked


def _is_said_twice(order: Order, minutes: int | None, now: datetime) -> bool:
    if order.status not in ("on_the_way", "nearby") or order.coming_since is None:
        return False
    return minutes is None or (minutes == order.coming_minutes and now - order.coming_since <= TWICE_WITHIN)


def _with(minutes: int | None) -> dict[str, Any] | None:
    return None if minutes is None else {"minutes": minutes}
