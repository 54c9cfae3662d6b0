"""A page as HTML: the template, the words, and the headers that keep strangers out of it."""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from offers.once import new_number
from offers.users import SignedIn
from web.console.faults import rule_said
from web.console.islands import has_island, island
from web.console.speaking import Voice
from web.tongues import LANGUAGES

TEMPLATES = Path(__file__).parents[1] / "templates"
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",  # with no-referrer a browser would send `Origin: null` with our own forms
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
RAIL = (
    ("home", "/console", ("viewer", "marketer", "admin")),
    ("live", "/console/live", ("viewer", "marketer", "admin")),
    ("places", "/console/places", ("viewer", "marketer", "admin")),
    ("campaigns", "/console/campaigns", ("viewer", "marketer", "admin")),
    ("offers", "/console/offers", ("viewer", "marketer", "admin")),
    ("posters", "/console/posters", ("viewer", "marketer", "admin")),
    ("customers", "/console/customers", ("viewer", "marketer", "admin")),
    ("pickup_board", "/console/pickup", ("viewer", "staff", "marketer", "admin")),
    ("inbox", "/console/inbox", ("viewer", "staff", "marketer", "admin")),
    ("deliveries", "/console/deliveries", ("viewer", "marketer", "admin")),
    ("decisions", "/console/decisions", ("viewer", "marketer", "admin")),
    ("reports", "/console/reports", ("viewer", "marketer", "admin")),
    ("settings", "/console/settings", ("admin",)),
)
"""The pages of the rail, where they are, and whose."""
DONE = (
    "place_saved",
    "campaign_saved",
    "offer_saved",
    "poster_saved",
    "poster_retired",
    "place_deleted",
    "campaign_deleted",
    "offer_deleted",
    "customer_erased",
    "coupon_let_go",
    "did_launch",
    "did_pause",
    "did_end",
    "password_changed",
    "reply_sent",
    "reply_meanwhile",
    "conversation_closed",
    "order_made_ready",
    "hand_over_undone",
    "set_key_revoked",
    "set_user_saved",
    "set_user_disabled",
    "set_limits_saved",
    "set_event_replayed",
    "set_event_used_already",
    "set_shop_saved",
    "set_shop_deleted",
    "start_device_there",
    "start_message_saved",
)
"""What `?done=` may say."""


def render(
    template: str,
    request: Request,
    voice: Voice,
    *,
    user: SignedIn | None = None,
    token: str = "",
    status: int = 200,
    waiting: int = 0,
    standing: int = 0,
    **shown: Any,
) -> Response:
    path = request.url.path
    html = (
        _templates()
        .get_template(f"console/{template}")
        .render(
            w=voice.words,
            voice=voice,
            say=voice.say,
            when=voice.moment,
            day=voice.day,
            lasting=voice.lasting,
            rule_said=lambda message: rule_said(message, voice),
            languages=LANGUAGES,
            language=voice.language,
            user=user,
            waiting=waiting,
            standing=standing,
            may_write=user is not None and user.role in ("marketer", "admin"),
            token_value=token,
            path=path,
            here=_address(request),
            rail=[(name, to) for name, to, roles in RAIL if user is not None and user.role in roles],
            done=next((one for one in DONE if one == request.query_params.get("done")), ""),
            **shown,
        )
    )
    return HTMLResponse(html, status, headers={**HEADERS, "content-language": voice.language})


def _address(request: Request) -> str:
    """This page, to come back to in whatever language, and without what it said once."""
    kept = [(name, text) for name, text in request.query_params.multi_items() if name not in ("lang", "done")]
    return request.url.path + (f"?{urlencode(kept)}" if kept else "")


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"island": island, "has_island": has_island, "new_number": new_number}
    return made
