"""The pickup board: who comes to collect, and what staff do with it. One page; a script keeps it in step, and nothing needs one."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from fastapi import APIRouter
from starlette.responses import Response

from offers import board
from offers.board import Card, Done
from web.aftermath import carry_out
from web.asking import Named
from web.console.choosing import offer_places
from web.console.entering import Answerer, Desk, Looker
from web.console.filtering import query_of
from web.console.forms import Form
from web.console.pickup_shown import clock, plain, shown
from web.console.pickup_stores import Stores, remember, stores_of
from web.console.routes import PageRoute

router = APIRouter(prefix="/console/pickup", include_in_schema=False, route_class=PageRoute)

VIEWS = ("board", "prepare", "uncollected")
MOST_NOTICED = 200
RELOAD_S = 30
"""Without a script the page loads itself again this often."""
What = Literal["ready", "collected", "undone"]
_DEEDS: Mapping[str, Callable[..., Done]] = {
    "ready": board.make_ready,
    "collected": board.hand_over,
    "undone": board.undo,
}
_SAID: Mapping[str, str] = {"ready": "order_made_ready", "collected": "", "undone": "hand_over_undone"}


@router.get("")
def pickup_board(desk: Looker) -> Response:
    """`?place=` as often as there are stores, `?view=` one of VIEWS, `?q=` what is looked for."""
    return _page(desk, stores_of(desk))


@router.post("/noticed")
def noticed(desk: Answerer) -> Response:
    """Staff saw what changed of these orders, in the state that they saw them in."""
    stores, form = stores_of(desk), desk.form
    status, _, one = form.text("seen").partition("/")
    orders = [one] if one else form.all(f"new-{status}")
    with desk.parts.database.transaction() as session:
        user_id, now = desk.user.user_id, desk.parts.now()
        follows = board.notice(session, orders[:MOST_NOTICED], status, user_id, stores.limits, now=now)
    carry_out(desk.parts, follows)
    return desk.go(_back(stores, form))


@router.get("/orders/{order_id}")
def order_page(desk: Looker, order_id: Named) -> Response:
    """One order: its customer's whole name, all its items, and what happened."""
    stores = stores_of(desk)
    with desk.parts.database.reading() as session:
        card = board.show(session, stores.limits, order_id, now=desk.parts.now())
    return desk.page(
        "pickup_order.html",
        one=shown(desk, card, stores.names, full=True),
        history=card.history,
        stores=stores,
        view="board",
        may_act=_may_act(desk),
    )


@router.post("/orders/{order_id}/{what}")
def act(desk: Answerer, order_id: Named, what: What) -> Response:
    """Ready, collected, or a hand-over taken back; who comes second is told who was first."""
    stores = stores_of(desk)
    with desk.parts.database.transaction() as session:
        done = _DEEDS[what](session, order_id, desk.user.user_id, stores.limits, now=desk.parts.now())
    if not done.moved:
        return _page(desk, stores, said=_not_done(desk, what, done.card), status=409)
    carry_out(desk.parts, done.follows)
    return desk.go(_back(stores, desk.form, done=_SAID[what]))


def _page(desk: Desk, stores: Stores, *, said: str = "", status: int = 200) -> Response:
    form = query_of(desk) if desk.request.method == "GET" else desk.form
    view, typed, now = _view(form), form.text("q"), desk.parts.now()
    with desk.parts.database.reading() as session:
        seen = board.columns(session, stores.shown, now=now, view=view)
        found = board.find(session, stores.shown, typed, now=now) if typed else []

    def told(cards: Any, *, full: bool = False) -> list[dict[str, Any]]:
        return [shown(desk, one, stores.names, full=full) for one in cards]

    answer = desk.page(
        "pickup.html",
        status,
        stores=stores,
        choice=offer_places(stores.names, stores.chosen or (), form.text("store")),
        view=view,
        q=typed,
        form=form,
        errors={},
        said=said,
        columns={name: told(cards) for name, cards in seen.columns.items()},
        counts=seen.counts,
        just_now=told(seen.just_now),
        newly_here=seen.newly_here,
        found=told(found, full=True),
        most=board.MOST,
        most_found=board.MOST_FOUND,
        may_act=_may_act(desk),
        now=now,
        at=clock(desk.voice, now, now),
        reload_s=RELOAD_S,
    )
    return remember(answer, desk, stores)


def _back(stores: Stores, form: Form, **more: str) -> str:
    """To the list from which it was done."""
    view = _view(form)
    return stores.address(view="" if view == VIEWS[0] else view, **more)


def _view(form: Form) -> str:
    return next((one for one in VIEWS if one == form.text("view")), VIEWS[0])


def _may_act(desk: Desk) -> bool:
    return desk.user.role in ("staff", "marketer", "admin")


def _not_done(desk: Desk, what: What, card: Card) -> str:
    """Why nothing was changed, and how it stands."""
    voice, now = desk.voice, desk.parts.now()
    at = clock(voice, card.closed_at or now, now)
    who = card.first_name or voice.words["inbox_guest"]
    if what == "undone":
        return plain(voice, "board_too_late" if card.status == "collected" else "board_open_again", name=who)
    if card.status == "collected" and card.by:
        return plain(voice, "board_taken_by", name=who, by=card.by, at=at)
    if card.status in ("collected", "cancelled"):
        return plain(voice, f"board_was_{card.status}", name=who, at=at)
    return plain(voice, "board_ready_already", name=who)
