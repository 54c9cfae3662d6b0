"""Liquid, narrowed to `{{ fact | filter }}`, so that a marketer's text can neither hang nor leak.

Tags, ranges and filters beyond the list are refused when a campaign is saved; the names of the facts are checked there too.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from liquid import BoundTemplate, Environment, RenderContext, StrictDefaultUndefined
from liquid.builtin.content import ContentNode
from liquid.builtin.output import OutputNode
from liquid.exceptions import LiquidError, UndefinedError

FACTS = (
    "customer.first_name",
    "customer.name",
    "customer.language",
    "customer.size.<name>",
    "customer.attributes.<name>",
    "purchase.title",
    "purchase.category",
    "purchase.sku",
    "purchase.size",
    "purchase.days_ago",
    "place.name",
    "place.address",
    "place.distance_m",
    "product.title",
    "product.price",
    "offer.name",
    "offer.text",
    "offer.value",
    "offer.minimum_basket",
    "coupon.code",
    "coupon.expires",
    "order.number",
    "device.platform",
    "device.os_version",
    "device.kind",
    "weekday",
)
FILTERS = ("default", "capitalize", "upcase", "downcase", "strip", "truncate", "round")
NUMBERS = ("place.distance_m", "purchase.days_ago")
MAX_TEMPLATE = 500

_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_KEPT = {"\n", "\u200c", "\u200d"}
"""Joiners make one picture of several emoji and are part of Persian's spelling."""


class TemplateError(ValueError):
    """A template that can not be used; the message says which part and why, `at` after how many characters if that is known."""

    def __init__(self, message: str, at: int | None = None) -> None:
        super().__init__(message)
        self.at = at


class MissingFactsError(TemplateError):
    """A template that could be filled, were it not for these facts."""

    def __init__(self, facts: tuple[str, ...]) -> None:
        super().__init__(f"names {' and '.join(facts)}, which {'is' if len(facts) == 1 else 'are'} not known")
        self.facts = facts


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


@cache
def _any_of(known: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(fact).replace("<name>", r"\w+") for fact in known))


def check_template(source: str, known: tuple[str, ...] = FACTS) -> None:
    """Raise `TemplateError` unless every part is plain text or `{{ fact | filter }}` from the lists, facts from those that are `known`."""
    if len(source) > MAX_TEMPLATE:
        raise TemplateError(f"is longer than {MAX_TEMPLATE} characters")
    if "{%" in source:
        raise TemplateError("has a {% tag %}; only {{ fact | filter }} is known here", source.index("{%"))
    template = _parse(source)
    for node in template.nodes:
        if not isinstance(node, ContentNode | OutputNode):
            raise TemplateError(f"has {node}; only {{{{ fact | filter }}}} is known here", node.token.start_index)
        if isinstance(node, OutputNode) and ".." in _STRING.sub("", str(node)):
            raise TemplateError("has a range; only facts are known here", node.token.start_index)
    found = template.analyze()
    for variables in found.variables.values():
        for variable in variables:
            path = ".".join(map(str, variable.segments))
            if not _any_of(known).fullmatch(path):
                wrong = f"names {path}, which is not a fact; known are {', '.join(known)}"
                raise TemplateError(wrong, variable.span.index)
    for name, spans in found.filters.items():
        if name not in FILTERS:
            raise TemplateError(f"uses the filter {name}; known are {', '.join(FILTERS)}", spans[0].index)
    _render(template, _example(_names(template)))


def spot_of_fault(source: str) -> tuple[int, int] | None:
    """The line and the character, each from 1, at which `check_template` refuses a text; none where it does not, or can not say."""
    try:
        check_template(source)
    except TemplateError as error:
        if error.at is None:
            return None
        before = source[: error.at]
        return before.count("\n") + 1, len(before) - before.rfind("\n")
    return None


@lru_cache(maxsize=10_000)
def facts_named(source: str) -> frozenset[str]:
    """The facts that a template which was checked names, such as `customer.size.shoes`."""
    return frozenset(_names(_parsed(source)))


def own_text(source: str) -> str:
    """What a template says whatever its facts are, as a phone would show it."""
    return _seen("".join(node.text for node in _parsed(source).nodes if isinstance(node, ContentNode)))


def family_of(fact: str) -> str:
    """`customer.size` of `customer.size.shoes`: few enough to count by."""
    return ".".join(fact.split(".")[:2])


def fill(source: str, facts: Mapping[str, Any]) -> str:
    """The text with its facts, free of control and direction characters.

    `MissingFactsError` names the facts that are missing; any other `TemplateError` says why a filter could not work with what it got.
    """
    template = _parsed(source)
    try:
        return _seen(_render(template, facts))
    except MissingFactsError:
        raise MissingFactsError(_missing(template, facts)) from None


def says_something(text: str) -> bool:
    """Whether anything of the text can be seen."""
    return any(unicodedata.category(char)[0] not in "CZ" for char in text)


def one_line(text: str) -> str:
    """A fact as it may stand within a text: what is not seen taken out, any run of blanks or breaks as one blank."""
    return " ".join(_seen(" ".join(text.split())).split())


def _seen(text: str) -> str:
    if text.isprintable():  # most are
        return text.strip()
    kept = (char for char in text.replace("\t", " ") if char in _KEPT or unicodedata.category(char) not in _UNSEEN)
    return "".join(kept).strip()


def _names(template: BoundTemplate) -> list[str]:
    variables = template.analyze().variables.values()
    return list(dict.fromkeys(".".join(map(str, one.segments)) for of_name in variables for one in of_name))


def _missing(template: BoundTemplate, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Those without each of which the template can not be filled; where one of several would do, all of them."""
    absent = [name for name in _names(template) if not _is_there(name, facts)]
    needed = []
    for name in absent:
        try:
            _render(template, _example((one for one in absent if one != name), facts))
        except MissingFactsError:
            needed.append(name)
        except TemplateError:
            continue
    return tuple(needed or absent)


def _is_there(name: str, facts: Mapping[str, Any]) -> bool:
    inner: Any = facts
    for step in name.split("."):
        if not isinstance(inner, Mapping) or step not in inner:
            return False
        inner = inner[step]
    return True


def _example(names: Iterable[str], facts: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Facts in which each of these has a value beside those that are there, to see what the filters make of them."""
    filled = _copied(facts or {})
    for name in names:
        *way, last = name.split(".")
        inner = filled
        for step in way:
            inner = inner.setdefault(step, {})
        inner[last] = 100 if name in NUMBERS else "Sanne"
    return filled


def _copied(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _copied(value) if isinstance(value, Mapping) else value for name, value in facts.items()}


def _render(template: BoundTemplate, facts: Mapping[str, Any]) -> str:
    try:
        return template.render(**facts)
    except UndefinedError:
        raise MissingFactsError(("a fact",)) from None
    except LiquidError as error:
        raise TemplateError(f"does not work: {error.message}") from None
    except (
        ArithmeticError,
        TypeError,
        ValueError,
    ) as error:  # a filter's own, for a number that is none or is too large
        raise TemplateError(f"does not work: {type(error).__name__}") from None


def _parse(source: str) -> BoundTemplate:
    try:
        return _environment().from_string(source)
    except LiquidError as error:
        raise TemplateError(f"is not Liquid: {error.message}", error.token and error.token.start_index) from None
    except (ArithmeticError, RecursionError, TypeError, ValueError) as error:
        raise TemplateError(f"is not Liquid: {type(error).__name__}") from None


@lru_cache(maxsize=10_000)
def _parsed(source: str) -> BoundTemplate:
    return _parse(source)
