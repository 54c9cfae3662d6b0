"""Deferrals: moments that wait for the end of the quiet hours, to be decided anew."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class Deferral(Table):
    """One campaign's answer to one moment, put off. The row goes in the transaction that decides it."""

    __tablename__ = "deferrals"
    __table_args__ = (
        UniqueConstraint("customer_id", "campaign_id", "moment", name="uq_deferrals_once"),
        Index("ix_deferrals_due", "not_before", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    moment: Mapped[str]
    """The key of the moment that was put off."""
    trigger: Mapped[str]
    device_id: Mapped[str]
    """Which device it was seen by. No reference, the device may go."""
    place_id: Mapped[str] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"))
    role: Mapped[str]
    happened_at: Mapped[datetime]
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    """The end of the quiet hours by the customer's clock."""
