"""The brand's own texts of service messages, in the place of ours."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class ServiceText(Table):
    __tablename__ = "service_texts"

    moment: Mapped[str] = mapped_column(primary_key=True)
    """One of rules/order_moments.MOMENTS."""
    texts: Mapped[dict[str, Any]]
    """By language: `{title, body}`, templates. A language that is not named has ours."""
    updated_at: Mapped[datetime]
