"""Web shops in the settings: which there are, what each told, what became of it; and an event that is worked again. For admins."""

from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import desk_shops, overview, users
from offers.errors import Conflict
from offers.rules.desk_lists import AskedShops
from offers.rules.leafing import MOST_COUNTED, Leaf, Turn
from offers.rules.shop_log import STATES
from offers.shop_events import BODIES_KEPT
from web.aftermath import carry_out
from web.asking import Named
from web.console.entering import Admin, Desk
from web.console.exporting import csv_answer
from web.console.listing import Asked, Column, Listing, Read, Shown, read_asked
from web.console.routes import PageRoute
from web.console.tables import list_page
from workers.shops.working import replay

router = APIRouter(prefix="/console/settings/shops", include_in_schema=False, route_class=PageRoute)

WHERE = "/console/settings/shops"
MOST_PLACES = 3
"""Of a shop's places, those that are named in the list."""
HOOKS = {"standard": "/hooks/orders", "shopify": "/hooks/shopify", "woocommerce": "/hooks/woocommerce"}
KINDS = {"standard": "set_shop_standard", "shopify": "set_shop_shopify", "woocommerce": "set_shop_woocommerce"}
IN_STATE = {
    "waiting": ("waiting", "set_event_waiting"),
    "applied": ("live", "set_event_applied"),
    "nothing": ("ended", "set_event_nothing"),
    "ignored": ("ended", "set_event_ignored"),
    "failed": ("failed", "set_event_failed"),
}
"""Each state's badge, and what it is called."""
BECAUSE = {
    "late": "set_because_late",
    "already_so": "set_because_already_so",
    "no_pickup": "set_because_no_pickup",
    "unknown_topic": "set_because_unknown_topic",
    "unknown_order": "set_because_unknown_order",
    "status_not_ours": "set_because_status_not_ours",
    "unreadable": "set_because_unreadable",
    "bad_order": "set_because_bad_order",
    "unknown_place": "set_because_unknown_place",
    "not_theirs": "set_because_not_theirs",
    "token_missing": "set_because_token_missing",
    "token_refused": "set_because_token_refused",
    "not_there": "set_because_not_there",
    "lookup_away": "set_because_lookup_away",
    "secret_key_changed": "set_because_secret_key_changed",
}
SHOPS = Listing(
    WHERE,
    (
        Column("name", "set_shop", sorts=True),
        Column("kind", "kind", sorts=True),
        Column("places", "places"),
        Column("last", "set_shop_last", sorts=True),
        Column("lately", "set_shop_lately", number=True),
        Column("failed", "set_shop_failed", number=True),
        Column("waiting", "set_shop_waiting", number=True),
    ),
    "name",
    ("q", "kind"),
    {"kind": tuple(KINDS)},
    page=20,
)
"""Of each on a page its events are counted: fewer rows than the others have."""
EVENTS = Listing(
    WHERE,
    (
        Column("received", "list_received", sorts=True),
        Column("topic", "set_event_topic"),
        Column("state", "state"),
        Column("order", "set_event_order"),
        Column("tries", "set_event_tries", number=True),
    ),
    "-received",
    ("state",),
    {"state": STATES},
    page=50,
)
CELLS = ("list_received", "set_event_topic", "state", "set_event_reason", "set_event_what", "set_event_order", "set_event_tries")  # fmt: skip
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ShownEvents(Shown):
    @property
    def csv(self) -> str:
        """Not the shop's own address with an ending: its id may have one."""
        return self.asked.address("/events.csv")


@router.get("")
def all_shops(desk: Admin) -> Response:
    asked = read_asked(desk, SHOPS)
    with desk.parts.database.reading() as session:
        leaf = asked.look(read_shops(asked), session)
        places = overview.name_places(session)
    return list_page(
        desk,
        "settings_shops.html",
        Shown(asked, leaf),
        kinds=KINDS,
        places=places,
        most_places=MOST_PLACES,
        most_counted=MOST_COUNTED,
    )


def read_shops(asked: Asked) -> Read:
    now = asked.desk.parts.now()

    def read(session: Any, turn: Turn) -> Leaf:
        return desk_shops.leaf_shops(session, AskedShops(asked.text("q"), asked.form.or_none("kind")), turn, now=now)

    return read


