"""What changes on the pickup board, live, for a browser that is signed in: which order of its stores, and nothing of whose it is."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header
from starlette.responses import Response

from offers import users
from offers.records.database import AWAY
from web.console.entering import Desk, Looker
from web.console.inbox_events import ASK_AGAIN_S
from web.console.pickup_stores import stores_of
from web.console.routes import PageRoute
from web.console.streams import as_stream, listen

router = APIRouter(prefix="/console/pickup", include_in_schema=False, route_class=PageRoute)

_EVENT_ID = re.compile(r"\d{1,15}-\d{1,15}", re.ASCII)


class _Happened(msgspec.Struct):
    """As far as it matters here, of an order or of a message about one."""

    id: str = ""
    what: str = ""
    order: str | None = None
    place: str | None = None


_read = msgspec.json.Decoder(_Happened).decode


@router.get("/events")
async def events(desk: Looker, last_event_id: Annotated[str | None, Header()] = None) -> Response:
    """Server-sent events of the type `order`: `{order, what}`. With `Last-Event-ID` it goes on after that one; what the stream holds no
    longer is caught up with by looking at the board again, which a page does whenever it is connected anew.
    """
    stores = await asyncio.to_thread(stores_of, desk)
    after = last_event_id if last_event_id and _EVENT_ID.fullmatch(last_event_id) else None
    return as_stream(_of_stores(desk, stores.shown, listen(desk, after)))


async def _of_stores(
    desk: Desk, stores: tuple[str, ...] | None, stream: AsyncGenerator[bytes]
) -> AsyncGenerator[bytes]:
    """What is of these stores' orders, and the heartbeats, until the session ends or sees other stores."""
    asked_at = time.monotonic()
    async with aclosing(stream):
        async for piece in stream:
            if time.monotonic() - asked_at >= ASK_AGAIN_S:
                if not await asyncio.to_thread(_is_as_before, desk):
                    return
                asked_at = time.monotonic()
            if (told := _told(piece, stores)) is not None:
                yield told


def _told(piece: bytes, stores: tuple[str, ...] | None) -> bytes | None:
    """The event as the board takes it; none where it is nothing of these stores."""
    if not piece.startswith(b"id: "):
        return piece
    head, kind, raw = piece.split(b"\n", 2)
    if kind not in (b"event: order", b"event: delivery"):
        return None
    happened = _read(raw.removeprefix(b"data: ").strip())
    order = happened.id if kind == b"event: order" else happened.order
    if order is None or (stores is not None and happened.place not in stores):
        return None
    data = msgspec.json.encode({"order": order, "what": happened.what or "told"})
    return b"%b\nevent: order\ndata: %b\n\n" % (head, data)


def _is_as_before(desk: Desk) -> bool:
    try:
        with desk.parts.database.reading() as session:
            user = users.signed_in(session, desk.secret, now=desk.parts.now())
    except AWAY:
        return False
    return user is not None and (user.role, user.places) == (desk.user.role, desk.user.places)
