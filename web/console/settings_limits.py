"""The limits that hold over all campaigns, as a form: the same that /v1/settings takes. A marketer may look, an admin changes them."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import desk_settings, users
from offers.errors import BadInput, Fault
from offers.rules.limits import Limits
from offers.rules.values import read_duration
from web.console.changing import ChangedMeanwhile, unchanged
from web.console.entering import Admin, Desk, Writer
from web.console.faults import Errors, at_fields, read_body, refused_said
from web.console.forms import Form
from web.console.lengths import read_length
from web.console.routes import PageRoute
from web.console.speaking import measure
from web.editing import etag_of

router = APIRouter(prefix="/console/settings/limits", include_in_schema=False, route_class=PageRoute)

WHERE = "/console/settings/limits"
LENGTHS = ("message_life", "abandoned_after", "uncollected_after")
PLAIN = ("hold_out_percent", "default_language", "approach_reach_m", "delivery_rate")
FIELDS = ("cap.messages", "cap.window", "quiet.from", "quiet.until", *LENGTHS, *PLAIN)
RENAMED = {
    "frequency_cap": "cap.messages",
    "frequency_cap.window": "cap.window",
    "quiet_hours": "quiet.from",
    "quiet_hours.until": "quiet.until",
}
Item = dict[str, Any]


@router.get("")
def show(desk: Writer) -> Response:
    with desk.parts.database.reading() as session:
        item = desk_settings.get_limits(session)
    return _form(desk, shown(item), etag_of(item))


@router.post("")
def change(desk: Admin) -> Response:
    form, parts = desk.form, desk.parts
    wanted, errors = read(form, desk)
    if errors:
        return _form(desk, form, form.text("etag"), errors, status=422)
    try:
        with parts.database.transaction() as session:
            before = desk_settings.get_limits(session)
            saved = desk_settings.change_limits(session, wanted, check=unchanged(form.text("etag")))
            if saved != before:
                users.note(session, desk.user.user_id, "changed", "settings", "limits", now=parts.now())
    except ChangedMeanwhile as meanwhile:
        return _form(desk, form, etag_of(meanwhile.now or {}), status=409, changed=True)
    except BadInput as refused:
        return _form(desk, form, form.text("etag"), refused_said(refused, desk.voice), status=422)
    return desk.go(f"{WHERE}?done=set_limits_saved")


def shown(item: Item) -> Form:
    """The limits as fields; what is switched off is empty."""
    values: dict[str, str | list[str] | None] = {
        name: None if item[name] is None else str(item[name]) for name in PLAIN
    }
    cap, quiet = item["frequency_cap"], item["quiet_hours"]
    values["cap.messages"] = str(cap["messages"]) if cap else None
    values["quiet.from"], values["quiet.until"] = (quiet["from"], quiet["until"]) if quiet else (None, None)
    for name, lasts in {"cap.window": cap and cap["window"], **{name: item[name] for name in LENGTHS}}.items():
        unit, many = measure(int(read_duration(lasts).total_seconds())) if lasts else ("H", 0)
        values[name], values[f"{name}.unit"] = str(many) if many else None, unit
    return Form.of(values)


def read(form: Form, desk: Desk) -> tuple[Item, Errors]:
    """What the form says, and what is wrong with it at each field."""
    raw: Item = {name: form.or_none(name) for name in PLAIN}
    faults = []
    for name in ("cap.window", *LENGTHS):
        try:
            raw[name] = read_length(form, name)
        except ValueError:
            faults.append(Fault(RENAMED.get(name, name), desk.voice.words["bad_number"]))
            raw[name] = "PT1H"
    window = raw.pop("cap.window")
    messages = form.or_none("cap.messages")
    raw["frequency_cap"] = {"messages": messages or "", "window": window or ""} if messages or window else None
    quiet = {"from": form.text("quiet.from"), "until": form.text("quiet.until")}
    raw["quiet_hours"] = quiet if any(quiet.values()) else None
    raw = {name: value for name, value in raw.items() if value is not None or name in _MAY_BE_OFF}
    faults += [
        Fault(name, desk.voice.words["bad_missing"])
        for name in (*LENGTHS, *PLAIN)
        if name not in raw and name not in _MAY_BE_OFF
    ]
    body, found = read_body(Limits, raw, desk.voice)
    errors = at_fields([*faults, *found], FIELDS, RENAMED)
    return (body.model_dump(mode="json") if body and not errors else {}), errors


_MAY_BE_OFF = ("frequency_cap", "quiet_hours", "abandoned_after", "uncollected_after", "delivery_rate")


def _form(
    desk: Desk, form: Form, etag: str, errors: Errors | None = None, *, status: int = 200, changed: bool = False
) -> Response:
    return desk.page(
        "settings_limits.html",
        status,
        form=form,
        etag=etag,
        errors=errors or {},
        changed=changed,
        may_change=desk.user.role == "admin",
    )
