"""The ways out to the push services: which of them pause, and how fast they go."""

from datetime import datetime

from sqlalchemy import false
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class PushLane(Table):
    __tablename__ = "push_lanes"

    name: Mapped[str] = mapped_column(primary_key=True)
    """`fcm`, `fcm:ios`, `fcm:android`, `fcm:web`, `web_push`; `all` for the rate over all of them."""
    paused_until: Mapped[datetime | None]
    reason: Mapped[str | None]
    """Why it pauses, or paused last."""
    alarm: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a person must look, until a message is accepted again."""
    since: Mapped[datetime | None]
    """When what `reason` says began."""
    answered: Mapped[int] = mapped_column(default=0, server_default="0")
    """Messages that were answered lately; halved together with `mismatched` now and then."""
    mismatched: Mapped[int] = mapped_column(default=0, server_default="0")
    """Those of them whose address is another sender's, or none."""
    pace: Mapped[int] = mapped_column(default=100, server_default="100")
    """Per cent of its rate that it may use, after the service asked it to slow down."""
    pace_at: Mapped[datetime | None]
    next_free_at: Mapped[datetime | None]
    """When the rate allows the next message."""
