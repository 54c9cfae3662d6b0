"""What somebody asks a poster's picture to be, and the picture as an answer: the same for the desk's doors and the console's pages."""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from starlette.responses import Response

from offers import posters
from offers.errors import BadInput
from web.parts import Parts
from web.printing import code as drawing
from web.printing.papers import Paper, Printed

Kind = Literal["svg", "png", "pdf"]
MEDIA_TYPES: dict[Kind, str] = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}
HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "cache-control": "private, no-cache",  # whoever keeps it asks by its ETag whether it still is so
}
LEAST_MODULE, MOST_MODULE, MOST_SIZE = 2, 100, 8000
"""Pixels. With one pixel a module readers fail."""

Module = Annotated[
    int | None,
    Query(ge=LEAST_MODULE, le=MOST_MODULE, description="Pixels a module; 10 where neither this nor `size` is said."),
]
Size = Annotated[
    int | None, Query(ge=1, le=MOST_SIZE, description="Pixels a side, whole pixels a module; instead of `module`.")
]
OnPaper = Annotated[Paper, Query(description="A4 to A0.")]
InLanguage = Annotated[
    Literal["nl", "de", "en"] | None, Query(description="Of what is printed; the campaign's own where it is not said.")
]


@dataclass(frozen=True, slots=True)
class Wanted:
    kind: Kind
    module: int | None = None
    size: int | None = None
    paper: Paper = "A4"
    language: str | None = None


def url_of(parts: Parts, request: Request, code: str) -> str:
    """What a poster's code says: at the address that customers see or, where no setting says it, at the one that was called."""
    base = parts.settings.base_url or str(request.base_url)
    return f"{base.rstrip('/')}/q/{code}"


def picture(parts: Parts, request: Request, poster_id: str, wanted: Wanted) -> Response:
    """`NotFound` for no such poster; `BadInput` names what can not be drawn."""
    with parts.database.reading() as session:
        sheet = posters.poster_sheet(session, poster_id, wanted.language)
    url = url_of(parts, request, sheet.code)
    code = drawing.code_of(url)
    if wanted.kind == "svg":
        content = drawing.svg(code)
    elif wanted.kind == "png":
        content = _png(code, wanted)
    else:
        from web.printing.sheet import pdf  # noqa: PLC0415 - what fpdf needs most requests can do without

        printed = Printed(code, url, sheet.language, sheet.title, sheet.store, sheet.name, sheet.changed_at)
        content = pdf(printed, wanted.paper)
    return _answer(request, content, wanted, poster_id)


def _png(code: drawing.Code, wanted: Wanted) -> bytes:
    if wanted.size is None:
        return drawing.png(code, wanted.module or 10)
    if wanted.module is not None:
        raise BadInput.at("size", "is beside module: say one of them")
    module = drawing.module_of(code, wanted.size)
    if module < LEAST_MODULE:
        raise BadInput.at("size", f"is too small: this code takes {LEAST_MODULE * code.side} pixels at least")
    return drawing.png(code, module, wanted.size)


def _answer(request: Request, content: bytes, wanted: Wanted, poster_id: str) -> Response:
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers: dict[str, Any] = {**HEADERS, "etag": etag}
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if etag in known:
        return Response(status_code=304, headers=headers)
    shown = "attachment" if wanted.kind == "pdf" else "inline"
    paper = f"-{wanted.paper.lower()}" if wanted.kind == "pdf" else ""
    safe = "".join(one if one.isalnum() or one in "._-" else "-" for one in poster_id)
    headers["content-disposition"] = f'{shown}; filename="{safe}{paper}.{wanted.kind}"'
    return Response(content, headers=headers, media_type=MEDIA_TYPES[wanted.kind])
