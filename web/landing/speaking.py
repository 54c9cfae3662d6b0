"""How a landing page says money, distances, hours and days: as its language writes them, by the store's own clock."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from offers.rules import localised
from offers.rules.landing import Store
from web.landing.words import WORDS

FARTHEST_ON_FOOT = 45
"""Minutes; what is farther is told in kilometres."""
FEW = 3
"""Pieces that are told by number: more is a stock that nobody need hurry for."""
SOON = timedelta(minutes=60)
"""So long before a store closes its order pages say so."""
Words = Mapping[str, str]


money = lru_cache(maxsize=4096)(localised.money)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def way(store: Store, words: Words, language: str) -> str:
    """How far it is from the poster: minutes on foot, or kilometres where nobody would walk."""
    if store.minutes > FARTHEST_ON_FOOT:
        km = f"{store.distance_m / 1000:.{0 if store.distance_m >= 10_000 else 1}f}"
        return words["way_far"].format(km=km if language == "en" else km.replace(".", ","))
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
        return words["hours_weekday"].format(time=time, day=localised.weekday(opens, language))
    return words["hours_date"].format(time=time, day=localised.day(opens, now, language))


def closing(store: Store, now: datetime, words: Words) -> str | None:
    """`closes in 20 minutes`, where whoever is not there yet has to hurry."""
    if not store.is_open or store.closes_at is None or store.closes_at - now > SOON:
        return None
    minutes = max(1, int((store.closes_at - now) / timedelta(minutes=1)))
    return words["closing_one" if minutes == 1 else "closing"].format(minutes=minutes)


def clock(at: datetime, time_zone: str) -> str:
    """`14:05`, by a store's clock."""
    return f"{at.astimezone(_zone(time_zone)):%H:%M}"


def day_of(at: datetime, time_zone: str) -> date:
    """The day that it is by a store's clock."""
    return at.astimezone(_zone(time_zone)).date()


def end(at: datetime, now: datetime, time_zone: str, language: str) -> str:
    """A day and a time by a store's clock: `28 November, 14:10`."""
    return localised.end_of(at.astimezone(_zone(time_zone)), now, language)


def until(at: datetime, now: datetime, time_zone: str, language: str) -> str:
    """Until when a coupon is good: the last day where it is good for all of that day, else day and time."""
    local = at.astimezone(_zone(time_zone))
    whole = f"{local:%H:%M}" in ("00:00", "23:59")
    return WORDS[language]["until_day" if whole else "until"].format(end=localised.end_of(local, now, language))


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
