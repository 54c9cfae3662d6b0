"""What a customer is told of an order: each moment with its life, whether it waits out the quiet hours, and the states in which it is still true."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from offers.rules.pickup_steps import OPEN

A_WHILE = timedelta(minutes=15)
"""Of what is only of use where the customer is just now."""
PASSES_BY = timedelta(minutes=3)
"""Whoever walks past another store is through a circle of 200 m by then, and was not in the wrong store: 1.3 m/s make 154 s."""
TO_COLLECT = ("ready", "on_the_way", "nearby", "arrived")


@dataclass(frozen=True, slots=True)
class OrderMoment:
    life: timedelta
    waits: bool
    """Whether it waits for the end of the quiet hours."""
    while_in: tuple[str, ...]
    """States of the order in which it may go."""
    after: timedelta = timedelta(0)
    """How long it waits to see whether it is so."""


READY, APPROACH, ARRIVED, WRONG_STORE = "ready", "approach", "arrived", "wrong_store"
UNCOLLECTED, CHANGED, MOVED, CANCELLED, REFUNDED = "uncollected", "changed", "moved", "cancelled", "refunded"

THEIRS_ALONE = (WRONG_STORE,)
"""That say where the customer is: they go to no browser that only has the address of the order's page."""

MOMENTS: Mapping[str, OrderMoment] = {
    READY: OrderMoment(timedelta(days=2), True, TO_COLLECT),
    APPROACH: OrderMoment(A_WHILE, False, ("ready", "on_the_way", "nearby")),
    ARRIVED: OrderMoment(A_WHILE, False, ("arrived",)),
    WRONG_STORE: OrderMoment(A_WHILE, False, ("ready", "on_the_way", "nearby"), PASSES_BY),
    UNCOLLECTED: OrderMoment(timedelta(days=1), True, TO_COLLECT),
    CHANGED: OrderMoment(timedelta(days=2), True, OPEN),
    MOVED: OrderMoment(timedelta(days=2), True, OPEN),
    CANCELLED: OrderMoment(timedelta(days=2), True, ("cancelled",)),
    REFUNDED: OrderMoment(timedelta(days=2), True, ("cancelled", "collected")),
}
"""By name; a delivery's `moment` is the name, or `name:key` where an order may have several."""


def moment_named(moment: str) -> OrderMoment:
    """Of a delivery's `moment`."""
    return MOMENTS[name_of(moment)]


def name_of(moment: str) -> str:
    return moment.partition(":")[0]
