"""Every text that Passerby's own pages ask for consent with, or asked: its name, since when, and its words. Fixed in the code, as receipts name them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from web.landing.words import WORDS as LANDING
from web.landing.words import recognising
from web.visitor import words as visitor
from web.visitor.words.past import PAST

SINCE = {
    visitor.TEXT_VERSION: datetime(2026, 11, 26, 22, 17, tzinfo=UTC),
    recognising.TEXT_VERSION: datetime(2026, 11, 26, 18, 47, tzinfo=UTC),
}
"""When the texts of today were written. Whoever raises a version writes its moment here."""
MESSAGES, OWN = "consents_in_messages", "consents_in_own"
PARTS = {
    "purposes": "consents_part_question",
    "orders": "consents_part_orders",
    "orders_ask": "consents_part_order_page",
    "offers": "consents_part_offers",
    "my_ask_title": "consents_part_question",
    "ask_offers": "consents_part_offers",
}
"""What each phrase is on its page."""


@dataclass(frozen=True, slots=True)
class ConsentText:
    version: str
    where: str
    """The phrase that says on which pages it is asked."""
    since: datetime
    until: datetime | None
    """None: it is asked today."""
    purposes: tuple[str, ...]
    words: Mapping[str, Mapping[str, str]]
    """By language, then by the phrase's name: what customers read, word for word."""


def all_texts() -> tuple[ConsentText, ...]:
    """Those that are asked today first, then the past ones, the newest first."""
    today = (
        _today(visitor.TEXT_VERSION, MESSAGES, ("offers", "orders"), visitor.WORDS, visitor.CONSENT),
        _today(recognising.TEXT_VERSION, OWN, ("offers",), LANDING, recognising.CONSENT),
    )
    past = [
        ConsentText(version, MESSAGES, one.since, one.until, ("offers", "orders"), one.words)
        for version, one in tuple(PAST.items())[::-1]
    ]
    return (*today, *past)


def text_named(version: str | None) -> ConsentText | None:
    """None for what an app or a program asked by itself: its words are not here."""
    return next((one for one in all_texts() if one.version == version), None)


def _today(
    version: str,
    where: str,
    purposes: tuple[str, ...],
    words: Mapping[str, Mapping[str, str]],
    phrases: tuple[str, ...],
) -> ConsentText:
    said = {language: {name: words[language][name] for name in phrases} for language in words}
    return ConsentText(version, where, SINCE[version], None, purposes, said)
