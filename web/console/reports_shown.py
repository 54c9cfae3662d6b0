"""A funnel as a page shows it: steps with bars and the way to their rows, days, groups, and the lines of a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from offers.funnels import Asked, Counts, Told, lifts_of, many_of, reasons_of, steps_of
from offers.rules.funnel import FOLLOWED_STEPS, HELD_OUT, STEPS, days_between
from web.console.reports_links import Ways
from web.console.speaking import Voice

COLUMNS = ("matched", "sent", "accepted", "opened", "visited", "redeemed", "bought")
"""Of the table."""
SAID = {
    "matched": "rep_matched",
    "no": "rep_no",
    "held_out": "rep_held_out",
    "sent": "rep_sent",
    "messages": "rep_messages",
    "accepted": "rep_accepted",
    "received": "rep_received",
    "opened": "rep_opened",
    "visited": "rep_visited",
    "redeemed": "rep_redeemed",
    "bought": "rep_bought",
    "watched": "rep_watched",
}
"""How each step is called."""
WHOLE = {
    "matched": "rep_of_matched",
    "sent": "rep_of_sent",
    "messages": "rep_of_messages",
    "accepted": "rep_of_accepted",
    "received": "rep_of_received",
    "watched": "rep_of_watched",
}
"""How a share says what it is of."""
NONE = {"place": "rep_no_place", "variant": "rep_no_variant", "language": "rep_no_language", "campaign": "rep_matched"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the numbers of a page are said and linked with."""

    asked: Asked
    voice: Voice
    names: Mapping[str, Mapping[str, str]]
    """By what a table tells apart, ids to names."""
    ways: Ways

    def steps(self, counts: Counts) -> list[dict[str, Any]]:
        steps = steps_of(counts, STEPS)
        most = max((one.many for one in steps), default=0)
        return [
            {
                "name": one.name,
                "said": self.voice.words[SAID[one.name]],
                "many": self.number(one.many),
                "share": ""
                if one.share is None or one.of is None
                else self.voice.say(WHOLE[one.of], percent=self.percent(one.share)),
                "width": 100 * one.many / most if most else 0,
                "to": self.ways.rows_of(one.name) if one.many else "",
            }
            for one in steps
        ]

    def reasons(self, counts: Counts, step: str) -> list[dict[str, Any]]:
        found = reasons_of(counts, step)
        most = found[0][1] if found else 0
        return [
            {
                "reason": reason,
                "many": self.number(many),
                "width": 100 * many / most,
                "to": self.ways.rows_of(step, reason),
            }
            for reason, many in found
        ]

    def days(self, told: Told) -> list[dict[str, Any]]:
        """Each day of the span, those too on which nothing happened."""
        each = [(day, told.days.get(day, Counts())) for day in days_between(self.asked.first, self.asked.last)]
        most = max((many_of(counts, "matched") for _, counts in each), default=0)
        return [
            {
                "day": day,
                "matched": self.number(many_of(counts, "matched")),
                "sent": self.number(many_of(counts, "sent")),
                "whole": 100 * many_of(counts, "matched") / most if most else 0,
                "part": 100 * many_of(counts, "sent") / most if most else 0,
                "to": {
                    step: self.ways.rows_of(step, day=day) if counts[step, ""] else "" for step in ("matched", "sent")
                },
            }
            for day, counts in each
        ]

    def groups(self, counts: Counts) -> dict[str, Any] | None:
        """Who was sent to beside who was held out; none where nobody was held out."""
        if not many_of(counts, "watched", HELD_OUT):
            return None
        rows = [
            {
                "said": self.voice.words[said],
                **{name: self._of_group(counts, name, group) for name in FOLLOWED_STEPS},
            }
            for said, group in (("rep_sent", "send"), ("rep_held_out", HELD_OUT))
        ]
        said = []
        for name, found in lifts_of(counts).items():
            if found is None:
                said.append(self.voice.say("rep_lift_few", what=self.voice.words[SAID[name]]))
                continue
            values = {
                "difference": self.points(found.difference),
                "low": self.points(found.low),
                "high": self.points(found.high),
                "what": self.voice.words[SAID[name]],
            }
            said.append(self.voice.say("rep_lift_sure" if found.is_sure else "rep_lift_unsure", **values))
        return {"rows": rows, "said": said}

    def _of_group(self, counts: Counts, step: str, group: str) -> dict[str, str]:
        many, whole = many_of(counts, step, group), many_of(counts, "watched", group)
        share = f"({self.percent(many / whole)})" if whole and step != "watched" else ""
        return {"many": self.number(many), "share": share, "to": self.ways.rows_of(step, group) if many else ""}

    def table(self, told: Told) -> list[dict[str, Any]]:
        """Every line, in no order."""
        return [
            {"value": value, "name": self.name_of(value), "counts": {name: many_of(counts, name) for name in COLUMNS}}
            for value, counts in told.rows.items()
        ]

    def line(self, one: Mapping[str, Any]) -> dict[str, Any]:
        """A line of it as the page shows it."""
        value = str(one["value"])
        cells = [
            {
                "said": self.voice.words[SAID[name]],
                "many": self.number(many),
                "to": self.ways.rows_of_line(name, value) if many else "",
            }
            for name, many in one["counts"].items()
        ]
        return {"name": one["name"], "to": self._page_of(value), "cells": cells}

    def _page_of(self, value: str) -> str:
        rooms = {"campaign": "/console/reports/", "place": "/console/places/"}
        known = value in self.names.get(self.asked.by, {})
        return f"{rooms[self.asked.by]}{value}" if self.asked.by in rooms and known else ""

    def name_of(self, value: str) -> str:
        if self.asked.by == "day":
            return self.voice.day(value)
        if not value:
            return self.voice.words[NONE[self.asked.by]]
        return self.names.get(self.asked.by, {}).get(value, value)

    def number(self, many: int) -> str:
        grouped = f"{many:,}"
        return grouped if self.voice.language == "en" else grouped.replace(",", ".")

    def percent(self, share: float) -> str:
        return f"{self._decimal(100 * share, 1 if share < 0.1 else 0)} %"

    def points(self, share: float) -> str:
        return ("+" if share > 0 else "") + self._decimal(100 * share, 1)

    def _decimal(self, value: float, places: int) -> str:
        said = f"{value:.{places}f}".replace("-", "−")  # noqa: RUF001 - a minus, as numbers are set
        return said if self.voice.language == "en" else said.replace(".", ",")
