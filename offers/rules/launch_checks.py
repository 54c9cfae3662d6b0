"""The launch checks, each with its name: pure, and in the order in which a person would mend what they find."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from offers.rules import eligibility, poster_checks
from offers.rules.campaign import OF_A_POSTER, OF_AN_ORDER, ON_A_PAGE, WITHOUT_POSITION, CampaignBody
from offers.rules.launch import Finding, Reach, Rests, Site, Stock, but, listed, named, no
from offers.rules.launch_times import times_of
from offers.rules.opening import Spot, goes_by_the_spot
from offers.rules.order_triggers import ROLE_OF
from offers.rules.personalise import choose_language
from offers.rules.template_facts import Text, fact_to_blame, has_fact, texts_of
from offers.rules.templates import facts_named
from offers.rules.values import language_chain, zone_or_none

SMALL_SHARE = 10
"""A budget for fewer than one in so many of those it could reach is small."""


def look(body: CampaignBody, rests: Rests) -> list[Finding]:
    """Every check of the list."""
    return [found for check in CHECKS for found in check(body, rests)]


def _over(body: CampaignBody, rests: Rests) -> list[Finding]:
    until = body.schedule.until
    return [no("schedule_over", "schedule.until", "has passed")] if until is not None and until <= rests.now else []


def _places(body: CampaignBody, rests: Rests) -> list[Finding]:
    if body.trigger.on in OF_A_POSTER:
        return []
    if body.trigger.on in OF_AN_ORDER and not rests.sites:
        return [no("no_collecting", "trigger.places", "none of its places is a store: orders are collected at stores")]
    role = ROLE_OF.get(body.trigger.on, body.trigger.role)
    fenced = [one for one in rests.sites if one.fenced]
    if not fenced:
        return [no("no_geofence", "trigger", f"none of its places has a geofence with the role {role}", role=role)]
    if body.trigger.on == "dwell" and not any(one.dwells for one in fenced):
        return [no("no_dwell", "trigger.on", "none of its places' geofences has a dwell_s to wait for")]
    found = []
    if bare := [one.id for one in rests.sites if not one.fenced]:
        said = f"{named(bare)} {_has(bare)} no geofence with the role {role}"
        found.append(but("no_geofence", "trigger", said, role=role, **listed(bare)))
    if body.trigger.on == "dwell" and (still := [one.id for one in fenced if not one.dwells]):
        said = f"{named(still)} {_has(still)} no dwell_s to wait for"
        found.append(but("no_dwell", "trigger.on", said, **listed(still)))
    paused = [one.id for one in fenced if one.paused]
    if len(paused) == len(fenced):
        found.append(no("places_paused", "trigger.places", "all of its places are paused"))
    elif paused:
        said = f"{named(paused)} {'are' if len(paused) > 1 else 'is'} paused"
        found.append(but("places_paused", "trigger.places", said, **listed(paused)))
    return found


def _service(body: CampaignBody, _rests: Rests) -> list[Finding]:
    """Nobody shall wonder why so few get it."""
    if body.trigger.on not in OF_AN_ORDER:
        return []
    said = "who agreed to orders gets the order's own message at that moment, and not this one: it goes to the others"
    return [but("service_first", "trigger.on", said)]


def _spot(body: CampaignBody, site: Site) -> Spot | None:
    hours = (body.schedule.weekly, site.opening_hours if body.schedule.only_when_open else None)
    return site.spot if any(one and goes_by_the_spot(one) for one in hours) else None


def _times(body: CampaignBody, rests: Rests) -> list[Finding]:
    """By the clocks of the places: a customer's own zone is known when there is a customer."""
    schedule, quiet = body.schedule, None if body.trigger.on in ON_A_PAGE else rests.limits.quiet_hours
    if schedule.until is not None and schedule.until <= rests.now:
        return []
    fenced = [one for one in rests.sites if one.fenced]
    running = [one for one in fenced if not one.paused] or fenced
    clocks = [(zone_or_none(one.time_zone) or ZoneInfo("UTC"), one.opening_hours, _spot(body, one)) for one in running]
    times = times_of(schedule, clocks, quiet, rests.now)
    if not times.ever_in_week:
        return [no("never_runs", "schedule.weekly", "no hour of these lies within the schedule")]
    if not times.ever_open:
        said = "none of its places is ever open in the time in which it runs"
        return [no("never_open", "schedule.only_when_open", said)]
    if times.ever_loud or quiet is None:
        return []
    window = quiet.model_dump(mode="json")
    said = f"every moment at which it may speak lies in the quiet hours, {window['from']} to {window['until']}"
    path = (
        "schedule.weekly" if schedule.weekly else "schedule.only_when_open" if schedule.only_when_open else "schedule"
    )
    if body.quiet_hours == "defer":
        return [but("always_quiet", path, f"{said}: each message waits for their end", **window)]
    return [no("always_quiet", path, said, **window)]


