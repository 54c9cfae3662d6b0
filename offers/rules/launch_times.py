"""When a campaign may speak at all: its schedule, its weekly hours and the places' opening hours, less the quiet hours. Exact, not sampled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from offers.rules.campaign import Schedule
from offers.rules.opening import Spot, open_spans
from offers.rules.values import LATEST, Window

AHEAD = timedelta(days=366)
"""So far is looked: every season is in it."""
MOST_CLOCKS = 1000
"""Different pairs of time zone and opening hours that are looked at, a millisecond each. Beyond them nothing is claimed."""

Clock = tuple[ZoneInfo, str | None, Spot | None]
"""A place's time zone, its opening hours, and where it lies if the hours go by that: else many places share a clock."""
Spans = Sequence[tuple[datetime, datetime]]
"""From and until by a place's own clock, in order."""


@dataclass(frozen=True, slots=True)
class Times:
    """What the coming year leaves a campaign, over all of its places."""

    ever_in_week: bool
    """Its weekly hours and its schedule have a moment in common."""
    ever_open: bool
    """So have these and the opening hours of a place, where it speaks only then."""
    ever_loud: bool
    """One of these moments lies outside the quiet hours, by the place's own clock."""


def times_of(schedule: Schedule, clocks: Iterable[Clock], quiet: Window | None, now: datetime) -> Times:
    """Looks no further than the first place that has a moment."""
    wanted = list(dict.fromkeys(clocks))
    if not wanted or len(wanted) > MOST_CLOCKS:
        return Times(ever_in_week=True, ever_open=True, ever_loud=True)
    in_week = is_open = False
    for zone, hours, spot in wanted:
        spans = _within(_scheduled(schedule, zone, now), schedule.weekly, zone, spot)
        in_week = in_week or bool(spans)
        if schedule.only_when_open:
            spans = _within(spans, hours, zone, spot)
        is_open = is_open or bool(spans)
        if any(_is_loud(since, until, quiet) for since, until in spans):
            return Times(ever_in_week=True, ever_open=True, ever_loud=True)
    return Times(in_week, is_open, ever_loud=False)


def _scheduled(schedule: Schedule, zone: ZoneInfo, now: datetime) -> Spans:
    since = max(now, schedule.start or now)
    end = since + min(AHEAD, LATEST - since)  # a schedule may begin in the last year of the calendar
    until = min(end, schedule.until or end)
    local = [at.astimezone(zone).replace(tzinfo=None) for at in (since, until)]
    return [(local[0], local[1])] if local[0] < local[1] else []


def _within(spans: Spans, hours: str | None, zone: ZoneInfo, spot: Spot | None) -> Spans:
    """What of these spans lies in the hours."""
    if hours is None or not spans:
        return spans
    found = []
    for since, until in spans:
        found += open_spans(hours, since, until, zone, spot)
    return found


def _is_loud(since: datetime, until: datetime, quiet: Window | None) -> bool:
    """Whether any moment of the span is outside the quiet hours: its first, or else the first end of them within it."""
    if quiet is None or not quiet.covers(since.time()):
        return True
    end = datetime.combine(since.date(), quiet.end)
    return (end if end > since else end + timedelta(days=1)) < until
