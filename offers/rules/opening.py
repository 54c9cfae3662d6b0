"""Opening hours in OpenStreetMap's `opening_hours` syntax, read by the place's own clock, with its country's holidays and its own sun.

- `PH` are the public holidays of the whole country that the place's coordinates lie in; holidays of one of its regions are not known. In no country
  (at sea, in Antarctica), and in one whose holidays the library does not know, no day is a `PH`.
- `SH`, school holidays, is read and is no day at all: nobody publishes them for all countries in one form.
- `sunrise`, `sunset`, `dawn` and `dusk` are those at the place's coordinates.
- `unknown` counts as closed.
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]  # the stub leaves it out

from offers.rules.local_time import showings

Spot = tuple[float, float]
"""Latitude, longitude."""
LOOKS_AHEAD = timedelta(days=60)
"""For the next opening. Without an end the library looks up to the year 9999, which takes seconds."""
LONGEST = 2000
"""Characters. A launch check looks at a year of them: a megabyte of rules would take it half a minute, with the database locked."""
_HOLIDAYS = re.compile(r"\bPH\b")
_SUN = re.compile(r"\b(sunrise|sunset|dawn|dusk)\b")


def check_hours(expression: str) -> str:
    """The expression itself, or `ValueError` that says what is wrong with it."""
    if len(expression) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    try:
        OpeningHours(expression)
    except ParserError:
        raise ValueError("is not an opening_hours expression such as Mo-Sa 09:00-18:00; Su 12:00-17:00") from None
    return expression


@lru_cache(maxsize=10_000)
def _read(expression: str, zone: str | None, spot: Spot | None) -> OpeningHours:
    """`zone` and `spot` only where the expression asks for a country or the sun, so that a chain's places share their hours.

    The first that asks for holidays loads the borders of all countries: 0.2 s, and 110 MB for as long as the process lives.
    """
    if zone is None or spot is None:
        return OpeningHours(expression)
    holidays = bool(_HOLIDAYS.search(expression))
    try:
        return OpeningHours(expression, timezone=ZoneInfo(zone), coords=spot, auto_country=holidays)
    except Exception:  # noqa: BLE001 - the library has its own list of zones, and no decision may fail by it
        return OpeningHours(expression)


def _hours(expression: str, zone: ZoneInfo, spot: Spot | None) -> OpeningHours:
    if spot is not None and goes_by_the_spot(expression):
        return _read(expression, zone.key, spot)
    return _read(expression, None, None)


def is_open(expression: str | None, at: datetime, zone: ZoneInfo, spot: Spot | None = None) -> bool:
    """Whether it is open in the minute of `at`; hours that nobody said are open. Reckoned once for a minute: a batch asks it of each campaign."""
    return expression is None or _is_open(expression, at.replace(second=0, microsecond=0), zone, spot)


@lru_cache(maxsize=50_000)
def _is_open(expression: str, minute: datetime, zone: ZoneInfo, spot: Spot | None) -> bool:
    return bool(_hours(expression, zone, spot).is_open(_wall(minute, zone)))


def opens_at(expression: str | None, at: datetime, zone: ZoneInfo, spot: Spot | None = None) -> datetime | None:
    """When it opens next, in UTC, where it is closed at `at`; none when that is not within two months."""
    return None if expression is None else _opens_at(expression, at.replace(second=0, microsecond=0), zone, spot)


@lru_cache(maxsize=10_000)
def _opens_at(expression: str, minute: datetime, zone: ZoneInfo, spot: Spot | None) -> datetime | None:
    """The library goes by the wall: what it says is read as the next moment at which the clock shows it."""
    wall = _wall(minute, zone)
    for start, _, state, _ in _hours(expression, zone, spot).intervals(wall, wall + LOOKS_AHEAD):
        if state == State.OPEN:
            first, last = showings(start.replace(tzinfo=None), zone)
            return first if first > minute else last
    return None


def closes_at(expression: str | None, at: datetime, zone: ZoneInfo, spot: Spot | None = None) -> datetime | None:
    """When it closes next, in UTC, where it is open at `at`; none where nobody said hours, and where it is open for two months on end."""
    return None if expression is None else _closes_at(expression, at.replace(second=0, microsecond=0), zone, spot)


@lru_cache(maxsize=10_000)
def _closes_at(expression: str, minute: datetime, zone: ZoneInfo, spot: Spot | None) -> datetime | None:
    """Rules that meet, or say something else of the same hours, are spans one after the other: the last of them closes it."""
    wall = _wall(minute, zone)
    end = wall
    for start, until, state, _ in _hours(expression, zone, spot).intervals(wall, wall + LOOKS_AHEAD):
        if state != State.OPEN or _plain(start) > end:
            break
        end = _plain(until)
    if end <= wall or end >= wall + LOOKS_AHEAD:
        return None
    first, last = showings(end, zone)
    return first if first > minute else last


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def goes_by_the_spot(expression: str) -> bool:
    """Whether these hours depend on where the place lies: on its country's holidays or on the sun."""
    return bool(_HOLIDAYS.search(expression) or _SUN.search(expression))


def open_spans(
    expression: str | None, start: datetime, end: datetime, zone: ZoneInfo, spot: Spot | None = None
) -> list[tuple[datetime, datetime]]:
    """When it is open between two moments of the place's own clock, both without a zone: from, until, in order."""
    if expression is None:
        return [(start, end)]
    spans = _hours(expression, zone, spot).intervals(start, end)
    return [(_plain(since), _plain(until)) for since, until, state, _ in spans if state == State.OPEN]


def _plain(wall: datetime) -> datetime:
    return wall.replace(tzinfo=None)
