"""The funnel of campaigns, counted day by day: how many of a day came to each step. Counts alone, of nobody."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class FunnelCount(Table):
    """No references, as with all that is counted: it outlives what it speaks of. The same is kept in several grains, and all steps in one row, so that a page sums few."""

    __tablename__ = "funnel_counts"
    __table_args__ = (
        Index("ix_funnel_counts_day", "day", "grain"),
        Index("ix_funnel_counts_place", "grain", "place_id", "day"),
    )

    grain: Mapped[str] = mapped_column(primary_key=True)
    """What is told apart: see `GRAINS` in rules/funnel.py. What is not is empty."""
    campaign_id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True)
    """By the desk's calendar, as in `2026-11-23`: the day of the decision, whenever what came of it came."""
    place_id: Mapped[str] = mapped_column(primary_key=True)
    variant: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)
    """Empty where the row counts steps; else it counts one reason alone, as `no:quiet_hours`, and stands under its grain's name with `/why`."""
    many: Mapped[int] = mapped_column(BigInteger)
    """Of the reason."""
    matched: Mapped[int] = mapped_column(BigInteger)
    held_out: Mapped[int] = mapped_column(BigInteger)
    sent: Mapped[int] = mapped_column(BigInteger)
    messages: Mapped[int] = mapped_column(BigInteger)
    accepted: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger)
    opened: Mapped[int] = mapped_column(BigInteger)
    redeemed: Mapped[int] = mapped_column(BigInteger)
    watched_send: Mapped[int] = mapped_column(BigInteger)
    watched_held_out: Mapped[int] = mapped_column(BigInteger)
    visited_send: Mapped[int] = mapped_column(BigInteger)
    visited_held_out: Mapped[int] = mapped_column(BigInteger)
    bought_send: Mapped[int] = mapped_column(BigInteger)
    bought_held_out: Mapped[int] = mapped_column(BigInteger)


class FunnelDay(Table):
    """A day that has been counted, and when it was last."""

    __tablename__ = "funnel_days"

    day: Mapped[str] = mapped_column(primary_key=True)
    counted_at: Mapped[datetime]
    """The moment up to which its rows were read."""
