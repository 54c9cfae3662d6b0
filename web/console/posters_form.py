"""A poster as its form shows it, and as the form says it."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from offers.errors import Fault
from offers.rules.poster import PosterBody
from offers.rules.values import zone_or_none
from web.console.choosing import meant
from web.console.clock import as_typed, read_typed
from web.console.faults import Errors, at_fields, read_body, rule_said
from web.console.filtering import MOST_NAMED
from web.console.forms import Form
from web.console.speaking import Voice

PLAIN = ("name", "place", "lat", "lon", "campaign", "in_store", "again", "digital_link")
MOMENTS = ("from", "until", "then.at")
FIELDS = ("id", *PLAIN, "inside", "then.campaign", "then.after_scans", *MOMENTS)
IN_WORDS = {
    "no_such_place": "no_such_place",
    "no_such_campaign": "poster_wrong_campaign",
    "not_a_scan_campaign": "poster_wrong_campaign",
    "taken": "poster_link_taken",
}
"""Names of faults that the use case has, and how the console says them."""

Item = Mapping[str, Any]


def blank(zone: ZoneInfo) -> Form:
    return Form.of({"zone": zone.key})


def shown(item: Item, zone: ZoneInfo) -> Form:
    """The form of a poster as it is, its moments by the desk's clock."""
    values: dict[str, str | list[str] | None] = {
        name: None if item[name] is None else str(item[name]) for name in PLAIN
    }
    then = item["then"] or {"campaign": None, "after_scans": None, "at": None}
    values |= {"inside": "1" if item["inside"] else None, "then.campaign": then["campaign"], "zone": zone.key}
    values["then.after_scans"] = None if then["after_scans"] is None else str(then["after_scans"])
    values |= {name: as_typed(_moment_of(item, name), zone) for name in MOMENTS}
    return Form.of(values)


def _moment_of(item: Item, name: str) -> Any:
    return (item["then"] or {}).get("at") if name == "then.at" else item[name]


def read(form: Form, before: Item | None, voice: Voice, places: Mapping[str, str]) -> tuple[PosterBody | None, Errors]:
    """The poster that the form says, or what is wrong at which field. A place is said by its id, or by what only its name holds."""
    faults: list[Fault] = []
    raw: dict[str, Any] = {name: form.or_none(name) for name in PLAIN}
    raw["inside"] = form.on("inside")
    for name in ("lat", "lon"):
        if raw[name] is not None:
            raw[name] = raw[name].replace(",", ".", 1)
    if raw["place"] is not None:
        fitting = meant(places, raw["place"])
        if len(fitting) > 1:
            named = ", ".join(places[one] for one in fitting[:MOST_NAMED]) + (" …" if len(fitting) > MOST_NAMED else "")
            faults.append(Fault("place", voice.words["several_places"].format(names=named)))
        elif not fitting:
            faults.append(Fault("place", voice.words["no_such_place"]))
        raw["place"] = fitting[0] if fitting else None
    moments: dict[str, str | None] = {}
    for name in MOMENTS:
        try:
            moments[name] = _moment(form, name, before, voice)
        except (ValueError, OverflowError):
            faults.append(Fault(name, voice.words["bad_moment"]))
    raw |= {name: moments.get(name) for name in ("from", "until")}
    then = {
        "campaign": form.or_none("then.campaign"),
        "after_scans": form.or_none("then.after_scans"),
        "at": moments.get("then.at"),
    }
    if any(one is not None for one in then.values()):
        raw["then"] = {name: one for name, one in then.items() if one is not None}
    body, found = read_body(PosterBody, {name: one for name, one in raw.items() if one is not None}, voice)
    errors = at_fields(faults or found, FIELDS, {})
    return (None if errors else body), errors


def told(faults: list[Fault], voice: Voice) -> Errors:
    """What the use case says, each at its field and in the reader's language."""
    said = [Fault(one.path, _said(one, voice)) for one in faults]
    return at_fields(said, FIELDS, {})


def _said(fault: Fault, voice: Voice) -> str:
    return voice.words[IN_WORDS[fault.name]] if fault.name in IN_WORDS else rule_said(fault.message, voice)


def _moment(form: Form, name: str, before: Item | None, voice: Voice) -> str | None:
    """By the clock that the form was filled by; what was not touched stays as it was, to the microsecond."""
    typed, zone = form.text(name), zone_or_none(form.or_none("zone")) or voice.zone
    was = None if before is None else _moment_of(before, name)
    if was is not None and typed and typed == as_typed(was, zone):
        return str(was.isoformat())
    at = read_typed(typed, zone)
    return at.isoformat() if at else None
