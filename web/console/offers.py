"""Offers: the table with what is left of each, and the form on which one is made or changed."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import desk_coupons, desk_offers, overview, users
from offers.errors import Conflict, NotFound
from web.asking import Named
from web.console import offer_form, once
from web.console.changing import ChangedMeanwhile, unchanged
from web.console.entering import Desk, Reader, Writer
from web.console.faults import Errors
from web.console.forms import Form
from web.console.giving import worth
from web.console.listing import Shown, read_asked
from web.console.offer_coupons import as_it_goes
from web.console.places import wrong_id
from web.console.routes import PageRoute
from web.console.tables import OFFERS, list_page, read_offers
from web.editing import etag_of

router = APIRouter(prefix="/console/offers", include_in_schema=False, route_class=PageRoute)

Item = dict[str, Any]


@router.get("")
def table(desk: Reader) -> Response:
    asked = read_asked(desk, OFFERS)
    with desk.parts.database.reading() as session:
        leaf = asked.look(read_offers(asked), session)
    gives = {one["id"]: worth(one, desk.voice) for one in leaf.items}
    return list_page(desk, "offers.html", Shown(asked, leaf), gives=gives)


@router.get("/new")
def new(desk: Writer) -> Response:
    return _form(desk, offer_form.blank(desk.voice.zone))


@router.post("/new")
def add(desk: Writer) -> Response:
    form, parts = desk.form, desk.parts
    body, errors = offer_form.read(form, None, desk.voice)
    errors |= wrong_id(form, desk)
    if body is None or errors:
        return _form(desk, form, errors=errors, status=422)
    wanted = form.or_none("id") or once.id_of(form, "off")
    try:
        with parts.database.transaction() as session:
            desk_offers.put_offer(session, wanted, body, now=parts.now(), check=unchanged(None))
            users.note(session, desk.user.user_id, "created", "offer", wanted, now=parts.now())
    except ChangedMeanwhile:
        if form.or_none("id"):
            return _form(desk, form, errors={"id": desk.voice.words["id_taken"]}, status=409)
        # the same form twice: it is there
    except Conflict as refused:
        return _form(desk, form, errors=_refusal(refused, desk, None), status=409)
    return desk.go(f"/console/offers/{wanted}?done=offer_saved")


@router.get("/{offer_id}")
def show(desk: Reader, offer_id: Named) -> Response:
    with desk.parts.database.reading() as session:
        item, _ = desk_offers.get_offer(session, offer_id)
    return _form(desk, offer_form.shown(item, desk.voice.zone), item)


@router.post("/{offer_id}")
def change(desk: Writer, offer_id: Named) -> Response:
    form, parts, etag = desk.form, desk.parts, desk.form.text("etag")
    with parts.database.reading() as session:
        item, _ = desk_offers.get_offer(session, offer_id)
    body, errors = offer_form.read(form, item, desk.voice)
    if body is None:
        return _form(desk, form, item, errors=errors, status=422, etag=etag)
    try:
        with parts.database.transaction() as session:
            saved, _, _ = desk_offers.put_offer(session, offer_id, body, now=parts.now(), check=unchanged(etag))
            if saved["updated_at"] != item["updated_at"]:
                users.note(session, desk.user.user_id, "changed", "offer", offer_id, now=parts.now())
    except ChangedMeanwhile as changed:
        if changed.now is None:
            raise NotFound("offer") from None
        return _form(desk, offer_form.beside_theirs(form, changed.now), changed.now, status=409, changed=True)
    except Conflict as refused:
        return _form(desk, form, item, errors=_refusal(refused, desk, item), status=409, etag=etag)
    return desk.go(f"/console/offers/{offer_id}?done=offer_saved")


def _refusal(refused: Conflict, desk: Desk, item: Item | None) -> Errors:
    """What coupons that are out, other offers and campaigns do not allow, at its field and in the reader's language."""
    words = desk.voice.words
    errors = offer_form.told(list(refused.faults), offer_form.tags_of(item))
    return {
        name: words.get(f"refused_{name}", said) if item or name == "code" else said for name, said in errors.items()
    }


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
    counts: Item = {}
    goes: Item = {}
    named: list[Item] = []
    if item is not None:
        with desk.parts.database.reading() as session:
            _, counts = desk_offers.get_offer(session, item["id"])
            goes = as_it_goes(desk_coupons.how_it_goes(session, item["id"]), desk.voice)
            named = overview.what_keeps_offer(session, item["id"])["campaigns"]
    return desk.page(
        "offer.html",
        status,
        form=form,
        item=item,
        counts=counts,
        goes=goes,
        gives=worth(item, desk.voice) if item else "",
        campaigns=named,
        errors=errors or {},
        changed=changed,
        etag=etag or (etag_of(item) if item else ""),
        kinds=offer_form.KINDS,
        codes=offer_form.CODES,
        tags=offer_form.tags_of(item),
    )
