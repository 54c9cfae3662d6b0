"""The first page: what needs attention, and what happened in the last 24 hours, each count a way to its rows."""

from datetime import timedelta
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from offers import overview, places
from offers.errors import NotFound
from offers.history import Asked, list_transitions
from web.console.clock import as_typed
from web.console.entering import Member
from web.console.routes import PageRoute

router = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)
elsewhere = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)

LOOKS_BACK = timedelta(hours=24)
MOST_NAMED = 6
CROSSINGS = 12


@router.get("")
def home(desk: Member) -> Response:
    """Staff go to the pickup board."""
    if desk.user.role == "staff":
        return desk.go("/console/pickup")
    since = (desk.parts.now() - LOOKS_BACK).replace(second=0, microsecond=0)
    with desk.parts.database.reading() as session:
        attention = overview.needs_attention(session)
        outcomes = overview.count_outcomes(session, since=since)
        states = overview.count_deliveries(session, since=since)
        unlisted = overview.count_unlisted(session, since=since)
        crossings = list_transitions(session, Asked(since=since, limit=CROSSINGS)).items
        names = overview.names_of(session, crossings)
        has_places = bool(places.list_places(session, limit=1)[0])
    typed = as_typed(since, desk.voice.zone)
    return desk.page(
        "home.html",
        attention=attention,
        most=MOST_NAMED,
        outcomes=_largest_first(outcomes),
        states=_largest_first(states),
        unlisted=unlisted,
        since=urlencode({"since": typed}),
        crossings=crossings,
        names=names,
        has_places=has_places,
    )


def _largest_first(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


@elsewhere.get("/{path:path}")
def nowhere(_desk: Member, path: str) -> Response:
    """Any other address below the console's: its first page, or a page that says so."""
    if not path.strip("/"):
        return RedirectResponse("/console", 303)
    raise NotFound("page")
