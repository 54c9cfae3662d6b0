"""What visitors open: the page of their messages, and the worker that shows them."""

import json
from functools import cache
from pathlib import Path

import structlog
from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from offers import visitors
from offers.records.database import AWAY
from web.parts import Have, Parts
from web.routing import take
from web.tongues import choose
from web.visitor import doors
from web.visitor.attempts import NewOrders, VisitorAttempts
from web.visitor.cookie import VisitorCookie
from web.visitor.entering import HaveDesk, VisitorDesk
from web.visitor.showing import messages_page
from web.visitor.words import WORDS, WORKER

STATIC = Path(__file__).parents[1] / "static" / "visitor"

router = APIRouter(include_in_schema=False)
log = structlog.get_logger()


def open_visitors(app: FastAPI, parts: Parts) -> None:
    """Have the visitors' pages and doors served by this app."""
    settings = parts.settings
    app.state.visitors = VisitorDesk(
        VisitorCookie(settings.secret(), settings.base_url),
        VisitorAttempts(parts.redis, settings.secret()),
        NewOrders(parts.redis, settings.secret()),
        parts.subscribing.vapid_key if settings.push != "outbox" else None,
    )
    take(app, router)
    take(app, doors.router)


@router.get("/messages")
def messages(request: Request, parts: Have, desk: HaveDesk, lang: str | None = None) -> Response:
    """What this browser agreed to, and the switch. Looking leaves nothing behind, here or there."""
    device_id = desk.cookie.device_in(request, parts.clock())
    visitor, status = None, 200
    if device_id is not None:
        try:
            with parts.database.reading() as session:
                visitor = visitors.find_visitor(session, device_id)
        except AWAY as error:
            log.warning("database_unavailable", error=type(error).__name__)
            status = 503
    own = visitor.language.partition("-")[0].lower() if visitor and visitor.language else None
    language = choose(lang if lang in WORDS else own, request.headers.get("accept-language", ""))
    return messages_page(request, desk.key, visitor, language, parts.settings.base_url, status=status)


@router.get("/push-worker.js")
def push_worker() -> Response:
    """From the root, so that one worker is every page's."""
    headers = {
        "cache-control": "no-cache",
        "service-worker-allowed": "/",
        "content-security-policy": "default-src 'none'; connect-src 'self'",
    }
    return Response(_worker(), media_type="text/javascript", headers=headers)


@cache
def _worker() -> str:
    words = {language: {name: said[name] for name in WORKER} for language, said in WORDS.items()}
    written = json.dumps(words, ensure_ascii=False)
    return f"const WORDS = {written};\n{(STATIC / 'push-worker.js').read_text()}"
