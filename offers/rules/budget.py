"""What is left of an offer while its row is locked: counted down in memory by one batch, so that the batch asks once and writes once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple


class Unit(NamedTuple):
    """One unit of an offer's budget, given out at a place; `code_mark` is that of the imported code that goes with it."""

    offer_id: str
    place_id: str
    code_mark: str | None = None


@dataclass(slots=True)
class Left:
    """Both budgets are none where there is no limit; `codes` is none where there are none to hand out, else the marks of free ones."""

    offer_id: str
    kind_of_codes: str
    budget: int | None
    spent: int
    budget_per_place: int | None = None
    spent_at: dict[str, int] = field(default_factory=dict)
    codes: list[str] | None = None
    ended_at: datetime | None = None
    """Its `valid_until`, where that has passed."""

    def why_none(self, place_id: str) -> Mapping[str, Any] | None:
        """The facts of `sold_out`, or none when there is a unit for this place."""
        if self.ended_at is not None:
            return {"offer": self.offer_id, "ended_at": self.ended_at.isoformat()}
        if self.budget is not None and self.spent >= self.budget:
            return {"offer": self.offer_id, "budget": self.budget}
        if self.budget_per_place is not None and self.spent_at.get(place_id, 0) >= self.budget_per_place:
            return {"offer": self.offer_id, "budget_per_place": self.budget_per_place}
        if self.codes is not None and not self.codes:
            return {"offer": self.offer_id, "codes_left": 0}
        return None

    def take(self, place_id: str) -> Unit:
        """One unit for this place. There is one: `why_none` was asked."""
        self.spent += 1
        self.spent_at[place_id] = self.spent_at.get(place_id, 0) + 1
        return Unit(self.offer_id, place_id, None if self.codes is None else self.codes.pop())
