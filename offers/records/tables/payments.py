"""Payments: what an order's customer pays, at a payment provider."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class Payment(Table):
    __tablename__ = "payments"

    id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), index=True)
    provider: Mapped[str]
    """`mollie` or `demo`."""
    provider_id: Mapped[str | None] = mapped_column(unique=True)
    """The provider's own, `tr_…`; none until it has answered."""
    state: Mapped[str]
    """`wanted` until the provider has answered, then its own word: `open`, `pending`, `authorized`, `paid`, `canceled`, `expired`, `failed`."""
    amount_thousandths: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    method: Mapped[str | None]
    checkout_url: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
