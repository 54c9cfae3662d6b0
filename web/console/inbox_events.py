"""What changes in the inbox, live, for a browser that is signed in: which conversation, and nothing of what was said."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from fastapi import APIRouter
from starlette.responses import Response

from offers import users
from offers.records.database import AWAY
from web.console.entering import Desk, Looker
from web.console.routes import PageRoute
from web.console.streams import as_stream, listen

router = APIRouter(prefix="/console/inbox", include_in_schema=False, route_class=PageRoute)

ASK_AGAIN_S = 10.0
"""So long an open stream may go on after its session has ended, once there is something to tell or a heartbeat."""


@router.get("/events")
async def events(desk: Looker) -> Response:
    """Server-sent events of the type `conversation`. Who comes back looks at the list again: nothing is caught up with here."""
    return as_stream(_conversations(desk, listen(desk, None)))


async def _conversations(desk: Desk, stream: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """What is of conversations, and the heartbeats, until the session ends."""
    asked_at = time.monotonic()
    async with aclosing(stream):
        async for piece in stream:
            if time.monotonic() - asked_at >= ASK_AGAIN_S:
                if not await asyncio.to_thread(is_signed_in, desk):
                    return
                asked_at = time.monotonic()
            if not piece.startswith(b"id: ") or b"\nevent: conversation\n" in piece:
                yield piece


def is_signed_in(desk: Desk) -> bool:
    """Whether the session that opened a stream is still good, and whose it was."""
    try:
        with desk.parts.database.reading() as session:
            user = users.signed_in(session, desk.secret, now=desk.parts.now())
    except AWAY:
        return False
    return user is not None and user.role == desk.user.role
