"""The lists that hold a thousand rows or so: what each is filtered and sorted by, and how its page is read."""

from typing import Any

from starlette.responses import Response

from offers import campaigns, desk_offers, places, posters
from offers.posters import AskedPosters
from offers.rules.leafing import Leaf, Turn
from web.console.entering import Desk
from web.console.exporting import most_said
from web.console.forms import Form
from web.console.listing import Asked, Column, Listing, Read, Shown, read_asked

PLACES = Listing(
    "/console/places",
    (
        Column("name", "name", sorts=True),
        Column("kind", "kind", sorts=True),
        Column("address", "address", sorts=True),
        Column("geofences", "geofences"),
        Column("opening_hours", "opening_hours"),
        Column("tags", "tags"),
        Column("changed", "last_changed", sorts=True),
    ),
    "name",
    ("q", "kind"),
    {"kind": ("store", "landmark")},
)
CAMPAIGNS = Listing(
    "/console/campaigns",
    (
        Column("name", "name", sorts=True),
        Column("status", "status", sorts=True),
        Column("trigger", "trigger"),
        Column("languages", "languages"),
        Column("sent", "sent_count", number=True),
        Column("changed", "last_changed", sorts=True),
    ),
    "name",
    ("q", "status"),
    {"status": ("draft", "live", "paused", "ended")},
)
OFFERS = Listing(
    "/console/offers",
    (
        Column("name", "name", sorts=True),
        Column("kind", "kind", sorts=True),
        Column("codes", "codes"),
        Column("budget", "budget", number=True),
        Column("spent", "spent", sorts=True, number=True),
        Column("left", "left", number=True),
        Column("redeemed", "redeemed", sorts=True, number=True),
    ),
    "name",
    ("q", "kind"),
    {"kind": ("percentage", "amount", "product", "text")},
)
POSTERS = Listing(
    "/console/posters",
    (
        Column("name", "placement", sorts=True),
        Column("place", "place", sorts=True),
        Column("campaign", "campaign"),
        Column("scans", "poster_scans", number=True),
        Column("days", "list_scans_a_day"),
        Column("first", "poster_first"),
        Column("last", "poster_last"),
        Column("state", "state"),
        Column("changed", "last_changed", sorts=True),
    ),
    "name",
    ("q", "campaign", "place", "state"),
    {"state": ("live", "early", "ended", "retired")},
    page=25,
)
"""Of each on a page every scan is counted: fewer rows than the others have."""


def read_places(asked: Asked) -> Read:
    def read(session: Any, turn: Turn) -> Leaf:
        return places.leaf_places(session, turn, text=asked.text("q"), kind=asked.form.or_none("kind"))

    return read


def read_campaigns(asked: Asked) -> Read:
    def read(session: Any, turn: Turn) -> Leaf:
        return campaigns.leaf_campaigns(session, turn, text=asked.text("q"), status=asked.form.or_none("status"))

    return read


def read_offers(asked: Asked) -> Read:
    def read(session: Any, turn: Turn) -> Leaf:
        return desk_offers.leaf_offers(session, turn, text=asked.text("q"), kind=asked.form.or_none("kind"))

    return read


def asked_of_posters(desk: Desk, form: Form | None = None) -> Asked:
    return read_asked(desk, POSTERS, form)


def read_posters(asked: Asked) -> Read:
    form = asked.form
    wanted = AskedPosters(
        campaign=form.or_none("campaign"),
        place=form.or_none("place"),
        text=asked.text("q"),
        state=form.or_none("state"),
    )

    def read(session: Any, turn: Turn) -> Leaf:
        return posters.leaf_posters(session, wanted, turn, now=asked.desk.parts.now())

    return read


def list_page(desk: Desk, template: str, shown: Shown, **more: Any) -> Response:
    """The page of a list: 422 where it was asked what means nothing."""
    asked = shown.asked
    status, said = 422 if asked.errors else 200, {"most": most_said(desk.voice)} | more
    return desk.page(template, status, shown=shown, form=asked.form, errors=asked.errors, **said)
