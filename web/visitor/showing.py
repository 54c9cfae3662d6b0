"""What pages show of a visitor's messages: the panel that any page may include, and the headers that let its script run and nothing else."""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from offers.visitors import Visitor
from web.tongues import LANGUAGES
from web.visitor.cookie import LIFE
from web.visitor.words import CONSENT, ISLAND, TEXT_VERSION, WORDS

WEB = Path(__file__).parents[1]
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    "vary": "Accept-Language, Cookie",
}


def panel(key: str | None, visitor: Visitor | None, language: str) -> dict[str, Any]:
    """`push`, for pages that include `visitor/push.html`."""
    words = WORDS[language]
    return {
        "w": words,
        "key": key,
        "language": language,
        "on": visitor is not None and visitor.on,
        "shared": visitor is not None and visitor.shared,
        "consents": visitor.consents if visitor is not None and visitor.on else {},
        "alone": False,
        "doors": None,
        "scope": None,
        "said": {name: words[name] for name in ISLAND},
    }


def messages_page(
    request: Request, key: str | None, visitor: Visitor | None, language: str, base_url: str, *, status: int = 200
) -> Response:
    agreed = [purpose for purpose in CONSENT if visitor is not None and visitor.consents.get(purpose)]
    html = (
        _templates()
        .get_template("visitor/messages.html")
        .render(
            w=WORDS[language],
            language=language,
            languages=LANGUAGES,
            push=panel(key, visitor, language),
            agreed=agreed,
            on=visitor is not None and visitor.on,
            host=_host(request, base_url),
            days=LIFE.days,
            text_version=TEXT_VERSION,
            stale=status != 200,
        )
    )
    return HTMLResponse(html, status, headers={**HEADERS, "content-language": language})


def _host(request: Request, base_url: str) -> str:
    """What browsers write beside a message."""
    return urlsplit(base_url).netloc or request.url.netloc


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
