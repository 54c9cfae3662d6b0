"""The words of a push. In a send a fact that is missing without a `default`, a text that comes out empty and an address that no push
service would carry never leave a hole: the whole message falls back to its default text, and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from offers.rules.templates import (
    FACTS,
    FILTERS,
    MissingFactsError,
    TemplateError,
    check_template,
    facts_named,
    family_of,
    fill,
    one_line,
    says_something,
)

__all__ = [
    "FACTS",
    "FILTERS",
    "TemplateError",
    "Words",
    "check_template",
    "choose_language",
    "facts_named",
    "fill",
    "says_something",
    "word",
]

MAX_TITLE = 120
MAX_BODY = 400
FITS_TITLE, FITS_BODY = 40, 110
"""Characters that a phone shows."""
MOST_BYTES: Mapping[str, int] = {"ios": 4096, "android": 4096, "web": 3000}
"""What title, body and address may take together, in UTF-8. FCM takes 4,096 bytes; web push is encrypted, and its services
promise no more than that after it."""
LEAST = min(MOST_BYTES.values())

PARTS = ("title", "body", "url")
DEFAULT_TEXTS = {
    "nl": ("{place}", "Er ligt iets voor je klaar bij {place}."),
    "de": ("{place}", "Bei {place} wartet etwas auf Sie."),
    "en": ("{place}", "There is something for you at {place}."),
}
NAMELESS_TEXTS = {
    "nl": ("Voor jou", "Er ligt iets voor je klaar."),
    "de": ("Für Sie", "Es wartet etwas auf Sie."),
    "en": ("For you", "There is something for you."),
}
"""Where the place's name says nothing."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Why a message can not go out in its own words: which part of it, and what is wrong there."""

    part: str
    """`title`, `body`, `url`; empty for the message as a whole."""
    kind: Literal["missing_fact", "empty_text", "filter_failed", "too_large"]
    said: str
    facts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The fact that is missing, else what went wrong."""
        return self.facts[0] if self.facts else self.kind

    @property
    def counted_as(self) -> str:
        """The same, with few enough names to count by."""
        return family_of(self.name)


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    body: str
    url: str | None
    gaps: tuple[Gap, ...] = ()
    """What is wrong with the message's own words, when these are the default text."""

    @property
    def missing(self) -> str | None:
        """The first fact that was missing, or else what went wrong; none when these are the message's own words."""
        return self.gaps[0].name if self.gaps else None

    @property
    def bytes(self) -> int:
        """What the texts take on their way, in UTF-8."""
        return size_of(self.title, self.body, self.url)


def size_of(*texts: str | None) -> int:
    return sum(len(text.encode()) for text in texts if text)


def word(message: Mapping[str, Any], facts: Mapping[str, Any], language: str, most_bytes: int = LEAST) -> Words:
    """A campaign's message for one customer. Falls back to the default text as a whole when there is any gap in it."""
    gaps: list[Gap] = []
    title = _filled("title", message["title"], facts, gaps)[:MAX_TITLE].strip()
    body = _filled("body", message["body"], facts, gaps)[:MAX_BODY].strip()
    source = message.get("url")
    url = _filled("url", source, _in_an_address(facts), gaps) if source else None
    if not gaps and (takes := size_of(title, body, url)) > most_bytes:
        gaps.append(Gap("", "too_large", f"takes {takes} bytes; push services take {most_bytes}"))
    if not gaps:
        return Words(title, body, url)
    title, body = default_text(language, str(facts.get("place", {}).get("name", "")))
    return Words(title, body, None, tuple(gaps))


def _filled(part: str, source: str, facts: Mapping[str, Any], gaps: list[Gap]) -> str:
    try:
        text = fill(source, facts)
    except MissingFactsError as missing:
        gaps.append(Gap(part, "missing_fact", str(missing), missing.facts))
        return ""
    except TemplateError as error:
        gaps.append(Gap(part, "filter_failed", str(error)))
        return ""
    if not says_something(text):
        gaps.append(Gap(part, "empty_text", "comes out empty"))
    return text


def default_text(language: str, place: str) -> tuple[str, str]:
    """Title and body that need no fact but the place's name, and not even that."""
    place = one_line(place)
    texts = DEFAULT_TEXTS if says_something(place) else NAMELESS_TEXTS
    title, body = texts.get(language.partition("-")[0], texts["en"])
    return title.format(place=place)[:MAX_TITLE].strip(), body.format(place=place)[:MAX_BODY].strip()


def _in_an_address(facts: Any) -> Any:
    """The same facts, each text escaped so that it stays one part of an address."""
    if isinstance(facts, Mapping):
        return {name: _in_an_address(value) for name, value in facts.items()}
    return quote(facts, safe="", errors="replace") if isinstance(facts, str) else facts


def choose_language(messages: Mapping[str, Any], chain: list[str]) -> str:
    """The first language of the chain that the campaign has, else its first in alphabetical order."""
    return next((tag for tag in chain if tag in messages), min(messages))
