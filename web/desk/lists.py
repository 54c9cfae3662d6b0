"""What happened, newest first: transitions, visits, decisions, deliveries."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from offers import history
from offers.history import Asked, Page
from web.asking import asked, asked_of_decisions, asked_of_positions, page
from web.bodies import JsonRoute
from web.examples import DECISION, DELIVERY, TRANSITION, VISIT, answers_with_page
from web.guards import Server
from web.parts import Have, Parts

router = APIRouter(prefix="/v1", tags=["what happened"], route_class=JsonRoute)

Wanted = Annotated[Asked, Depends(asked)]
Decided = Annotated[Asked, Depends(asked_of_decisions)]
Seen = Annotated[Asked, Depends(asked_of_positions)]
"""Without `campaign`: transitions and visits come before any."""


@router.get("/transitions", summary="Enters, dwells and exits", responses=answers_with_page(TRANSITION))
def list_transitions(_caller: Server, wanted: Seen, parts: Have) -> Response:
    return _read(parts, history.list_transitions, wanted)


@router.get("/visits", summary="Customers at stores", responses=answers_with_page(VISIT))
def list_visits(_caller: Server, wanted: Seen, parts: Have) -> Response:
    """From the first device in to the last device out."""
    return _read(parts, history.list_visits, wanted)


@router.get("/decisions", summary="Every send, and every named reason not to", responses=answers_with_page(DECISION))
def list_decisions(_caller: Server, wanted: Decided, parts: Have) -> Response:
    return _read(parts, history.list_decisions, wanted)


@router.get("/deliveries", summary="Messages on their way to devices", responses=answers_with_page(DELIVERY))
def list_deliveries(_caller: Server, wanted: Wanted, parts: Have) -> Response:
    return _read(parts, history.list_deliveries, wanted)


def _read(parts: Parts, read: Callable[[Any, Asked], Page], wanted: Asked) -> Response:
    with parts.database.reading() as session:
        found = read(session, wanted)
    return page(found.items, found.next_cursor)
