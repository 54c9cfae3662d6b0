"""The customers' list: all of them, as an index has them; or those that a search found, which are few enough to be sorted by anything."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import overview
from offers.rules.leafing import Leaf, Turn
from web.console.entering import Desk, Reader
from web.console.exporting import csv_answer, most_said
from web.console.few import Order, leaf_few
from web.console.filtering import query_of
from web.console.listing import Asked, Column, Listing, Read, Shown, read_asked
from web.console.routes import PageRoute
from web.console.tables import list_page

router = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)

MOST_FOUND = 200
"""Of a search that fits more, so many, and the page says so."""
MOST_IN_A_FILE = 10_000
"""Of a search: found at once and sorted here, as no index has them in an order."""
PURPOSES = ("location", "offers", "orders")
CUSTOMERS = Listing(
    "/console/customers",
    (
        Column("name", "name"),
        Column("id", "id", sorts=True),
        Column("language", "language"),
        Column("consents", "consents"),
    ),
    "id",
    ("q",),
    page=50,
)
FOUND = replace(
    CUSTOMERS, columns=tuple(replace(one, sorts=one.name != "consents") for one in CUSTOMERS.columns), own=""
)
"""Its own order: whose id was typed, then by name."""
ORDERS = {
    "name": Order(lambda one: (one["name"] or one["id"]).casefold()),
    "id": Order(lambda one: one["id"]),
    "language": Order(lambda one: one["language"] or ""),
}


@router.get("/customers")
def search(desk: Reader) -> Response:
    asked = _asked(desk)
    with desk.parts.database.reading() as session:
        leaf = asked.look(_read(asked), session)
    more = leaf.count is not None and bool(asked.text("q")) and leaf.count > MOST_FOUND
    if more:
        leaf = Leaf(leaf.items, leaf.previous, leaf.next)
    most = most_said(desk.voice, MOST_IN_A_FILE if asked.text("q") else None)
    return list_page(desk, "customers.html", Shown(asked, leaf), more=MOST_FOUND if more else 0, most=most)


@router.get("/customers.csv")
def search_as_csv(desk: Reader) -> Response:
    asked = _asked(desk)

    def cells(_session: Any, leaf: Leaf) -> list[Any]:
        return [
            (one["id"], one["name"], one["language"], *(bool(one["consents"][purpose]) for purpose in PURPOSES))
            for one in leaf.items
        ]

    heads = ("id", "name", "language", "list_consent_location", "list_consent_offers", "list_consent_orders")
    if not asked.text("q"):
        return csv_answer(asked, "customers", heads, _read(asked), cells, tells=True)
    return csv_answer(asked, "customers", heads, _read_found(asked), cells, tells=True, most=MOST_IN_A_FILE)


def _asked(desk: Desk) -> Asked:
    """An order that only what was found has falls away with the search."""
    form = query_of(desk)
    if form.text("q").strip():
        return read_asked(desk, FOUND, form)
    if form.text("sort") in FOUND.sorts - CUSTOMERS.sorts:
        form = form.but(sort="", cursor="")
    return read_asked(desk, CUSTOMERS, form)


def _read(asked: Asked) -> Read:
    typed = asked.text("q")

    def read(session: Any, turn: Turn) -> Leaf:
        if not typed:
            return overview.leaf_customers(session, replace(turn, sort=turn.sort or CUSTOMERS.own))
        found, more = overview.search_customers(session, typed, limit=MOST_FOUND)
        leaf = _leaf_of_found(found, turn, typed)
        return Leaf(leaf.items, leaf.previous, leaf.next, MOST_FOUND + 1 if more and turn.count else leaf.count)

    return read


def _read_found(asked: Asked) -> Read:
    """The same for a file: searched once, for as many as it holds and one more, by which it is known to be cut."""
    typed, kept = asked.text("q"), list[Sequence[dict[str, Any]]]()

    def read(session: Any, turn: Turn) -> Leaf:
        if not kept:
            kept.append(overview.search_customers(session, typed, limit=MOST_IN_A_FILE + 1)[0])
        return _leaf_of_found(kept[0], turn, typed)

    return read


def _leaf_of_found(found: Sequence[dict[str, Any]], turn: Turn, typed: str) -> Leaf:
    own = Order(lambda one: f"{int(one['id'] != typed)}{ORDERS['name'].of(one)}")
    return leaf_few(found, turn, FOUND.own, {FOUND.own: own, **ORDERS}, lambda one: str(one["id"]))
