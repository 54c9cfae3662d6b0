"""Server keys (`sk_…`) and publishable keys (`pk_…`), kept hashed."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class ServerKey(Table):
    __tablename__ = "server_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the whole key (160 random bits, so no salt)."""
    role: Mapped[str]
    """`admin`, `orders`, `till`, `read`, or `publishable` for `pk_…`."""
    name: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """What people call it."""
    made_by: Mapped[str | None]
    """A user's id, a key's id, or `command` for who was at the command line; none: made before this was written down."""
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    """To the hour: written at most once in each."""
    revoked_at: Mapped[datetime | None]
    """From then on it opens nothing. It lies ahead for one that another key has taken the place of."""
