"""The first steps: from an empty system to a push on one's own phone, in five short steps."""

import asyncio
import math
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from geofences.fence_index import FenceIndex
from geofences.metres import metres_per_degree
from offers import campaigns, customers, devices, overview, places, users, visitors
from offers.errors import BadInput, Conflict, NotFound
from offers.rules.campaign import CampaignBody
from offers.rules.launch import refusals, warnings
from offers.rules.profile import CustomerBody, DeviceBody
from web.aftermath import carry_out
from web.console import campaign_form, once, place_form
from web.console.changing import ChangedMeanwhile, unchanged
from web.console.checking import said_of
from web.console.entering import Desk, Writer
from web.console.explaining import explain, explain_never
from web.console.faults import Errors, at_fields, read_body, refused_said
from web.console.forms import Form
from web.console.routes import PageRoute
from web.console.sentence import sentence
from web.console.start_phone import TROUBLES, phone_of, ways_of
from web.console.start_state import First, customer_of, outcome, premises_of, read_first, tag_of
from web.console.trouble import is_silent
from web.editing import etag_of
from web.transitions import TransitionDoor
from web.visitor.entering import desk_of
from workers.lanes import LanesUnavailableError, lane_of
from workers.letters import DeviceLetter, PingLetter, TransitionLetter

router = APIRouter(prefix="/console/start", include_in_schema=False, route_class=PageRoute)

Step = Literal["place", "device", "message", "launch", "walk"]
HERE = "/console/start"
CALLED = {
    "place": "start_step_place",
    "device": "start_step_device",
    "message": "start_step_message",
    "launch": "start_step_launch",
    "walk": "start_step_walk",
}
WAYS = {"play": "start_way_play", "browser": "start_way_browser", "phone": "start_way_phone"}
"""The words of each step, and of each way to a device."""
ACCURACY_M = 10.0
AWAY_M = 250.0
"""How far beyond the premises a walk begins: nobody doubts that such a phone is outside."""


