"""`GET /v1/events`: what happens, as it happens, as server-sent events."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import Response, StreamingResponse

from offers import keys
from offers.errors import Fault
from offers.records.database import AWAY
from web.guards import Server
from web.parts import Have, Parts
from web.problems import ProblemError

ASK_AGAIN_S = 1.0
"""So long an open stream may go on under a key that was revoked meanwhile, once there is something to tell."""

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
    caller: Server, parts: Have, last_event_id: Annotated[str | None, Header(description="The last id seen.")] = None
) -> Response:
    """Transitions, decisions, deliveries, scans, redemptions of coupons (of nobody), orders, conversations. The credential goes in the header, never in the address.

    With `Last-Event-ID` it goes on after that event, as far as the stream still holds what came since.
    """
    if last_event_id is not None and not re.fullmatch(r"\d{1,15}-\d{1,15}", last_event_id, re.ASCII):
        fault = Fault("Last-Event-ID", "is not an id of this stream")
        raise ProblemError("bad_input", 422, "The stream can not go on from there.", [fault])
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    told = _while_in_use(parts, caller.key_id, parts.listeners.stream(last_event_id or None))
    return StreamingResponse(told, headers=headers, media_type="text/event-stream")


async def _while_in_use(parts: Parts, key_id: str, stream: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The stream until its key is revoked. With the database away it ends too: whoever comes back is asked again."""
    asked_at = time.monotonic()
    async with aclosing(stream):
        async for piece in stream:
            if time.monotonic() - asked_at >= ASK_AGAIN_S:
                if not await asyncio.to_thread(_is_in_use, parts, key_id):
                    return
                asked_at = time.monotonic()
            yield piece


def _is_in_use(parts: Parts, key_id: str) -> bool:
    try:
        with parts.database.reading() as session:
            return keys.is_in_use(session, key_id, now=parts.now())
    except AWAY:
        return False
