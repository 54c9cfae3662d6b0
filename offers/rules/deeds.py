"""Which of the things that people did at the desk are asked for."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Deeds:
    """What is none is not asked for."""

    by: str | None = None
    """A user's id; empty: whoever was at the command line."""
    what: str | None = None
    noun: str | None = None
    """The kind of thing that it was done to."""
    since: datetime | None = None
    until: datetime | None = None


ANY = Deeds()
