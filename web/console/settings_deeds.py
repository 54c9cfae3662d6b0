"""Who did what, and when: filtered, sorted, a page at a time, and to be taken along. For admins."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import deeds, overview, users
from offers.rules.deeds import Deeds
from offers.rules.leafing import Leaf, Turn
from web.console.clock import as_typed, read_typed
from web.console.entering import Admin, Desk
from web.console.exporting import csv_answer
from web.console.faults import Errors
from web.console.filtering import query_of
from web.console.listing import Asked, Column, Listing, Read, Shown, read_asked
from web.console.routes import PageRoute
from web.console.tables import list_page
from web.console.words import LINES

router = APIRouter(prefix="/console/settings", include_in_schema=False, route_class=PageRoute)

EXPORTS = {
    "customers": "customers",
    "deliveries": "deliveries",
    "decisions": "decisions",
    "inbox": "inbox",
    "coupons": "coupons_of_offer",
}
"""Lists about customers, which it is written down that somebody took along; and what each is called."""
COMMAND = "command"
"""In the place of a user: whoever was at the command line."""
KINDS = tuple(name.removeprefix("deed_") for name in LINES if name.startswith("deed_"))
NOUNS = tuple(name.removeprefix("noun_") for name in LINES if name.startswith("noun_"))
DEEDS = Listing(
    "/console/settings/deeds",
    (
        Column("when", "when", sorts=True),
        Column("by", "list_by"),
        Column("what", "list_what"),
        Column("subject", "list_subject"),
    ),
    "-when",
    ("by", "what", "noun", "since", "until"),
    {"noun": NOUNS},
    page=50,
)
Item = dict[str, Any]


@router.get("/deeds")
def all_deeds(desk: Admin) -> Response:
    asked = _asked(desk)
    with desk.parts.database.reading() as session:
        people = users.list_users(session)
        leaf = asked.look(_read(asked), session)
    return list_page(
        desk,
        "settings_deeds.html",
        Shown(asked, leaf),
        called=called_of(desk, leaf.items, people),
        people=people,
        command=COMMAND,
        kinds=_in_words(desk, "deed_", KINDS),
        nouns=_in_words(desk, "noun_", NOUNS),
    )


@router.get("/deeds.csv")
def deeds_as_csv(desk: Admin) -> Response:
    asked, words = _asked(desk), desk.voice.words

    def cells(session: Any, leaf: Leaf) -> list[Any]:
        called = called_of(desk, leaf.items, users.list_users(session))
        return [
            (
                one["at"],
                one["by"] or words["somebody"],
                words.get(f"deed_{one['what']}", one["what"]),
                words.get(f"noun_{one['noun']}", one["noun"]),
                called.get(one["noun"], {}).get(one["subject"], one["subject"]),
            )
            for one in leaf.items
        ]

    return csv_answer(asked, "deeds", ("when", "list_by", "list_what", "kind", "list_subject"), _read(asked), cells)


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


def _asked(desk: Desk) -> Asked:
    form, errors = query_of(desk), Errors()
    typed = {}
    for name in ("since", "until"):
        try:
            typed[name] = as_typed(read_typed(form.text(name), desk.voice.zone), desk.voice.zone) or ""
        except ValueError:
            errors[name] = desk.voice.words["bad_moment"]
    return read_asked(desk, DEEDS, form.but(**typed), errors)


def _read(asked: Asked) -> Read:
    """Called where the address was understood alone."""
    form, zone = asked.form, asked.desk.voice.zone
    by = form.or_none("by")

    def read(session: Any, turn: Turn) -> Leaf:
        wanted = Deeds(
            by="" if by == COMMAND else by,
            what=form.or_none("what"),
            noun=form.or_none("noun"),
            since=read_typed(form.text("since"), zone),
            until=read_typed(form.text("until"), zone),
        )
        return deeds.leaf_deeds(session, wanted, turn)

    return read


def _in_words(desk: Desk, prefix: str, names: Sequence[str]) -> list[tuple[str, str]]:
    """Each with what it is called, as the alphabet has it."""
    words = desk.voice.words
    return sorted(((name, words[f"{prefix}{name}"]) for name in names), key=lambda one: one[1].casefold())
