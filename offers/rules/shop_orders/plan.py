"""An event of a shop on its way through the rooms: read, planned, and the steps that its orders take."""

from dataclasses import dataclass
from datetime import datetime

from offers.rules.order import OrderBody
from offers.rules.shop_orders.told import Read, Unused


@dataclass(frozen=True, slots=True)
class Taken:
    """`event_id` none: it came before. `turn` is how often it has been tried, this time included."""

    event_id: str | None
    shop_id: str
    read: Read
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One order, brought to what the shop says by whoever calls; and what is written beside."""

    order_id: str
    body: OrderBody
    at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    steps: tuple[Step, ...]
    outcome: Unused | None
    """What becomes of the event where no order is to be changed."""
    order_id: str | None
    customer_id: str | None


class NotUsable(Exception):
    """It can not be used as things are; what was begun of it is undone."""

    def __init__(self, reason: str, what: str = "") -> None:
        super().__init__(reason)
        self.unused = Unused("failed", reason, what)
