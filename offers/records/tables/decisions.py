"""Decisions: the answer of one campaign for one customer at one moment."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class Decision(Table):
    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("customer_id", "campaign_id", "moment", name="uq_decisions_once"),
        Index("ix_decisions_cap", "customer_id", "spends_cap", "at"),
        Index("ix_decisions_at", "at", "id"),
        Index("ix_decisions_of_campaign", "campaign_id", "at", "id"),
        Index("ix_decisions_of_campaign_as", "campaign_id", "outcome", "at", "id"),
        Index("ix_decisions_of_place", "place_id", "at", "id"),
        Index("ix_decisions_as", "outcome", "at", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    campaign_version: Mapped[int]
    trigger: Mapped[str]
    moment: Mapped[str]
    place_id: Mapped[str | None]
    at: Mapped[datetime]
    """When it was decided; the moment's own time is among the facts."""
    outcome: Mapped[str]
    variant: Mapped[str | None]
    """The variant of the campaign that a customer who is sent to, or held out, has drawn."""
    facts: Mapped[dict[str, Any]]
    spends_cap: Mapped[bool]
    """Counts in the customer's rolling window; given back when the message surely never left."""
