"""`GET /l/{scan}`: the page of a scan; and the page of a code that leads nowhere, never a bare 404."""

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from offers.rules.landing import Landing
from web.landing.entering import PageVisitor
from web.landing.rendering import render, written
from web.landing.showing import Ways, shown_landing, shown_nowhere

router = APIRouter(include_in_schema=False)


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
    )
    return ways if landing.scan_id is None else replace(ways, token=visitor.token(landing.scan_id))
