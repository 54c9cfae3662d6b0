"""The live map: which places there are, how many are at each, which posters hang where, and what happened last. Numbers, nobody's name or way."""

from datetime import datetime
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from offers import live, overview, places
from offers.history import Asked, list_transitions
from web.asking import Cursor
from web.console.entering import Desk, Reader
from web.console.maps import STREETS, with_map
from web.console.routes import PageRoute

router = APIRouter(prefix="/console/live", include_in_schema=False, route_class=PageRoute)

PAGE = 100
MOST_ON_MAP = 1000
CROSSINGS = 20


@router.get("")
def show(desk: Reader, cursor: Cursor = None) -> Response:
    with desk.parts.database.reading() as session:
        shown, next_cursor = places.list_places(session, after=cursor or "", limit=PAGE)
        inside = live.count_inside(session, [one["id"] for one in shown])
        crossings = [_of_nobody(one) for one in list_transitions(session, Asked(limit=CROSSINGS)).items]
        posters = live.posters_hanging(session, since=_today(desk), limit=PAGE + 1) if not cursor else []
        names = overview.names_of(session, [*crossings, *({"place": one.place} for one in posters)])
    page = desk.page(
        "live.html",
        places=shown,
        inside=inside,
        crossings=crossings,
        posters=posters[:PAGE],
        more_posters=len(posters) > PAGE,
        names=names,
        cursor=cursor,
        next_cursor=next_cursor,
        most=MOST_ON_MAP,
        style_url=desk.parts.settings.map_style_url,
    )
    return with_map(page, desk.parts)


@router.get("/map")
def on_map(desk: Reader) -> Response:
    """The places that the map shows, the first by id, with their outlines and how many are there."""
    with desk.parts.database.reading() as session:
        return _said({"places": live.places_drawn(session, MOST_ON_MAP)})


@router.get("/counts")
def counts(desk: Reader) -> Response:
    """How many are at each place; those where nobody is are left out."""
    with desk.parts.database.reading() as session:
        return _said(live.count_inside_first(session, MOST_ON_MAP))


@router.get("/posters")
def posters_on_map(desk: Reader) -> Response:
    """The posters that the map shows, the first by id, each with what is said of its scans today."""
    with desk.parts.database.reading() as session:
        hanging = live.posters_hanging(session, since=_today(desk), limit=MOST_ON_MAP)
    told = [
        {
            "id": one.id,
            "name": one.name,
            "lat": one.lat,
            "lon": one.lon,
            "said": str(desk.voice.say("live_scans_said", count=desk.voice.figures(one.scans))),
        }
        for one in hanging
    ]
    return _said({"posters": told})


@router.get("/streets")
def streets(_desk: Reader) -> Response:
    return FileResponse(STREETS, media_type="application/geo+json", headers={"cache-control": "private, max-age=86400"})


def _today(desk: Desk) -> datetime:
    """When the day began by the desk's clock."""
    return desk.parts.now().astimezone(desk.voice.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _of_nobody(crossing: dict[str, Any]) -> dict[str, Any]:
    return {name: crossing[name] for name in ("at", "kind", "role", "place")}


def _said(value: dict[str, Any]) -> Response:
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Response(msgspec.json.encode(value), headers=headers, media_type="application/json")
