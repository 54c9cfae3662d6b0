"""Keys at the console: who made which and when it was used, a new one, another in its place, one that is revoked. A key itself is shown once."""

import re
from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import Response

from offers import keys, users
from offers.errors import Conflict
from web.asking import Named
from web.console import once
from web.console.entering import Admin, Desk
from web.console.exporting import most_said
from web.console.faults import Errors
from web.console.forms import Form
from web.console.routes import PageRoute
from web.console.settings_lists import KEYS, STATES, asked_of, beside, read_keys

router = APIRouter(prefix="/console/settings/keys", include_in_schema=False, route_class=PageRoute)

WHERE = "/console/settings/keys"
LONGEST_NAME = 100
GRACES = {"0": timedelta(0), "1": timedelta(hours=1), "24": timedelta(hours=24), "168": timedelta(days=7)}
"""How long a key goes on that another takes the place of, in hours."""
USUAL_GRACE = "24"
ROLES = {
    "admin": ("set_key_admin", "set_stops_admin"),
    "orders": ("set_key_orders", "set_stops_orders"),
    "till": ("set_key_till", "set_stops_till"),
    "read": ("set_key_read", "set_stops_read"),
    "publishable": ("set_key_publishable", "set_stops_publishable"),
}
"""Each role: what it may, and what stops without it."""
_ID = re.compile(r"key_[0-9a-z]{26}")


@router.get("")
def all_keys(desk: Admin) -> Response:
    return _list(desk)


@router.post("")
def make(desk: Admin) -> Response:
    """The answer is the one page that shows it. Sent twice, by a reload or a second click, one key is made."""
    form, parts, said = desk.form, desk.parts, desk.voice.words
    errors: Errors = {}
    if not form.text("name"):
        errors["name"] = said["bad_missing"]
    elif len(form.text("name")) > LONGEST_NAME:
        errors["name"] = said["bad_too_long"].format(limit=LONGEST_NAME)
    if form.text("role") not in ROLES:
        errors["role"] = said["bad_choice"]
    if errors:
        return _list(desk, form=form, errors=errors, status=422)
    wanted = form.text("id")
    try:
        with parts.database.transaction() as session:
            made = keys.make_key(
                session,
                form.text("role"),
                now=parts.now(),
                name=form.text("name"),
                by=desk.user.user_id,
                key_id=wanted if _ID.fullmatch(wanted) else None,
            )
            users.note(session, desk.user.user_id, "created", "key", made.id, now=parts.now())
    except Conflict:
        raise desk.refuse("set_key_made_already", 409) from None
    return desk.page("settings_key_made.html", made=made, name=form.text("name"), old_until=None)


@router.get("/{key_id}/rotate")
def ask_rotate(desk: Admin, key_id: Named) -> Response:
    return _one(desk, "settings_key_rotate.html", key_id, form=Form.of({"grace": USUAL_GRACE}))


@router.post("/{key_id}/rotate")
def rotate(desk: Admin, key_id: Named) -> Response:
    """The answer is the one page that shows the new one. Sent twice, one is made, and the second answer says so."""
    form, parts = desk.form, desk.parts
    grace = GRACES.get(form.text("grace"))
    if grace is None:
        errors = {"grace": desk.voice.words["bad_choice"]}
        return _one(desk, "settings_key_rotate.html", key_id, form=form, errors=errors, status=422)
    now = parts.now()
    try:
        with parts.database.transaction() as session:
            wanted = once.id_of(form, "key")
            made = keys.rotate_key(session, key_id, grace, now=now, by=desk.user.user_id, made_id=wanted)
            users.note(session, desk.user.user_id, "rotated", "key", key_id, now=now)
            item = keys.get_key(session, made.id)
    except Conflict as refused:
        name = "set_key_made_already" if refused.reason == "made_already" else "set_key_ended"
        raise desk.refuse(name, 409) from None
    return desk.page("settings_key_made.html", made=made, name=item["name"], old_until=now + grace if grace else now)


@router.get("/{key_id}/revoke")
def ask_revoke(desk: Admin, key_id: Named) -> Response:
    return _one(desk, "settings_key_revoke.html", key_id)


@router.post("/{key_id}/revoke")
def revoke(desk: Admin, key_id: Named) -> Response:
    now = desk.parts.now()
    with desk.parts.database.transaction() as session:
        if keys.revoke_key(session, key_id, now=now):
            users.note(session, desk.user.user_id, "revoked", "key", key_id, now=now)
    return desk.go(f"{WHERE}?done=set_key_revoked")


def _list(desk: Desk, *, form: Form | None = None, errors: Errors | None = None, status: int = 200) -> Response:
    asked = asked_of(desk, KEYS)
    with desk.parts.database.reading() as session:
        leaf = asked.look(read_keys(asked), session)
        people = {one["id"]: one["email"] for one in users.list_users(session)}
    new = keys.new_key_id()
    typed = (form or Form.of({"role": "read"})).but(id=form.text("id") or new if form else new)
    return desk.page(
        "settings_keys.html",
        422 if asked.errors else status,
        people=people,
        roles=ROLES,
        states=STATES,
        now=desk.parts.now(),
        most=most_said(desk.voice),
        **beside(asked, leaf, typed, errors),
    )


def _one(
    desk: Desk, template: str, key_id: str, *, form: Form | None = None, errors: Errors | None = None, status: int = 200
) -> Response:
    with desk.parts.database.reading() as session:
        item = keys.get_key(session, key_id)
    now = desk.parts.now()
    if item["revoked_at"] is not None and (item["revoked_at"] <= now or template == "settings_key_rotate.html"):
        raise desk.refuse("set_key_ended", 409)
    return desk.page(
        template,
        status,
        item=item,
        form=form or Form(),
        errors=errors or {},
        stops=ROLES[item["role"]][1],
        graces=GRACES,
    )
