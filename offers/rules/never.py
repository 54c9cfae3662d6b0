"""Why a campaign has never decided about a customer: every condition that keeps them out now, the most telling first.

The order: what the desk itself can mend (the campaign's state, its schedule, its audience), what only the customer can (consent, a device,
one that can be pushed to), and last what has not happened.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from offers.rules import never_ordered
from offers.rules.audience import Miss
from offers.rules.audience.brief import brief
from offers.rules.campaign import OF_A_POSTER, OF_AN_ORDER, ON_A_PAGE, CampaignBody, TriggerRule
from offers.rules.eligibility import purposes_of
from offers.rules.never_ordered import Ordered
from offers.rules.never_scanned import Scanned, unmet

MOST_PLACES = 5
"""Other places that are named; of more it says how many."""
PLAIN = ("language", "time_zone", "name", "tags", "sizes", "attributes")
"""Facts of which a profile has one value."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest transition of one kind at one place and role. `by_edit`: an edit of the geofence made it, which never pushes."""

    place: str
    role: str
    kind: str
    by_edit: bool
    at: datetime
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Stayed:
    """The longest that a customer stayed at a place in one go, and how long staying is there; both in seconds, where known."""

    stayed_s: int | None = None
    dwell_s: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer and a campaign stand to each other at `now`."""

    now: datetime
    status: str
    status_since: datetime | None
    """None where it is not known: the campaign was edited since."""
    launched_at: datetime | None
    trigger_since: datetime
    """Since when it waits for what it waits for now."""
    body: CampaignBody
    consents: frozenset[str]
    miss: Miss | None
    profile: Mapping[str, Any]
    """The plain facts of the profile by their names, sizes and attributes with theirs: `sizes.shoes`."""
    devices: int
    reachable: int
    seen: Sequence[Seen]
    """What is kept of where they were."""
    stayed: Mapping[str, Stayed]
    """By place."""
    campaign_id: str = ""
    scanned: Sequence[Scanned] = ()
    """What is kept of what they scanned."""
    abandoned_after: timedelta | None = None
    ordered: Sequence[Ordered] = ()
    """Their orders that became ready."""


@dataclass(frozen=True, slots=True)
class Never:
    reason: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def reasons(one: Standing) -> list[Never]:
    """At least one: when nothing keeps the customer out, it is that nothing has happened."""
    return [*_reasons(one), _no_moment(one)]


def _reasons(one: Standing) -> Iterator[Never]:
    schedule = one.body.schedule
    if one.status != "live":
        yield Never("not_live", _known(status=one.status, since=one.status_since))
    if not schedule.runs_at(one.now):
        yield Never("outside_schedule", _known(**{"from": schedule.start, "until": schedule.until}, now=one.now))
    if one.miss is not None:
        yield Never("not_in_audience", {"path": one.miss.path, "condition": brief(one.miss.condition), **_has(one)})
    if missing := [purpose for purpose in purposes_of(one.body, asked_for=False) if purpose not in one.consents]:
        yield Never("no_consent", {"missing": missing})
    if one.body.trigger.on in ON_A_PAGE:
        return  # no device has to be reached
    if not one.devices:
        yield Never("no_device")
    elif not one.reachable:
        yield Never("no_reachable_device", {"devices": one.devices})


def _has(one: Standing) -> dict[str, Any]:
    """What the profile has for the fact of the condition that failed, null for nothing; only where a fact has one value."""
    condition = one.miss.condition if one.miss else None
    if not isinstance(condition, Mapping):
        return {}
    fact = "tags" if "tag" in condition else str(condition.get("fact"))
    return {"has": one.profile.get(fact)} if fact.partition(".")[0] in PLAIN else {}


def _no_moment(one: Standing) -> Never:
    trigger = one.body.trigger
    if trigger.on in OF_A_POSTER:
        said = trigger.model_dump(mode="json", exclude={"role"})
        return Never("no_moment", {"trigger": said, **_unmet_of_posters(one, trigger)})
    if trigger.on in OF_AN_ORDER:
        said = trigger.model_dump(mode="json", exclude={"role"})
        return Never(
            "no_moment", {"trigger": said, **never_ordered.unmet(trigger, one.ordered, since=_waits_since(one))}
        )
    return Never("no_moment", {"trigger": trigger.model_dump(mode="json"), **_unmet(one, trigger)})


def _waits_since(one: Standing) -> datetime | None:
    return max(one.launched_at, one.trigger_since) if one.launched_at else None


def _unmet_of_posters(one: Standing, trigger: TriggerRule) -> dict[str, Any]:
    since = _waits_since(one)
    return unmet(one.campaign_id, trigger, one.scanned, since=since, abandoned_after=one.abandoned_after, now=one.now)


def _unmet(one: Standing, trigger: TriggerRule) -> dict[str, Any]:
    """Which part of the trigger was not met, from the last to the first: `unmet`, and what tells it."""
    seen = sorted(one.seen, key=lambda each: each.at, reverse=True)
    if not seen:
        return {"unmet": "seen_nowhere"}
    there = [each for each in seen if trigger.covers(trigger.on, trigger.role, each.place, each.tags)]
    if not there:
        places = list(dict.fromkeys(each.place for each in seen))
        more = {"more": len(places) - MOST_PLACES} if len(places) > MOST_PLACES else {}
        return {"unmet": "other_places", "places": places[:MOST_PLACES], **more}
    in_role = [each for each in there if each.role == trigger.role]
    if not in_role:
        roles = sorted({each.role for each in there})
        return {"unmet": "other_role", "place": there[0].place, "roles": roles, "role": trigger.role}
    of_kind = [each for each in in_role if each.kind == trigger.on]
    if not of_kind:
        return _other_kind(one, in_role, trigger)
    return _without_decision(one, of_kind)


def _other_kind(one: Standing, in_role: Sequence[Seen], trigger: TriggerRule) -> dict[str, Any]:
    place = in_role[0].place
    stayed = one.stayed.get(place, Stayed())
    facts: dict[str, Any] = {"unmet": "other_kind", "place": place}
    if trigger.on == "dwell":
        facts["unmet"] = "never_dwelled"
        facts |= _known(dwell_s=stayed.dwell_s, stayed_s=stayed.stayed_s)
    return {**facts, "kinds": sorted({each.kind for each in in_role}), "at": in_role[0].at}


def _without_decision(one: Standing, of_kind: Sequence[Seen]) -> dict[str, Any]:
    """What it waits for did happen; why it was no moment of this campaign's."""
    since = max(one.launched_at or one.now, one.trigger_since)
    pushing = [each for each in of_kind if not each.by_edit]
    if pushing and pushing[0].at >= since:
        return {"unmet": "no_new_moment", "place": pushing[0].place, "at": pushing[0].at}
    if not pushing or of_kind[0].at >= since:
        return {"unmet": "by_edit", "place": of_kind[0].place, "at": of_kind[0].at}
    last = {"place": pushing[0].place, "at": pushing[0].at}
    if one.launched_at is None:
        return {"unmet": "never_launched", **last}
    if pushing[0].at < one.launched_at:
        return {"unmet": "before_launch", **last, "launched_at": one.launched_at}
    return {"unmet": "before_version", **last, "since": one.trigger_since}


def _known(**facts: Any) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}
