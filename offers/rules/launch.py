"""Launch checks: what would keep a campaign from ever sending (a refusal), and what its writer would want to know (a warning).

Here is what checks rest on and what they find; `launch_checks` is the list of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from offers.rules.campaign import CampaignBody
from offers.rules.limits import Limits
from offers.rules.opening import Spot


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `path` is the field to mend, `facts` what the message tells."""

    name: str
    path: str
    message: str
    refuses: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Site:
    """A place that the campaign speaks at, as far as a launch rests on it."""

    id: str
    address: str | None
    time_zone: str
    opening_hours: str | None
    spot: Spot
    paused: bool
    fenced: bool
    """Has a geofence of the role that the campaign waits for."""
    dwells: bool
    """Such a geofence says how long staying is."""


@dataclass(frozen=True, slots=True)
class Stock:
    """The campaign's offer. Budgets are none where there is no limit, `codes_left` where codes do not run out."""

    budget: int | None = None
    spent: int = 0
    budget_per_place: int | None = None
    codes_left: int | None = None
    code_unknown: bool = False
    """All share one code, and nobody has said which."""
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """How many customers are in the audience, and how many of them a message can get to and may be sent to."""

    size: int
    reachable: int
    consenting: int
    reachable_and_consenting: int


@dataclass(frozen=True, slots=True)
class Person:
    """One of those it would reach: their language, and the facts of their profile."""

    language: str | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reached:
    """Whom a campaign for this audience reaches, as far as it was counted."""

    audience: Any
    """As it is written."""
    reach: Reach | None
    people: Sequence[Person] = ()
    """Some of those it would reach."""


@dataclass(frozen=True, slots=True)
class Rival:
    """Another live campaign with the same trigger, at one of this one's places at least; `everywhere`: at all of them."""

    id: str
    body: CampaignBody
    everywhere: bool


@dataclass(frozen=True, slots=True)
class Hanging:
    """What a campaign of posters waits for."""

    posters: int
    """That hang, or will: for `scan` those that lead to the campaign, for `abandoned` all."""
    places: frozenset[str]
    """At which scans of these happen: a poster's own, else the store nearest to it."""
    stores: int
    """Of all that there are."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The campaign's product. `pieces` in all stores; none where the shop has told of no stock."""

    is_there: bool
    pieces: int | None = None


@dataclass(frozen=True, slots=True)
class Rests:
    """Everything that a launch rests on, already fetched."""

    campaign_id: str
    now: datetime
    limits: Limits
    sites: Sequence[Site]
    stock: Stock | None
    """None where the campaign has no offer, or one that is gone."""
    reach: Reach | None
    """None where nobody was counted: then nothing is said of it, and there are no people."""
    people: Sequence[Person]
    rivals: Sequence[Rival]
    hanging: Hanging | None = None
    """None where it waits for something at geofences."""
    shelf: Shelf | None = None
    """None where it waits for something at geofences, or shows no product."""


def no(name: str, path: str, message: str, **facts: Any) -> Finding:
    return Finding(name, path, message, True, facts)


def but(name: str, path: str, message: str, **facts: Any) -> Finding:
    return Finding(name, path, message, False, facts)


MOST_NAMED = 10
"""Places, or campaigns, that one finding names; of the others it says how many."""


def listed(ids: Sequence[str], noun: str = "places") -> dict[str, Any]:
    return {noun: list(ids[:MOST_NAMED]), "more": max(0, len(ids) - MOST_NAMED)}


def named(ids: Sequence[str]) -> str:
    more = len(ids) - MOST_NAMED
    return ", ".join(ids[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def refusals(findings: Iterable[Finding]) -> list[Finding]:
    return [one for one in findings if one.refuses]


def warnings(findings: Iterable[Finding]) -> list[Finding]:
    return [one for one in findings if not one.refuses]


def told(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """In the shape of the doors."""
    return [{"name": one.name, "path": one.path, "message": one.message} for one in findings]
