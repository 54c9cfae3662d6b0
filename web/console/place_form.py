"""A place as its form shows it, and as the form says it: circles by their radius, other shapes as GeoJSON, what is neither is kept."""

import json
import re
from collections.abc import Mapping
from typing import Any

from offers.errors import Fault
from offers.rules.place import PlaceBody
from web.console import place_hours
from web.console.faults import Errors, at_fields, read_body
from web.console.forms import Form
from web.console.speaking import Voice

FIELDS = (
    "id",
    "name",
    "kind",
    "address",
    "phone",
    "lat",
    "lon",
    "time_zone",
    "opening_hours",
    *place_hours.FIELDS,
    "tags",
    "pickup",
    "paused",
    "keep",
    "premises.radius_m",
    "premises.dwell_s",
    "premises.geojson",
    "approach.radius_m",
    "approach.dwell_s",
    "approach.geojson",
)
ROLES = ("premises", "approach")
_BOTH = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*[,;]\s*(-?\d+\.\d+)\s*")

Item = Mapping[str, Any]


def shown(item: Item) -> Form:
    """The form of a place as it is."""
    values: dict[str, str | list[str] | None] = {
        "name": item["name"],
        "kind": item["kind"],
        "address": item["address"],
        "phone": item["phone"],
        "lat": repr(item["lat"]),
        "lon": repr(item["lon"]),
        "time_zone": item["time_zone"],
        "opening_hours": item["opening_hours"],
        "tags": ", ".join(item["tags"]),
        "pickup": "1" if item["pickup"] else None,
        "paused": "1" if item["paused"] else None,
        "keep": [fence["id"] for fence in kept(item)],
        "known": [fence["id"] for fence in item["geofences"]],
        "had": list(_own(item)),
    }
    values |= place_hours.shown(item["opening_hours"])
    for role, fence in _own(item).items():
        values[f"{role}.dwell_s"] = str(fence["dwell_s"]) if fence["dwell_s"] else None
        if "geometry" in fence:
            values[f"{role}.geojson"] = json.dumps(fence["geometry"])
        else:
            values[f"{role}.radius_m"] = f"{fence['radius_m']:g}"
    return Form.of(values)


def blank(zone: str) -> Form:
    first: dict[str, str | None] = {
        "kind": "store",
        "time_zone": zone,
        "premises.radius_m": "100",
        "premises.dwell_s": "60",
    }
    return Form.of(first | place_hours.shown(None))


def _own(item: Item) -> dict[str, Item]:
    """Of each role the geofence that the form's fields can say: an area, or a circle around the place's own point."""
    found: dict[str, Item] = {}
    for fence in item["geofences"]:
        around = "geometry" in fence or (fence["lat"], fence["lon"]) == (item["lat"], item["lon"])
        if fence["role"] in ROLES and around:
            found.setdefault(fence["role"], fence)
    return found


def kept(item: Item | None) -> list[Item]:
    """The geofences that no field says; they stay unless their tick is taken away."""
    if item is None:
        return []
    own = {fence["id"] for fence in _own(item).values()}
    return [fence for fence in item["geofences"] if fence["id"] not in own]


def beside_theirs(form: Form, now: Item) -> Form:
    """What was typed, and beside it the geofences that somebody else added meanwhile: they stay unless they are taken away by hand.

    `known` and `had` say which geofences and which outlines there were when the form was filled.
    """
    theirs = shown(now)
    there = [fence["id"] for fence in kept(now)]
    keep = [one for one in there if one in form.all("keep") or one not in form.all("known")]
    values: dict[str, str | list[str]] = {"keep": keep, "known": theirs.all("known"), "had": theirs.all("had")}
    for role in ROLES:
        typed = form.text(f"{role}.radius_m") or form.text(f"{role}.geojson")
        if not typed and role not in form.all("had"):
            values |= {f"{role}.{part}": theirs.text(f"{role}.{part}") for part in ("radius_m", "dwell_s", "geojson")}
    return form.but(**values)


