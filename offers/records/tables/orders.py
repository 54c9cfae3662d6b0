"""Orders: bought or reserved, with a pickup store."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table

HELD = text("source = 'page' AND status = 'placed'")


class Order(Table):
    __tablename__ = "orders"
    __table_args__ = (Index("ix_orders_held", "created_at", sqlite_where=HELD, postgresql_where=HELD),)

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
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