@router.get("/{shop_id}/events.csv")
def events_as_csv(desk: Admin, shop_id: Named) -> Response:
    asked, words = _asked(desk, shop_id), desk.voice.words
    with desk.parts.database.reading() as session:
        desk_shops.get_shop(session, shop_id)

    def cells(_session: Any, leaf: Leaf) -> list[Any]:
        return [
            (
                one["received_at"],
                one["topic"],
                words[IN_STATE[one["state"]][1]],
                why(desk, one),
                one["what"],
                one["order"]["number"] if one["order"] else "",
                one["tries"],
            )
            for one in leaf.items
        ]

    return csv_answer(asked, "shop-events", CELLS, _read(asked, shop_id), cells)


@router.get("/{shop_id}")
def shop_page(desk: Admin, shop_id: Named) -> Response:
    """What it told, newest first. `?state=` one of STATES."""
    asked = _asked(desk, shop_id)
    with desk.parts.database.reading() as session:
        shop = desk_shops.get_shop(session, shop_id)
        leaf = asked.look(_read(asked, shop_id), session)
        places = overview.name_places(session)
    return list_page(
        desk,
        "settings_shop.html",
        ShownEvents(asked, leaf),
        shop=shop,
        kind=KINDS[shop["kind"]],
        places=places,
        hook=hook_of(desk, shop["kind"]),
        states=[(name, desk.voice.words[phrase]) for name, (_, phrase) in IN_STATE.items()],
        in_state=IN_STATE,
        why={one["id"]: why(desk, one) for one in leaf.items},
    )


@router.get("/{shop_id}/events/{event_id}")
def event_page(desk: Admin, shop_id: Named, event_id: Named) -> Response:
    """What became of it; and where it may be worked again, the question whether it shall."""
    with desk.parts.database.reading() as session:
        shop = desk_shops.get_shop(session, shop_id)
        one = desk_shops.get_event(session, shop_id, event_id)
    return desk.page(
        "settings_shop_event.html",
        shop=shop,
        one=one,
        in_state=IN_STATE,
        why=why(desk, one),
        until=one["received_at"] + BODIES_KEPT,
    )


@router.post("/{shop_id}/events/{event_id}/replay")
def replay_event(desk: Admin, shop_id: Named, event_id: Named) -> Response:
    """By the shop's settings as they are now. What was used already stays as it is, however often this is sent."""
    parts, here = desk.parts, f"{WHERE}/{shop_id}/events/{event_id}"
    try:
        with parts.database.transaction() as session:
            turn = desk_shops.take_up(session, shop_id, event_id)
            users.note(session, desk.user.user_id, "replayed", "shop_event", f"{shop_id}/{event_id}", now=parts.now())
        worked = replay(parts.database, shop_id, event_id, keys=parts.shop_keys, now=parts.now(), turn=turn)
    except Conflict as refused:
        if refused.reason == "used_already":
            return desk.go(f"{here}?done=set_event_used_already")
        if refused.reason == "body_gone":
            return desk.go(here)
        raise desk.refuse("set_event_meanwhile", 409) from None
    carry_out(parts, worked.follows)
    if worked.waits is not None:
        parts.doorbell.shop_events([worked.waits])
    return desk.go(f"{here}?done=set_event_replayed")


def hook_of(desk: Desk, kind: str) -> str:
    """Where a shop of this kind sends to: by the address that customers see, else by the one that this page was asked for under."""
    asked = desk.request.url
    return (desk.parts.settings.base_url.rstrip("/") or f"{asked.scheme}://{asked.netloc}") + HOOKS[kind]


def why(desk: Desk, one: Item) -> str:
    """Why it changed nothing, in plain words, and what to do about it."""
    if one["state"] == "waiting":
        return desk.voice.words["set_event_is_looked_up"]
    return "" if one["reason"] is None else desk.voice.words.get(BECAUSE.get(one["reason"], ""), one["reason"])


def _asked(desk: Desk, shop_id: str) -> Asked:
    return read_asked(desk, replace(EVENTS, path=f"{WHERE}/{shop_id}"))


def _read(asked: Asked, shop_id: str) -> Read:
    def read(session: Any, turn: Turn) -> Leaf:
        return desk_shops.leaf_events(session, shop_id, asked.form.or_none("state"), turn)

    return read
