"""The desk's settings: one row, changed through /v1/settings."""

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class DeskSettings(Table):
    __tablename__ = "settings"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chosen: Mapped[dict[str, Any]]
    """What the desk set; what is absent has rules/limits.py's default."""
