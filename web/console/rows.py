"""Deliveries and decisions, newest first: filtered by the address, a page at a time."""

from fastapi import APIRouter
from starlette.responses import Response

from offers import history, overview
from offers.history import Page
from offers.rules.eligibility import OUTCOMES
from web.console.choosing import MOST, SUGGESTED
from web.console.entering import Desk, Reader
from web.console.explaining import explain, facts_of
from web.console.filtering import STATES, Filters, read_filters
from web.console.giving import coupons_said
from web.console.routes import PageRoute

router = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)


@router.get("/deliveries")
def deliveries(desk: Reader) -> Response:
    with desk.parts.database.reading() as session:
        places = overview.name_places(session)
        wanted = read_filters(desk, places, "state")
        found = history.list_deliveries(session, wanted.asked) if wanted.asked else Page([], None)
        names = overview.names_of(session, found.items)
        coupons = coupons_said(overview.coupons_of(session, found.items), desk.voice)
    return _page(desk, "deliveries.html", wanted, found, names=names, places=places, states=STATES, coupons=coupons)


@router.get("/decisions")
def decisions(desk: Reader) -> Response:
    """Each with its outcome in a sentence, and the facts it rested on."""
    with desk.parts.database.reading() as session:
        places = overview.name_places(session)
        wanted = read_filters(desk, places, "outcome")
        found = history.list_decisions(session, wanted.asked) if wanted.asked else Page([], None)
        names = overview.names_of(session, found.items)
        coupons = coupons_said(overview.coupons_of(session, found.items), desk.voice)
    why = {one["id"]: explain(one["outcome"], one["facts"], desk.voice, names) for one in found.items}
    facts = {one["id"]: facts_of(one["facts"], desk.voice, names) for one in found.items}
    return _page(
        desk,
        "decisions.html",
        wanted,
        found,
        names=names,
        places=places,
        outcomes=OUTCOMES,
        why=why,
        facts=facts,
        coupons=coupons,
    )


def _page(desk: Desk, template: str, wanted: Filters, found: Page, **shown: object) -> Response:
    path = desk.request.url.path
    return desk.page(
        template,
        422 if wanted.errors else 200,
        rows=found.items,
        form=wanted.form,
        few_places=MOST,
        suggested=SUGGESTED,
        errors=wanted.errors,
        filtered=any(wanted.form.text(name) for name in wanted.own),
        newest=wanted.address(path) if wanted.form.text("cursor") else None,
        older=wanted.address(path, cursor=found.next_cursor) if found.next_cursor else None,
        **shown,
    )
