"""How a page speaks: its words, moments by the desk's clock, durations and conditions in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from offers.rules.values import read_duration
from web.console.conditions import Phrases
from web.console.words import WORDS

MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"),
    "nl": ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
}
WEEKDAYS = {
    "nl": {"Mon": "ma", "Tue": "di", "Wed": "wo", "Thu": "do", "Fri": "vr", "Sat": "za", "Sun": "zo"},
    "de": {"Mon": "Mo", "Tue": "Di", "Wed": "Mi", "Thu": "Do", "Fri": "Fr", "Sat": "Sa", "Sun": "So"},
}
NAMELESS: Mapping[str, str] = {}
UNITS = (("D", 86_400), ("H", 3_600), ("M", 60), ("S", 1))


@dataclass(frozen=True, slots=True)
class Voice:
    """One reader's language and the desk's time zone."""

    language: str
    zone: ZoneInfo

    @property
    def words(self) -> Mapping[str, str]:
        return WORDS[self.language]

    def say(self, phrase: str, /, **values: Any) -> Markup:
        """A phrase with values in it, each escaped."""
        return Markup(self.words[phrase]).format(**values)  # noqa: S704 - the phrases are ours

    def moment(self, at: datetime | str | None) -> str:
        """Day and clock time, as the language writes them."""
        if at is None:
            return ""
        local = (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(self.zone)
        return f"{self.day(local)} {local:%H:%M}"

    def day(self, on: date | str) -> str:
        """A day as the language writes it."""
        day = date.fromisoformat(on) if isinstance(on, str) else on
        if self.language == "de":
            return day.strftime("%d.%m.%Y")
        return f"{day.day} {MONTHS[self.language][day.month - 1]} {day.year}"

    def weekday_time(self, said: str) -> str:
        """`Wed 22:30`, as facts keep it, with the day as the language says it."""
        day, _, clock = said.partition(" ")
        return f"{WEEKDAYS.get(self.language, {}).get(day, day)} {clock}".rstrip()

    def lasting(self, value: str | timedelta | None) -> str:
        """`PT2H` as "2 hours", in the largest unit that leaves no rest."""
        if value is None:
            return ""
        seconds = int(read_duration(value).total_seconds())
        unit, many = measure(seconds)
        return f"{many} {self.words[f'one_{unit}' if many == 1 else f'unit_{unit}']}"

    def figures(self, number: int) -> str:
        """A whole number with its thousands apart, as the language writes it."""
        return f"{number:,}".replace(",", "," if self.language == "en" else ".")

    def series(self, texts: list[str], joint: str = "and") -> Markup:
        """As in “a, b and c”, each escaped."""
        safe = [Markup.escape(one) for one in texts]
        if len(safe) < 2:
            return safe[0] if safe else Markup("")
        last = f" {self.words[joint]} "
        return Markup(last).join([Markup(", ").join(safe[:-1]), safe[-1]])  # noqa: S704 - our own joint

    def condition(self, node: Mapping[str, Any], places: Mapping[str, str] = NAMELESS) -> str:
        """A tree of conditions as one phrase, with places by their names as far as they are given. Plain text, not escaped."""
        return Phrases(self.words, self.moment, places).phrase(node)


def measure(seconds: int) -> tuple[str, int]:
    """The largest unit that leaves no rest, and how many of it."""
    unit, length = next(one for one in UNITS if seconds % one[1] == 0)
    return unit, seconds // length


def utc(at: datetime) -> str:
    """For `<time datetime>`."""
    return at.astimezone(UTC).isoformat()
