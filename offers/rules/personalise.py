"""The words of a push: Liquid, narrowed to `{{ fact | filter }}`, so that a marketer's text can neither hang nor leak.

Tags, ranges and filters beyond the list are refused when a campaign is saved; facts/limits are checked there too. In a send a
missing fact without a `default` never leaves a hole: the whole message falls back to its default text, and says so.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote

from liquid import BoundTemplate, Environment, RenderContext, StrictDefaultUndefined
from liquid.builtin.content import ContentNode
from liquid.builtin.output import OutputNode
from liquid.exceptions import LiquidError

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
    "coupon.code",
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
    r"^(?:customer\.(?:first_name|name|language)|customer\.(?:size|attributes)\.\w+|place\.(?:name|address|distance_m)|order\.number|coupon\.code|weekday)$"
)
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_KEPT = {"\n", "\u200c", "\u200d"}
"""Joiners make one picture of several emoji and are part of Persian's spelling."""


class TemplateError(ValueError):
    """A template that can not be used; the message says which part and why."""


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    body: str
    url: str | None
    missing: str | None = None
    """The fact that was missing, when these are the default text."""


class _Facts(RenderContext):
    def get_item(self, obj: Any, key: Any) -> Any:
        """Only what is there: Liquid's `first`, `last` and `size` would show one fact in the place of another."""
        return obj[key]


class _Template(BoundTemplate):
    context_class = _Facts


@cache
def _environment() -> Environment:
    environment = Environment(undefined=StrictDefaultUndefined)
    environment.template_class = _Template
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
            if not _FACT.fullmatch(path):
                raise TemplateError(f"names {path}, which is not a fact; known are {', '.join(FACTS)}")
    for name in found.filters:
        if name not in FILTERS:
            raise TemplateError(f"uses the filter {name}; known are {', '.join(FILTERS)}")
    try:
        template.render(**_example(path for paths in found.variables.values() for path in paths))
    except LiquidError as error:
        raise TemplateError(f"does not work: {error.message}") from None


def names_fact(source: str, fact: str) -> bool:
    """Whether a template that was checked names this fact."""
    return fact in facts_named(source)


def facts_named(source: str) -> list[str]:
    """The facts that a template that was checked names, such as `customer.first_name`."""
    variables = _parsed(source).analyze().variables.values()
    return sorted({".".join(map(str, one.segments)) for of_name in variables for one in of_name})


def _example(variables: Iterable[Any]) -> dict[str, Any]:
    """Facts in which each of these has a value, to see that the filters take what they are given."""
    facts: dict[str, Any] = {}
    for variable in variables:
        *way, last = variable.segments
        inner = facts
        for step in way:
            inner = inner.setdefault(step, {})
        inner[last] = 100 if last == "distance_m" else "Sanne"
    return facts


def _parse(source: str) -> BoundTemplate:
    try:
        return _environment().from_string(source)
    except LiquidError as error:
        raise TemplateError(f"is not Liquid: {error.message}") from None


@lru_cache(maxsize=10_000)
def _parsed(source: str) -> BoundTemplate:
    return _parse(source)


def fill(source: str, facts: Mapping[str, Any]) -> str:
    """The text with its facts, free of control and direction characters; `UndefinedError` names a missing fact."""
    text = _parsed(source).render(**facts).replace("\t", " ")
    return "".join(char for char in text if char in _KEPT or unicodedata.category(char) not in _UNSEEN).strip()


def says_something(text: str) -> bool:
    """Whether anything of the text can be seen."""
    return any(unicodedata.category(char)[0] not in "CZ" for char in text)


def word(message: Mapping[str, Any], facts: Mapping[str, Any], language: str) -> Words:
    """A campaign's message for one customer. Falls back to the default text as a whole when a fact is missing."""
    try:
        title, body, url = fill(message["title"], facts), fill(message["body"], facts), message.get("url")
        missing = next((name for name, text in (("title", title), ("body", body)) if not says_something(text)), None)
        if missing is None:
            return Words(title[:MAX_TITLE], body[:MAX_BODY], fill(url, _in_an_address(facts)) if url else None)
        missing = f"the {missing} came out empty"
    except LiquidError as error:
        missing = str(error.message)
    except TemplateError as error:
        missing = str(error)
    title, body = DEFAULT_TEXTS.get(language.partition("-")[0], DEFAULT_TEXTS["en"])
    place = str(facts.get("place", {}).get("name", ""))
    return Words(title.format(place=place), body.format(place=place), None, missing=missing)


def _in_an_address(facts: Any) -> Any:
    """The same facts, each text escaped so that it stays one part of an address."""
    if isinstance(facts, Mapping):
        return {name: _in_an_address(value) for name, value in facts.items()}
    return quote(facts, safe="") if isinstance(facts, str) else facts


def message_facts(
    person: Mapping[str, Any], place: Mapping[str, Any], language: str, local: datetime, coupon: str | None = None
) -> dict[str, Any]:
    """What a message in this language is filled from, at a local time. Only facts that are known are there: a template sees a
    missing one as missing.

    `person` has name, language, size and attributes; `place` has name, address and distance_m; `coupon` is its code.
    """
    name = person.get("name") or ""
    days = WEEKDAYS.get(language.partition("-")[0], WEEKDAYS["en"])
    plain = {"name": name, "first_name": next(iter(name.split()), None), "language": person.get("language")}
    return {
        "customer": {
            **_known(plain),
            "size": _known(person.get("size", {})),
            "attributes": _known(person.get("attributes", {})),
        },
        "place": _known(place),
        "coupon": _known({"code": coupon}),
        "weekday": days[local.weekday()],
    }


def _known(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What says something: a name of blanks would leave the same hole as none."""
    return {name: value for name, value in facts.items() if value is not None and says_something(str(value))}


def choose_language(messages: Mapping[str, Any], chain: list[str]) -> str:
    """The first language of the chain that the campaign has, else its first in alphabetical order."""
    return next((tag for tag in chain if tag in messages), min(messages))
