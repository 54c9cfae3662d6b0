"""The funnel of a campaign: its steps, what each is counted of, and in which grains counts are kept."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

FOLLOWED = timedelta(days=7)
"""For how long after the decision a visit or a purchase counts as coming after it."""

STEPS = (
    "matched",
    "no",
    "held_out",
    "sent",
    "messages",
    "accepted",
    "received",
    "opened",
    "visited",
    "redeemed",
    "bought",
)
"""In the order in which the page shows them. Up to `sent` people at a moment, then messages, then people again."""
BASES: Mapping[str, str] = {
    "no": "matched",
    "held_out": "matched",
    "sent": "matched",
    "accepted": "messages",
    "received": "accepted",
    "opened": "received",
    "visited": "watched",
    "redeemed": "sent",
    "bought": "watched",
}
"""What a step's share is of: the step before, among what is counted in the same unit."""
SENT, HELD_OUT = "send", "held_out"
FOLLOWED_STEPS = ("watched", "visited", "bought")
"""Counted of both groups, told apart by the reason: who was sent to and who was held out, as far as their rows are there."""

COLUMNS: Mapping[tuple[str, str], str] = {
    **{
        (one, ""): one
        for one in ("matched", "held_out", "sent", "messages", "accepted", "received", "opened", "redeemed")
    },
    **{(step, group): f"{step}_{group}" for step in FOLLOWED_STEPS for group in (SENT, HELD_OUT)},
}
"""Steps that are kept side by side in one row; what else there is, reasons, has rows of its own."""

GRAINS: Mapping[tuple[str, ...], str] = {
    (): "whole",
    ("campaign_id",): "campaign",
    ("place_id",): "place",
    ("language",): "language",
    ("place_id", "language"): "place-language",
    ("campaign_id", "place_id"): "campaign-place",
    ("campaign_id", "variant", "language"): "campaign-words",
    ("campaign_id", "place_id", "variant", "language"): "all",
}
"""What each grain tells apart, beside days, steps and reasons. A page reads the coarsest that answers it."""


class Where(NamedTuple):
    campaign_id: str
    place_id: str = ""
    variant: str = ""
    language: str = ""


class Counted(NamedTuple):
    """A count of one day, as it is kept."""

    grain: str
    campaign_id: str
    place_id: str
    variant: str
    language: str
    reason: str


Grains = dict[Counted, dict[str, int]]
"""Counts of one day as rows: their key, and what stands in their columns."""


@dataclass(slots=True)
class DayOfFunnel:
    """A day's funnel as it is counted together, from rows and from counts of rows that have left."""

    finest: Counter[tuple[Where, str, str]]

    @classmethod
    def empty(cls) -> "DayOfFunnel":
        return cls(Counter())

    def decided(self, where: Where, outcome: str, many: int) -> None:
        self.add(where, "matched", "", many)
        if outcome == SENT:
            self.add(where, "sent", "", many)
        elif outcome == HELD_OUT:
            self.add(where, "held_out", "", many)
        else:
            self.add(where, "no", outcome, many)

    def followed(self, where: Where, group: str, watched: int, visited: int, bought: int) -> None:
        for step, many in zip(FOLLOWED_STEPS, (watched, visited, bought), strict=True):
            self.add(where, step, group, many)

    def went(self, where: Where, state: str, many: int) -> None:
        """Messages in a state: only what the push service took is accepted."""
        self.add(where, "messages", "", many)
        self.add(where, "accepted" if state == "sent" else "not_accepted", "" if state == "sent" else state, many)

    def told(self, where: Where, what: str, many: int) -> None:
        """`received` or `opened`, of messages; `redeemed`, of coupons."""
        self.add(where, what, "", many)

    def add(self, where: Where, step: str, reason: str, many: int) -> None:
        if many:
            self.finest[where, step, reason] += many

    def in_grains(self) -> Grains:
        """The same once for each grain."""
        cells: dict[tuple[Where, str], dict[str, int]] = {}
        for (where, step, reason), many in self.finest.items():
            column = COLUMNS.get((step, reason))
            cells.setdefault((where, "" if column else f"{step}:{reason}"), {})[column or "many"] = many
        rows: dict[Counted, dict[str, int]] = {}
        for apart, grain in GRAINS.items():
            by_campaign, by_place, by_variant, by_language = (name in apart for name in Where._fields)
            for ((campaign, place, variant, language), said), cell in cells.items():
                key = Counted(
                    f"{grain}/why" if said else grain,
                    campaign if by_campaign else "",
                    place if by_place else "",
                    variant if by_variant else "",
                    language if by_language else "",
                    said,
                )
                row = rows.setdefault(key, {})
                for column, many in cell.items():
                    row[column] = row.get(column, 0) + many
        return rows


def grain_of(apart: Iterable[str]) -> str:
    """The coarsest grain that tells these columns apart."""
    wanted = set(apart)
    return next(
        grain for columns, grain in sorted(GRAINS.items(), key=lambda one: len(one[0])) if wanted <= set(columns)
    )


def bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a day of this calendar begins and ends, in UTC: 23 to 25 hours."""
    begins, ends = (datetime(one.year, one.month, one.day, tzinfo=zone) for one in (day, day + timedelta(days=1)))
    return begins.astimezone(UTC), ends.astimezone(UTC)


def days_between(first: date, last: date) -> list[date]:
    """Both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@dataclass(frozen=True, slots=True)
class Open:
    """Which days are still open to change: those whose rows are all kept."""

    today: date
    keeps: int
    """For how many days rows are kept."""

    def is_open(self, day: date) -> bool:
        return (self.today - day).days < self.keeps


def next_to_count(
    days: Iterable[date], counted: Mapping[date, datetime], open_to: Open, *, now: datetime, again_after: timedelta
) -> list[date]:
    """Today first, then what was never counted, then open days, the longest uncounted first: each of these when `again_after` has passed.

    Closed days stay as they are.
    """
    due = []
    for day in days:
        at = counted.get(day)
        if day >= open_to.today or at is None or (open_to.is_open(day) and now - at >= again_after):
            due.append(day)
    begun = datetime.min.replace(tzinfo=UTC)
    return sorted(due, key=lambda day: (day < open_to.today, counted.get(day, begun), -day.toordinal()))
