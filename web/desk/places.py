"""The doors of places and their geofences."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from offers import places
from offers.rules.place import PlaceBody
from web.aftermath import carry_out
from web.asking import Cursor, Limit, Named, page
from web.bodies import JsonRoute, no_content
from web.editing import IfUnchanged, IfUnchangedOrNew, edited
from web.examples import PLACE, answers, answers_with_etag, answers_with_page, edited_or_made
from web.guards import Server
from web.parts import Have

router = APIRouter(prefix="/v1/places", tags=["places"], route_class=JsonRoute)


@router.post("", summary="Create a place", status_code=201, responses=answers(PLACE, 201, idempotent=True))
def add_place(body: PlaceBody, request: Request, _caller: Server, parts: Have) -> Response:
    """Its geofences are in force everywhere within seconds. They push to nobody who stands inside already."""

    def add() -> dict[str, Any]:
        with parts.database.transaction() as session:
            item, _, follows = places.add_place(session, body, now=parts.now())
        carry_out(parts, follows)
        return item

    return parts.repeats.once(request, body, add)


@router.put("/{place_id}", summary="Create or replace a place", responses=edited_or_made(PLACE))
def put_place(place_id: Named, body: PlaceBody, check: IfUnchangedOrNew, _caller: Server, parts: Have) -> Response:
    """Geofences that stay as they are keep their id. Whoever stands inside one that goes leaves it."""
    with parts.database.transaction() as session:
        item, created, follows = places.put_place(session, place_id, body, now=parts.now(), check=check)
    carry_out(parts, follows)
    return edited(item, 201 if created else 200)


@router.get("", summary="All places", responses=answers_with_page(PLACE))
def list_places(_caller: Server, parts: Have, cursor: Cursor = None, limit: Limit = 100) -> Response:
    with parts.database.reading() as session:
        return page(*places.list_places(session, after=cursor or "", limit=limit))


@router.get("/{place_id}", summary="A place", responses=answers_with_etag(PLACE))
def get_place(place_id: Named, _caller: Server, parts: Have) -> Response:
    with parts.database.reading() as session:
        return edited(places.get_place(session, place_id))


@router.delete("/{place_id}", summary="Remove a place", status_code=204)
def delete_place(place_id: Named, check: IfUnchanged, _caller: Server, parts: Have) -> Response:
    """Goes with its geofences, stays and visits; 409 while orders are to be collected there."""
    with parts.database.transaction() as session:
        follows = places.delete_place(session, place_id, now=parts.now(), check=check)
    carry_out(parts, follows)
    return no_content()
