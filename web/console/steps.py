"""Launch, pause, end: asked by naming what will happen, refused with what is wrong at its field."""

from contextlib import nullcontext
from typing import Literal

from fastapi import APIRouter
from starlette.responses import Response

from offers import campaigns, desk_settings, overview, users
from offers.errors import Conflict, NotFound
from offers.rules.launch import refusals, warnings
from web.asking import Named
from web.console import campaign_form
from web.console.campaign_edit import Item, form_page
from web.console.changing import ChangedMeanwhile, unchanged
from web.console.checking import said_of
from web.console.entering import Desk, Writer
from web.console.faults import Errors
from web.console.routes import PageRoute
from web.console.sentence import sentence
from web.editing import etag_of

router = APIRouter(prefix="/console/campaigns", include_in_schema=False, route_class=PageRoute)

Step = Literal["launch", "pause", "end"]
DEEDS = {"launch": "launched", "pause": "paused", "end": "ended"}


@router.get("/{campaign_id}/{step}")
def ask(desk: Writer, campaign_id: Named, step: Step) -> Response:
    return _ask(desk, campaign_id, step)


@router.post("/{campaign_id}/{step}")
def take(desk: Writer, campaign_id: Named, step: Step) -> Response:
    """Only of what was asked about: somebody may have changed it since."""
    parts, now = desk.parts, desk.parts.now()
    with parts.database.reading() as session:
        before = campaigns.get_campaign(session, campaign_id)
    try:
        _refuse_impossible(desk, before, step)
        with parts.database.reading() as session:
            reached = campaigns.whom_a_check_needs(session, campaign_id, now=now) if step == "launch" else None
        with parts.database.transaction() as session:
            unchanged_since = unchanged(desk.form.text("etag"))
            item = campaigns.step_campaign(session, campaign_id, step, now=now, check=unchanged_since, reached=reached)
            if item["status"] != before["status"]:
                users.note(session, desk.user.user_id, DEEDS[step], "campaign", campaign_id, now=now)
    except ChangedMeanwhile as changed:
        if changed.now is None:
            raise NotFound("campaign") from None
        if changed.now["status"] == campaigns.STEPS[step].get(before["status"]):  # twice, or by somebody else
            return desk.go(f"/console/campaigns/{campaign_id}?done=did_{step}")
        return _ask(desk, campaign_id, step, status=409, changed=True)
    except Conflict as refused:
        if not refused.faults:
            raise
        errors = campaign_form.told(said_of(refused.faults, desk.voice), campaign_form.tags_of(before))
        form = campaign_form.shown(before, desk.voice.zone)
        return form_page(desk, form, before, errors=errors, status=409, launching=True)
    return desk.go(f"/console/campaigns/{campaign_id}?done=did_{step}")


def _refuse_impossible(desk: Desk, item: Item, step: Step) -> None:
    if item["status"] not in campaigns.STEPS[step]:
        raise desk.refuse("bad_step", 409, status=desk.voice.words[f"status_{item['status']}"])


def _ask(desk: Desk, campaign_id: str, step: Step, *, status: int = 200, changed: bool = False) -> Response:
    errors: Errors = {}
    warned: Errors = {}
    turn = desk.parts.counting.taken_if_free() if step == "launch" else nullcontext(False)
    with turn as mine, desk.parts.database.reading() as session:
        item = campaigns.get_campaign(session, campaign_id)
        places = overview.name_places(session)
        offers = overview.name_offers(session)
        limits = desk_settings.get_limits(session)
        queued = overview.count_queued(session, campaign_id) if step != "launch" else 0
        if step == "launch":
            found = campaigns.check_campaign(session, campaign_id, now=desk.parts.now(), count=mine, roughly=True)
            tags, names = campaign_form.tags_of(item), overview.name_campaigns(session) | places
            errors = campaign_form.told(said_of(refusals(found), desk.voice), tags)
            warned = campaign_form.told(said_of(warnings(found), desk.voice, "warn", names), tags)
    _refuse_impossible(desk, item, step)
    if campaigns.STEPS[step][item["status"]] == item["status"]:
        return desk.go(f"/console/campaigns/{campaign_id}")
    return desk.page(
        "step.html",
        status,
        item=item,
        step=step,
        etag=etag_of(item),
        sentence=sentence(item, places, offers, desk.voice),
        limits=limits,
        queued=queued,
        errors=errors,
        warned=warned,
        changed=changed,
    )
