"""Moments as they are typed and shown in a form: by the desk's clock, `2026-12-01T09:00`."""

from datetime import datetime
from zoneinfo import ZoneInfo


def as_typed(moment: datetime | str | None, zone: ZoneInfo) -> str | None:
    """What a field of kind `datetime-local` takes; seconds only where there are some."""
    if moment is None:
        return None
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    local = at.astimezone(zone)
    return local.strftime("%Y-%m-%dT%H:%M:%S" if local.second else "%Y-%m-%dT%H:%M")


def read_typed(typed: str, zone: ZoneInfo) -> datetime | None:
    """A local time of the desk's clock, with its offset; none for an empty field. `ValueError` for what is no moment."""
    if not typed:
        return None
    at = datetime.fromisoformat(typed)
    at = at if at.tzinfo else at.replace(tzinfo=zone)
    if not 1900 <= at.year <= 9000:  # what no database and no other clock could follow
        raise ValueError(typed)
    return at
