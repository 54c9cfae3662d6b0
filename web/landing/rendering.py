"""A landing page as HTML: the template, the words in the visitor's language, and the headers that let nothing strange in."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from web.landing import look
from web.landing.words import WORDS
from web.tongues import LANGUAGES
from web.visitor import showing

_FORMS_ALONE = {"/buy": "/reserve", "/pay": "", "/save": "", "/recognise/code": "/recognise"}
TEMPLATES = Path(__file__).parents[1] / "templates"


@cache
def headers_of() -> Mapping[str, str]:
    """The visitors' pages' headers. Pictures of products are the shop's own, wherever it keeps them, over https. Forms lead nowhere but to ourselves:
    on to a checkout goes a page of our own, since browsers hold a form's redirects to this too.
    """
    policy = showing.HEADERS["content-security-policy"]
    policy = policy.replace("img-src 'self'", "img-src 'self' https:")
    return {**showing.HEADERS, "content-security-policy": policy}


def render(request: Request, template: str, language: str, *, status: int = 200, **shown: Any) -> Response:
    """`template` is one of templates/landing. It has `w`, the words; `say(phrase, name=value)`, with each value escaped; and `shown`.

    Among what is shown, `path` is where the links to other languages lead, for an answer to a form that has no page at its own address;
    `kept` is a query, `&size=38`, that they carry on.
    """
    html = written(template, language, **{"path": page_at(request.url.path), **shown})
    return HTMLResponse(html, status, headers={**headers_of(), "content-language": language})


def page_at(path: str) -> str:
    """The page of an address that only forms are sent to: who looks there finds nothing."""
    return next((path.removesuffix(sent) + page for sent, page in _FORMS_ALONE.items() if path.endswith(sent)), path)


def written(template: str, language: str, *, path: str, kept: str = "", **shown: Any) -> bytes:
    """The page alone."""
    words = WORDS[language]

    def say(phrase: str, /, **values: Any) -> Markup:
        return Markup(words[phrase]).format(**values)  # noqa: S704 - the phrases are ours

    frame = {"w": words, "say": say, "language": language, "languages": LANGUAGES, "look": look.address()}
    return _template(template).render(**frame, path=path, kept=kept, **shown).encode()


@cache
def _template(name: str) -> Template:
    return _templates().get_template(f"landing/{name}")


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
