"""Which of the things that people did at the desk are asked for."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Deeds:
    """What is none is not asked for."""

    by: str | None = None
    """A user's id; empty: whoever was at the command line."""
    what: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    cursor: str | None = None
    limit: int = 50


LATEST = Deeds()
