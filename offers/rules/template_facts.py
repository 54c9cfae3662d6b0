"""Which facts the texts of a campaign can not do without: named there, and without a `default`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from liquid.exceptions import LiquidError

from offers.rules.campaign import CampaignBody, Message
from offers.rules.templates import TemplateError, facts_named, fill

NUMBERS = ("distance_m", "days_ago")


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a campaign. `path` is where it stands: `messages.nl.title`, `variants[0].messages.en.body`."""

    path: str
    language: str
    source: str
    among: tuple[str, ...]
    """The languages that this one was chosen from."""


def texts_of(body: CampaignBody) -> Iterator[Text]:
    yield from _texts("messages", body.messages, body.messages)
    for number, variant in enumerate(body.variants):
        yield from _texts(f"variants[{number}].messages", variant.messages or {}, body.messages_of(variant.name))


def _texts(under: str, messages: Mapping[str, Message], among: Mapping[str, Message]) -> Iterator[Text]:
    for language, message in messages.items():
        for part, source in message.sources().items():
            yield Text(f"{under}.{language}.{part}", language, source, tuple(among))


def fact_to_blame(source: str, missing: Iterable[str]) -> str | None:
    """For the lack of which of these facts the text would go out as the default text; none when it does without all of them.

    Nothing is guessed: the text is filled without each in turn, and when each alone has a `default` in another of them, without all.
    """
    lacking = sorted(set(missing).intersection(facts_named(source)))
    if _works_without(source, frozenset(lacking)):
        return None
    return next((one for one in lacking if not _works_without(source, frozenset([one]))), lacking[-1])


@lru_cache(maxsize=10_000)
def _works_without(source: str, missing: frozenset[str]) -> bool:
    try:
        fill(source, _nested(one for one in facts_named(source) if one not in missing))
    except (LiquidError, TemplateError):
        return False
    return True


def _nested(facts: Iterable[str]) -> dict[str, Any]:
    """Facts in which each of these has a value, and no other."""
    found: dict[str, Any] = {"customer": {"size": {}, "attributes": {}}, "place": {}, "order": {}, "coupon": {}}
    for fact in facts:
        *way, last = fact.split(".")
        inner = found
        for step in way:
            inner = inner.setdefault(step, {})
        inner[last] = 100 if last in NUMBERS else "Sanne"
    return found


def has_fact(facts: Mapping[str, Any], fact: str) -> bool:
    """Whether these facts, as a message is filled from them, hold this one."""
    inner: Any = facts
    for step in fact.split("."):
        if not isinstance(inner, Mapping) or step not in inner:
            return False
        inner = inner[step]
    return True


def facts_of_profile(
    name: str | None, language: str | None, sizes: Mapping[str, Any], attributes: Mapping[str, Any]
) -> dict[str, Any]:
    """What a message knows of a customer from their profile alone. A fact of blanks says nothing, and so is none."""
    first = next(iter((name or "").split()), None)
    plain = _said({"name": name, "first_name": first, "language": language})
    return {"customer": {**plain, "size": _said(sizes), "attributes": _said(attributes)}}


def _said(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None and str(value).strip()}
