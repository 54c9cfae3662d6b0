"""An offer as its form shows it, and as the form says it."""

import re
from collections.abc import Mapping
from typing import Any

from offers.errors import Fault
from offers.rules.offer import OfferBody
from offers.rules.values import read_duration
from web.console.faults import Errors, at_fields, read_body
from web.console.forms import Form
from web.console.lengths import read_length
from web.console.speaking import Voice, measure

KINDS = ("percentage", "amount", "product", "text")
CODES = ("none", "generated", "shared", "imported")
LANGUAGES = ("nl", "de", "en")
FIELDS = ("id", "name", "kind", "value", "currency", "budget", "budget_per_place", "codes", "code", "valid_for")

Item = Mapping[str, Any]


def shown(item: Item) -> Form:
    """The form of an offer as it is."""
    values: dict[str, str | list[str] | None] = {
        name: None if item[name] is None else str(item[name]) for name in FIELDS if name not in ("id", "valid_for")
    }
    if item["valid_for"]:
        unit, many = measure(int(read_duration(item["valid_for"]).total_seconds()))
        values["valid_for"], values["valid_for.unit"] = str(many), unit
    values |= {f"text.{tag}": said for tag, said in item["text"].items()}
    values["known"] = list(item["text"])
    return Form.of(values)


def blank() -> Form:
    return Form.of({"kind": "percentage", "codes": "none", "valid_for.unit": "D"})


def tags_of(item: Item | None) -> list[str]:
    """The languages that the form has fields for: ours first, then those that the offer has beside them."""
    more = [] if item is None else [tag for tag in item["text"] if tag not in LANGUAGES]
    return [*LANGUAGES, *sorted(more)]


def beside_theirs(form: Form, now: Item) -> Form:
    """What was typed, and beside it the languages that somebody else added meanwhile; `known` are those there were before."""
    values: dict[str, str | list[str]] = {"known": list(now["text"])}
    for tag, said in now["text"].items():
        if tag not in form.all("known") and not form.text(f"text.{tag}"):
            values[f"text.{tag}"] = said
    return form.but(**values)


def read(form: Form, before: Item | None, voice: Voice) -> tuple[OfferBody | None, Errors]:
    """The offer that the form says, or what is wrong at which field."""
    faults: list[Fault] = []
    tags = tags_of(before)
    raw: dict[str, Any] = {
        "name": form.text("name"),
        "kind": form.text("kind"),
        "value": _number(form.text("value")) or None,
        "currency": form.text("currency").upper() or None,
        "budget": _whole(form.text("budget")) or None,
        "budget_per_place": _whole(form.text("budget_per_place")) or None,
        "codes": form.text("codes") or "none",
        "code": form.or_none("code"),
        "text": {tag: form.text(f"text.{tag}") for tag in tags if form.text(f"text.{tag}")},
    }
    try:
        raw["valid_for"] = read_length(form, "valid_for")
    except (ValueError, OverflowError):
        faults.append(Fault("valid_for", voice.words["bad_number"]))
    body, found = read_body(OfferBody, raw, voice)
    errors = told([*faults, *found], tags)
    return (None if errors else body), errors


def told(faults: list[Fault], tags: list[str]) -> Errors:
    """Each fault at its field."""
    return at_fields(faults, [*FIELDS, *(f"text.{tag}" for tag in tags)], {"text": f"text.{tags[0]}"})


def _number(text: str) -> str:
    """With a decimal point, and without the sign that people put beside a percentage."""
    bare = text.removesuffix("%").strip()
    return bare.replace(",", ".", 1) if re.fullmatch(r"\d+,\d+", bare) else bare


def _whole(text: str) -> str:
    """`1 000` and `1.000` are a thousand, as people write them; what is no number is said."""
    return re.sub(r"[ .,\u00a0](?=\d{3}(?:\D|$))", "", text)
