"""A web shop is made, changed, given another secret and removed at the console. A secret that is made here is shown once. For admins."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import overview, shops, users
from offers.errors import BadInput, Conflict
from offers.rules.shop import RotateBody, ShopBody
from web.asking import Named
from web.console import settings_shop_form as shop_form
from web.console.changing import ChangedMeanwhile, unchanged
from web.console.entering import Admin, Desk
from web.console.faults import Errors, refused_said
from web.console.forms import Form
from web.console.keeping import typed_again
from web.console.routes import PageRoute
from web.console.settings_shops import KINDS, WHERE, hook_of
from web.editing import etag_of

router = APIRouter(prefix="/console/settings", include_in_schema=False, route_class=PageRoute)

NEW = "/console/settings/new-shop"
KEPT_FOR = {"PT0S": timedelta(0), "PT1H": timedelta(hours=1), "PT24H": timedelta(hours=24), "P7D": timedelta(days=7)}
"""How long a secret goes on that another takes the place of."""
USUAL = "PT1H"
Item = dict[str, Any]


@router.get("/new-shop")
def new_shop(desk: Admin) -> Response:
    return _form(desk, Form.of({"kind": "standard"}))


@router.post("/new-shop")
def make(desk: Admin) -> Response:
    """The answer is the one page that shows a secret that was made here. Sent twice, one shop is made: its id is taken then."""
    form, parts = desk.form, desk.parts
    body, errors = shop_form.read(form, _places(desk), desk.voice)
    errors |= typed_again(form, desk.voice)
    if body is None or errors:
        return _form(desk, form, errors, status=422)
    try:
        with parts.database.transaction() as session:
            made = shops.add_shop(session, body, keys=parts.shop_keys.shops, now=parts.now())
            users.note(session, desk.user.user_id, "created", "shop", made["id"], now=parts.now())
    except Conflict:
        return _form(desk, form, {"id": desk.voice.words["set_shop_taken"]}, status=422)
    except BadInput as refused:
        return _form(desk, form, refused_said(refused, desk.voice), status=422)
    return _made(desk, made, None)


@router.get("/shops/{shop_id}/edit")
def edit(desk: Admin, shop_id: Named) -> Response:
    item = _shop(desk, shop_id)
    return _form(desk, shop_form.shown(item), item=item, etag=etag_of(item))


@router.post("/shops/{shop_id}/edit")
def change(desk: Admin, shop_id: Named) -> Response:
    form, parts, item = desk.form, desk.parts, _shop(desk, shop_id)
    body, errors = shop_form.read(form, _places(desk), desk.voice, item)
    errors |= typed_again(form, desk.voice)
    if body is None or errors:
        return _form(desk, form, errors, item=item, etag=form.text("etag"), status=422)
    wanted = ShopBody.model_validate(body.model_dump(exclude={"id"}, exclude_unset=True))
    try:
        with parts.database.transaction() as session:
            saved, _, _ = shops.put_shop(
                session,
                shop_id,
                wanted,
                keys=parts.shop_keys.shops,
                now=parts.now(),
                check=unchanged(form.text("etag")),
            )
            if saved != item:
                users.note(session, desk.user.user_id, "changed", "shop", shop_id, now=parts.now())
    except ChangedMeanwhile as meanwhile:
        return _form(desk, form, item=item, etag=etag_of(meanwhile.now or {}), status=409, changed=True)
    except BadInput as refused:
        return _form(desk, form, refused_said(refused, desk.voice), item=item, etag=form.text("etag"), status=422)
    return desk.go(f"{WHERE}/{shop_id}?done=set_shop_saved")


@router.get("/shops/{shop_id}/rotate")
def ask_rotate(desk: Admin, shop_id: Named) -> Response:
    return _rotation(desk, _shop(desk, shop_id), Form.of({"keep_for": USUAL}))


@router.post("/shops/{shop_id}/rotate")
def rotate(desk: Admin, shop_id: Named) -> Response:
    """The answer is the one page that shows the new one, where it was made here. Sent twice, one is made, and the first one's grace stays."""
    form, parts, item, words = desk.form, desk.parts, _shop(desk, shop_id), desk.voice.words
    kept, typed = KEPT_FOR.get(form.text("keep_for")), form.or_none("secret")
    errors = typed_again(form, desk.voice)
    if kept is None:
        errors["keep_for"] = words["bad_choice"]
    if typed is None and item["kind"] != "standard":
        errors["secret"] = words["bad_missing"]
    if typed is not None and len(typed) > 500:
        errors["secret"] = words["bad_too_long"].format(limit=500)
    if kept is None or errors:
        return _rotation(desk, item, form, errors, status=422)
    now = parts.now()
    try:
        with parts.database.transaction() as session:
            body = RotateBody.model_validate({"secret": typed, "keep_for": form.text("keep_for")})
            check = unchanged(form.text("etag"))
            made = shops.rotate(session, shop_id, body, keys=parts.shop_keys.shops, now=now, check=check)
            users.note(session, desk.user.user_id, "rotated", "shop", shop_id, now=now)
    except ChangedMeanwhile:
        raise desk.refuse("set_secret_made_already", 409) from None
    except BadInput:
        return _rotation(desk, item, form, {"secret": words["set_bad_secret_standard"]}, status=422)
    return _made(desk, made, now + kept)


@router.get("/shops/{shop_id}/delete")
def ask_delete(desk: Admin, shop_id: Named) -> Response:
    return desk.page("settings_shop_delete.html", item=_shop(desk, shop_id))


@router.post("/shops/{shop_id}/delete")
def delete(desk: Admin, shop_id: Named) -> Response:
    with desk.parts.database.transaction() as session:
        shops.delete_shop(session, shop_id)
        users.note(session, desk.user.user_id, "deleted", "shop", shop_id, now=desk.parts.now())
    return desk.go(f"{WHERE}?done=set_shop_deleted")


def _shop(desk: Desk, shop_id: str) -> Item:
    with desk.parts.database.reading() as session:
        return shops.get_shop(session, shop_id)[0]


def _places(desk: Desk) -> dict[str, str]:
    with desk.parts.database.reading() as session:
        return overview.name_places(session)


def _form(
    desk: Desk,
    form: Form,
    errors: Errors | None = None,
    *,
    item: Item | None = None,
    etag: str = "",
    status: int = 200,
    changed: bool = False,
) -> Response:
    """Of a new shop, or of one that is there."""
    return desk.page(
        "settings_shop_form.html",
        status,
        item=item,
        form=form,
        errors=errors or {},
        etag=etag,
        changed=changed,
        kinds=KINDS,
        action=f"{WHERE}/{item['id']}/edit" if item else NEW,
        back=f"{WHERE}/{item['id']}" if item else WHERE,
    )


def _rotation(desk: Desk, item: Item, form: Form, errors: Errors | None = None, *, status: int = 200) -> Response:
    etag = form.text("etag") or etag_of(item)
    return desk.page("settings_shop_rotate.html", status, item=item, form=form, errors=errors or {}, etag=etag)


def _made(desk: Desk, made: Item, old_until: datetime | None) -> Response:
    hook, secret = hook_of(desk, made["kind"]), made.get("secret")
    return desk.page("settings_shop_made.html", made=made, secret=secret, hook=hook, old_until=old_until)
