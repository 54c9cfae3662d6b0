"""Deliveries and decisions, newest first: filtered by the address, a page at a time."""

from itertools import chain
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import history, overview
from offers.rules.eligibility import OUTCOMES
from offers.rules.leafing import Leaf, Turn
from web.console.choosing import MOST, SUGGESTED
from web.console.entering import Reader
from web.console.explaining import explain, facts_of
from web.console.exporting import csv_answer, most_said
from web.console.filtering import AFTER, AGAINST, KINDS, STATES, TESTS, TOLD, WITHOUT, Filters, read_filters
from web.console.giving import coupons_said
from web.console.listing import Column, Listing, Read, Shown, read_asked
from web.console.masking import masked
from web.console.routes import PageRoute

router = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)

OF_DELIVERIES = ("state", "tests", "told", "kind", "variant", "language", "without")
OF_DECISIONS = ("outcome", "after", "variant", "language", "without")
FILTERS = ("customer", "campaign", "place", "since", "until")
DELIVERIES = Listing(
    "/console/deliveries",
    (
        Column("when", "when", sorts=True),
        Column("customer", "customer"),
        Column("message", "message"),
        Column("campaign", "campaign"),
        Column("place", "place"),
        Column("state", "state"),
    ),
    "-when",
    (*FILTERS, *OF_DELIVERIES),
    {"state": STATES, "tests": tuple(TESTS), "told": TOLD, "kind": KINDS, "without": WITHOUT},
    page=50,
)
DECISIONS = Listing(
    "/console/decisions",
    (
        Column("when", "when", sorts=True),
        Column("customer", "customer"),
        Column("campaign", "campaign"),
        Column("place", "place"),
        Column("outcome", "outcome"),
    ),
    "-when",
    (*FILTERS, *OF_DECISIONS),
    {"after": AFTER, "without": WITHOUT},
    page=50,
)
MOST_DEEDS = 3
"""Visits or purchases that are shown beside a decision."""


def _deliveries(wanted: Filters) -> Read:
    def read(session: Any, turn: Turn) -> Leaf:
        return history.leaf_deliveries(session, wanted.asked, turn)

    return read


def _decisions(wanted: Filters) -> Read:
    def read(session: Any, turn: Turn) -> Leaf:
        return history.leaf_decisions(session, wanted.asked, turn)

    return read


def _done(session: Any, wanted: Filters, leaf: Leaf) -> dict[str, list[dict[str, Any]]]:
    """By decision the visits or purchases after it, where that was asked for: its coupon stands beside every decision."""
    after = wanted.asked.after
    return history.done_after(session, leaf.items, after) if after and after != "redeemed" else {}


@router.get("/deliveries")
def deliveries(desk: Reader) -> Response:
    with desk.parts.database.reading() as session:
        places = overview.name_places(session)
        wanted = read_filters(desk, places, *OF_DELIVERIES)
        asked = read_asked(desk, DELIVERIES, wanted.form, wanted.errors)
        leaf = asked.look(_deliveries(wanted), session)
        overview.hide_codes(session, leaf.items, desk.parts.codes, masked)
        names = overview.names_of(session, leaf.items)
        coupons = coupons_said(overview.coupons_of(session, leaf.items), desk.voice)
    return desk.page(
        "deliveries.html",
        422 if asked.errors else 200,
        shown=Shown(asked, leaf),
        form=asked.form,
        errors=asked.errors,
        most=most_said(desk.voice),
        names=names,
        places=places,
        few_places=MOST,
        suggested=SUGGESTED,
        states=STATES,
        coupons=coupons,
    )


