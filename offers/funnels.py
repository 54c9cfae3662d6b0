"""What became of campaigns, day by day: counted apart from what is decided and sent, and read as a funnel."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from offers.records.queries import funnels as queries
from offers.records.queries.overview import commonest_zone
from offers.rules.funnel import (
    BASES,
    HELD_OUT,
    SENT,
    DayOfFunnel,
    Grains,
    Open,
    bounds,
    days_between,
    grain_of,
    next_to_count,
)
from offers.rules.lift import Lift, lift

Counts = Counter[tuple[str, str]]
MOST_DAYS = 92
"""The longest span that is read at once."""


def due_days(session: Session, *, keeps: int, again_after: timedelta, now: datetime) -> list[date]:
    """Days to count, today first; `keeps` is for how many days rows are kept. None where nothing has been decided yet."""
    first = queries.first_moment(session)
    if first is None:
        return []
    zone = _zone(session)
    today = now.astimezone(zone).date()
    begun = min(first.astimezone(zone).date(), today)
    counted = queries.days_counted(session)
    return next_to_count(days_between(begun, today), counted, Open(today, keeps), now=now, again_after=again_after)


def count_day(session: Session, day: date) -> DayOfFunnel:
    """What is to be kept of a day. It only reads: nobody waits for it."""
    return queries.count_day(session, day, *bounds(day, _zone(session)))


def keep_day(session: Session, day: date, counted: Grains, *, counted_at: datetime) -> int:
    """Keep it in its grains, as it was read at a moment; how many counts changed. Safe to repeat; what was read later stays."""
    if not queries.take_day(session, day, counted_at):
        return 0
    return queries.write_day(session, day, counted)


def _zone(session: Session) -> ZoneInfo:
    return ZoneInfo(commonest_zone(session) or "UTC")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which days, and of what: none is all of them. An empty text is what has none."""

    first: date
    last: date
    campaign: str | None = None
    place: str | None = None
    variant: str | None = None
    language: str | None = None
    by: str = "day"
    """`campaign`, `place`, `variant`, `language` or `day`: what the table tells apart."""


COLUMNS = {
    "campaign": "campaign_id",
    "place": "place_id",
    "variant": "variant",
    "language": "language",
    "day": "day",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a funnel: how many, and their share of the step it is counted of, where that is more than none."""

    name: str
    many: int
    of: str | None
    share: float | None


@dataclass(frozen=True, slots=True)
class Told:
    """A funnel, as a page shows it."""

    whole: Counts
    days: dict[date, Counts]
    rows: dict[str, Counts]
    counted_at: datetime | None
    """Up to when the last of these days was counted; none where none was."""
    uncounted: int
    """Days of these that are not counted yet, though something was decided before or on them."""
    variants: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)


def read_funnel(session: Session, asked: Asked, *, today: date) -> Told:
    """From what is counted alone, whatever the number of messages."""
    days = _sums(session, asked, "day")
    whole = queries.reasons(session, _slice(asked, "day"))
    for one in days.values():
        whole.update(one)
    counted = queries.days_counted(session)
    begun = min(counted, default=None)
    looked = [] if begun is None else days_between(max(asked.first, begun), min(asked.last, today))
    same = {"campaign_id": asked.campaign} if asked.campaign is not None else {}
    variants = queries.Slice("campaign-words", asked.first, asked.last, same)
    languages = queries.Slice("campaign-words" if same else "language", asked.first, asked.last, same)
    return Told(
        whole,
        {date.fromisoformat(day): counts for day, counts in sorted(days.items())},
        days if asked.by == "day" else _sums(session, asked, asked.by),
        max((counted[day] for day in looked if day in counted), default=None),
        sum(day not in counted for day in looked),
        queries.values_of(session, variants, "variant") if asked.campaign is not None else [],
        queries.values_of(session, languages, "language"),
    )


def _sums(session: Session, asked: Asked, by: str) -> dict[str, Counts]:
    return queries.sums(session, _slice(asked, by), COLUMNS[by])


def _slice(asked: Asked, by: str) -> queries.Slice:
    """Of the coarsest grain that tells apart what is asked: days are told apart by each."""
    wanted = {name: getattr(asked, name) for name in COLUMNS if name != "day"}
    same = {COLUMNS[name]: value for name, value in wanted.items() if value is not None}
    apart = same.keys() | ({COLUMNS[by]} - {"day"})
    return queries.Slice(grain_of(apart), asked.first, asked.last, same)


def many_of(counts: Counts, name: str, group: str = SENT) -> int:
    """How many came to a step: of `no` all reasons together, of what is followed those of one group."""
    if name in ("watched", "visited", "bought"):
        return counts[name, group]
    return sum(many for (step, _), many in counts.items() if step == name) if name == "no" else counts[name, ""]


def steps_of(counts: Counts, names: Sequence[str]) -> list[Step]:
    """Each with its share of what it is counted of."""
    told = []
    for name in names:
        many, of = many_of(counts, name), BASES.get(name)
        whole = many_of(counts, of) if of else 0
        told.append(Step(name, many, of, many / whole if whole else None))
    return told


def reasons_of(counts: Counts, step: str = "no") -> list[tuple[str, int]]:
    """Why not, the commonest first."""
    found = [(reason, many) for (name, reason), many in counts.items() if name == step and many]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def lifts_of(counts: Counts) -> dict[str, Lift | None]:
    """Of visits and of purchases: what those who were sent to did more often. None of too few in either group."""
    sent, held = many_of(counts, "watched"), many_of(counts, "watched", HELD_OUT)
    return {
        name: lift(many_of(counts, name), sent, many_of(counts, name, HELD_OUT), held) for name in ("visited", "bought")
    }
