"""What a page with a map needs: a policy under which it may be drawn, and the demo town's own lines."""

from pathlib import Path
from urllib.parse import urlsplit

from starlette.responses import Response

from web.console.rendering import HEADERS
from web.parts import Parts

STREETS = Path(__file__).parents[2] / "seeds" / "amsterdam" / "streets.geojson"
"""Of the demo's town; its licences stand beside it."""


def with_map(answer: Response, parts: Parts) -> Response:
    """The page, allowed to start its map's worker and to fetch from the host of the style that the setting names, and from no other."""
    answer.headers["content-security-policy"] = policy(parts.settings.map_style_url)
    return answer


def policy(style_url: str) -> str:
    at = urlsplit(style_url)
    host = f" {at.scheme}://{at.netloc}" if style_url else ""
    wider = {
        "img-src": f"'self' data: blob:{host}",
        "connect-src": f"'self'{host}",
    }
    kept = [one.strip() for one in HEADERS["content-security-policy"].split(";")]
    told = [f"{name} {wider[name]}" if (name := one.partition(" ")[0]) in wider else one for one in kept]
    return "; ".join([*told, "worker-src 'self'"])
