"""The funnel of campaigns, counted day by day: how many of a day came to each step. Counts alone, of nobody."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class FunnelCount(Table):
    """No references, as with all that is counted: it outlives what it speaks of. The same is kept in five grains, so that a page sums few rows."""

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
    step: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)
    """The reason of a `no`, the state of what was not accepted, the group of whom is looked after; else empty."""
    many: Mapped[int] = mapped_column(BigInteger)


class FunnelDay(Table):
    """A day that has been counted, and when it was last."""

    __tablename__ = "funnel_days"

    day: Mapped[str] = mapped_column(primary_key=True)
    counted_at: Mapped[datetime]
    """The moment up to which its rows were read."""
