"""The demo's pages: `/demo`, its state and its events, and each phone by itself. Only there when `PASSERBY_DEMO` is set."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Header, Query, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from redis.exceptions import RedisError
from starlette.responses import HTMLResponse, Response, StreamingResponse

from web.bodies import json_answer
from web.demo import drawing, scene
from web.demo.words import WORDS
from web.health import vitals_of
from web.parts import Have, Parts
from web.printing.asked import Wanted, picture
from web.routing import take
from web.tongues import LANGUAGES, choose

WEB = Path(__file__).parents[1]
VERDICTS = ("used", "unsure", "late", "inaccurate")
"""What presence says of a ping, and the matcher counts."""

router = APIRouter(prefix="/demo", include_in_schema=False)

Lang = Annotated[str | None, Query(max_length=10)]


def open_demo(app: FastAPI) -> None:
    """Have the demo's pages served by this app."""
    take(app, router)


@router.get("")
def town(request: Request, parts: Have, lang: Lang = None) -> Response:
    """The places, the walkers and the phones."""
    language = _language(request, lang)
    told = scene.read_scene(parts.database, language, keys=parts.codes, now=parts.now())
    return _page("town.html", parts, language, map=drawing.draw(told["places"]), scene=told, counts=_counts(parts))


@router.get("/phone/{device}")
def phone(request: Request, parts: Have, device: str, lang: Lang = None) -> Response:
    """One phone: its lock screen with its pushes."""
    language = _language(request, lang)
    told = scene.read_scene(parts.database, language, keys=parts.codes, now=parts.now())
    mine = next((one for one in told["phones"] if one["device"] == device), None)
    if mine is None:
        return _page("missing.html", parts, language, status=404)
    return _page("phone.html", parts, language, phone=mine, time_zone=told["time_zone"])


@router.get("/poster/{poster}.svg")
def poster(request: Request, parts: Have, poster: str) -> Response:
    """A poster's code, for a phone's camera."""
    return picture(parts, request, poster, Wanted("svg"))


@router.get("/state")
def state(request: Request, parts: Have, lang: Lang = None) -> Response:
    """What the pages show, as JSON."""
    told = scene.read_scene(parts.database, _language(request, lang), keys=parts.codes, now=parts.now())
    return json_answer({**told, "counts": _counts(parts), "walkers_url": parts.settings.demo_walkers_url or None})


@router.get("/events")
async def events(
    parts: Have, last_event_id: Annotated[str | None, Header(pattern=r"^\d{1,15}-\d{1,15}$")] = None
) -> Response:
    """As `GET /v1/events`, for the demo's own pages."""
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(parts.listeners.stream(last_event_id), headers=headers, media_type="text/event-stream")


def _counts(parts: Parts) -> dict[str, int]:
    """Pings matched, pushes sent and decisions against one since the demo began; nothing while Redis is away."""
    try:
        counters = vitals_of(parts).counters
    except (RedisError, OSError):
        return {}
    decided = sum(many for name, many in counters.items() if name.startswith("decision:"))
    return {
        "pings": sum(counters.get(verdict, 0) for verdict in VERDICTS),
        "sent": counters.get("delivery:sent", 0),
        "no": decided - counters.get("decision:send", 0),
    }


def _language(request: Request, wanted: str | None) -> str:
    return choose(wanted, request.headers.get("accept-language", ""))


def _page(template: str, parts: Parts, language: str, *, status: int = 200, **shown: Any) -> Response:
    walkers = parts.settings.demo_walkers_url
    html = (
        _templates()
        .get_template(f"demo/{template}")
        .render(language=language, languages=LANGUAGES, words=WORDS[language], walkers_url=walkers, **shown)
    )
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        f"connect-src 'self' {walkers}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {"content-security-policy": policy, "content-language": language, "vary": "Accept-Language"}
    return HTMLResponse(html, status, headers=headers)


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
