"""The words of a push: Liquid, narrowed to `{{ fact | filter }}`, so that a marketer's text can neither hang nor leak.

Tags, ranges and filters beyond the list are refused when a campaign is saved; facts/limits are checked there too. In a send a
missing fact without a `default` never leaves a hole: the whole message falls back to its default text, and says so.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from liquid import BoundTemplate, Environment, StrictDefaultUndefined
from liquid.builtin.content import ContentNode
from liquid.builtin.output import OutputNode
from liquid.exceptions import LiquidError, UndefinedError

FACTS = (
    "customer.first_name",
    "customer.name",
    "customer.language",
    "customer.size.<name>",
    "customer.attributes.<name>",
    "place.name",
    "place.address",
    "place.distance_m",
    "order.number",
    "weekday",
)
FILTERS = ("default", "capitalize", "upcase", "downcase", "strip", "truncate", "round")
MAX_TEMPLATE = 500
MAX_TITLE = 120
MAX_BODY = 400

DEFAULT_TEXTS = {
    "nl": ("{place}", "Er ligt iets voor je klaar bij {place}."),
    "de": ("{place}", "Bei {place} wartet etwas auf Sie."),
    "en": ("{place}", "There is something for you at {place}."),
}
WEEKDAYS = {
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}

_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
_FACT = re.compile(
    r"^(?:customer\.(?:first_name|name|language)|customer\.(?:size|attributes)\.\w+|place\.(?:name|address|distance_m)|order\.number|weekday)$"
)
_UNSEEN = {"Cc", "Cf", "Cs", "Co"}


class TemplateError(ValueError):
    """A template that can not be used; the message says which part and why."""


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    body: str
    url: str | None
    missing: str | None = None
    """The fact that was missing, when these are the default text."""


@cache
def _environment() -> Environment:
    environment = Environment(undefined=StrictDefaultUndefined)
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.tags = {
        name: environment.tags[name] for name in ("content", "output", "illegal")
    }  # its own, for text and {{ }}
    return environment


def check_template(source: str) -> None:
    """Raise `TemplateError` unless every part is plain text or `{{ fact | filter }}` from the lists."""
    if len(source) > MAX_TEMPLATE:
        raise TemplateError(f"is longer than {MAX_TEMPLATE} characters")
    if "{%" in source:
        raise TemplateError("has a {% tag %}; only {{ fact | filter }} is known here")
    template = _parse(source)
    for node in template.nodes:
        if not isinstance(node, ContentNode | OutputNode):
            raise TemplateError(f"has {node}; only {{{{ fact | filter }}}} is known here")
        if isinstance(node, OutputNode) and ".." in _STRING.sub("", str(node)):
            raise TemplateError("has a range; only facts are known here")
    found = template.analyze()
    for variables in found.variables.values():
        for variable in variables:
            path = ".".join(map(str, variable.segments))
            if not _FACT.match(path):
                raise TemplateError(f"names {path}, which is not a fact; known are {', '.join(FACTS)}")
    for name in found.filters:
        if name not in FILTERS:
            raise TemplateError(f"uses the filter {name}; known are {', '.join(FILTERS)}")


def _parse(source: str) -> BoundTemplate:
    try:
        return _environment().from_string(source)
    except LiquidError as error:
        raise TemplateError(f"is not Liquid: {error.message}") from None


@cache
def _parsed(source: str) -> BoundTemplate:
    return _parse(source)


def fill(source: str, facts: Mapping[str, Any]) -> str:
    """The text with its facts, free of control and direction characters; `UndefinedError` names a missing fact."""
    text = _parsed(source).render(**facts)
    return "".join(char for char in text if unicodedata.category(char) not in _UNSEEN or char == "\n").strip()


def word(message: Mapping[str, Any], facts: Mapping[str, Any], language: str) -> Words:
    """A campaign's message for one customer. Falls back to the default text as a whole when a fact is missing."""
    try:
        url = message.get("url")
        return Words(
            fill(message["title"], facts)[:MAX_TITLE],
            fill(message["body"], facts)[:MAX_BODY],
            fill(url, facts) if url else None,
        )
    except (UndefinedError, TemplateError) as error:
        title, body = DEFAULT_TEXTS.get(language.partition("-")[0], DEFAULT_TEXTS["en"])
        place = str(facts.get("place", {}).get("name", ""))
        return Words(
            title.format(place=place),
            body.format(place=place),
            None,
            missing=str(error.message if isinstance(error, UndefinedError) else error),
        )


def choose_language(messages: Mapping[str, Any], chain: list[str]) -> str:
    """The first language of the chain that the campaign has, else its first in alphabetical order."""
    return next((tag for tag in chain if tag in messages), min(messages))