def read(form: Form, before: Item | None, voice: Voice) -> tuple[PlaceBody | None, Errors]:
    """The place that the form says, or what is wrong at which field."""
    lat, lon = _point(form)
    fences: list[dict[str, Any]] = []
    origins: list[str] = []
    faults: list[Fault] = []
    for role in ROLES:
        fence, field, fault = _fence(form, role, lat, lon, voice)
        if fault is not None:
            faults.append(fault)
        if fence is not None:
            fences.append(fence)
            origins.append(field)
    for other in kept(before):
        if other["id"] in form.all("keep"):
            fences.append({name: value for name, value in other.items() if name != "id"})
            origins.append("keep")
    hours, wrong_days = place_hours.said(form, before, voice)
    faults += wrong_days
    raw: dict[str, Any] = {
        "name": form.text("name"),
        "kind": form.text("kind"),
        "lat": lat,
        "lon": lon,
        "time_zone": form.text("time_zone"),
        "address": form.or_none("address"),
        "phone": form.or_none("phone"),
        "opening_hours": hours,
        "tags": _tags(form),
        "pickup": form.on("pickup"),
        "paused": form.on("paused"),
        "geofences": fences,
    }
    body, found = read_body(PlaceBody, raw, voice)
    renamed = {f"geofences[{number}]": field for number, field in enumerate(origins)}
    renamed |= {
        f"geofences[{number}].dwell_s": field.partition(".")[0] + ".dwell_s"
        for number, field in enumerate(origins)
        if field != "keep"
    }
    broken = {fault.path for fault in faults}
    if any(one.startswith("premises") for one in broken):
        found = [one for one in found if one.path != "geofences"]  # it is there, only unreadable
    errors = at_fields([*faults, *_known_once(found)], FIELDS, {**renamed, "geofences": "premises.radius_m"})
    return (None if errors else body), errors


def _known_once(faults: list[Fault]) -> list[Fault]:
    """A circle stands around the place's point: what is wrong with that is said there, once."""
    at_point = any(fault.path in ("lat", "lon") for fault in faults)
    return [one for one in faults if not (at_point and re.fullmatch(r"geofences\[\d+\]\.(?:lat|lon)", one.path))]


def parted(form: Form) -> Form:
    """Both coordinates, where they were pasted into the first field, each in its own; `pasted` keeps what was sent, by which drafts know it again."""
    both = _BOTH.fullmatch(form.text("lat"))
    if both is None or form.text("lon"):
        return form
    return form.but(lat=both[1], lon=both[2], pasted=form.text("lat"))


def _point(form: Form) -> tuple[str, str]:
    """Latitude and longitude as typed, with a decimal point; both may stand in the first field."""
    form = parted(form)
    return _number(form.text("lat")), _number(form.text("lon"))


def _number(text: str) -> str:
    return text.replace(",", ".", 1) if re.fullmatch(r"-?\d+,\d+", text) else text


def _tags(form: Form) -> list[str]:
    return list(dict.fromkeys(one.strip() for one in form.text("tags").split(",") if one.strip()))


def _fence(form: Form, role: str, lat: str, lon: str, voice: Voice) -> tuple[dict[str, Any] | None, str, Fault | None]:
    """What the fields of a role say, the field it came from, and what is wrong with its JSON."""
    dwell = {"dwell_s": _number(form.text(f"{role}.dwell_s")) or None}
    pasted, field = form.text(f"{role}.geojson"), f"{role}.geojson"
    if pasted:
        try:
            geometry = _geometry(json.loads(pasted))
        except (ValueError, RecursionError):
            return None, field, Fault(field, voice.words["bad_json"])
        if geometry is None:
            return None, field, Fault(field, voice.words["bad_geojson_kind"])
        return {"role": role, "geometry": geometry, **dwell}, field, None
    radius, field = _number(form.text(f"{role}.radius_m")), f"{role}.radius_m"
    if not radius:
        return None, field, None
    return {"role": role, "lat": lat, "lon": lon, "radius_m": radius, **dwell}, field, None


def _geometry(value: Any) -> dict[str, Any] | None:
    """The one shape of a geometry, a Feature or a FeatureCollection of one."""
    if not isinstance(value, dict):
        return None
    if value.get("type") == "FeatureCollection":
        features = value.get("features")
        return _geometry(features[0]) if isinstance(features, list) and len(features) == 1 else None
    if value.get("type") == "Feature":
        return _geometry(value.get("geometry"))
    return value if value.get("type") in ("Polygon", "MultiPolygon") else None
