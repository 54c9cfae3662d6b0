"""Pages of nobody in particular under a crowd: what is the same for all who scan one poster is made once a second, not once a person.

A crowd is so many askers for one page within a second. Below that each is answered with the truth of the moment; above it a page is at most
`LIFE_S` old. Who has the visitor's cookie is somebody, and never answered from here. Beside its scan's id and the token of its forms a page of
nobody has nothing of its own: tests/web/landing/test_front.py holds that.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import anyio.to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from offers.landing import find_page
from offers.records.database import AWAY
from offers.rules.scanning import reader_of
from web.landing.entering import form_token
from web.parts import Parts
from web.tongues import choose

CROWD = 5
"""Askers of one page in a second."""
LIFE_S = 1.0
STALE_S = 3.0
"""So old a page may be shown while another is being made."""
MOST_PAGES = 300
"""Kept at once, some 20 kB each."""
MOST_SCANS = 50_000
"""Of which it is remembered what their pages are about."""
MOST_QUERY = 200
_PATH = re.compile(r"/l/(scn_[0-9a-z]{26})", re.ASCII)


class About(NamedTuple):
    """What of a scan its page hangs on. None of it changes."""

    poster_id: str
    campaign_id: str | None
    in_store: bool
    repeat: bool


@dataclass(slots=True)
class _Kept:
    """One page, and how many asked for it in the second that runs and in the one before."""

    second: int = 0
    now: int = 0
    before: int = 0
    made_at: float = 0.0
    being_made: bool = False
    scan_id: str = ""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    def asked(self, at: float) -> bool:
        """Count one more; whether it is one of a crowd."""
        second = int(at)
        if second != self.second:
            self.before = self.now if second == self.second + 1 else 0
            self.second, self.now = second, 0
        self.now += 1
        return max(self.now, self.before) > CROWD


class Front:
    """Before the doors' routers. Belongs to one event loop."""

    def __init__(
        self, app: ASGIApp, parts: Parts, visitors_cookie: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._parts = parts
        self._monotonic = monotonic
        self._secret = parts.settings.secret()
        self._scans: dict[str, About] = {}
        self._pages: dict[tuple[object, ...], _Kept] = {}
        self._visitor = visitors_cookie.encode()

    def know(self, scan_id: str, about: About) -> None:
        """What was just scanned is asked for next, and need not be looked up. Threads may call this."""
        if len(self._scans) >= MOST_SCANS:
            self._scans.clear()
        self._scans[scan_id] = about

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scan = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if scan is None or (reader := self._nobody(scope)) is None:
            await self._app(scope, receive, send)
            return
        about = await self._about(scan[1])
        if about is None:
            await self._app(scope, receive, send)
            return
        kept = self._kept((*about, *reader))
        at = self._monotonic()
        if not kept.asked(at):
            await self._app(scope, receive, send)
            return
        age = at - kept.made_at
        if kept.body and (age < LIFE_S or (kept.being_made and age < STALE_S)):
            await self._show(kept, scan[1], send)
            return
        kept.being_made = True
        try:
            await self._make(kept, scan[1], at, (scope, receive, send))
        finally:
            kept.being_made = False

    def _nobody(self, scope: Scope) -> tuple[object, ...] | None:
        """What of the request the page hangs on; none for who may be somebody."""
        accepted = agent = b""
        for name, value in scope["headers"]:
            if name == b"cookie" and self._visitor in value:
                return None
            if name == b"accept-language":
                accepted = value
            elif name == b"user-agent":
                agent = value
        query = scope["query_string"]
        if len(query) > MOST_QUERY:
            return None
        reader = reader_of(agent.decode("latin-1"))
        return query, choose(None, accepted[:500].decode("latin-1")), reader.os, reader.device_class

    async def _about(self, scan_id: str) -> About | None:
        known = self._scans.get(scan_id)
        if known is None:
            try:
                known = await anyio.to_thread.run_sync(self._look_up, scan_id)
            except AWAY:
                return None
            if known is not None:
                self.know(scan_id, known)
        return known

    def _look_up(self, scan_id: str) -> About | None:
        with self._parts.database.reading() as session:
            page = find_page(session, scan_id)
        return None if page is None else About(page.poster_id, page.campaign_id, page.in_store, page.repeat)

    def _kept(self, key: tuple[object, ...]) -> _Kept:
        kept = self._pages.get(key)
        if kept is None:
            if len(self._pages) >= MOST_PAGES:
                self._forget()
            kept = self._pages[key] = _Kept()
        return kept

    def _forget(self) -> None:
        """Those that nobody asks for any more; all, where that is not enough."""
        now = int(self._monotonic())
        self._pages = {key: one for key, one in self._pages.items() if one.second >= now - 1}
        if len(self._pages) >= MOST_PAGES:
            self._pages = {}

    async def _show(self, kept: _Kept, scan_id: str, send: Send) -> None:
        body = kept.body.replace(kept.scan_id.encode(), scan_id.encode())
        mine, theirs = (form_token(self._secret, one).encode() for one in (kept.scan_id, scan_id))
        await send({"type": "http.response.start", "status": 200, "headers": list(kept.headers)})
        await send({"type": "http.response.body", "body": body.replace(mine, theirs)})

    async def _make(self, kept: _Kept, scan_id: str, at: float, asked: tuple[Scope, Receive, Send]) -> None:
        """Answer as the doors do, and keep the page for the crowd."""
        scope, receive, send = asked
        pieces: list[bytes] = []
        head: Message = {}

        async def also_kept(message: Message) -> None:
            nonlocal head
            if message["type"] == "http.response.start":
                head = message
                message = {**message, "headers": list(message["headers"])}
            else:
                pieces.append(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, also_kept)
        headers = list(head.get("headers", ()))
        if head.get("status") == 200 and not any(name == b"set-cookie" for name, _ in headers):
            kept.scan_id, kept.headers, kept.body, kept.made_at = scan_id, headers, b"".join(pieces), at
