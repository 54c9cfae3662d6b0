"""Text for browsers is sent packed: pages of visitors, and the files that pages are dressed in.

A page that says back what a stranger chose, beside a secret, could be measured through its length. Visitors' pages say nothing back
but what is in their own lists (a size, a store, a language), and what a visitor's own form sent. The doors of apps and of the desk stay as they are.
"""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from web.landing.telling import is_a_visitors

FILES = ("/static/", "/look/")
SMALLEST = 700
"""Bytes: less than that is one packet anyhow."""
LEVEL = 5
"""Of zlib: two thirds of the time of level 6 for one percent more."""


class Packing:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._packed = GZipMiddleware(app, minimum_size=SMALLEST, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        packs = scope["type"] == "http" and (scope["path"].startswith(FILES) or is_a_visitors(scope["path"]))
        await (self._packed if packs else self._app)(scope, receive, send)
