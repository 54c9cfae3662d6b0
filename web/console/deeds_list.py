"""All that was done, as a list that sorts and can be taken along: for admins."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import overview, users
from offers.rules.leafing import Leaf
from web.console.entering import Admin, Desk
from web.console.exporting import csv_answer
from web.console.listing import Shown
from web.console.routes import PageRoute
from web.console.settings_deeds import EXPORTS
from web.console.tables import asked_of_deeds, list_page, read_deeds

router = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)


@router.get("/deeds")
def deeds(desk: Admin) -> Response:
    """All of it, a page at a time."""
    asked = asked_of_deeds(desk)
    with desk.parts.database.reading() as session:
        leaf = asked.look(read_deeds(asked), session)
        called = _called(desk, session)
    return list_page(desk, "deeds.html", Shown(asked, leaf), called=called, people=called["user"])


@router.get("/deeds.csv")
def deeds_as_csv(desk: Admin) -> Response:
    asked, words = asked_of_deeds(desk), desk.voice.words

    def cells(session: Any, leaf: Leaf) -> list[Any]:
        called = _called(desk, session)
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

    return csv_answer(
        asked, "deeds", ("when", "list_by", "list_what", "kind", "list_subject"), read_deeds(asked), cells
    )


def _called(desk: Desk, session: Any) -> dict[str, dict[str, str]]:
    """What was done to, by kind and id: its name."""
    names = overview.names_of(session, [])
    return {
        "user": {one["id"]: one["email"] for one in users.list_users(session)},
        "place": overview.name_places(session),
        "campaign": names.campaigns,
        "offer": names.offers,
        "list": {name: desk.voice.words[word] for name, word in EXPORTS.items()},
    }