def _offer(body: CampaignBody, rests: Rests) -> list[Finding]:
    if body.offer is None:
        return []
    stock = rests.stock
    if stock is None:
        return [no("no_offer", "offer", f"there is no offer {body.offer!r}", offer=body.offer)]
    if stock.valid_until is not None and stock.valid_until <= rests.now:
        said = f"it was good until {stock.valid_until.isoformat()}"
        return [no("offer_over", "offer", said, until=stock.valid_until.isoformat())]
    if nothing := _nothing_to_give(stock):
        return [no("empty_budget", "offer", nothing)]
    left = min((one for one in (_budget_left(stock), stock.codes_left) if one is not None), default=None)
    wanted = rests.reach.reachable_and_consenting if rests.reach else 0
    if left is None or left * SMALL_SHARE >= wanted:
        return []
    said = f"{left} are left, for {wanted} customers that it could reach"
    return [but("small_budget", "offer", said, left=left, reachable_and_consenting=wanted)]


def _nothing_to_give(stock: Stock) -> str | None:
    """Why nobody could get this offer anywhere, or none."""
    if _budget_left(stock) == 0:
        return f"its budget of {stock.budget} is spent"
    if stock.budget_per_place == 0:
        return "its budget_per_place is 0"
    if stock.codes_left == 0:
        return "no codes are left; bring more along"
    return "its code, which all share, is not known yet" if stock.code_unknown else None


def _budget_left(stock: Stock) -> int | None:
    return None if stock.budget is None else max(0, stock.budget - stock.spent)


def _audience(body: CampaignBody, rests: Rests) -> list[Finding]:
    """Never refused: customers may register later."""
    reach = rests.reach
    if body.hold_out_percent == 100:
        return [but("all_held_out", "hold_out_percent", "everybody is held out: nobody gets it")]
    if body.trigger.on in ON_A_PAGE:
        return []  # the page is there for who is not known too, and becomes so on it
    if reach is None or body.who.needs.stays:
        return []  # who is inside or near a place is so for minutes: nobody being there now says nothing
    if reach.size == 0:
        return [but("no_audience", "audience", "nobody is in it yet", size=0)]
    if reach.reachable_and_consenting:
        return []
    counts = {name: getattr(reach, name) for name in Reach.__slots__}
    if body.trigger.on in WITHOUT_POSITION:
        said = f"of {reach.size} in it {reach.reachable} can be reached and {reach.consenting} agreed to offers, none of them both"
        return [but("nobody_to_remind", "audience", said, **counts)]
    said = f"of {reach.size} in it {reach.reachable} can be reached and {reach.consenting} agreed to location and offers, none of them both"
    return [but("nobody_reachable", "audience", said, **counts)]


