"""What a campaign's small map draws: every place as a point, and of those that were chosen the outlines."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from offers import live
from web.asking import Named
from web.console.entering import Reader
from web.console.routes import PageRoute

router = APIRouter(prefix="/console/spots", include_in_schema=False, route_class=PageRoute)

MOST_POINTS = 1000
MOST_OUTLINED = 50
"""At once: the map asks again for the next."""
Chosen = Annotated[list[Named], Query(alias="place", max_length=MOST_OUTLINED)]


@router.get("")
def points(desk: Reader) -> Response:
    """The first places by id: id, name, point, and tags where there are any."""
    with desk.parts.database.reading() as session:
        return _said({"places": live.points_of_places(session, MOST_POINTS)})


@router.get("/outlines")
def outlines(desk: Reader, chosen: Chosen) -> Response:
    """The same of these places, with what is drawn around each. An id that is none is passed over."""
    with desk.parts.database.reading() as session:
        return _said({"places": live.outlines_of_places(session, chosen)})


def _said(value: dict[str, Any]) -> Response:
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Response(msgspec.json.encode(value), headers=headers, media_type="application/json")
