"""`GET /l/{scan}`: the page of a scan; and the page of a code that leads nowhere, never a bare 404."""

import re
from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from offers.landing import LandAsked, land
from offers.rules.landing import Landing
from offers.rules.scanning import reader_of
from web.app_links import app_link
from web.landing.entering import Looks, PageVisitor
from web.landing.rendering import render, written
from web.landing.showing import Ways, shown_landing, shown_nowhere

STATUSES: Mapping[str, int] = {"unknown": 404, "retired": 410, "ended": 410, "early": 200, "live": 200}
"""Of the pages of codes that lead to no offer, by the poster's state."""
LONGEST = 100
"""Of what an address may choose."""

router = APIRouter(include_in_schema=False)


@router.get("/l/{scan}")
def landing(visitor: Looks, scan: str, size: str | None = None, store: str | None = None) -> Response:
    """What the scan leads to, for who looks. Writes nothing; what else the address says is for others, such as who counts clicks."""
    size, store = _choice(size), _choice(store)
    language, landed = visitor.language(), None
    if re.fullmatch(r"[A-Za-z0-9_-]{1,100}", scan):
        asked = LandAsked(scan, visitor.device_id, language, visitor.wanted is not None, size, store)
        with visitor.parts.database.reading() as session:
            landed = land(session, asked, keys=visitor.parts.codes, now=visitor.parts.now())
    if landed is None:
        landed = Landing(None, "unknown", language)
    if landed.state != "live" or (landed.title is None and landed.item is None and landed.offer is None):
        return nowhere_page(visitor, landed, STATUSES[landed.state])
    return landing_page(visitor, landed, size=size, store=store)


def _choice(text: str | None) -> str | None:
    return text if text and len(text) <= LONGEST and text.isprintable() else None


def landing_page(
    visitor: PageVisitor, landing: Landing, *, size: str | None = None, store: str | None = None
) -> Response:
    """The page of a live scan, in the landing's own language."""
    ways = _ways(visitor, landing, size, store)
    return render(visitor.request, "landing.html", landing.language, **shown_landing(landing, ways))


def render_landing(landing: Landing, ways: Ways) -> bytes:
    """The page alone, without a request: what benchmarks measure."""
    path = f"/l/{landing.scan_id}"
    return written("landing.html", landing.language, path=path, **shown_landing(landing, ways))


def nowhere_page(visitor: PageVisitor, landing: Landing, status: int) -> Response:
    """Of a code that is unknown, retired, ended or early: what happened, why, and what to do, with the nearest store."""
    shown = shown_nowhere(landing, _ways(visitor, landing, None, None))
    return render(visitor.request, "nowhere.html", landing.language, status=status, **shown)


def _app(visitor: PageVisitor, landing: Landing) -> str | None:
    """The way into the brand's app, on a phone that could have it."""
    if landing.code is None:
        return None
    reader = reader_of(visitor.request.headers.get("user-agent", ""))
    return app_link(visitor.parts.settings, reader.os, landing.code)


def _ways(visitor: PageVisitor, landing: Landing, size: str | None, store: str | None) -> Ways:
    settings = visitor.parts.settings
    ways = Ways(
        now=visitor.parts.now(),
        pays=settings.payments != "none",
        recognises=settings.sms != "none",
        size=size,
        store=store,
        lang=visitor.wanted,
        base_url=settings.base_url,
        app=_app(visitor, landing),
    )
    return ways if landing.scan_id is None else replace(ways, token=visitor.token(landing.scan_id))
