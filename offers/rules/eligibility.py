"""How a campaign decides: one list, one order, each "no" with its name and the facts it rested on.

`decide_one` answers for a single campaign up to the choice of a winner; rules/choosing.py makes one winner a moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from offers.rules import quiet_hours
from offers.rules.audience import Profile
from offers.rules.audience.brief import brief
from offers.rules.campaign import ON_A_PAGE, WITHOUT_POSITION, CampaignBody
from offers.rules.limits import Limits
from offers.rules.local_time import LocalClock
from offers.rules.opening import Spot
from offers.rules.schedule import Whereabouts, local_time, why_silent
from offers.rules.values import write_duration

LONGEST_WAIT = timedelta(days=1)
"""How long after it happened a moment may be decided anew: quiet hours may be moved while it waits, and a zone too."""

LASTING, LASTING_LIFE = frozenset({"abandoned", "order_ready"}), timedelta(hours=12)

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
    clock: LocalClock | None = None
    """What the quiet hours go by; none: what the two zones say."""
    place_spot: Spot | None = None
    """Of the place: for its country's holidays and for the sun."""
    place_zone_is_known: bool = True
    happened_at: datetime | None = None
    """Where the moment was put off and has come due at `moment_at`: when it happened."""
    asked_for: bool = False
    """The customer asked for this themselves, by a tap on a page: no consent to be told unasked is needed."""


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    variant: str | None = None
    """The winner's variant that this customer has drawn."""
    put_off_until: datetime | None = None
    """When the quiet hours end, and this is to be decided anew."""


def quiet_clock(now_is: Circumstances) -> LocalClock:
    """The customer's own clock; the place's where the customer's zone is not known."""
    if now_is.clock is not None:
        return now_is.clock
    if now_is.customer_zone is not None:
        return LocalClock(now_is.customer_zone, "customer")
    return LocalClock(now_is.place_zone, "place" if now_is.place_zone_is_known else "utc", "missing")


def decide_one(campaign: CampaignBody, live: bool, limits: Limits, now_is: Circumstances) -> Verdict | None:
    """The first "no" of the list, or none when the campaign may compete for the moment."""
    now = now_is.now
    if not live:
        return Verdict("not_live")
    there = Whereabouts(now_is.place_zone, now_is.place_spot, now_is.opening_hours, now_is.place_zone_is_known)
    if silent := why_silent(campaign.schedule, there, now):
        return Verdict(*silent)
    missing = [
        purpose for purpose in purposes_of(campaign, asked_for=now_is.asked_for) if purpose not in now_is.consents_to
    ]
    if missing:
        return Verdict("no_consent", {"missing": missing})
    if miss := campaign.who.miss(now_is.profile, now):
        return Verdict("not_in_audience", {"path": miss.path, "condition": brief(miss.condition)})
    on_a_page = campaign.trigger.on in ON_A_PAGE
    if not on_a_page and (quiet := _quiet(campaign, limits, now_is)):
        return quiet
    if cooling := _cooldown(campaign, now_is):
        return cooling
    cap = limits.frequency_cap
    if cap and not now_is.asked_for and now_is.sent_in_window >= cap.messages:
        facts: dict[str, Any] = {
            "messages": cap.messages,
            "window": write_duration(cap.window),
            "sent": now_is.sent_in_window,
        }
        return Verdict("frequency_cap", facts)
    if now_is.sold_out is not None:
        return Verdict("sold_out", now_is.sold_out)
    if on_a_page:
        return None
    if not now_is.reachable:
        return Verdict("no_reachable_device")
    if now >= expires_at(campaign, limits, now_is.moment_at):
        return Verdict(
            "too_late", {"happened_at": _iso(now_is.moment_at), "life": write_duration(life_of(campaign, limits))}
        )
    return None


def purposes_of(campaign: CampaignBody, *, asked_for: bool) -> tuple[str, ...]:
    """What a customer has to agree to: a scan tells where the poster hangs, and an order its store, so nothing is asked of their position."""
    return purposes_at(campaign.trigger.on, asked_for=asked_for)


def purposes_at(trigger: str, *, asked_for: bool) -> tuple[str, ...]:
    """The same of a moment, before there is a campaign."""
    if trigger not in WITHOUT_POSITION:
        return ("location", "offers")
    return () if asked_for else ("offers",)


def _cooldown(campaign: CampaignBody, now_is: Circumstances) -> Verdict | None:
    """Being held out starts a cooldown as a message does: both groups come up equally often, or the lift would compare unlike things."""
    if campaign.cooldown is None:
        return None
    for name, last in (("last_sent", now_is.last_sent), ("last_held_out", now_is.last_held_out)):
        if last and now_is.now - last < campaign.cooldown:
            return Verdict("campaign_cooldown", {"cooldown": write_duration(campaign.cooldown), name: _iso(last)})
    return None


def life_of(campaign: CampaignBody, limits: Limits) -> timedelta:
    return campaign.life or usual_life(campaign.trigger.on, limits)


def usual_life(trigger: str, limits: Limits) -> timedelta:
    """Of a campaign that names none: being near is over in minutes, and what somebody looked at, or has to collect, is of use all day."""
    return LASTING_LIFE if trigger in LASTING else limits.message_life


def expires_at(campaign: CampaignBody, limits: Limits, moment_at: datetime) -> datetime:
    """When the message has outlived its moment; the clock starts when it happened, not when it was decided."""
    return moment_at + life_of(campaign, limits)


def key_once_due(moment: str) -> str:
    """The key of a moment that was put off, once it has come due: `…:deferred`, and `…:deferred-2` when it was put off again."""
    plain, deferred, number = moment.partition(":deferred")
    return f"{plain}:deferred-{int(number[1:] or 1) + 1}" if deferred else f"{moment}:deferred"


def rests_on_quiet_hours(outcome: str) -> bool:
    """Whether an answer came as far as the question of quiet hours."""
    return OUTCOMES.index(outcome) >= OUTCOMES.index("quiet_hours")


def is_quiet(limits: Limits, at: datetime, zone: ZoneInfo) -> bool:
    """Whether `at` falls into the quiet hours by the local clock, daylight saving included."""
    return quiet_hours.is_quiet(at, zone, limits.quiet_hours)


def _quiet(campaign: CampaignBody, limits: Limits, now_is: Circumstances) -> Verdict | None:
    now, clock, window = now_is.now, quiet_clock(now_is), limits.quiet_hours
    if window is None or not quiet_hours.is_quiet(now, clock.zone, window):
        return None
    facts = {**window.model_dump(mode="json"), "local_time": local_time(now, clock.zone), **clock.facts()}
    # what has outlived its moment by now is not given a new life in the morning
    if campaign.quiet_hours == "drop" or now >= expires_at(campaign, limits, now_is.moment_at):
        return Verdict("quiet_hours", facts)
    until = quiet_hours.ends_at(now, clock.zone, window)
    if until > (now_is.happened_at or now_is.moment_at) + LONGEST_WAIT:
        return Verdict("too_late", {**facts, "longest_wait": write_duration(LONGEST_WAIT)})
    return Verdict("quiet_hours", {**facts, "deferred_until": _iso(until.astimezone(clock.zone))}, put_off_until=until)


def rank(source_id: str, priority: int, kind: Literal["order", "offer"] = "offer") -> tuple[bool, int, str]:
    """Sorts the best first: what serves an order before any offer, then higher priority, then id."""
    return (kind == "offer", -priority, source_id)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
