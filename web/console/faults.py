"""What is wrong with a form, told at its fields and in the reader's language."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from markupsafe import Markup
from pydantic import BaseModel, ValidationError

from offers.errors import BadInput, Conflict, Fault
from offers.rules.fault_names import named
from offers.rules.refusals import refusals
from web.console.speaking import Voice

Errors = dict[str, str]
"""A field's name to what is wrong with it; under an empty name what belongs to no field."""

Body = TypeVar("Body", bound=BaseModel)

_LIMITS = {
    "greater_than_equal": ("bad_too_small", "ge"),
    "greater_than": ("bad_too_small", "gt"),
    "less_than_equal": ("bad_too_large", "le"),
    "less_than": ("bad_too_large", "lt"),
    "string_too_long": ("bad_too_long", "max_length"),
    "too_long": ("bad_too_large", "max_length"),
}
_NAMES = {
    "missing": "bad_missing",
    "string_too_short": "bad_missing",
    "too_short": "bad_missing",
    "premises": "bad_premises",
    "literal_error": "bad_choice",
    "string_pattern_mismatch": "bad_id",
    "coupon_code": "bad_coupon_code",
    "offer_facts": "bad_offer_facts",
    "product_facts": "bad_product_facts",
    "default_language": "bad_default_language",
    "variants_name": "bad_variant_name",
    "variants_weight": "bad_variant_weights",
}
_CURRENCY = "^[A-Z]{3}$"
_SAID_ALREADY = {
    "missing": "bad_missing",
    "number": "bad_number",
    "at_least": "bad_too_small",
    "at_most": "bad_too_large",
    "too_long": "bad_too_long",
    "id": "bad_id",
    "zone": "bad_zone",
    "moment": "bad_moment",
    "range": "bad_range",
    "premises": "bad_premises",
}
"""Names of faults for which the console has words of its own."""
_NUMBERS = (
    "int_parsing",
    "float_parsing",
    "int_from_float",
    "int_type",
    "float_type",
    "finite_number",
    "decimal_parsing",
    "decimal_type",
    "decimal_max_digits",
    "decimal_max_places",
    "decimal_whole_digits",
)


def read_body(model: type[Body], raw: Mapping[str, Any], voice: Voice) -> tuple[Body | None, list[Fault]]:
    """The body, or what is wrong with each of its values, in words."""
    try:
        return model.model_validate(raw), []
    except ValidationError as refused:
        errors = refused.errors(include_url=False)
        named = {path for path, _ in refusals(errors, raw)}
        faults = [Fault(refusals([one], raw)[0][0], in_words(one, voice)) for one in errors]
        return None, [one for one in faults if one.path in named]


def in_words(error: Mapping[str, Any], voice: Voice) -> str:
    """One of pydantic's errors for a person."""
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind in _LIMITS:
        name, limit = _LIMITS[kind]
        return str(voice.words[name].format(limit=context.get(limit)))
    if context.get("pattern") == _CURRENCY:
        return voice.words["bad_currency"]
    if kind in _NAMES:
        return voice.words[_NAMES[kind]]
    if kind in _NUMBERS:
        return voice.words["bad_number" if error.get("input") else "bad_missing"]
    if kind.startswith(("datetime", "timezone")):
        return voice.words["bad_moment"]
    return rule_said(str(error["msg"]), voice)


def rule_said(message: str, voice: Voice) -> str:
    """What a rule refuses, in the reader's language; one that has no name in English, and marked as such, after what to do about it."""
    message = message.removeprefix("Value error, ").rstrip(".")
    fault = named(message)
    if fault is not None:
        return voice.words[phrase_of(fault.name)].format(**fault.facts)
    if voice.language == "en":
        return voice.words["bad_said"].format(message=message)
    return voice.say("bad_said", message=Markup('<span lang="en">{}</span>').format(message))


def refused_said(refused: BadInput | Conflict, voice: Voice) -> Errors:
    """What a use case refuses, as what belongs to no field."""
    faults = [Fault(one.path, rule_said(one.message, voice)) for one in refused.faults]
    return at_fields(faults or [Fault("", rule_said(str(refused), voice))], (), {})


def phrase_of(name: str) -> str:
    """The phrase for a fault of this name."""
    return _SAID_ALREADY.get(name, f"rule_{name}")


def within(phrase: str, voice: Voice, *, said: str, **values: Any) -> str:
    """A phrase around what is wrong, with the marks that it may have."""
    plain = not isinstance(said, Markup)
    return voice.words[phrase].format(said=said, **values) if plain else voice.say(phrase, said=said, **values)


def at_fields(faults: Iterable[Fault], fields: Iterable[str], renamed: Mapping[str, str]) -> Errors:
    """Each fault at the field that its path leads to: the longest that begins it, by its own name or by another."""
    known = {**{name: name for name in fields}, **renamed}
    found: dict[str, list[str]] = {}
    for fault in faults:
        fitting = [name for name in known if re.match(rf"{re.escape(name)}(?:$|[.\[])", fault.path)]
        field = known[max(fitting, key=len)] if fitting else ""
        said = fault.message if field or not fault.path else joined(": ", [fault.path, fault.message])
        found.setdefault(field, []).append(said)
    return {field: joined(" ", list(dict.fromkeys(messages))) for field, messages in found.items()}


def joined(joint: str, messages: list[str]) -> str:
    """As one, with the marks of those that have some."""
    return (Markup(joint) if any(isinstance(one, Markup) for one in messages) else joint).join(messages)  # noqa: S704 - joints are ours
