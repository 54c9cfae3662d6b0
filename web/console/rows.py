"""Deliveries and decisions, newest first: filtered by the address, a page at a time."""

from fastapi import APIRouter
from starlette.responses import Response

from offers import history, overview
from offers.history import Page
from offers.rules.eligibility import OUTCOMES
from web.console.entering import Desk, Reader
from web.console.explaining import explain, facts_of
from web.console.filtering import STATES, Filters, read_filters
from web.console.routes import PageRoute

router = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)


@router.get("/deliveries")
def deliveries(desk: Reader) -> Response:
    wanted = read_filters(desk, "state")
    with desk.parts.database.reading() as session:
        found = history.list_deliveries(session, wanted.asked) if wanted.asked else Page([], None)
        names = overview.names_of(session, found.items)
        places = overview.name_places(session)
    return _page(desk, "deliveries.html", wanted, found, names=names, places=places, states=STATES)


@router.get("/decisions")
def decisions(desk: Reader) -> Response:
    """Each with its outcome in a sentence, and the facts it rested on."""
    wanted = read_filters(desk, "outcome")
    with desk.parts.database.reading() as session:
        found = history.list_decisions(session, wanted.asked) if wanted.asked else Page([], None)
        names = overview.names_of(session, found.items)
        places = overview.name_places(session)
    why = {one["id"]: explain(one["outcome"], one["facts"], desk.voice, names.campaigns) for one in found.items}
    facts = {one["id"]: facts_of(one["facts"], desk.voice, names.campaigns) for one in found.items}
    return _page(
        desk, "decisions.html", wanted, found, names=names, places=places, outcomes=OUTCOMES, why=why, facts=facts
    )


def _page(desk: Desk, template: str, wanted: Filters, found: Page, **shown: object) -> Response:
    path = desk.request.url.path
    return desk.page(
        template,
        422 if wanted.errors else 200,
        rows=found.items,
        form=wanted.form,
        errors=wanted.errors,
        filtered=any(wanted.form.text(name) for name in wanted.own),
        newest=wanted.address(path) if wanted.form.text("cursor") else None,
        older=wanted.address(path, cursor=found.next_cursor) if found.next_cursor else None,
        **shown,
    )
