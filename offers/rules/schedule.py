"""When a campaign speaks: from and until, hours of the week, and the place's opening hours, by the place's clock."""

from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from offers.rules.campaign import Schedule
from offers.rules.opening import Spot, is_open, opens_at


class Whereabouts(NamedTuple):
    """Of a place, what its hours are read by."""

    zone: ZoneInfo
    spot: Spot | None
    opening_hours: str | None
    zone_is_known: bool = True
    """If not, it is UTC: this machine knows no zone of the place's name for it."""


def why_silent(schedule: Schedule, there: Whereabouts, now: datetime) -> tuple[str, dict[str, Any]] | None:
    """`outside_schedule` or `place_closed` with the facts it rests on; none when the campaign speaks now."""
    if not schedule.runs_at(now):
        return "outside_schedule", {"from": _iso(schedule.start), "until": _iso(schedule.until)}
    if schedule.weekly and not is_open(schedule.weekly, now, there.zone, there.spot):
        return "outside_schedule", {"weekly": schedule.weekly, **_clock(there, now)}
    if schedule.only_when_open and not is_open(there.opening_hours, now, there.zone, there.spot):
        opens = opens_at(there.opening_hours, now, there.zone, there.spot)
        facts = {"opening_hours": there.opening_hours, **_clock(there, now)}
        return "place_closed", facts | ({"opens_at": _iso(opens.astimezone(there.zone))} if opens else {})
    return None


def _clock(there: Whereabouts, now: datetime) -> dict[str, Any]:
    facts = {"local_time": local_time(now, there.zone)}
    return facts if there.zone_is_known else facts | {"time_zone": there.zone.key, "zone_of": "utc"}


def local_time(at: datetime, zone: ZoneInfo) -> str:
    """As a person reads it off the wall: `Wed 14:00`."""
    return at.astimezone(zone).strftime("%a %H:%M")


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
