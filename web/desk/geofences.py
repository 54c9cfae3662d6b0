"""The door of geofences on their own: ids, roles and shapes, without the places around them."""

from fastapi import APIRouter
from starlette.responses import Response

from offers import places
from web.asking import AtPlace, Cursor, Limit, page
from web.bodies import JsonRoute
from web.examples import GEOFENCE, answers_with_page
from web.guards import Server
from web.parts import Have

router = APIRouter(prefix="/v1/geofences", tags=["places"], route_class=JsonRoute)


@router.get("", summary="Geofences in force", responses=answers_with_page(GEOFENCE))
def list_geofences(
    _caller: Server, parts: Have, place: AtPlace = None, cursor: Cursor = None, limit: Limit = 100
) -> Response:
    with parts.database.reading() as session:
        return page(*places.list_geofences(session, place, after=cursor or "", limit=limit))
