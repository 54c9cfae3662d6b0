"""Server keys (`sk_…`) and publishable keys (`pk_…`), kept hashed."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class ServerKey(Table):
    __tablename__ = "server_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the whole key (160 random bits, so no salt)."""
    role: Mapped[str]
    """`admin`, `orders`, `till`, `read`, or `publishable` for `pk_…`."""
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
