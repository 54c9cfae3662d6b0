"""Quiet hours: a window of the local day in which nobody is sent an offer, and the moment at which it ends.

The end is reckoned on the calendar: the local date on which the window ends, its clock time there, and only then UTC. Hours added to UTC are
an hour off on two nights a year, and one of them then ends inside the quiet hours.

On the nights that the clock is changed:

- an end that does not exist, because the clock is put forward over it, is the moment of the jump;
- an end that the clock shows twice is the second one where the clock is put back into the window, so that it is not quiet again
  a little later; else the first;
- a window that starts within the repeated hour and is left once more when the clock is put back ends as on every other night, at its end.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from offers.rules.local_time import showings
from offers.rules.values import Window

A_MINUTE, A_DAY = timedelta(minutes=1), timedelta(days=1)


def is_quiet(at: datetime, zone: ZoneInfo, window: Window | None) -> bool:
    """Whether the clock there shows a time within the window at the moment `at`; with no window it never does."""
    return window is not None and window.covers(at.astimezone(zone).time())


def ends_at(at: datetime, zone: ZoneInfo, window: Window) -> datetime:
    """The moment in UTC at which the quiet hours that `at` lies in end; where `at` lies in none, those that come next.

    Later than `at`, and never itself within the window.
    """
    local = at.astimezone(zone).replace(tzinfo=None)
    wall = datetime.combine(local.date(), window.end)
    if local.time() >= window.end:
        wall += A_DAY
    while True:
        end = _end_on(wall, zone, window)
        # a jump from one night's window into the next one's, or over a whole day, as Apia's on 2011-12-30
        if end > at and not is_quiet(end, zone, window):
            return end.astimezone(UTC)
        wall += A_DAY


def _end_on(wall: datetime, zone: ZoneInfo, window: Window) -> datetime:
    first, last = showings(wall, zone)
    return last if is_quiet(last - A_MINUTE, zone, window) else first
