"""Places: the table, and the form on which one is made or changed without a map."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from fastapi import APIRouter
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from offers import overview, places, users
from offers.errors import BadInput, NotFound
from offers.rules.place import PlaceBody
from offers.rules.profile import Id
from web.aftermath import carry_out
from web.asking import Named
from web.console import once, place_form, place_remarks
from web.console.changing import ChangedMeanwhile, unchanged
from web.console.entering import Desk, Reader, Writer
from web.console.faults import Errors, refused_said
from web.console.forms import Form
from web.console.listing import Shown, read_asked
from web.console.maps import with_map
from web.console.routes import PageRoute
from web.console.tables import PLACES, list_page, read_places
from web.editing import etag_of

router = APIRouter(prefix="/console/places", include_in_schema=False, route_class=PageRoute)

_ID = TypeAdapter(Id)


@cache
def _zones() -> list[str]:
    """Read once: looking takes milliseconds."""
    return sorted(available_timezones())


@router.get("")
def table(desk: Reader) -> Response:
    asked = read_asked(desk, PLACES)
    with desk.parts.database.reading() as session:
        leaf = asked.look(read_places(asked), session)
    return list_page(desk, "places.html", Shown(asked, leaf))


@router.get("/new")
def new(desk: Writer) -> Response:
    with desk.parts.database.reading() as session:
        zone = overview.desk_zone(session)
    return _form(desk, place_form.blank(zone if zone != overview.NO_ZONE else ""))


@router.post("/new")
def add(desk: Writer) -> Response:
    form, parts = desk.form, desk.parts
    body, errors = place_form.read(form, None, desk.voice)
    errors |= wrong_id(form, desk)
    if body is None or errors:
        return _form(desk, form, errors=errors, status=422)
    if form.on("look"):
        return _form(desk, form, looked_at=body)
    wanted = form.or_none("id") or once.id_of(form, "plc")
    saved = f"/console/places/{wanted}?done=place_saved"
    try:
        with parts.database.transaction() as session:
            _, _, follows = places.put_place(session, wanted, body, now=parts.now(), check=unchanged(None))
            users.note(session, desk.user.user_id, "created", "place", wanted, now=parts.now())
    except ChangedMeanwhile:
        if form.or_none("id"):
            return _form(desk, form, errors={"id": desk.voice.words["id_taken"]}, status=409)
        return desk.go(saved)  # the same form twice: it is there
    carry_out(parts, follows)
    return desk.go(saved)


@router.get("/{place_id}")
def show(desk: Reader, place_id: Named) -> Response:
    with desk.parts.database.reading() as session:
        item = places.get_place(session, place_id)
    return _form(desk, place_form.shown(item), item)


@router.post("/{place_id}")
def change(desk: Writer, place_id: Named) -> Response:
    form, parts = desk.form, desk.parts
    with parts.database.reading() as session:
        item = places.get_place(session, place_id)
    body, errors = place_form.read(form, item, desk.voice)
    if body is None:
        return _form(desk, form, item, errors=errors, status=422, etag=form.text("etag"))
    if form.on("look"):
        return _form(desk, form, item, looked_at=body, etag=form.text("etag"))
    try:
        with parts.database.transaction() as session:
            saved, _, follows = places.put_place(
                session, place_id, body, now=parts.now(), check=unchanged(form.text("etag"))
            )
            if saved["updated_at"] != item["updated_at"]:
                users.note(session, desk.user.user_id, "changed", "place", place_id, now=parts.now())
    except ChangedMeanwhile as changed:
        if changed.now is None:
            raise NotFound("place") from None
        return _form(desk, place_form.beside_theirs(form, changed.now), changed.now, status=409, changed=True)
    except BadInput as refused:
        return _form(
            desk,
            form,
            item,
            errors=refused_said(refused, desk.voice),
            status=422,
            etag=form.text("etag"),
        )
    carry_out(parts, follows)
    return desk.go(f"/console/places/{place_id}?done=place_saved")


def wrong_id(form: Form, desk: Desk) -> Errors:
    """What is wrong with the id that was typed; none is fine."""
    try:
        if wanted := form.or_none("id"):
            if wanted in ("new", "preview", "import"):
                return {"id": desk.voice.words["id_taken"]}
            _ID.validate_python(wanted)
    except ValidationError:
        return {"id": desk.voice.words["bad_id"]}
    return {}


def _form(
    desk: Desk,
    form: Form,
    item: dict[str, Any] | None = None,
    *,
    errors: Errors | None = None,
    status: int = 200,
    changed: bool = False,
    etag: str = "",
    looked_at: PlaceBody | None = None,
) -> Response:
    """`looked_at`: what is remarked about that, which is not saved; else about the place as it is."""
    fences = place_remarks.of_body(looked_at) if looked_at else item["geofences"] if item else []
    page = desk.page(
        "place.html",
        status,
        form=place_form.parted(form),
        item=item,
        kept=place_form.kept(item),
        errors=errors or {},
        changed=changed,
        etag=etag or (etag_of(item) if item else ""),
        zones=_zones(),
        style_url=desk.parts.settings.map_style_url,
        remarks=place_remarks.remarks_on(desk, item["id"] if item else None, fences),
        checked=looked_at is not None,
        entries=place_remarks.entries_at(desk, item) if item else None,
    )
    return with_map(page, desk.parts)
