"""Who may sign in, and the keys, as lists: filtered, sorted, a page at a time, and to be taken along; and the file of web shops. For admins."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import keys, overview, users
from offers.rules.desk_lists import AskedKeys, AskedUsers
from offers.rules.leafing import Leaf, Turn
from web.console.entering import Admin, Desk
from web.console.exporting import csv_answer
from web.console.faults import Errors
from web.console.filtering import query_of
from web.console.forms import Form
from web.console.listing import Asked, Column, Listing, Read, Shown, read_asked
from web.console.routes import PageRoute
from web.console.settings_shops import KINDS as SHOP_KINDS
from web.console.settings_shops import SHOPS, read_shops

router = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)

USERS = Listing(
    "/console/users",
    (
        Column("email", "email", sorts=True),
        Column("name", "name", sorts=True),
        Column("role", "role", sorts=True),
        Column("stores", "board_stores"),
        Column("enter", "may_sign_in"),
    ),
    "email",
    ("q", "as", "enter"),
    {"as": users.ROLES, "enter": ("yes", "no")},
)
STATES = {"good": "set_key_good", "ending": "list_key_ending", "ended": "list_key_ended"}
"""Of a key, and how each is called."""
KEYS = Listing(
    "/console/settings/keys",
    (
        Column("name", "name", sorts=True),
        Column("role", "role", sorts=True),
        Column("made", "set_made", sorts=True),
        Column("used", "set_used", sorts=True),
        Column("state", "state"),
    ),
    "-made",
    ("q", "as", "state"),
    {"as": keys.ROLES, "state": tuple(STATES)},
    page=50,
)


def asked_of(desk: Desk, listing: Listing) -> Asked:
    """No more of the address than the list's own: the page has a form with other fields."""
    form = query_of(desk)
    return read_asked(
        desk, listing, Form((name, form.text(name)) for name in ("sort", "cursor", *listing.filters) if form.text(name))
    )


def beside(asked: Asked, leaf: Leaf, form: Form, errors: Errors | None) -> dict[str, Any]:
    """What a page shows that has a form beside its list."""
    return {
        "shown": Shown(asked, leaf),
        "form": Form([*form.pairs(), *asked.form.pairs()]),
        "errors": asked.errors | (errors or {}),
    }


def read_users(asked: Asked) -> Read:
    enter = {"yes": True, "no": False}.get(asked.form.text("enter"))

    def read(session: Any, turn: Turn) -> Leaf:
        return users.leaf_users(session, AskedUsers(asked.text("q"), asked.form.or_none("as"), enter), turn)

    return read


def read_keys(asked: Asked) -> Read:
    state = next((one for one in ("good", "ending", "ended") if one == asked.form.text("state")), None)
    now = asked.desk.parts.now()

    def read(session: Any, turn: Turn) -> Leaf:
        wanted = AskedKeys(asked.text("q"), asked.form.or_none("as"), state)
        return keys.leaf_keys(session, wanted, turn, now=now)

    return read


@router.get("/users.csv")
def users_as_csv(desk: Admin) -> Response:
    asked, words = asked_of(desk, USERS), desk.voice.words

    def cells(session: Any, leaf: Leaf) -> list[Any]:
        named = overview.names_of_places(session, {place for one in leaf.items for place in one["places"]})
        return [
            (
                one["id"],
                one["email"],
                one["name"],
                words[f"role_{one['role']}"],
                ", ".join(named.get(place, place) for place in one["places"]) or words["board_every_store"],
                one["disabled_at"] is None,
            )
            for one in leaf.items
        ]

    return csv_answer(
        asked, "users", ("id", "email", "name", "role", "board_stores", "may_sign_in"), read_users(asked), cells
    )


@router.get("/settings/keys.csv")
def keys_as_csv(desk: Admin) -> Response:
    """Never a key, nor what is kept of it."""
    asked, words, now = asked_of(desk, KEYS), desk.voice.words, desk.parts.now()

    def cells(session: Any, leaf: Leaf) -> list[Any]:
        people = {one["id"]: one["email"] for one in users.list_users(session)}
        made = {keys.COMMAND: words["somebody"], None: ""} | people
        return [
            (
                one["id"],
                one["name"],
                one["role"],
                one["created_at"],
                made.get(one["made_by"], one["made_by_name"] or one["made_by"]),
                one["used_at"],
                words[STATES[state_of(one, now)]],
                one["revoked_at"],
            )
            for one in leaf.items
        ]

    heads = ("id", "name", "role", "set_made", "list_by", "set_used", "state", "list_key_ends")
    return csv_answer(asked, "keys", heads, read_keys(asked), cells)


@router.get("/settings/shops.csv")
def shops_as_csv(desk: Admin) -> Response:
    """Without what is secret of them. A count that ends is told as its end."""
    asked, words = read_asked(desk, SHOPS), desk.voice.words

    def cells(session: Any, leaf: Leaf) -> list[Any]:
        named = overview.names_of_places(session, {place for one in leaf.items for place in one["places"]})
        return [
            (
                one["id"],
                one["name"],
                words[SHOP_KINDS[one["kind"]]],
                ", ".join(named.get(place, place) for place in one["places"]),
                one["last_at"],
                one["lately"],
                one["failed"],
                one["waiting"],
            )
            for one in leaf.items
        ]

    heads = ("id", "set_shop", "kind", "places", "set_shop_last", "set_shop_lately", "set_shop_failed")
    return csv_answer(asked, "shops", (*heads, "set_shop_waiting"), read_shops(asked), cells)


def state_of(one: dict[str, Any], now: Any) -> str:
    if one["revoked_at"] is None:
        return "good"
    return "ending" if one["revoked_at"] > now else "ended"
