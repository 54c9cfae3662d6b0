"""Numbers a day as little bars, drawn by the server."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

HIGH, WIDE, LEAST = 28, 4, 3
"""Of the drawing, of a bar with the gap beside it, and of the lowest bar."""


@dataclass(frozen=True, slots=True)
class Bar:
    day: date
    many: int
    x: int
    y: int
    high: int


@dataclass(frozen=True, slots=True)
class Spark:
    total: int
    bars: list[Bar]


def spark_of(many: Mapping[date, int], today: date, days: int = 30) -> Spark:
    """Up to today; the tallest bar is as high as the drawing."""
    shown = [today - timedelta(days=days - 1 - number) for number in range(days)]
    most = max((many.get(day, 0) for day in shown), default=0)
    bars = []
    for number, day in enumerate(shown):
        count = many.get(day, 0)
        high = max(LEAST, round(HIGH * count / most)) if count else 0
        bars.append(Bar(day, count, number * WIDE, HIGH - high, high))
    return Spark(sum(one.many for one in bars), bars)
