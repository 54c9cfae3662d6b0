"""Opening hours in OpenStreetMap's `opening_hours` syntax, read in the place's own zone."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]  # the stub leaves one out


def check_hours(expression: str) -> str:
    """The expression itself, or `ValueError` that says what is wrong with it."""
    try:
        _read(expression)
    except ParserError:
        raise ValueError("is not an opening_hours expression such as Mo-Sa 09:00-18:00; Su 12:00-17:00") from None
    return expression


@lru_cache(maxsize=10_000)
def _read(expression: str) -> OpeningHours:
    return OpeningHours(expression)


def is_open(expression: str | None, at: datetime, zone: ZoneInfo) -> bool:
    """Whether it is open at the moment `at`; hours that nobody said are open."""
    if expression is None:
        return True
    return bool(_read(expression).is_open(at.astimezone(zone).replace(tzinfo=None)))


def open_spans(expression: str | None, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """When it is open between two moments of the place's own clock, both without a zone: from, until, in order."""
    if expression is None:
        return [(start, end)]
    return [(since, until) for since, until, state, _ in _read(expression).intervals(start, end) if state == State.OPEN]
