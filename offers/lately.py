"""What is live, what happened lately, and what needs a person: of places and campaigns, never of one customer."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from offers.records.queries import counting
from offers.records.queries import lately as queries
from offers.records.queries import overview as overview_queries
from offers.records.queries.lately import MOST_COUNTED, Sends
from offers.records.tables import Campaign
from offers.rules.campaign import parse_campaign

__all__ = [
    "MOST_COUNTED",
    "Answers",
    "Counts",
    "Happening",
    "Live",
    "Sending",
    "Wanting",
    "count_answers",
    "count_lately",
    "live_now",
    "needs_a_person",
    "newest",
    "sending",
]

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
LATE = timedelta(minutes=5)
"""A message that is due goes out within seconds; one that is so late waits for somebody who is not there."""
NEARLY_PERCENT = 90
MOST_PLACES = 20
NOTHING = Sends(0, 0, 0, None)


@dataclass(frozen=True, slots=True)
class Live:
    """A live campaign with its messages of the last hour and of 24 hours."""

    id: str
    name: str
    hour: int
    day: int


@dataclass(frozen=True, slots=True)
class Sending:
    """The live campaigns, and what all campaigns made in a day: read once for a page that tells two things of it."""

    campaigns: Sequence[Campaign]
    sends: Mapping[str, Sends]
    more: bool
    """Where only the newest messages were counted."""


@dataclass(frozen=True, slots=True)
class Counts:
    """By name; `more` where only the newest were counted."""

    by_name: Mapping[str, int]
    more: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """What became of messages, of the newest rows."""

    by_state: Mapping[str, int]
    reasons: Sequence[tuple[str, int]]
    """Why some were not sent, or nobody knows: the commonest first."""
    more: bool
    """Where only the newest were counted."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One line: `what` is enter, dwell, exit, scan, redeemed, or a delivery's state."""

    at: datetime
    what: str
    place: str = ""
    campaign: str | None = None
    poster: str = ""
    kind: str = ""
    """Of a message: `offer`, `order`, `reply`."""
    offer: str = ""
    """Of a coupon that was redeemed."""


@dataclass(frozen=True, slots=True)
class Wanting:
    """What a person should look into. Campaigns, offers and places as {id, name, …}."""

    broken: Sequence[dict[str, Any]] = field(default=())
    lacking: Sequence[dict[str, Any]] = field(default=())
    """Live campaigns whose messages of the last day went out with the default text, with how many, of how many, and a fact that was missing."""
    spent: Sequence[dict[str, Any]] = field(default=())
    """Offers of live campaigns of whose budget 90 % is gone."""
    empty: Sequence[dict[str, Any]] = field(default=())
    """Stores that are a week old and were never entered."""
    due_since: datetime | None = None
    """When a message could have gone out that still has not, minutes later."""


def sending(session: Session, *, now: datetime) -> Sending:
    """What is live, with what was sent up to now."""
    sends, more = queries.sends_by_campaign(session, now - DAY, now - HOUR)
    return Sending(overview_queries.campaigns_in(session, ["live"]), sends, more)


def live_now(seen: Sending) -> list[Live]:
    """Live campaigns, those that sent most first."""
    counted = [(row, seen.sends.get(row.id, NOTHING)) for row in seen.campaigns]
    live = [Live(row.id, row.name, sent.hour, sent.day) for row, sent in counted]
    return sorted(live, key=lambda one: (-one.hour, -one.day, one.name, one.id))


def count_lately(session: Session, *, since: datetime) -> tuple[Counts, Counts]:
    """Decisions by outcome and deliveries by state: of the newest rows, and of those that have left since."""
    (outcomes, more_outcomes), (states, more_states) = (
        queries.outcomes_lately(session, since),
        queries.states_lately(session, since),
    )
    left = [counting.kept_counts(session, kind, since=since) for kind in ("decision", "delivery")]
    return Counts(dict(Counter(outcomes) + left[0]), more_outcomes), Counts(
        dict(Counter(states) + left[1]), more_states
    )


def count_answers(session: Session, *, since: datetime) -> Answers:
    """Of messages that were made since then, tests apart."""
    rows, more = queries.answers_lately(session, since)
    states, reasons = Counter[str](), Counter[str]()
    for state, reason, many in rows:
        states[state] += many
        if state in ("failed", "unknown") and reason:
            reasons[reason] += many
    return Answers(dict(states), sorted(reasons.items(), key=lambda one: (-one[1], one[0])), more)


def newest(session: Session, *, since: datetime, limit: int, also: Sequence[Happening] = ()) -> list[Happening]:
    """What happened since then, the newest first, together with what is known of elsewhere."""
    moved = queries.newest_transitions(session, since, limit)
    sent = queries.newest_sends(session, since, limit)
    scanned = queries.newest_scans(session, since, limit)
    lines = [Happening(at, kind, place, kind=role) for at, kind, place, role in moved]
    lines += [Happening(at, state, place, campaign, kind=kind) for at, state, campaign, kind, place in sent]
    lines += [Happening(at, "scan", campaign=campaign, poster=poster) for at, poster, campaign in scanned]
    return sorted([*lines, *also], key=lambda one: one.at, reverse=True)[:limit]


def needs_a_person(session: Session, seen: Sending, *, now: datetime) -> Wanting:
    """In four statements at most, however much there is."""
    broken, lacking, offers = [], [], set()
    for row in seen.campaigns:
        try:
            offer = parse_campaign(row.definition).offer
        except ValidationError:
            broken.append({"id": row.id, "name": row.name})
            continue
        offers |= {offer} if offer else set()
        if (sent := seen.sends.get(row.id, NOTHING)).lacking:
            lacking.append({"id": row.id, "name": row.name, "many": sent.lacking, "of": sent.day, "fact": sent.fact})
    spent = queries.offers_nearly_spent(session, offers, NEARLY_PERCENT) if offers else ()
    return Wanting(
        broken,
        lacking,
        [{"id": one.id, "name": one.name, "spent": one.spent, "budget": one.budget} for one in spent],
        [{"id": one.id, "name": one.name} for one in queries.stores_never_entered(session, now - WEEK, MOST_PLACES)],
        queries.oldest_due(session, now - LATE),
    )
