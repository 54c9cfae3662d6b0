"""How a campaign decides: one list, one order, each "no" with its name and the facts it rested on.

`decide_one` answers for a single campaign up to the choice of a winner; rules/choosing.py makes one winner a moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from offers.rules.audience import Profile
from offers.rules.campaign import CampaignBody
from offers.rules.limits import Limits
from offers.rules.opening import is_open
from offers.rules.values import write_duration

OUTCOMES = (
    "not_live",
    "outside_schedule",
    "place_closed",
    "no_consent",
    "not_in_audience",
    "quiet_hours",
    "campaign_cooldown",
    "frequency_cap",
    "sold_out",
    "no_reachable_device",
    "too_late",
    "outranked",
    "held_out",
    "send",
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Everything that one customer's decision at one moment rests on, already fetched."""

    now: datetime
    moment_at: datetime
    """When it happened, by the device's clock."""
    profile: Profile
    consents_to: frozenset[str]
    customer_zone: ZoneInfo | None
    place_zone: ZoneInfo
    opening_hours: str | None
    reachable: bool
    sent_in_window: int
    """Offers decided to send in the cap's window, over all campaigns."""
    last_sent: datetime | None
    """When this campaign last decided to send to this customer."""
    last_held_out: datetime | None = None
    """When it last would have, but for the hold-out."""
    sold_out: Mapping[str, Any] | None = None
    """Why there is nothing left of the campaign's offer, as facts; none when there is, or when it has no offer."""


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    variant: str | None = None
    """The winner's variant that this customer has drawn."""


def quiet_zone(circumstances: Circumstances) -> ZoneInfo:
    """The customer's own zone; the place's where the customer's is unknown."""
    return circumstances.customer_zone or circumstances.place_zone


def decide_one(campaign: CampaignBody, live: bool, limits: Limits, now_is: Circumstances) -> Verdict | None:
    """The first "no" of the list, or none when the campaign may compete for the moment."""
    now = now_is.now
    if not live:
        return Verdict("not_live")
    if not campaign.schedule.runs_at(now):
        return Verdict(
            "outside_schedule", {"from": _iso(campaign.schedule.start), "until": _iso(campaign.schedule.until)}
        )
    if campaign.schedule.weekly and not is_open(campaign.schedule.weekly, now, now_is.place_zone):
        return Verdict(
            "outside_schedule", {"weekly": campaign.schedule.weekly, "local_time": _local(now, now_is.place_zone)}
        )
    if campaign.schedule.only_when_open and not is_open(now_is.opening_hours, now, now_is.place_zone):
        return Verdict(
            "place_closed", {"opening_hours": now_is.opening_hours, "local_time": _local(now, now_is.place_zone)}
        )
    missing = [purpose for purpose in ("location", "offers") if purpose not in now_is.consents_to]
    if missing:
        return Verdict("no_consent", {"missing": missing})
    if miss := campaign.who.miss(now_is.profile, now):
        return Verdict("not_in_audience", {"path": miss.path, "condition": dict(miss.condition)})
    if quiet := _quiet(limits, now_is):
        return quiet
    if cooling := _cooldown(campaign, now_is):
        return cooling
    cap = limits.frequency_cap
    if cap and now_is.sent_in_window >= cap.messages:
        facts: dict[str, Any] = {
            "messages": cap.messages,
            "window": write_duration(cap.window),
            "sent": now_is.sent_in_window,
        }
        return Verdict("frequency_cap", facts)
    if now_is.sold_out is not None:
        return Verdict("sold_out", now_is.sold_out)
    if not now_is.reachable:
        return Verdict("no_reachable_device")
    if now >= expires_at(campaign, limits, now_is.moment_at):
        return Verdict(
            "too_late", {"happened_at": _iso(now_is.moment_at), "life": write_duration(life_of(campaign, limits))}
        )
    return None


def _cooldown(campaign: CampaignBody, now_is: Circumstances) -> Verdict | None:
    """Being held out starts a cooldown as a message does: both groups come up equally often, or the lift would compare unlike things."""
    if campaign.cooldown is None:
        return None
    for name, last in (("last_sent", now_is.last_sent), ("last_held_out", now_is.last_held_out)):
        if last and now_is.now - last < campaign.cooldown:
            return Verdict("campaign_cooldown", {"cooldown": write_duration(campaign.cooldown), name: _iso(last)})
    return None


def life_of(campaign: CampaignBody, limits: Limits) -> timedelta:
    return campaign.life or limits.message_life


def expires_at(campaign: CampaignBody, limits: Limits, moment_at: datetime) -> datetime:
    """When the message has outlived its moment; the clock starts when it happened, not when it was decided."""
    return moment_at + life_of(campaign, limits)


def is_quiet(limits: Limits, at: datetime, zone: ZoneInfo) -> bool:
    """Whether `at` falls into the quiet hours by the local clock, daylight saving included."""
    return limits.quiet_hours is not None and limits.quiet_hours.covers(at.astimezone(zone).time())


def _quiet(limits: Limits, now_is: Circumstances) -> Verdict | None:
    zone = quiet_zone(now_is)
    if limits.quiet_hours is None or not is_quiet(limits, now_is.now, zone):
        return None
    window = limits.quiet_hours.model_dump(mode="json")
    return Verdict("quiet_hours", {**window, "local_time": _local(now_is.now, zone), "time_zone": zone.key})


def rank(source_id: str, priority: int, kind: Literal["order", "offer"] = "offer") -> tuple[bool, int, str]:
    """Sorts the best first: what serves an order before any offer, then higher priority, then id."""
    return (kind == "offer", -priority, source_id)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%a %H:%M")
