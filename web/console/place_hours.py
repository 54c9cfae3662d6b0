"""Opening hours on a place's form: seven days as plain fields, or the text that no table can say."""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from offers.errors import Fault
from offers.rules.week_hours import DAY, DAYS, Spans, Week, read_week, write_week
from web.console.forms import Form
from web.console.speaking import Voice

PARTS = (("from", "to"), ("from2", "to2"))
FIELDS = tuple(f"hours.{day}" for day in DAYS)
ALL_DAY: Spans = ((0, DAY),)
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)")


def shown(expression: str | None) -> dict[str, str | None]:
    """The fields of these hours. Where a table can say them the table counts, else the text."""
    week = read_week(expression)
    values: dict[str, str | None] = {"hours.how": "week" if week else "text"}
    for number, day in enumerate(DAYS):
        spans = week.days[number] if week else ()
        same = bool(number) and (spans == week.days[0] if week else number < 5)
        how = "open" if spans or not (week or number) else "closed"
        values[f"hours.{day}.as"] = how = "same" if same else "all" if spans == ALL_DAY else how
        for (since, until), span in zip(PARTS, spans if how == "open" else (), strict=False):
            values[f"hours.{day}.{since}"], values[f"hours.{day}.{until}"] = _clock(span[0]), _clock(span[1])
    values["hours.PH"] = "1" if week and week.holidays_closed else None
    return values


def _clock(minute: int) -> str:
    return f"{minute % DAY // 60:02}:{minute % 60:02}"


def said(form: Form, before: Mapping[str, Any] | None, voice: Voice) -> tuple[str | None, list[Fault]]:
    """The expression that the form says, and what is wrong at which day. Days that stayed as they were keep the text they had."""
    if form.text("hours.how") != "week":
        return form.or_none("opening_hours"), []
    faults: list[Fault] = []
    days: list[Spans] = []
    for day in DAYS:
        how = form.text(f"hours.{day}.as")
        spans = (
            days[0]
            if how == "same" and days
            else _spans(form, day)
            if how == "open"
            else ALL_DAY
            if how == "all"
            else ()
        )
        if spans is None or (how == "open" and not spans):
            faults.append(Fault(f"hours.{day}", voice.words["hours_bad"]))
        days.append(spans or ())
    if faults:
        return None, faults
    week, old = Week(tuple(days), form.on("hours.PH")), before["opening_hours"] if before else None
    return (old if read_week(old) == week else write_week(week)), []


def _spans(form: Form, day: str) -> Spans | None:
    """None where half of a span is missing, is no time of day, or where spans run into each other."""
    spans: list[tuple[int, int]] = []
    for names in PARTS:
        typed = [form.text(f"hours.{day}.{name}") for name in names]
        if not any(typed):
            continue
        since, until = (_minute(one) for one in typed)
        if since is None or until is None or (since == until and since):
            return None
        spans.append((since, until if until > since else until + DAY))
    if any(one[1] > other[0] for one, other in pairwise(spans)):
        return None
    return tuple(spans)


def _minute(text: str) -> int | None:
    read = _CLOCK.fullmatch(text)
    if read is None or int(read[1]) > 24 or int(read[2]) > 59:
        return None
    return (int(read[1]) * 60 + int(read[2])) % DAY
