"""The form on which a campaign is written: new, copied, or changed as a new version; previewed without being saved."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from offers import campaigns, overview, suggesting, users
from offers.errors import BadInput, Conflict, Fault, NotFound
from offers.rules.launch import refusals
from offers.rules.personalise import FITS_BODY, FITS_TITLE
from offers.rules.profile import Id
from offers.rules.templates import FACTS, FILTERS
from web.asking import Named
from web.console import audience_form, campaign_form, once, variants_form
from web.console.as_typed import Who, host_of, sentence_of, who_of
from web.console.audience_choices import choices_of
from web.console.audience_kinds import KINDS, grouped
from web.console.changing import ChangedMeanwhile, unchanged
from web.console.checking import said_of
from web.console.choosing import offer_places
from web.console.entering import Desk, Writer
from web.console.faults import Errors, rule_said
from web.console.forms import Form
from web.console.maps import with_map
from web.console.places import wrong_id
from web.console.previewing import Preview, preview_of
from web.console.routes import PageRoute
from web.editing import etag_of

router = APIRouter(prefix="/console/campaigns", include_in_schema=False, route_class=PageRoute)

Item = dict[str, Any]
Copied = Annotated[Id | None, Query(alias="copy")]


@router.get("/new")
def new(desk: Writer, copied: Copied = None) -> Response:
    """Empty, or filled as another campaign is."""
    if copied is None:
        return form_page(desk, campaign_form.blank(desk.voice.zone))
    with desk.parts.database.reading() as session:
        item = campaigns.get_campaign(session, copied)
    form = campaign_form.shown(item, desk.voice.zone).but(copy=copied, name=campaign_form.copy_name(item, desk.voice))
    return form_page(desk, form, copied=item)


@router.post("/new")
def add(desk: Writer) -> Response:
    form, parts = desk.form, desk.parts
    copied = _copied(desk)
    do = pressed(form)
    if variants_form.is_button(do):
        form, going_on = variants_form.pressed(form, do)
        return form_page(desk, form, copied=copied, going_on=going_on)
    if do in ("row", "find", "count"):
        return form_page(desk, form, copied=copied, more_rows=do == "row", finding=do == "find", counting=do == "count")
    body, errors = campaign_form.read(form, copied, desk.voice)
    errors |= wrong_id(form, desk)
    if do == "preview":
        return _previewed(desk, form, None, body, errors, copied=copied)
    if body is None or errors:
        return form_page(desk, form, errors=errors, status=422, copied=copied)
    wanted = form.or_none("id") or once.id_of(form, "cmp")
    try:
        with parts.database.transaction() as session:
            campaigns.put_campaign(session, wanted, body, now=parts.now(), check=unchanged(None))
            users.note(session, desk.user.user_id, "created", "campaign", wanted, now=parts.now())
    except ChangedMeanwhile:
        if form.or_none("id"):
            return form_page(desk, form, errors={"id": desk.voice.words["id_taken"]}, status=409, copied=copied)
        # the same form twice: it is there
    except BadInput as refused:
        told = _told(_in_words(refused, desk), form, copied)
        return form_page(desk, form, errors=told, status=422, copied=copied)
    return desk.go(f"/console/campaigns/{wanted}?done=campaign_saved")


@router.get("/{campaign_id}/edit")
def edit(desk: Writer, campaign_id: Named, checks: Annotated[str, Query(max_length=5)] = "") -> Response:
    """With `?checks=1` what keeps it from being launched stands at its fields."""
    now = desk.parts.now()
    with desk.parts.database.reading() as session:
        item = campaigns.get_campaign(session, campaign_id)
        found = campaigns.check_campaign(session, campaign_id, now=now, count=False) if checks else []
    _refuse_ended(desk, item)
    errors = campaign_form.told(said_of(refusals(found), desk.voice), campaign_form.tags_of(item))
    return form_page(desk, campaign_form.shown(item, desk.voice.zone), item, errors=errors, launching=bool(errors))


@router.post("/{campaign_id}/edit")
def change(desk: Writer, campaign_id: Named) -> Response:
    form, parts, etag = desk.form, desk.parts, desk.form.text("etag")
    with parts.database.reading() as session:
        item = campaigns.get_campaign(session, campaign_id)
    _refuse_ended(desk, item)
    do = pressed(form)
    if variants_form.is_button(do):
        form, going_on = variants_form.pressed(form, do)
        return form_page(desk, form, item, etag=etag, going_on=going_on)
    if do in ("row", "find", "count"):
        return form_page(
            desk, form, item, etag=etag, more_rows=do == "row", finding=do == "find", counting=do == "count"
        )
    body, errors = campaign_form.read(form, item, desk.voice)
    if do == "preview":
        return _previewed(desk, form, item, body, errors, etag=etag)
    if body is None:
        return form_page(desk, form, item, errors=errors, status=422, etag=etag)
    now = parts.now()
    with parts.database.reading() as session:
        reached = campaigns.whom_a_check_needs(session, campaign_id, now=now, body=body)
    try:
        with parts.database.transaction() as session:
            saved, _ = campaigns.put_campaign(
                session, campaign_id, body, now=now, check=unchanged(etag), reached=reached
            )
            if saved["version"] != item["version"]:
                users.note(session, desk.user.user_id, "changed", "campaign", campaign_id, now=now)
    except ChangedMeanwhile as changed:
        if changed.now is None:
            raise NotFound("campaign") from None
        _refuse_ended(desk, changed.now)
        beside = campaign_form.beside_theirs(form, changed.now)
        return form_page(desk, beside, changed.now, status=409, changed=True)
    except BadInput as refused:
        return form_page(desk, form, item, errors=_told(_in_words(refused, desk), form, item), status=422, etag=etag)
    except Conflict as refused:  # it is live, and so it would never send again
        faults = said_of(refused.faults, desk.voice)
        return form_page(desk, form, item, errors=_told(faults, form, item), status=409, etag=etag)
    return desk.go(f"/console/campaigns/{campaign_id}?done=campaign_saved")


def _in_words(refused: BadInput, desk: Desk) -> list[Fault]:
    """What only a look at the records shows: an offer that is gone, or has no code for a text to tell."""
    phrases = {
        "offer": "bad_choice",
        "product": "bad_product",
        "messages": "bad_coupon_code",
        "variants": "bad_coupon_code",
    }
    if not desk.form.on("audience.use_tree"):
        phrases["audience"] = "no_such_place"
    words = {field: desk.voice.words[phrase] for field, phrase in phrases.items()}
    told = [
        Fault(one.path, words.get(re.split(r"[.\[]", one.path)[0]) or rule_said(one.message, desk.voice))
        for one in refused.faults
    ]
    return audience_form.at_rows(told, desk.form)


def _told(faults: list[Fault], form: Form, item: Item | None) -> Errors:
    return campaign_form.told(faults, campaign_form.tags_of(item), variants_form.written(form))


def pressed(form: Form) -> str:
    """Which button was pressed. Enter in a field searches or previews when that is what was typed for, and saves otherwise."""
    do = form.text("do")
    if do != "enter":
        return do
    if form.text("places.find") != form.text("places.found"):
        return "find"
    return "preview" if form.text("preview") != form.text("previewed") else "save"


def _copied(desk: Desk) -> Item | None:
    """What the new one is copied from, when it is there still: the form has no fields for all that it says."""
    wanted = desk.form.or_none("copy")
    if wanted is None:
        return None
    try:
        with desk.parts.database.reading() as session:
            return campaigns.get_campaign(session, wanted)
    except NotFound:
        return None


def _refuse_ended(desk: Desk, item: Item) -> None:
    if item["status"] == "ended":
        words = desk.voice.words
        raise desk.turned("told.html", 409, heading=words["conflict"], said=words["ended_note"])


def _previewed(
    desk: Desk, form: Form, item: Item | None, body: Any, errors: Errors, *, etag: str = "", copied: Item | None = None
) -> Response:
    shown = None
    if body is not None and not errors:
        typed = form.text("preview")[:200]
        asked = form.or_none("preview.variant")
        shown = preview_of(desk, body, typed, errors, item["id"] if item else form.text("id"), variant=asked)
        if not typed:
            errors["preview"] = desk.voice.words["bad_missing"]
    return form_page(
        desk, form, item, errors=errors, status=422 if errors else 200, etag=etag, preview=shown, copied=copied
    )


def form_page(
    desk: Desk,
    form: Form,
    item: Item | None = None,
    *,
    errors: Errors | None = None,
    status: int = 200,
    changed: bool = False,
    launching: bool = False,
    etag: str = "",
    more_rows: bool = False,
    finding: bool = False,
    counting: bool = False,
    going_on: int | None = None,
    preview: Preview | None = None,
    copied: Item | None = None,
) -> Response:
    with desk.parts.database.reading() as session:
        places = overview.name_places(session)
        offers = overview.name_offers(session)
        suggested = suggesting.suggest(session)
    rows, new_row = audience_form.rows_shown(form, one_more=more_rows)
    tags = campaign_form.tags_of(item or copied)
    page = desk.page(
        "campaign_form.html",
        status,
        form=form,
        item=item,
        errors=errors or {},
        changed=changed,
        launching=launching,
        etag=etag or (etag_of(item) if item else ""),
        rows=rows,
        new_row=new_row,
        kinds=grouped(),
        kind_of=KINDS,
        choices=choices_of(suggested, places, desk.voice),
        tags=tags,
        variants=variants_form.rows_of(form, tags, desk.voice),
        most_variants=variants_form.MOST,
        going_on=going_on,
        dropped=pressed(form).startswith(variants_form.DROP),
        places=places,
        choice=offer_places(places, form.all("trigger.places"), form.text("places.find")),
        finding=finding,
        offers=offers,
        preview=preview,
        facts={fact: f"fact_{fact.removesuffix('.<name>').replace('.', '_')}" for fact in FACTS},
        filters={one: f"filter_{one}" for one in FILTERS},
        who=who_of(desk, form) if counting else Who(),
        said=sentence_of(desk, form, item or copied),
        lacking=desk.voice.words["preview_nothing"],
        fits={"title": FITS_TITLE, "body": FITS_BODY},
        host=host_of(desk),
        may=[] if item is None else campaigns.steps_of(item["status"]),
        style_url=desk.parts.settings.map_style_url,
    )
    return with_map(page, desk.parts)
