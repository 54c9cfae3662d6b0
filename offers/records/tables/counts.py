"""Counts: how many rows have left, of what and of which day. What they were of is not here."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class DayCount(Table):
    """Rows that went with an erasure or with time, counted as they went. No references: counts outlive all that they speak of."""

    __tablename__ = "day_counts"
    __table_args__ = (Index("ix_day_counts_campaign", "campaign_id", "kind"),)

    day: Mapped[datetime] = mapped_column(primary_key=True)
    """Its beginning, in UTC."""
    kind: Mapped[str] = mapped_column(primary_key=True)
    """`decision`, `delivery`, `receipt`, `coupon`, `visit`, `purchase` or `scan`."""
    what: Mapped[str] = mapped_column(primary_key=True)
    """The decision's outcome, the delivery's or coupon's state, `received` or `opened`, the purchase's channel, the scan's kind; empty of visits."""
    campaign_id: Mapped[str] = mapped_column(primary_key=True)
    """Empty, here and below, where there is none."""
    place_id: Mapped[str] = mapped_column(primary_key=True)
    variant: Mapped[str] = mapped_column(primary_key=True)
    """Of the words; of a scan its poster's id, so that a poster's scans stay counted."""
    language: Mapped[str] = mapped_column(primary_key=True)
    many: Mapped[int]
