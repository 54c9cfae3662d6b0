"""The look that all visitors' pages share, in one file, under an address that changes with it: fetched once, and never asked for again."""

import hashlib
import re
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response

STATIC = Path(__file__).parents[1] / "static"
FILES = ("tokens.css", "visitor/visitor.css", "landing/landing.css")
"""What every visitor's page is dressed in. What one page alone needs, it names itself."""

router = APIRouter(include_in_schema=False)


@cache
def style() -> bytes:
    text = "\n".join((STATIC / name).read_text() for name in FILES)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", text).strip().encode()


@cache
def address() -> str:
    return f"/look/{hashlib.sha256(style()).hexdigest()[:16]}.css"


@router.get("/look/{name}")
def look(name: str) -> Response:
    """Under an address of another version it is the present style, to be asked for again."""
    kept = "public, max-age=31536000, immutable" if f"/look/{name}" == address() else "no-cache"
    return Response(style(), media_type="text/css", headers={"cache-control": kept})
