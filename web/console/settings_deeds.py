"""Who did what, and when: looked through by user, by deed and by time, a page at a time. For admins."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from offers import deeds, overview, users
from offers.rules.deeds import Deeds
from web.console.clock import as_typed, read_typed
from web.console.entering import Admin, Desk
from web.console.faults import Errors
from web.console.filtering import query_of
from web.console.forms import Form
from web.console.routes import PageRoute
from web.console.words import LINES

router = APIRouter(prefix="/console/settings/deeds", include_in_schema=False, route_class=PageRoute)

WHERE = "/console/settings/deeds"
PAGE = 50
EXPORTS = {"customers": "customers", "deliveries": "deliveries", "decisions": "decisions", "inbox": "inbox"}
"""Lists about customers, which it is written down that somebody took along; and what each is called."""
COMMAND = "command"
"""In the place of a user: whoever was at the command line."""
KINDS = tuple(name.removeprefix("deed_") for name in LINES if name.startswith("deed_"))
Item = dict[str, Any]


@router.get("")
def all_deeds(desk: Admin) -> Response:
    form, errors = query_of(desk), Errors()
    moments = {}
    for name in ("since", "until"):
        try:
            moments[name] = read_typed(form.text(name), desk.voice.zone)
        except ValueError:
            errors[name] = desk.voice.words["bad_moment"]
    by, what = form.or_none("by"), form.or_none("what")
    found: list[Item] = []
    following = None
    with desk.parts.database.reading() as session:
        people = users.list_users(session)
        if not errors:
            form = form.but(**{name: as_typed(at, desk.voice.zone) or "" for name, at in moments.items()})
            wanted = Deeds("" if by == COMMAND else by, what, **moments, cursor=form.or_none("cursor"), limit=PAGE)
            found, following = deeds.list_deeds(session, wanted)
    return desk.page(
        "settings_deeds.html",
        422 if errors else 200,
        deeds=found,
        called=called_of(desk, found, people),
        people=people,
        kinds=sorted(KINDS, key=lambda kind: desk.voice.words[f"deed_{kind}"]),
        form=form,
        errors=errors,
        filtered=any(form.text(name) for name in ("by", "what", "since", "until")),
        newest=_address(form) if form.text("cursor") else None,
        older=_address(form, following) if following else None,
    )


def called_of(desk: Desk, done: list[Item], people: Sequence[Item]) -> dict[str, dict[str, str]]:
    """What things are called that these deeds are about, by noun and id."""
    with desk.parts.database.reading() as session:
        names = overview.names_of(session, [])
        places = overview.name_places(session)
        named_keys = deeds.names_of_keys(session, done)
    return {
        "user": {one["id"]: one["email"] for one in people},
        "place": places,
        "campaign": dict(names.campaigns),
        "offer": dict(names.offers),
        "key": named_keys,
        "list": {name: desk.voice.words[word] for name, word in EXPORTS.items()},
    }


def _address(form: Form, cursor: str | None = None) -> str:
    kept = {name: form.text(name) for name in ("by", "what", "since", "until")} | {"cursor": cursor or ""}
    said = urlencode({name: text for name, text in kept.items() if text})
    return f"{WHERE}?{said}" if said else WHERE
