"""The look of all visitors' pages in one file, under an address that changes with it: fetched once, and never asked for again."""

import hashlib
import re
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response

STATIC = Path(__file__).parents[1] / "static"
BEGINS = ("tokens.css", "visitor/visitor.css", "visitor/push.css", "landing/landing.css")
"""What the rest builds on. Then comes every other style of static/landing, by name."""

router = APIRouter(include_in_schema=False)


@cache
def style() -> bytes:
    first = [STATIC / name for name in BEGINS]
    rest = [one for one in sorted((STATIC / "landing").glob("*.css")) if one not in first]
    text = "\n".join(one.read_text() for one in (*first, *rest))
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
