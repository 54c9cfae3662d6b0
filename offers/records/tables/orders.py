"""Orders: bought or reserved, with a pickup store."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class Order(Table):
    __tablename__ = "orders"

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
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
