"""Money, shares, dates and weekdays as a language writes them, for the texts that customers read."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, get_day_names
from babel.numbers import format_currency, format_percent

NEAR = timedelta(days=300)
"""A day that is nearer than this is told without its year."""


@cache
def locale_of(language: str) -> Locale:
    """A tag's locale; British where a language is unknown, and where it is only English."""
    parts = language.split("-")
    for many in range(len(parts), 0, -1):
        tag = "_".join(parts[:many])
        try:
            return Locale.parse("en_GB" if tag == "en" else tag)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en_GB")


def money(thousandths: int, currency: str, language: str) -> str:
    """`€ 89,95`; a whole amount without its zeros: `€ 5`."""
    locale = locale_of(language)
    amount = Decimal(thousandths) / 1000
    if amount != int(amount):
        return str(format_currency(amount, currency, locale=locale))
    whole = locale.currency_formats["standard"].pattern.replace(".00", "")
    return str(format_currency(amount, currency, whole, locale=locale, currency_digits=False))


def percentage(thousandths: int, language: str) -> str:
    """Thousandths of a percent: `10%`, `12,5 %`."""
    share = Decimal(thousandths) / 100_000
    return str(format_percent(share, locale=locale_of(language), decimal_quantization=False))


def weekday(local: datetime, language: str) -> str:
    return str(get_day_names("wide", "format", locale_of(language))[local.weekday()])


def end_of(ends: datetime, now: datetime, language: str) -> str:
    """Until when something is good, both by the reader's clock: the last day where it is good for all of that day, else day and time."""
    clock = ends.strftime("%H:%M")
    if clock in ("00:00", "23:59"):
        return day(ends - timedelta(minutes=1 if clock == "00:00" else 0), now, language)
    return f"{day(ends, now, language)}, {clock}"


def day(at: datetime, now: datetime, language: str) -> str:
    """`30 November`; far from now with its year."""
    locale = locale_of(language)
    if abs(at - now) < NEAR:
        return str(format_skeleton("MMMMd", at, locale=locale))
    return str(format_date(at.date(), "long", locale=locale))


def said_in(texts: Mapping[str, str], languages: list[str]) -> str | None:
    """The text in the first of these languages that there is one in."""
    return next((texts[tag] for tag in languages if tag in texts), None)


def moment_near(local: datetime, now: datetime, language: str) -> str:
    """A moment by the reader's clock, as people say it: `14:05` today, `dinsdag 14:05` within a week, else with its day. Both by that clock."""
    clock = local.strftime("%H:%M")
    days = abs((local.date() - now.date()).days)
    if days == 0:
        return clock
    return f"{weekday(local, language)} {clock}" if days < 7 else f"{day(local, now, language)}, {clock}"
