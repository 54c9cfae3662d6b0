"""The words of an order's message: its facts in a language, and of the texts that there are the first that leaves no hole. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal

from offers.rules.localised import day, locale_of, weekday
from offers.rules.opening import Spot, closes_at, is_open, opens_at
from offers.rules.order_moments import REFUNDED
from offers.rules.order_texts import CALLED, OPENING, OURS, REFUNDED_AFTER
from offers.rules.personalise import FITS_BODY
from offers.rules.templates import TemplateError, fill, one_line, says_something

SOON = timedelta(minutes=30)
"""A store that closes within it closes soon."""
LONGEST_NAME = 60
"""Of a place in a message."""
LONGEST_NUMBER = 30
"""A number that is longer is not said: nobody reads it out at a counter, and no phone shows it whole."""
ORDER_FACTS = (
    "order.number",
    "order.code",
    "order.part",
    "order.parts",
    "place.name",
    "place.address",
    "place.distance",
    "place.opening",
    "place.open_until",
    "here.name",
    "customer.first_name",
)
"""What the texts of a brand may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    name: str
    address: str | None = None
    opening_hours: str | None = None
    zone: ZoneInfo
    spot: Spot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTold:
    """All that one message of an order may tell, before it is put into a language."""

    moment: str
    """By name, without its key."""
    status: str
    number: str | None
    """What the shop calls it, where it calls it anything."""
    code: str | None
    part: int | None = None
    parts: int | None = None
    place: Store | None = None
    here: Store | None = None
    """Where its customer stands, where that is another store."""
    distance_m: int | None = None
    first_name: str | None = None
    now: datetime


Texts = Mapping[str, Mapping[str, str]]
"""A brand's own texts of one moment: by language `{title, body}`."""


def order_message(
    told: OrderTold, languages: Sequence[str], brand: Texts | None = None
) -> tuple[str, Mapping[str, str], Mapping[str, Any]]:
    """The language, the message's templates by part, and what they are filled from. `languages` best first; English where none of them is here.

    A brand's text that could not be filled gives way to ours.
    """
    ours = OURS[REFUNDED_AFTER if told.moment == REFUNDED and told.status == "collected" else told.moment]
    own = brand or {}
    for language in (*languages, "en"):
        if language in own:
            facts = facts_of(told, language)
            message = {part: own[language][part] for part in ("title", "body")}
            if all(filled(source, facts) for source in message.values()):
                return language, message, facts
        if language in ours:
            facts, text = facts_of(told, language), ours[language]
            return language, {"title": text.title, "body": _body(text.bodies, facts)}, facts
    raise AssertionError("English is there")


def _body(bodies: Sequence[str], facts: Mapping[str, Any]) -> str:
    """The first that a phone shows whole, else the shortest that has its facts."""
    good = [(source, said) for source in bodies if (said := filled(source, facts))]
    return next((source for source, said in good if len(said) <= FITS_BODY), min(good, key=lambda one: len(one[1]))[0])


def filled(source: str, facts: Mapping[str, Any]) -> str | None:
    """The text, where nothing is missing for it and it says something."""
    try:
        said = fill(source, facts)
    except TemplateError:
        return None
    return said if says_something(said) else None


def facts_of(told: OrderTold, language: str) -> dict[str, Any]:
    """Only what is known, and can be said in this language, is there."""
    place, here = told.place, told.here
    number, code = _short(told.number, LONGEST_NUMBER), told.code
    order = {
        "called": _called(told, number, language),
        "number": number or code,
        "code": code,
        "part": told.part,
        "parts": told.parts,
    }
    facts: dict[str, Any] = {
        "order": _known(order),
        "place": {},
        "here": {} if here is None else _known({"name": _cut(here.name)}),
        "customer": _known({"first_name": told.first_name}),
    }
    if place is not None:
        until = closes_at(place.opening_hours, told.now, place.zone, place.spot)
        facts["place"] = _known(
            {
                "name": _cut(place.name),
                "address": place.address,
                "distance": None if told.distance_m is None else distance(told.distance_m, language),
                "opening": opening(place, told.now, language),
                "open_until": until.astimezone(place.zone).strftime("%H:%M")
                if until and _is_open(place, told.now)
                else None,
            }
        )
    return facts


def distance(metres: int, language: str) -> str:
    """`600 m`, `1,2 km`; in steps of 50 m, at least 50."""
    rounded = max(50, round(metres / 50) * 50)
    if rounded < 1000:
        return f"{rounded} m"
    return f"{format_decimal(round(rounded / 1000, 1), '0.#', locale=locale_of(language))} km"


def opening(place: Store, now: datetime, language: str) -> str | None:
    """Whether it is open, by its own clock: `Open until 21:00`; none where nobody said its hours, and in a language that is not ours."""
    words = OPENING.get(language.partition("-")[0])
    if words is None or place.opening_hours is None:
        return None
    local = now.astimezone(place.zone)
    if _is_open(place, now):
        closes = closes_at(place.opening_hours, now, place.zone, place.spot)
        if closes is None:
            return words["always"]
        clock, left = closes.astimezone(place.zone).strftime("%H:%M"), closes - now
        if left > SOON:
            return words["until"].format(clock=clock)
        minutes = max(1, int(left.total_seconds() // 60))
        return words["soon" if minutes > 1 else "soon_1"].format(clock=clock, minutes=minutes)
    opens = opens_at(place.opening_hours, now, place.zone, place.spot)
    if opens is None:
        return words["closed"]
    then = opens.astimezone(place.zone)
    clock, days = then.strftime("%H:%M"), (then.date() - local.date()).days
    if days < 2:
        return words["tomorrow" if days else "today"].format(clock=clock)
    if days < 7:
        return words["later"].format(clock=clock, day=_on(weekday(then, language), language))
    return words["later"].format(clock=clock, day=_on(day(then, local, language), language))


def _on(said: str, language: str) -> str:
    """`on Monday`, `am Montag`; Dutch says the day alone, and a date with `op`."""
    before = {"en": "on ", "de": "am ", "nl": "op " if said[:1].isdigit() else ""}
    return before.get(language.partition("-")[0], "") + said


def _is_open(place: Store, now: datetime) -> bool:
    return is_open(place.opening_hours, now, place.zone, place.spot)


def _called(told: OrderTold, number: str | None, language: str) -> str | None:
    """The order within a sentence; none in a language that is not ours."""
    words = CALLED.get(language.partition("-")[0])
    if words is None:
        return None
    whole = words[0].format(number=number) if number else words[1]
    if told.part is None or told.parts is None:
        return whole
    return words[2 if number else 3].format(part=told.part, parts=told.parts, whole=whole)


def _known(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What says something, on one line."""
    return dict(_said(facts))


def _said(facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in facts.items():
        said = one_line(value) if isinstance(value, str) else value
        if said is not None and says_something(str(said)):
            yield name, said


def _short(text: str | None, most: int) -> str | None:
    said = one_line(text or "")
    return said if said and len(said) <= most else None


@lru_cache(maxsize=1000)
def _cut(name: str) -> str:
    said = one_line(name)
    return said if len(said) <= LONGEST_NAME else f"{said[: LONGEST_NAME - 1].rstrip()}…"
