"""The small lists as files; those about customers are beside their pages."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import overview
from offers.rules.leafing import Leaf
from web.console.entering import Reader
from web.console.exporting import csv_answer
from web.console.giving import worth
from web.console.listing import read_asked
from web.console.routes import PageRoute
from web.console.sentence import brief
from web.console.tables import (
    CAMPAIGNS,
    OFFERS,
    PLACES,
    asked_of_posters,
    read_campaigns,
    read_offers,
    read_places,
    read_posters,
)

router = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)


@router.get("/places.csv")
def places(desk: Reader) -> Response:
    asked, words = read_asked(desk, PLACES), desk.voice.words

    def cells(_session: Any, leaf: Leaf) -> list[Any]:
        return [
            (
                one["id"],
                one["name"],
                words[f"kind_{one['kind']}"],
                one["address"],
                f"{one['lat']:.6f}",
                f"{one['lon']:.6f}",
                one["time_zone"],
                one["opening_hours"],
                ", ".join(map(str, one["tags"])),
                one["paused"],
                one["updated_at"],
            )
            for one in leaf.items
        ]

    heads = ("id", "name", "kind", "address", "list_lat", "list_lon", "time_zone", "opening_hours", "tags")
    return csv_answer(asked, "places", (*heads, "status_paused", "last_changed"), read_places(asked), cells)


@router.get("/campaigns.csv")
def campaigns(desk: Reader) -> Response:
    asked, words = read_asked(desk, CAMPAIGNS), desk.voice.words

    def cells(session: Any, leaf: Leaf) -> list[Any]:
        sent = overview.count_sent(session, [one["id"] for one in leaf.items])
        named = overview.name_places(session)
        return [
            (
                one["id"],
                one["name"],
                words[f"status_{one['status']}"],
                one["version"],
                brief(one, named, desk.voice),
                ", ".join(one["messages"]),
                sent.get(one["id"], 0),
                one["updated_at"],
            )
            for one in leaf.items
        ]

    heads = ("id", "name", "status", "version", "trigger", "languages", "sent_count", "last_changed")
    return csv_answer(asked, "campaigns", heads, read_campaigns(asked), cells)


@router.get("/offers.csv")
def offers(desk: Reader) -> Response:
    """Without the code that all share: who has it has the discount."""
    asked, words = read_asked(desk, OFFERS), desk.voice.words

    def cells(_session: Any, leaf: Leaf) -> list[Any]:
        return [
            (
                one["id"],
                one["name"],
                words[f"gives_{one['kind']}"],
                worth(one, desk.voice),
                words[f"codes_{one['codes']}"],
                one["budget"],
                one["spent"],
                one["left"],
                one["redeemed"],
                one["codes_left"],
            )
            for one in leaf.items
        ]

    heads = ("id", "name", "kind", "list_worth", "codes", "budget", "spent", "left", "redeemed", "list_codes_left")
    return csv_answer(asked, "offers", heads, read_offers(asked), cells)


@router.get("/posters.csv")
def posters(desk: Reader) -> Response:
    asked, words = asked_of_posters(desk), desk.voice.words

    def cells(session: Any, leaf: Leaf) -> list[Any]:
        names = overview.names_of(session, leaf.items)
        return [
            (
                one["id"],
                one["name"],
                one["code"],
                names.places.get(one["place"] or "", one["place"]),
                names.campaigns.get(one["campaign"] or "", one["campaign"]),
                words[f"st_{one['state']}"],
                one["scans"]["people"],
                one["scans"]["first_at"],
                one["scans"]["last_at"],
                one["updated_at"],
            )
            for one in leaf.items
        ]

    heads = ("id", "placement", "list_poster_code", "place", "campaign", "state", "poster_scans", "poster_first")
    return csv_answer(asked, "posters", (*heads, "poster_last", "last_changed"), read_posters(asked), cells)
