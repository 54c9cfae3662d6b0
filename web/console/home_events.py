"""That something happened, live, for a browser that is signed in and has the first page open: of what kind, and nothing of whom."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import Response

from web.console.entering import Desk, Reader
from web.console.inbox_events import ASK_AGAIN_S, is_signed_in
from web.console.routes import PageRoute
from web.console.streams import as_stream, listen

router = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)

KINDS = (b"event: transition", b"event: delivery", b"event: scan", b"event: redemption")
_EVENT_ID = re.compile(r"\d{1,15}-\d{1,15}", re.ASCII)


@router.get("/events")
async def events(desk: Reader, last_event_id: Annotated[str | None, Header()] = None) -> Response:
    """Server-sent events of the types `transition`, `delivery`, `scan` and `redemption`, each empty: a page asks for what it shows. With
    `Last-Event-ID` it goes on after that one.
    """
    after = last_event_id if last_event_id and _EVENT_ID.fullmatch(last_event_id) else None
    return as_stream(_kinds(desk, listen(desk, after)))


async def _kinds(desk: Desk, stream: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """What happened without whom, and the heartbeats, until the session ends."""
    asked_at = time.monotonic()
    async with aclosing(stream):
        async for piece in stream:
            if time.monotonic() - asked_at >= ASK_AGAIN_S:
                if not await asyncio.to_thread(is_signed_in, desk):
                    return
                asked_at = time.monotonic()
            if not piece.startswith(b"id: "):
                yield piece
                continue
            head, kind, _ = piece.split(b"\n", 2)
            if kind in KINDS:
                yield b"%b\n%b\ndata: {}\n\n" % (head, kind)
