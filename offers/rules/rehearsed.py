"""What a rehearsal comes to: counts by outcome, day, place and variant, and some moments of each outcome to look at."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import ConfigDict, Field

from offers.rules.eligibility import OUTCOMES, Verdict
from offers.rules.rehearsing import Seen, Where
from offers.rules.values import Strict

ASSUMES = (
    "decided_at_once",
    "profiles_as_they_are_now",
    "limits_as_they_are_now",
    "others_as_they_were",
    "own_sends_replaced",
    "offer_as_it_is_now",
    "every_message_leaves",
)
"""What a rehearsal takes for granted, by name; docs/http-api.md says each in a sentence."""
OF_POSTERS = ("posters_as_they_are_now", "coupons_are_kept")
"""What is taken for granted too of campaigns of posters."""
SAMPLE = 50
MOST_PLACES = 20


class RehearseBody(Strict):
    """`POST /v1/campaigns/{id}/rehearse`."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"days": 7}]})

    days: int = Field(7, ge=1, le=30, strict=True, description="How many days to look back.")


def _when(seen: Seen) -> dict[str, Any]:
    if seen.happened_at is None:
        return {"happened_at": seen.at.isoformat()}
    return {"happened_at": seen.happened_at.isoformat(), "due_at": seen.at.isoformat()}


@dataclass(slots=True)
class Tally:
    outcomes: Counter[str] = field(default_factory=Counter)
    variants: Counter[str] = field(default_factory=Counter)
    deferred: int = 0
    """Put off to the end of the quiet hours. Each counts as quiet_hours."""
    decided_again: int = 0
    """Those for which that end came within the days looked at: each counts once more, as what it then came to."""
    _customers: set[int] = field(default_factory=set)
    """Hashes: half a million ids need not be held."""
    _days: dict[date, list[int]] = field(default_factory=dict)
    _places: dict[str, list[int]] = field(default_factory=dict)
    _newest: dict[str, deque[dict[str, Any]]] = field(default_factory=dict)

    def count(self, seen: Seen, answer: Verdict, where: Where) -> None:
        """One answer. They come in the order of their moments."""
        sends = answer.outcome == "send"
        self.outcomes[answer.outcome] += 1
        self.decided_again += seen.happened_at is not None
        if answer.variant is not None:
            self.variants[answer.variant] += 1
        self._customers.add(hash(seen.customer_id))
        day = self._days.setdefault(seen.at.astimezone(where.zone).date(), [0, 0])
        place = self._places.setdefault(seen.place_id, [0, 0])
        for counts in (day, place):
            counts[0] += seen.happened_at is None
            counts[1] += sends
        self._newest.setdefault(answer.outcome, deque(maxlen=SAMPLE)).append(
            {
                "customer": seen.customer_id,
                "place": seen.place_id,
                "moment": seen.key,
                "at": seen.at,
                "outcome": answer.outcome,
                "variant": answer.variant,
                "facts": {**answer.facts, **_when(seen)},
            }
        )

    def as_json(self, since: datetime, until: datetime) -> dict[str, Any]:
        return {
            "moments": self.outcomes.total() - self.decided_again,
            "customers": len(self._customers),
            "outcomes": {name: self.outcomes[name] for name in OUTCOMES},
            "deferred": self.deferred,
            "decided_again": self.decided_again,
            "by_day": self._by_day(since, until),
            "by_place": self._by_place(),
            "variants": dict(sorted(self.variants.items())),
            "sample": self._sample(),
        }

    def _by_day(self, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """Every day, the empty ones too, by the clock of the place."""
        first = min([since.date(), *self._days])
        last = max([until.date(), *self._days])
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        counted = ((day, self._days.get(day, [0, 0])) for day in days)
        return [{"date": day.isoformat(), "moments": moments, "send": send} for day, (moments, send) in counted]

    def _by_place(self) -> list[dict[str, Any]]:
        """Those with most moments."""
        most = sorted(self._places.items(), key=lambda one: (-one[1][0], one[0]))[:MOST_PLACES]
        return [{"place": place, "moments": moments, "send": send} for place, (moments, send) in most]

    def _sample(self) -> list[dict[str, Any]]:
        """The newest of each outcome in turn until there are enough; newest first."""
        rest: Mapping[str, deque[dict[str, Any]]] = {name: some.copy() for name, some in self._newest.items()}
        taken: list[dict[str, Any]] = []
        while len(taken) < SAMPLE and any(rest.values()):
            for some in rest.values():
                if some and len(taken) < SAMPLE:
                    taken.append(some.pop())
        return sorted(taken, key=lambda one: (one["at"], one["moment"]), reverse=True)
