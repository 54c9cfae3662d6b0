"""Campaigns and their versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class Campaign(Table):
    __tablename__ = "campaigns"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    status: Mapped[str] = mapped_column(index=True)
    """`draft`, `live`, `paused` or `ended`."""
    version: Mapped[int]
    definition: Mapped[dict[str, Any]]
    """The campaign as the desk wrote it (API.md's shape); rules/campaign.py reads it."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    launched_at: Mapped[datetime | None]


class CampaignVersion(Table):
    """What a campaign said in each of its versions. Rows are only added."""

    __tablename__ = "campaign_versions"

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition: Mapped[dict[str, Any]]
    at: Mapped[datetime]
