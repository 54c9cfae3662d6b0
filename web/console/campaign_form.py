"""A campaign as its form shows it, and as the form says it. What the form does not know of is left as it was."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from offers.errors import Fault
from offers.rules.campaign import CampaignBody
from offers.rules.templates import spot_of_fault
from offers.rules.values import read_duration, zone_or_none
from web.console import audience_form, variants_form
from web.console.clock import as_typed, read_typed
from web.console.faults import Errors, at_fields, joined, read_body, within
from web.console.forms import Form
from web.console.lengths import read_length
from web.console.speaking import Voice, measure
from web.console.variants_form import PARTS

LANGUAGES = ("nl", "de", "en")
LONGEST_NAME = 200
FIELDS = (
    "id",
    "name",
    "trigger.on",
    "trigger.role",
    "trigger.places",
    "trigger.tags",
    "audience",
    "schedule.from",
    "schedule.until",
    "schedule.weekly",
    "schedule.only_when_open",
    "offer",
    "priority",
    "cooldown",
    "life",
    "quiet_hours",
    "hold_out_percent",
    "product",
    "default_language",
    "messages",
    "variants",
)
KNOWN = (
    "name",
    "trigger",
    "audience",
    "schedule",
    "offer",
    "priority",
    "cooldown",
    "life",
    "quiet_hours",
    "hold_out_percent",
    "product",
    "default_language",
    "messages",
    "variants",
)
SERVERS = ("id", "status", "version", "created_at", "updated_at", "launched_at", "warnings")
"""What an item says beside what the desk wrote."""

Item = Mapping[str, Any]


def definition(item: Item) -> dict[str, Any]:
    """A campaign as the desk wrote it."""
    return {name: value for name, value in item.items() if name not in SERVERS}


def shown(item: Item, zone: ZoneInfo) -> Form:
    """The form of a campaign as it is, its times by the desk's clock."""
    trigger, schedule = item["trigger"], item.get("schedule", {})
    percent = item.get("hold_out_percent")
    values: dict[str, str | list[str] | None] = {
        "name": item["name"],
        "trigger.on": trigger["on"],
        "trigger.role": trigger.get("role", "premises"),
        "trigger.places": list(trigger.get("places", [])),
        "trigger.tags": ", ".join(trigger.get("tags", [])),
        "schedule.from": as_typed(schedule.get("from"), zone),
        "schedule.until": as_typed(schedule.get("until"), zone),
        "schedule.weekly": schedule.get("weekly"),
        "schedule.only_when_open": "1" if schedule.get("only_when_open") else None,
        "zone": zone.key,
        "known": list(item["messages"]),
        "offer": item.get("offer"),
        "product": item.get("product"),
        "default_language": item.get("default_language"),
        "priority": str(item.get("priority", 50)),
        "quiet_hours": item.get("quiet_hours", "drop"),
        "hold_out_percent": None if percent is None else str(percent),
        **audience_form.filled(item.get("audience"), zone),
        **variants_form.shown(item),
    }
    for name in ("cooldown", "life"):
        if item.get(name):
            unit, many = measure(int(read_duration(item[name]).total_seconds()))
            values[name], values[f"{name}.unit"] = str(many), unit
    for tag, message in item["messages"].items():
        for part in PARTS:
            values[f"messages.{tag}.{part}"] = message.get(part)
    return Form.of(values)


def copy_name(item: Item, voice: Voice) -> str:
    """What a copy is called until somebody calls it otherwise: two of one name are not told apart in any list."""
    return voice.words["camp_copy_of"].format(name=item["name"])[:LONGEST_NAME].rstrip()


def beside_theirs(form: Form, now: Item) -> Form:
    """What was typed, and beside it the languages and variants that somebody else added meanwhile; `known` are those there were before."""
    values: dict[str, str | list[str]] = {"known": list(now["messages"])}
    for tag, message in now["messages"].items():
        names = {part: f"messages.{tag}.{part}" for part in PARTS}
        if tag not in form.all("known") and not any(form.text(name) for name in names.values()):
            values |= {name: message.get(part) or "" for part, name in names.items()}
    return form.but(**values, **variants_form.beside_theirs(form, now))


def blank(zone: ZoneInfo) -> Form:
    return Form.of(
        {
            "trigger.on": "enter",
            "trigger.role": "premises",
            "priority": "50",
            "cooldown": "1",
            "cooldown.unit": "D",
            "life.unit": "M",
            "quiet_hours": "drop",
            "audience.join": "all",
            "zone": zone.key,
        }
    )


def tags_of(item: Item | None) -> list[str]:
    """The languages that the form has fields for: ours first, then those that the campaign and its variants have beside them."""
    own = [] if item is None else [one.get("messages") or {} for one in (item, *item.get("variants", []))]
    return [*LANGUAGES, *sorted({tag for messages in own for tag in messages if tag not in LANGUAGES})]


