"""The doors of the desk's settings: the limits that hold over all campaigns."""

from typing import Annotated, Any

from fastapi import APIRouter, Body
from starlette.responses import Response

from offers import desk_settings
from web.bodies import JsonRoute
from web.editing import IfUnchanged, edited
from web.examples import LIMITS, answers_with_etag
from web.guards import Server
from web.parts import Have

router = APIRouter(prefix="/v1/settings", tags=["settings"], route_class=JsonRoute)


@router.get("", summary="The limits over all campaigns", responses=answers_with_etag(LIMITS))
def get_settings(_caller: Server, parts: Have) -> Response:
    with parts.database.reading() as session:
        return edited(desk_settings.get_limits(session))


@router.patch("", summary="Change limits", responses=answers_with_etag(LIMITS))
def change_settings(
    body: Annotated[dict[str, Any], Body(examples=[{"frequency_cap": {"messages": 2, "window": "P1D"}}])],
    check: IfUnchanged,
    _caller: Server,
    parts: Have,
) -> Response:
    """What is absent stays as it is; null switches a limit off."""
    with parts.database.transaction() as session:
        changed = desk_settings.change_limits(session, body, check=check)
    return edited(changed)
