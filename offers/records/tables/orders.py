"""Orders: bought or reserved, with a pickup store."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table

HELD = text("source = 'page' AND status = 'placed'")
OPEN = text("status NOT IN ('collected', 'cancelled')")


class Order(Table):
    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_held", "created_at", sqlite_where=HELD, postgresql_where=HELD),
        Index("ix_orders_open", "place_id", "status", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_orders_uncollected", "ready_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_orders_closed", "place_id", "closed_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    place_id: Mapped[str] = mapped_column(ForeignKey("places.id", ondelete="RESTRICT"))
    status: Mapped[str]
    items: Mapped[list[Any]]
    total: Mapped[str | None]
    """Decimal digits as text, in `currency`'s unit."""
    currency: Mapped[str | None]
    history: Mapped[list[Any]]
    """`{status, at, source}` in the order they were learnt."""
    source: Mapped[str] = mapped_column(server_default="server")
    """`server`: the shop told of it; `page`: made on a landing page, or in the app."""
    scan_id: Mapped[str | None] = mapped_column(index=True)
    """The scan that it came of. No reference: scans are kept for their time, orders for theirs."""
    coupon_id: Mapped[str | None]
    """Whose offer is in its prices."""
    code: Mapped[str | None]
    """What the customer says at the counter."""
    holds_stock: Mapped[bool] = mapped_column(server_default=false())
    """Its pieces were taken out of the products' stock, and go back when it is cancelled."""
    number: Mapped[str | None]
    """What the shop calls it to the customer, where that is not its id."""
    part: Mapped[int | None]
    """Of an order that is collected in several parts, each an order here: which of them, from 1; of how many, `parts`."""
    parts: Mapped[int | None]
    shop_id: Mapped[str | None]
    """The web shop whose hook told of it. No reference: a shop may be removed, its orders stay."""
    said_at: Mapped[datetime | None]
    """The shop's own time of the newest that it said; what is older is late, and changes nothing."""
    ready_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    """When it was collected or cancelled."""
    noticed_at: Mapped[datetime | None]
    """When staff touched what changed on the board; none while it pulses."""
    coming_minutes: Mapped[int | None]
    """How long the customer said they would need, at `coming_since`, by a button; none: they did not say."""
    coming_since: Mapped[datetime | None]
    """When a button said that the customer is on the way."""
    track: Mapped[list[Any] | None]
    """`[epoch seconds, metres to the store rounded to 50, device]` of the last pings, oldest first, only while it is open; erased with its close."""
    minutes_low: Mapped[int | None]
    """How many minutes the customer is away at `estimated_at`, from pings: a range."""
    minutes_high: Mapped[int | None]
    estimated_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