@router.get("/decisions")
def decisions(desk: Reader) -> Response:
    """Each with its outcome in a sentence, and the facts it rested on."""
    with desk.parts.database.reading() as session:
        places = overview.name_places(session)
        wanted = read_filters(desk, places, *OF_DECISIONS)
        asked = read_asked(desk, DECISIONS, wanted.form, wanted.errors)
        leaf = asked.look(_decisions(wanted), session)
        deeds = _done(session, wanted, leaf)
        names = overview.names_of(session, [*leaf.items, *chain(*deeds.values())])
        coupons = coupons_said(overview.coupons_of(session, leaf.items), desk.voice)
    return desk.page(
        "decisions.html",
        422 if asked.errors else 200,
        shown=Shown(asked, leaf),
        form=asked.form,
        errors=asked.errors,
        most=most_said(desk.voice),
        names=names,
        places=places,
        few_places=MOST,
        suggested=SUGGESTED,
        outcomes=OUTCOMES,
        against=AGAINST,
        deeds=deeds,
        most_deeds=MOST_DEEDS,
        why={one["id"]: explain(one["outcome"], one["facts"], desk.voice, names) for one in leaf.items},
        facts={one["id"]: facts_of(one["facts"], desk.voice, names) for one in leaf.items},
        coupons=coupons,
    )


@router.get("/deliveries.csv")
def deliveries_as_csv(desk: Reader) -> Response:
    """Without what the message says: a coupon's code may stand in it."""
    with desk.parts.database.reading() as session:
        wanted = read_filters(desk, overview.name_places(session), *OF_DELIVERIES)
    asked = read_asked(desk, DELIVERIES, wanted.form, wanted.errors)
    words = desk.voice.words

    def cells(session: Any, leaf: Leaf) -> list[Any]:
        names = overview.names_of(session, leaf.items)
        return [
            (
                one["created_at"],
                one["customer"],
                names.campaigns.get(one["campaign"] or "", one["campaign"]),
                names.places.get(one["place"] or "", one["place"]),
                words.get(f"st_{one['state']}", one["state"]),
                words.get(f"r_{one['reason']}", one["reason"]),
                one["language"],
                one["variant"],
                one["sent_at"],
                one["received_at"],
                one["opened_at"],
            )
            for one in leaf.items
        ]

    heads = ("when", "customer_id", "campaign", "place", "state", "list_reason", "language", "list_variant")
    more = ("list_sent_at", "list_received", "list_opened")
    return csv_answer(asked, "deliveries", (*heads, *more), _deliveries(wanted), cells, tells=True)


@router.get("/decisions.csv")
def decisions_as_csv(desk: Reader) -> Response:
    """Of what was done after them the first, where that was asked for."""
    with desk.parts.database.reading() as session:
        wanted = read_filters(desk, overview.name_places(session), *OF_DECISIONS)
    asked = read_asked(desk, DECISIONS, wanted.form, wanted.errors)
    words, after = desk.voice.words, wanted.asked.after
    dated = None if after == "redeemed" else after

    def cells(session: Any, leaf: Leaf) -> list[Any]:
        deeds = _done(session, wanted, leaf)
        names = overview.names_of(session, [*leaf.items, *chain(*deeds.values())])
        return [
            (
                one["at"],
                one["customer"],
                names.campaigns.get(one["campaign"] or "", one["campaign"]),
                one["campaign_version"],
                names.places.get(one["place"] or "", one["place"]),
                words.get(f"out_{one['outcome']}", one["outcome"]),
                explain(one["outcome"], one["facts"], desk.voice, names),
                one["variant"],
                *(_first_done(deeds.get(one["id"], []), names) if dated else ()),
            )
            for one in leaf.items
        ]

    heads = ("when", "customer_id", "campaign", "version", "place", "outcome", "list_reason", "list_variant")
    more = (f"list_{dated}_at", "list_done_where", "list_done_total", "list_done_times") if dated else ()
    return csv_answer(asked, "decisions", (*heads, *more), _decisions(wanted), cells, tells=True)


def _first_done(deeds: list[dict[str, Any]], names: overview.Names) -> tuple[object, ...]:
    """When and where it was, of a purchase for how much, and how many there were."""
    if not deeds:  # gone since the page was read
        return "", "", "", 0
    one = deeds[0]
    total = f"{one['total']} {one['currency']}" if "total" in one else ""
    return one["at"], names.places.get(one["place"] or "", one["place"]), total, len(deeds)
