"""Two versions of a campaign side by side, with what differs between them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import campaigns, overview
from offers.rules.leafing import Leaf, Turn
from web.asking import Named
from web.console.entering import Desk, Reader
from web.console.exporting import csv_answer
from web.console.few import Order, leaf_few
from web.console.filtering import query_of
from web.console.listing import Asked, Column, Listing, Read, Shown, read_asked
from web.console.routes import PageRoute
from web.console.speaking import Voice
from web.console.tables import list_page
from web.console.variants_form import PARTS, of_item
from web.tongues import LANGUAGES

router = APIRouter(prefix="/console/campaigns", include_in_schema=False, route_class=PageRoute)

WORDED = {
    "trigger.on": ("trigger_on", "on_"),
    "trigger.role": ("trigger_role", "role_"),
    "quiet_hours": ("quiet_hours", "quiet_"),
}
LABELS = {
    "name": "name",
    "trigger.places": "trigger_places",
    "trigger.tags": "trigger_tags",
    "audience": "audience",
    "schedule.from": "schedule_from",
    "schedule.until": "schedule_until",
    "schedule.weekly": "weekly",
    "schedule.only_when_open": "only_when_open",
    "offer": "offer",
    "product": "product",
    "priority": "priority",
    "cooldown": "cooldown",
    "life": "life",
    "hold_out_percent": "hold_out",
    "default_language": "default_language",
}

VERSIONS = Listing(
    "",
    (
        Column("version", "version", sorts=True),
        Column("when", "when", sorts=True),
        Column("name", "name", sorts=True),
    ),
    "-version",
    ("q",),
    page=50,
    anchor="all",
)
"""Of one campaign, whose address it has."""
ORDERS = {
    "version": Order(lambda one: one["version"], "number"),
    "when": Order(lambda one: one["at"], "time"),
    "name": Order(lambda one: one["name"].casefold()),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A field in both versions, as the page says it."""

    label: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        return self.left != self.right


@router.get("/{campaign_id}/versions")
def compare(desk: Reader, campaign_id: Named) -> Response:
    """`?left=&right=`: their numbers; the last two where none are asked for."""
    form, voice = query_of(desk), desk.voice
    with desk.parts.database.reading() as session:
        item = campaigns.get_campaign(session, campaign_id)
        versions = overview.versions_of(session, campaign_id)
        places, offers = overview.name_places(session), overview.name_offers(session)
    numbers = [str(one["version"]) for one in versions]
    by_number = dict(zip(numbers, versions, strict=True))
    right = form.text("right") if form.text("right") in by_number else numbers[0]
    before = next((one for one in numbers if int(one) < int(right)), right)
    left = form.text("left") if form.text("left") in by_number else before
    said = [_said(by_number[one], voice, places, offers) for one in (left, right)]
    labels = list(dict.fromkeys([*said[0], *said[1]]))
    rows = [Row(one, said[0].get(one, ""), said[1].get(one, "")) for one in labels]
    asked = _asked(desk, campaign_id)
    leaf = asked.look(_read(versions, asked), None)
    asked.form = form.but(left=left, right=right)
    return list_page(
        desk,
        "versions.html",
        Shown(asked, leaf),
        item=item,
        choices=[(one, f"{one}, {voice.moment(by_number[one]['at'])}") for one in numbers],
        sides=(by_number[left], by_number[right]),
        rows=rows,
        newest=versions[0]["version"],
        differing=sum(row.differs for row in rows),
    )


@router.get("/{campaign_id}/versions.csv")
def as_csv(desk: Reader, campaign_id: Named) -> Response:
    with desk.parts.database.reading() as session:
        campaigns.get_campaign(session, campaign_id)
        versions = overview.versions_of(session, campaign_id)
    asked, words = _asked(desk, campaign_id), desk.voice.words

    def cells(_session: Any, leaf: Leaf) -> list[Any]:
        return [
            (one["version"], one["at"], one["name"], words[f"on_{one['trigger']['on']}"], ", ".join(one["messages"]))
            for one in leaf.items
        ]

    heads = ("version", "when", "name", "trigger", "languages")
    return csv_answer(asked, "versions", heads, _read(versions, asked), cells)


def _asked(desk: Desk, campaign_id: str) -> Asked:
    return read_asked(desk, replace(VERSIONS, path=f"/console/campaigns/{campaign_id}/versions"))


def _read(versions: list[dict[str, Any]], asked: Asked) -> Read:
    text = asked.text("q").casefold()
    found = [one for one in versions if text in one["name"].casefold()]

    def read(_session: Any, turn: Turn) -> Leaf:
        return leaf_few(found, turn, VERSIONS.own, ORDERS, lambda one: f"{one['version']:09}")

    return read


def _said(
    version: Mapping[str, Any], voice: Voice, places: Mapping[str, str], offers: Mapping[str, str]
) -> dict[str, str]:
    """What a version says, field by field, by the name that the form gives the field."""
    words = voice.words
    flat = {**version, **_under("trigger", version["trigger"]), **_under("schedule", version.get("schedule") or {})}
    said: dict[str, str] = {}
    for field, label in LABELS.items():
        said[words[label]] = _value(field, flat.get(field), voice, places, offers)
    for field, (label, prefix) in WORDED.items():
        value = flat.get(field)
        said[words[label]] = words.get(f"{prefix}{value}", str(value or ""))
    for tag, message in version["messages"].items():
        for part in PARTS:
            said[f"{LANGUAGES.get(tag, tag)}, {words[part]}"] = str(message.get(part) or "")
    for one in of_item(version, voice):
        called = words["version_variant"].format(name=one.name)
        said[f"{called}, {words['variant_share']}"] = one.share
        for tag, message, is_own in one.texts:
            for part in PARTS if is_own else ():
                said[f"{called}, {LANGUAGES.get(tag, tag)}, {words[part]}"] = str(message.get(part) or "")
    return said


def _under(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{name}.{key}": value for key, value in values.items()}


def _value(field: str, value: Any, voice: Voice, places: Mapping[str, str], offers: Mapping[str, str]) -> str:
    if value is None or value in ("", [], False):
        return ""
    match field:
        case "audience":
            return voice.condition(value, places)
        case "trigger.places":
            return ", ".join(places.get(one, one) for one in value)
        case "trigger.tags":
            return ", ".join(value)
        case "schedule.from" | "schedule.until":
            return voice.moment(value)
        case "cooldown" | "life":
            return voice.lasting(value)
        case "offer":
            return offers.get(value, value)
        case "schedule.only_when_open":
            return voice.words["version_yes"]
        case _:
            return str(value)