@router.get("")
def look(
    desk: Writer,
    step: Step | None = None,
    since: Annotated[float, Query(ge=0, le=1e11)] = 0.0,
    how: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The step that comes next, or one that was done already."""
    return _page(desk, step, since=since, how=how)


@router.post("/place")
def make_place(desk: Writer) -> Response:
    parts = desk.parts
    fixed: dict[str, str | list[str]] = {"kind": "store", "premises.radius_m": "100"}
    body, errors = place_form.read(desk.form.but(**fixed), None, desk.voice)
    if body is None or errors:
        return _page(desk, "place", form=place_form.parted(desk.form), errors=errors, status=422)
    wanted, saved = once.id_of(desk.form, "plc"), f"{HERE}?done=place_saved"
    try:
        with parts.database.transaction() as session:
            _, _, follows = places.put_place(session, wanted, body, now=parts.now(), check=unchanged(None))
            users.note(session, desk.user.user_id, "created", "place", wanted, now=parts.now())
    except ChangedMeanwhile:
        return desk.go(saved)  # the same form twice: it is there
    carry_out(parts, follows)
    return desk.go(saved)


@router.post("/device")
def take_device(desk: Writer) -> Response:
    """The user becomes a customer who agreed to both, and what they chose is a device of theirs."""
    how = desk.form.text("how")
    browser = _browser_of(desk)
    errors: Errors = {}
    if not desk.form.on("agree"):
        errors["agree"] = desk.voice.words["start_agree_first"]
    if how == "browser" and browser is None:
        errors["how"] = desk.voice.words["start_browser_off"]
    if how not in ways_of(desk):
        errors["how"] = desk.voice.words["bad_choice"]
    if errors:
        return _page(desk, "device", form=desk.form, errors=errors, status=422)
    parts, wanted, now = desk.parts, customer_of(desk), desk.parts.now()
    receipt = {"given": True, "language": desk.voice.language, "source": "console"}
    agreed = {"location": receipt, "offers": receipt}
    profile = {
        "name": desk.user.name[: users.LONGEST_NAME],
        "language": desk.voice.language,
        "tags": [tag_of(desk)],
        "consents": agreed,
    }
    with parts.database.transaction() as session:
        _, created, follows = customers.put_customer(session, wanted, CustomerBody.model_validate(profile), now=now)
        if created:
            users.note(session, desk.user.user_id, "created", "customer", wanted, now=now)
        if how == "browser" and browser is not None:
            follows |= devices.link_device(session, browser, wanted, now=now)
            users.note(session, desk.user.user_id, "created", "test_device", browser, now=now)
        if how == "play":
            plays = {"platform": "android", "customer": wanted, "push_token": f"plays-{desk.user.user_id}"}
            registered = devices.register_device(session, DeviceBody.model_validate(plays), trusted=True, now=now)
            follows |= registered.follows
            users.note(session, desk.user.user_id, "created", "test_device", registered.device_id, now=now)
    carry_out(parts, follows)
    return desk.go(f"{HERE}?step=device&how=phone" if how == "phone" else f"{HERE}?done=start_device_there")


@router.post("/message")
def write_message(desk: Writer) -> Response:
    form, parts, language = desk.form, desk.parts, desk.voice.language
    first = _first(desk)
    if first.place is None:
        return desk.go(HERE)
    said = {"title": form.text("title"), "body": form.text("body")}
    before: dict[str, Any] = {
        "name": desk.voice.say("start_campaign_name", who=desk.user.name).unescape(),
        "trigger": {"on": "enter", "places": [first.place["id"]]},
        "audience": {"fact": "tags", "has": tag_of(desk)},
        "default_language": language,
    }
    if first.campaign is not None:
        before = {name: first.campaign[name] for name in campaign_form.KNOWN if name in first.campaign}
    raw = before | {"messages": {**before.get("messages", {}), language: said}}
    body, faults = read_body(CampaignBody, raw, desk.voice)
    if body is None:
        renamed = {f"messages.{language}.{part}": part for part in said}
        errors = at_fields(faults, tuple(said), renamed | {f"messages.{language}": "body"})
        return _page(desk, "message", form=form, errors=errors, status=422)
    etag = form.text("etag") or None
    try:
        with parts.database.transaction() as session:
            check = unchanged(etag)
            _, created = campaigns.put_campaign(session, first.campaign_id, body, now=parts.now(), check=check)
            deed = "created" if created else "changed"
            users.note(session, desk.user.user_id, deed, "campaign", first.campaign_id, now=parts.now())
    except ChangedMeanwhile:
        return _page(desk, "message", form=form, changed=True, status=409)
    except (BadInput, Conflict) as refused:
        return _page(desk, "message", form=form, errors=refused_said(refused, desk.voice), status=409)
    return desk.go(f"{HERE}?step=launch&done=start_message_saved")


@router.post("/launch")
def launch(desk: Writer) -> Response:
    parts, now = desk.parts, desk.parts.now()
    with parts.database.reading() as session:
        first = read_first(session, desk)
        if first.campaign is None:
            return desk.go(HERE)
        reached = campaigns.whom_a_check_needs(session, first.campaign_id, now=now)
    try:
        with parts.database.transaction() as session:
            check = unchanged(desk.form.text("etag"))
            campaigns.step_campaign(session, first.campaign_id, "launch", now=now, check=check, reached=reached)
            if first.campaign["status"] != "live":
                users.note(session, desk.user.user_id, "launched", "campaign", first.campaign_id, now=now)
    except ChangedMeanwhile as changed:
        if changed.now is not None and changed.now["status"] == "live":
            return desk.go(f"{HERE}?step=walk")
        return _page(desk, "launch", changed=True, status=409)
    except Conflict:
        return _page(desk, "launch", status=409)
    return desk.go(f"{HERE}?step=walk&done=did_launch")


@router.post("/walk")
async def walk(desk: Writer, request: Request) -> Response:
    """As the user's phone would tell it: far enough outside, and in again. From there on it is a visit like any other."""
    parts, now = desk.parts, desk.parts.clock()
    first = await asyncio.to_thread(_first, desk)
    fence = premises_of(first.place) if first.place else None
    if first.device is None or first.place is None or fence is None or first.campaign is None:
        return desk.go(HERE)
    door: TransitionDoor = request.app.state.transitions
    device = str(first.device["id"])
    refused = None
    try:
        for letter in _walk_of(device, fence, parts.fences.index, now):
            refused = refused or await door.gathering.put(lane_of(device, parts.lanes.lanes), letter)
    except LanesUnavailableError:
        return await asyncio.to_thread(_refused_walk, desk, "start_not_taken", 503)
    if refused is not None:
        return await asyncio.to_thread(_refused_walk, desk, "start_no_consent", 409)
    await asyncio.to_thread(_note_walk, desk, str(first.place["id"]))
    return desk.go(f"{HERE}?step=walk&since={math.floor(now * 1000) / 1000:.3f}")


def _walk_of(device: str, fence_id: str, index: FenceIndex, now: float) -> Iterator[DeviceLetter]:
    """Two pings outside, and then the phone's own enter. Who stands there already has left by that: an exit that only the phone had told
    would have them come back to the visit they were on.
    """
    fence = index.by_id.get(fence_id)
    spot: tuple[float | None, float | None] = (None, None)
    if fence is not None:
        lat, lon, radius_m = fence.shape.covering
        way = (radius_m + AWAY_M) / metres_per_degree(lat)[0]
        outside = (lat - way if lat > 0 else lat + way, lon)
        yield PingLetter(
            device, now, [(*outside, now - before_s, ACCURACY_M) for before_s in (2.0, 1.0)], index.version
        )
        spot = (lat, lon)
    yield TransitionLetter(device, now, [(fence_id, "enter", now, ACCURACY_M, *spot)], index.version)


def _first(desk: Desk) -> First:
    with desk.parts.database.reading() as session:
        return read_first(session, desk)


def _refused_walk(desk: Desk, said: str, status: int) -> Response:
    return _page(desk, "walk", errors={"": desk.voice.words[said]}, status=status)


def _note_walk(desk: Desk, place_id: str) -> None:
    with desk.parts.database.transaction() as session:
        users.note(session, desk.user.user_id, "walked_in", "place", place_id, now=desk.parts.now())


def _browser_of(desk: Desk) -> str | None:
    """The device that this browser is, where messages are on in it."""
    visiting = desk_of(desk.request)
    device_id = visiting.cookie.device_in(desk.request, desk.parts.clock())
    if device_id is None:
        return None
    with desk.parts.database.reading() as session:
        visitor = visitors.find_visitor(session, device_id)
    return device_id if visitor is not None and visitor.on else None


def _page(
    desk: Desk,
    step: str | None,
    *,
    form: Form | None = None,
    errors: Errors | None = None,
    status: int = 200,
    changed: bool = False,
    since: float = 0.0,
    how: str = "",
) -> Response:
    voice, shown = desk.voice, dict[str, Any]()
    with desk.parts.database.reading() as session:
        first = read_first(session, desk)
        here = step if step and first.may_open(step) else first.next
        zone = overview.desk_zone(session)
        if here == "launch" and first.campaign:
            found = campaigns.check_campaign(session, first.campaign_id, now=desk.parts.now(), count=False)
            names = overview.name_places(session)
            shown["refused"] = [one.message for one in said_of(refusals(found), voice)]
            shown["warned"] = [one.message for one in said_of(warnings(found), voice, "warn", names)]
            shown["sentence"] = sentence(first.campaign, names, {}, voice)
        if here == "walk" and since:
            shown["walked"] = _walked(session, desk, first, since)
    return desk.page(
        "start.html",
        status,
        first=first,
        step=here,
        called={one: voice.words[phrase] for one, phrase in CALLED.items()},
        way_called={one: voice.words[phrase] for one, phrase in WAYS.items()},
        form=form or _form_of(desk, first, here, zone),
        errors=errors or {},
        changed=changed,
        ways=ways_of(desk),
        how=how,
        phone=phone_of(desk) if here == "device" else None,
        troubles=TROUBLES,
        browser_is_on=here == "device" and _browser_of(desk) is not None,
        customer_id=customer_of(desk),
        address=desk.parts.settings.base_url or f"{desk.request.url.scheme}://{desk.request.url.netloc}",
        etag=etag_of(first.campaign) if first.campaign else "",
        since=since,
        **({"refused": [], "warned": [], "sentence": "", "walked": None} | shown),
    )


def _form_of(desk: Desk, first: First, step: str, zone: str) -> Form:
    words = desk.voice.words
    if step == "place":
        return Form.of({"time_zone": zone if zone != overview.NO_ZONE else ""})
    if step != "message":
        return Form()
    said = (first.campaign or {}).get("messages", {}).get(desk.voice.language)
    return Form.of(said or {"title": words["start_title"], "body": words["start_body"]})


def _walked(session: Any, desk: Desk, first: First, since: float) -> dict[str, Any]:
    """What is known of the last walk, in words, and whether there is more to come."""
    try:
        told = outcome(session, desk, first, since)
    except NotFound:
        return {"over": True, "decision": None, "delivery": None, "why": [], "silent": False}
    decision, delivery, never = told["decision"], told["delivery"], told["never"]
    names = overview.names_of(session, [{"place": first.place["id"]} if first.place else {}])
    why = [explain(decision["outcome"], decision["facts"], desk.voice, names)] if decision else []
    if not decision and never:
        why = [explain_never(never["reason"], never["facts"], desk.voice, names)]
    is_over = bool(delivery and delivery["state"] not in ("queued", "sending"))
    is_over = is_over or bool(decision and decision["outcome"] != "send" and not delivery)
    silent = not is_over and is_silent(desk.parts)
    return {"over": is_over, "decision": decision, "delivery": delivery, "why": why, "silent": silent}
