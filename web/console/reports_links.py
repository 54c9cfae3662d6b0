"""From a number of a report to the list of exactly its rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from offers.funnels import Asked
from offers.rules.funnel import FOLLOWED_STEPS, SENT
from web.console.filtering import AFTER, AGAINST

OUTCOMES = {"matched": "", "no": AGAINST, "held_out": "held_out", "sent": SENT}
STATES = {"messages": "", "accepted": "sent", "not_accepted": ""}
TOLD = {"received": "received", "opened": "opened"}
"""Steps that a list can show, and what of it: decisions by their outcome, messages by their state, or by what the phone told."""
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Ways:
    """Of one report."""

    asked: Asked
    kept_from: date
    """The first day of which all rows are kept."""
    offer: str | None = None
    """Of a report of one campaign: the offer that all its coupons are of. What its list does not tell, or where they are of many, is led to by the
    decisions that they came with.
    """

    def rows_of_line(self, step: str, value: str) -> str:
        """Of a line of its table."""
        if self.asked.by == "day":
            return self.rows_of(step, day=date.fromisoformat(value))
        return self.rows_of(step, also={self.asked.by: value} if value else {"without": self.asked.by})

    def rows_of(
        self, step: str, reason: str = "", *, day: date | None = None, also: Mapping[str, str] = _NOTHING
    ) -> str:
        """Of a step: of that day, else of all days of the report, and of `also` besides what the report is of. `reason`: of those decided against why, of
        messages their state, of whom is followed the group.

        None where some of these rows are kept no more.
        """
        first, last = (day, day) if day else (self.asked.first, self.asked.last)
        if first < self.kept_from or "" in (self.asked.variant, self.asked.language):
            return ""
        known = {name: getattr(self.asked, name) for name in ("campaign", "place", "variant", "language")}
        wanted = {name: text for name, text in known.items() if text} | dict(also)
        wanted |= {"since": f"{first.isoformat()}T00:00", "until": f"{(last + timedelta(days=1)).isoformat()}T00:00"}
        if step in OUTCOMES:
            return _list("/console/decisions", wanted | {"outcome": reason or OUTCOMES[step]})
        if step == "redeemed" and self.offer and not wanted.keys() & {"variant", "language", "without"}:
            return _list(f"/console/offers/{self.offer}/coupons", wanted | {"state": "redeemed"})
        if step in FOLLOWED_STEPS or step in AFTER:
            after = step if step in AFTER else ""
            return _list("/console/decisions", wanted | {"outcome": reason or SENT, "after": after})
        if step in STATES or step in TOLD:
            told = wanted | {"state": reason or STATES.get(step, ""), "told": TOLD.get(step, "")}
            # a campaign's are offers; of all together the list has messages of orders too, and tests
            return _list("/console/deliveries", told | ({} if wanted.get("campaign") else {"kind": "offer"}))
        return ""


def _list(path: str, asked: Mapping[str, str]) -> str:
    return f"{path}?{urlencode({name: text for name, text in asked.items() if text})}"