def _texts(body: CampaignBody, rests: Rests) -> list[Finding]:
    default = body.default_language or rests.limits.default_language
    found = []
    if not any(tag in body.messages for tag in _upwards(default)):
        said = f"there is no text in {default}, the default language"
        found.append(but("no_default_language", "messages", said, language=default))
    for text in texts_of(body):
        for noun, missing in (("customers", _of_people(rests, text, default)), ("places", _of_places(rests, text))):
            blamed = Counter(one for one in (fact_to_blame(text.source, each) for each in missing) if one)
            for fact, lacking in sorted(blamed.items()):
                of = len(missing)
                said = f"{{{{ {fact} }}}} has no default, and {lacking} of {of} {noun} lack it: it is the default text for them"
                found.append(but("missing_facts", text.path, said, fact=fact, lacking=lacking, of=of, noun=noun))
    return found


def _of_people(rests: Rests, text: Text, default: str) -> list[list[str]]:
    """Of each customer whose text this is what of their profile they lack."""
    named = [one for one in sorted(facts_named(text.source)) if one.startswith("customer.")]
    among = dict.fromkeys(text.among)
    chains = [(one, language_chain(one.language, default)) for one in rests.people]
    theirs = [one for one, chain in chains if choose_language(among, chain) == text.language]
    return [[fact for fact in named if not has_fact(one.facts, fact)] for one in theirs]


def _of_places(rests: Rests, text: Text) -> list[list[str]]:
    if "place.address" not in facts_named(text.source):
        return []
    return [[] if one.address else ["place.address"] for one in rests.sites if one.fenced]


def _upwards(tag: str) -> list[str]:
    """`de-AT`, `de`."""
    parts = tag.split("-")
    return ["-".join(parts[:many]) for many in range(len(parts), 0, -1)]


def _rivals(body: CampaignBody, rests: Rests) -> list[Finding]:
    """Those that would take its moments: the same trigger, a better rank, and meant for everybody."""
    mine = eligibility.rank(rests.campaign_id, body.priority)
    before = [
        one
        for one in rests.rivals
        if one.body.audience is None
        and eligibility.rank(one.id, one.body.priority) < mine
        and _overlaps(one.body, body, rests.now)
    ]
    always = [one.id for one in before if one.everywhere and _always(one.body, body, rests.now)]
    if always:
        said = f"{named(always)} {_stands(always)} before it at every one of its moments"
        return [but("outranked_always", "priority", said, **listed(always, "campaigns"))]
    some = [one.id for one in before]
    if not some:
        return []
    said = f"{named(some)} {_stands(some)} before it where both may speak"
    return [but("overlap", "priority", said, **listed(some, "campaigns"))]


def _overlaps(one: CampaignBody, other: CampaignBody, now: datetime) -> bool:
    """Whether their schedules have time to come in common."""
    starts = [now, *(at for at in (one.schedule.start, other.schedule.start) if at)]
    ends = [at for at in (one.schedule.until, other.schedule.until) if at]
    return not ends or max(starts) < min(ends)


def _always(rival: CampaignBody, mine: CampaignBody, now: datetime) -> bool:
    """Whether nothing of its own can keep the rival silent when this one may speak."""
    theirs, own = rival.schedule, mine.schedule
    begins = theirs.start is None or theirs.start <= max(now, own.start or now)
    ends = theirs.until is None or (own.until is not None and theirs.until >= own.until)
    weekly = theirs.weekly is None or theirs.weekly == own.weekly
    opens = not theirs.only_when_open or own.only_when_open
    return begins and ends and weekly and opens and rival.cooldown is None and rival.offer is None


CHECKS: Sequence[Callable[[CampaignBody, Rests], list[Finding]]] = (
    _over,
    _places,
    _service,
    poster_checks.posters,
    _times,
    _offer,
    poster_checks.product,
    _texts,
    poster_checks.strangers,
    _audience,
    _rivals,
)


def _has(ids: Sequence[str]) -> str:
    return "have" if len(ids) > 1 else "has"


def _stands(ids: Sequence[str]) -> str:
    return "stand" if len(ids) > 1 else "stands"
