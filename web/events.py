"""`GET /v1/events`: what happens, as it happens, as server-sent events."""

import re
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import Response, StreamingResponse

from offers.errors import Fault
from web.guards import Server
from web.parts import Have
from web.problems import ProblemError

router = APIRouter(prefix="/v1", tags=["what happened"])


@router.get(
    "/events",
    summary="What happens, live",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-sent events: `id`, `event` with the type, `data` with the item of its list",
            "content": {
                "text/event-stream": {"example": 'id: 1764590400000-0\nevent: transition\ndata: {"kind": "enter"}\n\n'}
            },
        }
    },
)
async def events(
    _caller: Server, parts: Have, last_event_id: Annotated[str | None, Header(description="The last id seen.")] = None
) -> Response:
    """Transitions, decisions, deliveries, scans, orders. The credential goes in the header, never in the address.

    With `Last-Event-ID` it goes on after that event, as far as the stream still holds what came since.
    """
    if last_event_id is not None and not re.fullmatch(r"\d{1,15}-\d{1,15}", last_event_id, re.ASCII):
        fault = Fault("Last-Event-ID", "is not an id of this stream")
        raise ProblemError("bad_input", 422, "The stream can not go on from there.", [fault])
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(
        parts.listeners.stream(last_event_id or None), headers=headers, media_type="text/event-stream"
    )
