"""How a landing page says money, distances, hours and days: as its language writes them, by the store's own clock."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from offers.rules.landing import Store

LOCALES: Mapping[str, str] = {"nl": "nl_NL", "de": "de_DE", "en": "en_GB"}
FARTHEST_ON_FOOT = 45
"""Minutes; what is farther is told in kilometres."""
FEW = 3
"""Pieces that are told by number: more is a stock that nobody need hurry for."""
Words = Mapping[str, str]


@lru_cache(maxsize=4096)
def money(thousandths: int, currency: str, language: str) -> str:
    return format_currency(Decimal(thousandths) / 1000, currency, locale=LOCALES[language])


@lru_cache(maxsize=512)
def day(on: date, language: str) -> str:
    """`30 November 2026`."""
    return format_date(on, "d. MMMM y" if language == "de" else "d MMMM y", locale=LOCALES[language])


@lru_cache(maxsize=64)
def _weekday(on: date, language: str) -> str:
    return format_date(on, "EEEE", locale=LOCALES[language])


@lru_cache(maxsize=512)
def _kilometres(metres: int, language: str) -> str:
    return format_decimal(metres / 1000, "0" if metres >= 10_000 else "0.0", locale=LOCALES[language])


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def way(store: Store, words: Words, language: str) -> str:
    """How far it is from the poster: minutes on foot, or kilometres where nobody would walk."""
    if store.minutes > FARTHEST_ON_FOOT:
        return words["way_far"].format(km=_kilometres(store.distance_m, language))
    return words["way_one" if store.minutes == 1 else "way"].format(minutes=store.minutes)


def hours(store: Store, now: datetime, words: Words, language: str) -> str:
    """`open until 21:00`, `closed, opens at 10:00 tomorrow`; without a time where nobody said one."""
    zone = _zone(store.time_zone)
    if store.is_open:
        if store.closes_at is None or store.closes_at - now > timedelta(days=1):
            return words["hours_open"]
        return words["hours_open_until"].format(time=f"{store.closes_at.astimezone(zone):%H:%M}")
    if store.opens_at is None:
        return words["hours_closed"]
    opens = store.opens_at.astimezone(zone)
    ahead, time = (opens.date() - now.astimezone(zone).date()).days, f"{opens:%H:%M}"
    if ahead <= 0:
        return words["hours_today"].format(time=time)
    if ahead == 1:
        return words["hours_tomorrow"].format(time=time)
    if ahead < 7:
        return words["hours_weekday"].format(time=time, day=_weekday(opens.date(), language))
    return words["hours_date"].format(time=time, day=day(opens.date(), language))


def until(at: datetime, time_zone: str, words: Words, language: str) -> str:
    """Until when a coupon is good. A minute before midnight is that day, whole."""
    local = at.astimezone(_zone(time_zone))
    if (local.hour, local.minute) == (23, 59):
        return words["until_day"].format(day=day(local.date(), language))
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return words["until_day"].format(day=day(local.date() - timedelta(days=1), language))
    return words["until"].format(day=day(local.date(), language), time=f"{local:%H:%M}")


def stock(store: Store, size: str | None, words: Words) -> str:
    """What this store has of the product, in the chosen size where there are sizes."""
    sized = size is not None and set(store.pieces) != {""}
    if sized and not any(store.pieces.values()):
        sized = False
    if not store.has(size):
        return words["stock_none_size" if sized else "stock_none"].format(size=size)
    pieces = store.pieces.get(str(size), 0) if sized else sum(store.pieces.values())
    if pieces <= FEW:
        return words["stock_few_size" if sized else "stock_few"].format(pieces=pieces, size=size)
    return words["stock_size" if sized else "stock"].format(size=size)
