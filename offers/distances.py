"""How far customers are from the stores they are expected at becomes minutes, and `on_the_way`; in one transaction, and without a position.

What comes twice, late or out of order changes nothing. An order's track is a few times and distances, and goes with its close.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from offers.follows import Follows
from offers.order_steps import take_step, turn_away
from offers.records.items import away_of, order_told
from offers.records.queries import customers as customer_queries
from offers.records.queries import orders as order_queries
from offers.records.queries import payments as payment_queries
from offers.records.queries import targets as target_queries
from offers.records.tables import Customer, Order
from offers.rules.eta import Reading, read_track
from offers.rules.target import Target
from offers.rules.track import Point, points_of, with_point

AGAIN = timedelta(seconds=15)
"""An order's minutes are estimated anew, and told, so much later at the soonest."""


@dataclass(frozen=True, slots=True)
class Sighted:
    """A device was so far from the store of an order. `distance_m` is rounded to 50; `at` the device's time in epoch seconds, not after it was heard."""

    device_id: str
    order_id: str
    distance_m: int
    at: int


@dataclass(slots=True)
class Recorded:
    follows: Follows = field(default_factory=Follows)
    coming: set[str] = field(default_factory=set)
    """Orders whose customers are seen to come."""


def record_distances(session: Session, sighted: Sequence[Sighted], *, now: datetime) -> Recorded:
    """Add these distances to their orders' tracks and draw what follows. Safe to repeat.

    Read under the customers' lock: a device that is not in use, or is not the order's customer's, an order that nobody is expected for any more, and
    a customer who did not agree to `orders` change nothing.
    """
    found = {one.device_id for one in sighted}
    customers = customer_queries.customers_locked(session, customer_queries.owners(session, found))
    devices = customer_queries.devices_by_id(session, found)
    orders = order_queries.orders_by_id(session, {one.order_id for one in sighted})
    recorded = Recorded()
    for order_id, order in sorted(orders.items()):
        customer = customers.get(order.customer_id)
        if customer is None or not _is_expected(order, customer):
            continue
        theirs = [
            one
            for one in sighted
            if one.order_id == order_id
            and (device := devices.get(one.device_id)) is not None
            and device.revoked_at is None
            and device.customer_id == customer.id
        ]
        recorded.follows |= _record(session, order, customer, theirs, now)
        if order.minutes_high is not None:
            recorded.coming.add(order_id)
    return recorded


def expected(session: Session) -> dict[str, tuple[Target, ...]]:
    """By device: where its customer is expected, of all who are."""
    return target_queries.all_targets(session)


def _is_expected(order: Order, customer: Customer) -> bool:
    return customer.orders and order.ready_at is not None and order.status in target_queries.EXPECTED


def _record(session: Session, order: Order, customer: Customer, sighted: Sequence[Sighted], now: datetime) -> Follows:
    track, added = points_of(order.track), False
    for one in sorted(sighted, key=lambda one: (one.at, one.device_id)):
        longer = with_point(track, Point(one.at, one.distance_m, one.device_id), now=now.timestamp())
        if longer is not None:
            track, added = longer, True
    if not added:
        return Follows()
    order.track = [list(point) for point in track]
    reading = read_track(track)
    shown = away_of(order, now)
    if reading.coming and order.status == "ready":
        _estimate(order, reading)
        return take_step(session, order, customer, "on_the_way", "location", now=now).follows
    if reading.leaving and _was_seen_coming(order):
        _estimate(order, reading)
        return turn_away(session, order, customer, now=now).follows
    if reading.estimate is None or order.estimated_at is None or _is_due(order.estimated_at, reading):
        _estimate(order, reading)
    if away_of(order, now) == shown:
        return Follows()
    payment = payment_queries.newest_payment(session, order.id)
    return Follows(happened=(order_told(order, payment, "minutes", now=now),))


def _is_due(estimated_at: datetime, reading: Reading) -> bool:
    return datetime.fromtimestamp(reading.at, UTC) - estimated_at >= AGAIN


def _estimate(order: Order, reading: Reading) -> None:
    one = reading.estimate
    if one is None:
        order.minutes_low = order.minutes_high = order.estimated_at = None
    else:
        order.minutes_low, order.minutes_high = one.low, one.high
        order.estimated_at = datetime.fromtimestamp(reading.at, UTC)


def _was_seen_coming(order: Order) -> bool:
    """Whether pings alone said that the customer is on the way. Who said so themselves stays on the way, wherever they go first."""
    said = [one for one in order.history if one["status"] == "on_the_way"]
    return (
        order.status == "on_the_way" and order.coming_since is None and bool(said) and said[-1]["source"] == "location"
    )