def raw_of(form: Form, before: Item | None, voice: Voice) -> tuple[dict[str, Any], list[Fault]]:
    """What the form says, as the API would be told it, and what can not even be told."""
    faults: list[Fault] = []
    tree, wrong = audience_form.read(form, voice)
    faults += wrong
    schedule: dict[str, Any] = {"weekly": form.or_none("schedule.weekly")}
    schedule["only_when_open"] = form.on("schedule.only_when_open")
    for name in ("from", "until"):
        try:
            schedule[name] = _moment(form, name, before, voice)
        except ValueError:
            faults.append(Fault(f"schedule.{name}", voice.words["bad_moment"]))
    raw: dict[str, Any] = {} if before is None else definition(before)
    raw = {name: value for name, value in raw.items() if name not in KNOWN}
    raw |= {
        "name": form.text("name"),
        "trigger": {
            "on": form.text("trigger.on"),
            "role": form.text("trigger.role") or "premises",
            "places": _as_before(form.all("trigger.places"), before),
            "tags": [one.strip() for one in form.text("trigger.tags").split(",") if one.strip()],
        },
        "audience": tree,
        "schedule": schedule,
        "offer": form.or_none("offer"),
        "product": form.or_none("product"),
        "default_language": form.or_none("default_language"),
        "priority": form.text("priority") or 50,
        "quiet_hours": form.text("quiet_hours") or "drop",
        "hold_out_percent": form.or_none("hold_out_percent"),
        "messages": variants_form.messages_in(form, "messages", tags_of(before)),
        "variants": variants_form.read(form, tags_of(before), before),
    }
    for name in ("cooldown", "life"):
        try:
            raw[name] = read_length(form, name)
        except ValueError:
            faults.append(Fault(name, voice.words["bad_number"]))
    return raw, faults


def read(form: Form, before: Item | None, voice: Voice) -> tuple[CampaignBody | None, Errors]:
    """The campaign that the form says, or what is wrong at which field."""
    raw, faults = raw_of(form, before, voice)
    body, found = read_body(CampaignBody, raw, voice)
    if not raw["messages"]:
        found = [one for one in found if one.path != "messages"]
        faults.append(Fault("messages", voice.words["bad_messages"]))
    errors = told([*faults, *audience_form.at_rows(found, form)], tags_of(before), variants_form.written(form))
    return (None if errors else body), {name: _at_its_spot(name, said, form, voice) for name, said in errors.items()}


def _at_its_spot(field: str, said: str, form: Form, voice: Voice) -> str:
    """Of a text that is not a template, where in it."""
    spot = spot_of_fault(form.text(field)) if is_text(field) else None
    return said if spot is None else within("spot", voice, line=spot[0], column=spot[1], said=said)


def is_text(field: str) -> bool:
    """Whether it holds a text of a message, the campaign's or a variant's."""
    return field.startswith("messages.") or ".messages." in field


def told(faults: Iterable[Fault], tags: Iterable[str], numbers: Sequence[int] = range(variants_form.MOST)) -> Errors:
    """Each fault at its field; `numbers` are those of the variants' rows, of what is saved as they stand there."""
    faults = [_in_the_tree(Fault(variants_form.path_on_form(one.path, numbers), one.message)) for one in faults]
    fields, renamed = list(FIELDS), {"schedule": "schedule.until", "trigger": "trigger.places"}
    tags, rows = list(tags), [f"variants.{number}" for number in variants_form.numbers_in(one.path for one in faults)]
    for row in rows:
        fields += [f"{row}.name", f"{row}.weight"]
        renamed[row] = f"{row}.name"
    fields += [one.path for one in faults if one.path.startswith(audience_form.AT_ROW)]
    for under in ("messages", *(f"{row}.messages" for row in rows)):
        for tag in tags:
            fields += [f"{under}.{tag}.{part}" for part in PARTS]
            renamed[f"{under}.{tag}"] = f"{under}.{tag}.body"
    return at_fields(faults, fields, renamed)


def _in_the_tree(fault: Fault) -> Fault:
    """An audience that is no rows has one field: where in it stands in the message."""
    field, _, inner = fault.path.partition(".")
    if fault.path.startswith(audience_form.AT_ROW):
        return fault
    return Fault(field, joined(": ", [inner, fault.message])) if field == "audience" and inner else fault


def _as_before(places: list[str], before: Item | None) -> list[str]:
    """In the order in which the campaign had them, so that a form which is sent back as it was makes no new version."""
    had = [] if before is None else before["trigger"].get("places", [])
    kept = [one for one in had if one in set(places)]
    return [*kept, *(one for one in dict.fromkeys(places) if one not in set(kept))]


def _moment(form: Form, name: str, before: Item | None, voice: Voice) -> str | None:
    """By the clock that the form was filled by; what was not touched stays as it was, also in the hour that the clock shows twice."""
    typed, zone = form.text(f"schedule.{name}"), _zone(form, voice)
    was = before.get("schedule", {}).get(name) if before is not None else None
    if was is not None and typed and typed == as_typed(was, zone):
        return was if isinstance(was, str) else str(was.isoformat())
    at = read_typed(typed, zone)
    return at.isoformat() if at else None


def _zone(form: Form, voice: Voice) -> ZoneInfo:
    """The clock by which the form was filled: a new place may have moved the desk's meanwhile."""
    return zone_or_none(form.or_none("zone")) or voice.zone
