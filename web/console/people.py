"""Who may sign in: made, changed, shut out, given a one-time password. For admins, by the same use cases as the command line."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import deeds, overview, users
from offers.errors import BadInput, Conflict, NotFound
from offers.users import UserChange
from web.asking import Named
from web.console import once
from web.console.changing import ChangedMeanwhile, unchanged
from web.console.entering import Admin, Desk, TurnedAwayError
from web.console.exporting import most_said
from web.console.faults import Errors
from web.console.forms import Form
from web.console.routes import PageRoute
from web.console.settings_deeds import called_of
from web.console.settings_lists import USERS, asked_of, beside, read_users
from web.editing import etag_of
from web.tongues import LANGUAGES

router = APIRouter(prefix="/console/users", include_in_schema=False, route_class=PageRoute)

WHERE = "/console/users"
FEW = 20
Item = dict[str, Any]


@router.get("")
def everybody(desk: Admin) -> Response:
    return _list(desk, Form.of({"role": "marketer"}))


@router.post("")
def make(desk: Admin) -> Response:
    """The answer is the one page that shows the password. Sent twice, by a reload or a second click, one user is made."""
    form, parts = desk.form, desk.parts
    if errors := _wrong(desk, form, named=False):
        return _list(desk, form, errors, 422)
    wanted = once.id_of(form, "usr")
    try:
        with parts.database.transaction() as session:
            password = users.create_user(
                session,
                form.text("email"),
                form.text("role"),
                now=parts.now(),
                name=form.or_none("name"),
                language=form.text("language") if form.text("language") in LANGUAGES else None,
                by=desk.user.user_id,
                user_id=wanted,
            )
    except BadInput:
        return _list(desk, form, {"email": desk.voice.words["set_bad_email"]}, 422)
    except Conflict:
        if _is_there(desk, wanted):
            raise _made_already(desk, wanted, "set_user_made_already") from None
        return _list(desk, form, {"email": desk.voice.words["set_email_taken"]}, 409)
    return desk.page("user_made.html", email=form.text("email").lower(), password=password)


@router.get("/{user_id}")
def show(desk: Admin, user_id: Named) -> Response:
    item = _user(desk, user_id)
    return _form(desk, item, Form.of({name: item[name] for name in ("name", "role", "places")}))


@router.post("/{user_id}")
def change(desk: Admin, user_id: Named) -> Response:
    form, parts = desk.form, desk.parts
    item = _user(desk, user_id)
    if errors := _wrong(desk, form, named=True):
        return _form(desk, item, form, errors, status=422, etag=form.text("etag"))
    wanted = UserChange(form.text("name"), form.text("role"), tuple(dict.fromkeys(form.all("places"))))
    try:
        with parts.database.transaction() as session:
            users.change_user(
                session, user_id, wanted, now=parts.now(), by=desk.user.user_id, check=unchanged(form.text("etag"))
            )
    except ChangedMeanwhile as meanwhile:
        if meanwhile.now is None:
            raise NotFound("user") from None
        return _form(desk, meanwhile.now, form, status=409, changed=True)
    except BadInput:
        errors = {"places": desk.voice.words["set_no_such_store"]}
        return _form(desk, item, form, errors, status=422, etag=form.text("etag"))
    except Conflict:
        errors = {"role": desk.voice.words["set_last_admin"]}
        return _form(desk, item, form, errors, status=409, etag=form.text("etag"))
    return desk.go(f"{WHERE}?done=set_user_saved")


@router.get("/{user_id}/password")
def ask_password(desk: Admin, user_id: Named) -> Response:
    with desk.parts.database.reading() as session:
        was = users.mark_of_password(session, user_id)
    return desk.page("user_ask.html", item=_user(desk, user_id), what="password", wrong="", was=was)


@router.post("/{user_id}/password")
def new_password(desk: Admin, user_id: Named) -> Response:
    """The answer is the one page that shows it. Sent twice, one is made, and the second answer says so."""
    item, parts, was = _user(desk, user_id), desk.parts, desk.form.text("was")
    try:
        with parts.database.transaction() as session:
            password = users.reset_password(session, item["email"], now=parts.now(), by=desk.user.user_id, was=was)
    except Conflict:
        raise _made_already(desk, user_id, "set_password_made_already") from None
    return desk.page("user_made.html", email=item["email"], password=password)


@router.get("/{user_id}/disable")
def ask_disable(desk: Admin, user_id: Named) -> Response:
    return desk.page("user_ask.html", item=_user(desk, user_id), what="disable", wrong="", was="")


@router.post("/{user_id}/disable")
def disable(desk: Admin, user_id: Named) -> Response:
    item, parts = _user(desk, user_id), desk.parts
    try:
        with parts.database.transaction() as session:
            users.disable_user(session, item["email"], now=parts.now(), by=desk.user.user_id)
    except Conflict:
        return desk.page(
            "user_ask.html", 409, item=item, what="disable", wrong=desk.voice.words["set_last_admin"], was=""
        )
    return desk.go(f"{WHERE}?done=set_user_disabled")


def _is_there(desk: Desk, user_id: str) -> bool:
    try:
        _user(desk, user_id)
    except NotFound:
        return False
    return True


def _made_already(desk: Desk, user_id: str, name: str) -> TurnedAwayError:
    """The form came twice: the password was on the page that the first one got, and is nowhere any more."""
    words = desk.voice.words
    return desk.turned(
        "told.html",
        409,
        heading=words[name],
        said=words[f"{name}_why"],
        onward=(f"{WHERE}/{user_id}/password", words["set_new_password"]),
    )


def _user(desk: Desk, user_id: str) -> Item:
    with desk.parts.database.reading() as session:
        return users.get_user(session, user_id)


def _wrong(desk: Desk, form: Form, *, named: bool) -> Errors:
    said, errors = desk.voice.words, Errors()
    if named and not form.text("name"):
        errors["name"] = said["bad_missing"]
    elif len(form.text("name")) > users.LONGEST_NAME:
        errors["name"] = said["bad_too_long"].format(limit=users.LONGEST_NAME)
    if form.text("role") not in users.ROLES:
        errors["role"] = said["bad_choice"]
    return errors


def _list(desk: Desk, form: Form, errors: Errors | None = None, status: int = 200) -> Response:
    asked = asked_of(desk, USERS)
    with desk.parts.database.reading() as session:
        people = users.list_users(session)
        leaf = asked.look(read_users(asked), session)
        done = deeds.list_deeds(session, limit=FEW)
    return desk.page(
        "users.html",
        422 if asked.errors else status,
        deeds=done,
        called=called_of(desk, done, people),
        roles=users.ROLES,
        most=most_said(desk.voice),
        **beside(asked, leaf, form, errors),
    )


def _form(
    desk: Desk,
    item: Item,
    form: Form,
    errors: Errors | None = None,
    *,
    status: int = 200,
    changed: bool = False,
    etag: str = "",
) -> Response:
    with desk.parts.database.reading() as session:
        places = overview.name_places(session)
    return desk.page(
        "user.html",
        status,
        item=item,
        form=form,
        errors=errors or {},
        changed=changed,
        etag=etag or etag_of(item),
        roles=users.ROLES,
        places=places,
    )
