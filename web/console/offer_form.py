"""An offer as its form shows it, and as the form says it."""

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from offers.errors import Fault
from offers.rules.offer import OfferBody
from offers.rules.values import read_duration, zone_or_none
from web.console.clock import as_typed, read_typed
from web.console.faults import Errors, at_fields, read_body
from web.console.forms import Form
from web.console.lengths import read_length
from web.console.speaking import Voice, measure

KINDS = ("percentage", "amount", "product", "text")
CODES = ("none", "generated", "shared", "imported")
LANGUAGES = ("nl", "de", "en")
PLAIN = ("name", "kind", "value", "currency", "budget", "budget_per_place", "codes", "code")
FIELDS = ("id", *PLAIN, "valid_for", "valid_until")
TEXTS = {"text": "known", "minimum_basket": "known_basket"}
"""Fields of a text a language, and which of the form's fields says what languages there were before."""

Item = Mapping[str, Any]


def shown(item: Item, zone: ZoneInfo) -> Form:
    """The form of an offer as it is, its last moment by the desk's clock."""
    values: dict[str, str | list[str] | None] = {
        name: None if item[name] is None else str(item[name]) for name in PLAIN
    }
    if item["valid_for"]:
        unit, many = measure(int(read_duration(item["valid_for"]).total_seconds()))
        values["valid_for"], values["valid_for.unit"] = str(many), unit
    values |= {"valid_until": as_typed(item["valid_until"], zone), "zone": zone.key}
    for field, known in TEXTS.items():
        values |= {f"{field}.{tag}": said for tag, said in item[field].items()}
        values[known] = list(item[field])
    return Form.of(values)


def blank(zone: ZoneInfo) -> Form:
    return Form.of({"kind": "percentage", "codes": "none", "valid_for.unit": "D", "zone": zone.key})


def tags_of(item: Item | None) -> list[str]:
    """The languages that the form has fields for: ours first, then those that the offer has beside them."""
    there = set() if item is None else {tag for field in TEXTS for tag in item[field]}
    return [*LANGUAGES, *sorted(there - set(LANGUAGES))]


def beside_theirs(form: Form, now: Item) -> Form:
    """What was typed, and beside it the languages that somebody else added meanwhile."""
    values: dict[str, str | list[str]] = {}
    for field, known in TEXTS.items():
        values[known] = list(now[field])
        for tag, said in now[field].items():
            if tag not in form.all(known) and not form.text(f"{field}.{tag}"):
                values[f"{field}.{tag}"] = said
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
    }
    for field in TEXTS:
        raw[field] = {tag: said for tag in tags if (said := form.text(f"{field}.{tag}"))}
    try:
        raw["valid_for"] = read_length(form, "valid_for")
    except ValueError:
        faults.append(Fault("valid_for", voice.words["bad_number"]))
    try:
        raw["valid_until"] = _moment(form, before, voice)
    except (ValueError, OverflowError):
        faults.append(Fault("valid_until", voice.words["bad_moment"]))
    body, found = read_body(OfferBody, raw, voice)
    errors = told([*faults, *found], tags)
    return (None if errors else body), errors


def told(faults: list[Fault], tags: list[str]) -> Errors:
    """Each fault at its field."""
    fields = [*FIELDS, *(f"{field}.{tag}" for field in TEXTS for tag in tags)]
    return at_fields(faults, fields, {field: f"{field}.{tags[0]}" for field in TEXTS})


def _moment(form: Form, before: Item | None, voice: Voice) -> str | None:
    """By the clock that the form was filled by; what was not touched stays as it was, to the microsecond."""
    typed, zone = form.text("valid_until"), zone_or_none(form.or_none("zone")) or voice.zone
    if before is not None and typed and typed == as_typed(before["valid_until"], zone):
        return str(before["valid_until"].isoformat())
    at = read_typed(typed, zone)
    return at.isoformat() if at else None


def _number(text: str) -> str:
    """With a decimal point, and without the sign that people put beside a percentage."""
    bare = text.removesuffix("%").strip()
    return bare.replace(",", ".", 1) if re.fullmatch(r"\d+,\d+", bare) else bare


def _whole(text: str) -> str:
    """`1 000` and `1.000` are a thousand, as people write them; what is no number is said."""
    return re.sub(r"[ .,\u00a0](?=\d{3}(?:\D|$))", "", text)
