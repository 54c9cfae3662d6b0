"""Posters: the table with their scans, the form, and one poster with its code and what there is to print."""

from typing import Any, Literal

from fastapi import APIRouter
from starlette.responses import Response

from offers import overview, posters, users
from offers.errors import BadInput, Conflict, NotFound
from offers.rules.poster import PosterBody
from web.asking import Named
from web.console import once, posters_form
from web.console.changing import ChangedMeanwhile, unchanged
from web.console.entering import Desk, Reader, Writer
from web.console.faults import Errors
from web.console.filtering import query_of
from web.console.forms import Form
from web.console.maps import with_map
from web.console.places import wrong_id
from web.console.posters_list import posters_page
from web.console.routes import PageRoute
from web.console.tables import asked_of_posters
from web.editing import etag_of
from web.printing.asked import InLanguage, OnPaper, Size, Wanted, picture, url_of
from web.printing.papers import PAPERS

router = APIRouter(prefix="/console/posters", include_in_schema=False, route_class=PageRoute)

SIZES = (512, 2048)
"""Pixels of the PNGs that are offered."""
SUGGESTED = 1000
Item = dict[str, Any]


@router.get("")
def table(desk: Reader) -> Response:
    return posters_page(desk, asked_of_posters(desk))


@router.get("/new")
def new(desk: Writer) -> Response:
    form = posters_form.blank(desk.voice.zone)
    return _form(desk, form.but(campaign=query_of(desk).text("campaign")))


@router.post("/new")
def add(desk: Writer) -> Response:
    form, parts = desk.form, desk.parts
    body, errors = _read(desk, None)
    errors |= wrong_id(form, desk) or ({"id": desk.voice.words["id_taken"]} if form.text("id") == "import" else {})
    if body is None or errors:
        return _form(desk, form, errors=errors, status=422)
    wanted = form.or_none("id") or once.id_of(form, "pst")
    try:
        with parts.database.transaction() as session:
            posters.put_poster(session, wanted, body, now=parts.now(), check=unchanged(None))
            users.note(session, desk.user.user_id, "created", "poster", wanted, now=parts.now())
    except ChangedMeanwhile:
        if form.or_none("id"):
            return _form(desk, form, errors={"id": desk.voice.words["id_taken"]}, status=409)
        # the same form twice: it is there
    except (BadInput, Conflict) as refused:
        return _refused(desk, refused, None)
    return desk.go(f"/console/posters/{wanted}?done=poster_saved")


def _picture(desk: Desk, poster_id: str, wanted: Wanted) -> Response:
    return picture(desk.parts, desk.request, poster_id, wanted)


@router.get("/{poster_id}.svg")
def svg(desk: Reader, poster_id: Named) -> Response:
    return _picture(desk, poster_id, Wanted("svg"))


@router.get("/{poster_id}.png")
def png(desk: Reader, poster_id: Named, size: Size = None) -> Response:
    return _picture(desk, poster_id, Wanted("png", size=size))


@router.get("/{poster_id}.pdf")
def pdf(desk: Reader, poster_id: Named, paper: OnPaper = "A4", language: InLanguage = None) -> Response:
    return _picture(desk, poster_id, Wanted("pdf", paper=paper, language=language))


@router.get("/{poster_id}")
def show(desk: Reader, poster_id: Named) -> Response:
    with desk.parts.database.reading() as session:
        item = posters.get_poster(session, poster_id)
    return _form(desk, posters_form.shown(item, desk.voice.zone), item)


@router.post("/{poster_id}")
def change(desk: Writer, poster_id: Named) -> Response:
    form, parts, etag = desk.form, desk.parts, desk.form.text("etag")
    with parts.database.reading() as session:
        item = posters.get_poster(session, poster_id)
    body, errors = _read(desk, item)
    if body is None:
        return _form(desk, form, item, errors=errors, status=422, etag=etag)
    try:
        with parts.database.transaction() as session:
            saved, _ = posters.put_poster(session, poster_id, body, now=parts.now(), check=unchanged(etag))
            if saved["updated_at"] != item["updated_at"]:
                users.note(session, desk.user.user_id, "changed", "poster", poster_id, now=parts.now())
    except ChangedMeanwhile as changed:
        if changed.now is None:
            raise NotFound("poster") from None
        return _form(desk, form, changed.now, status=409, changed=True)
    except (BadInput, Conflict) as refused:
        return _refused(desk, refused, item, etag)
    return desk.go(f"/console/posters/{poster_id}?done=poster_saved")


@router.get("/{poster_id}/retire")
def ask_retire(desk: Writer, poster_id: Named) -> Response:
    return _ask(desk, poster_id)


@router.post("/{poster_id}/retire")
def retire(desk: Writer, poster_id: Named) -> Response:
    """Only what was asked about: somebody may have changed it since."""
    parts = desk.parts
    try:
        with parts.database.transaction() as session:
            posters.retire_poster(session, poster_id, now=parts.now(), check=unchanged(desk.form.text("etag")))
            users.note(session, desk.user.user_id, "retired", "poster", poster_id, now=parts.now())
    except ChangedMeanwhile:
        return _ask(desk, poster_id, changed=True)
    return desk.go(f"/console/posters/{poster_id}?done=poster_retired")


def _ask(desk: Desk, poster_id: str, *, changed: bool = False) -> Response:
    with desk.parts.database.reading() as session:
        item = posters.get_poster(session, poster_id)
    return desk.page("poster_retire.html", 409 if changed else 200, item=item, etag=etag_of(item), changed=changed)


def _read(desk: Desk, item: Item | None) -> tuple[PosterBody | None, Errors]:
    with desk.parts.database.reading() as session:
        places = overview.name_places(session)
    return posters_form.read(desk.form, item, desk.voice, places)


def _refused(desk: Desk, refused: BadInput | Conflict, item: Item | None, etag: str = "") -> Response:
    """What places, campaigns and other posters do not allow. One that was taken down meanwhile is shown as it is now."""
    status: Literal[409, 422] = 409 if isinstance(refused, Conflict) else 422
    if isinstance(refused, Conflict) and refused.reason == "retired" and item is not None:
        with desk.parts.database.reading() as session:
            item = posters.get_poster(session, item["id"])
    errors = posters_form.told(list(refused.faults), desk.voice)
    return _form(desk, desk.form, item, errors=errors, status=status, etag=etag)


def _form(
    desk: Desk,
    form: Form,
    item: Item | None = None,
    *,
    errors: Errors | None = None,
    status: int = 200,
    changed: bool = False,
    etag: str = "",
) -> Response:
    around: Item = {}
    with desk.parts.database.reading() as session:
        if item is not None:
            around = posters.around_poster(session, item["id"], now=desk.parts.now())
        places = overview.name_places(session)
        campaigns = posters.campaigns_to_lead_to(session)
        names = overview.names_of(session, [item] if item else [])
    page = desk.page(
        "poster.html",
        status,
        form=form,
        item=item,
        around=around,
        address_is_set=bool(desk.parts.settings.base_url),
        url=url_of(desk.parts, desk.request, item["code"]) if item else "",
        errors=errors or {},
        changed=changed,
        etag=etag or (etag_of(item) if item else ""),
        places=places if len(places) <= SUGGESTED else {},
        campaigns=campaigns,
        names=names,
        sizes=SIZES,
        papers=list(PAPERS),
        style_url=desk.parts.settings.map_style_url,
    )
    return with_map(page, desk.parts)
