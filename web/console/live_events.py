"""What happens at places, live, for a browser that is signed in: what and where, and nothing of whom."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from offers import posters, users
from offers.errors import NotFound
from offers.records.database import AWAY
from web.console.entering import Desk, Reader
from web.console.inbox_events import ASK_AGAIN_S
from web.console.routes import PageRoute
from web.console.streams import as_stream, listen

router = APIRouter(prefix="/console/live", include_in_schema=False, route_class=PageRoute)

MOST_KNOWN = 1000
"""Posters whose place a stream remembers."""
NOWHERE = ""
"""The place of a poster that hangs at none."""


class _Happened(msgspec.Struct):
    """As far as it matters here, of a transition or a scan."""

    kind: str = ""
    place: str | None = None
    geofence_id: str | None = None
    poster: str | None = None


_read = msgspec.json.Decoder(_Happened).decode


@router.get("/events")
async def events(desk: Reader) -> Response:
    """Server-sent events of the type `happened`: `{kind, place, fence, poster}`, where `kind` is enter, dwell, exit or scan, and a poster is told of a
    scan alone. They carry no id: a page that comes back asks for the numbers anew.
    """
    return as_stream(_at_places(desk, listen(desk, None)))


async def _at_places(desk: Desk, stream: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """What happens at places, and the heartbeats, until the session ends."""
    asked_at = time.monotonic()
    known: dict[str, str | None] = {}
    async with aclosing(stream):
        async for piece in stream:
            if time.monotonic() - asked_at >= ASK_AGAIN_S:
                if not await asyncio.to_thread(_is_signed_in, desk):
                    return
                asked_at = time.monotonic()
            if not piece.startswith(b"id: "):
                yield piece
                continue
            _, kind, raw = piece.split(b"\n", 2)
            if kind not in (b"event: transition", b"event: scan"):
                continue
            happened = _read(raw.removeprefix(b"data: ").strip())
            if kind == b"event: scan":
                place = await _place_of(desk, happened.poster, known)
                happened = _Happened("scan", place, poster=happened.poster)
            if happened.place is not None:
                yield _told(happened)


def _told(happened: _Happened) -> bytes:
    data = {"kind": happened.kind, "place": happened.place or None, "fence": happened.geofence_id}
    if happened.kind == "scan":
        data["poster"] = happened.poster
    return b"event: happened\ndata: %b\n\n" % msgspec.json.encode(data)


async def _place_of(desk: Desk, poster: str | None, known: dict[str, str | None]) -> str | None:
    """Where a poster hangs, asked once a stream: a place, NOWHERE, or none where there is no such poster."""
    if poster is None:
        return None
    if poster not in known:
        if len(known) >= MOST_KNOWN:
            known.clear()
        known[poster] = await asyncio.to_thread(_hangs_at, desk, poster)
    return known[poster]


def _hangs_at(desk: Desk, poster: str) -> str | None:
    try:
        with desk.parts.database.reading() as session:
            place: str | None = posters.get_poster(session, poster)["place"]
    except (NotFound, *AWAY):
        return None
    return place or NOWHERE


def _is_signed_in(desk: Desk) -> bool:
    try:
        with desk.parts.database.reading() as session:
            user = users.signed_in(session, desk.secret, now=desk.parts.now())
    except AWAY:
        return False
    return user is not None and user.role == desk.user.role
