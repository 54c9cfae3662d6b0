"""Opening hours as a table of seven days, and the `opening_hours` expression that says the same.

A table can not say everything. What it can not say is no week: it stays the text that it is.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from offers.rules.opening import check_hours, open_spans

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MOST_SPANS = 2
DAY = 24 * 60
_SPAN = re.compile(r"(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)")
_MONDAY = datetime(2026, 11, 23)  # noqa: DTZ001 - the place's own clock, whatever it is
_ANY = ZoneInfo("UTC")

Span = tuple[int, int]
"""Minutes of its day; it ends after midnight where the end is over 24 hours."""
Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """Of each day, Monday first, when it is open; none: closed."""

    days: tuple[Spans, ...]
    holidays_closed: bool = False


def write_week(week: Week) -> str:
    """The expression. Where a night goes on after midnight the days are added to each other: a rule that came after would end it at midnight."""
    open_days = [(day, spans) for day, spans in zip(DAYS, week.days, strict=True) if spans]
    each = []
    for spans, some in groupby(open_days, lambda one: one[1]):
        each += [f"{days} {','.join(_said(one) for one in spans)}" for days in _runs([day for day, _ in some])]
    joint = ", " if any(until > DAY for spans in week.days for _, until in spans) else "; "
    return (joint.join(each) or "off") + ("; PH off" if week.holidays_closed else "")


def read_week(expression: str | None) -> Week | None:
    """The week that an expression says; None where it says more than a week can, or something that only a person can read."""
    if expression is None:
        return None
    try:
        check_hours(expression)
    except ValueError:
        return None
    rules, holidays = [one.strip() for one in expression.split(";")], False
    if len(rules) > 1 and re.fullmatch(r"PH (off|closed)", rules[-1]):
        rules, holidays = rules[:-1], True
    days: list[Spans] = [()] * 7
    for rule in (piece for one in rules for piece in re.split(r", (?=[A-Z])", one)):
        read = _rule(rule)
        if read is None:
            return None
        for day in read[0]:
            days[day] = read[1]
    week = Week(tuple(days), holidays)
    return week if _opened("; ".join(rules)) == _opened(write_week(Week(week.days))) else None


def _rule(rule: str) -> tuple[list[int], Spans] | None:
    if rule == "24/7":
        return list(range(7)), ((0, DAY),)
    matched = re.fullmatch(r"((?:[A-Z][a-z](?:-[A-Z][a-z])?,?)+ )?(off|closed|[\d:,-]+)", rule)
    if matched is None:
        return None
    days: list[int] = []
    for part in (matched[1] or "Mo-Su").strip().split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            return None
        start, end = DAYS.index(first), DAYS.index(last or first)
        days += [day % 7 for day in range(start, start + (end - start) % 7 + 1)]
    if matched[2] in ("off", "closed"):
        return days, ()
    pieces = [_SPAN.fullmatch(one) for one in matched[2].split(",")]
    if len(pieces) > MOST_SPANS:
        return None
    spans = []
    for one in pieces:
        if one is None:
            return None
        since, until = int(one[1]) * 60 + int(one[2]), int(one[3]) * 60 + int(one[4])
        spans.append((since, until if until > since else until + DAY))
    return days, tuple(spans)


def _runs(days: list[str]) -> list[str]:
    """`Mo-Fr` for days that follow each other; two are named."""
    found: list[list[int]] = []
    for day in (DAYS.index(one) for one in days):
        if found and found[-1][-1] == day - 1:
            found[-1].append(day)
        else:
            found.append([day])
    said = [f"{DAYS[run[0]]}-{DAYS[run[-1]]}" if len(run) > 2 else ",".join(DAYS[day] for day in run) for run in found]
    return [",".join(said)] if said else []


def _said(span: Span) -> str:
    since, until = span
    end = until if until <= DAY else until - DAY
    return f"{since // 60:02}:{since % 60:02}-{end // 60:02}:{end % 60:02}"


def _opened(expression: str) -> list[tuple[datetime, datetime]]:
    """When it is open in an ordinary week, nights and all; spans that meet are one."""
    merged: list[tuple[datetime, datetime]] = []
    for since, until in sorted(open_spans(expression, _MONDAY, _MONDAY + timedelta(days=8), _ANY)):
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(until, merged[-1][1]))
        else:
            merged.append((since, until))
    return merged
