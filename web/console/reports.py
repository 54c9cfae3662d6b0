"""Reports: what became of all campaigns, or of one, as a funnel; by day, and by what is asked for."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import campaigns, funnels, overview
from offers.funnels import Told
from offers.rules.leafing import Leaf, Turn
from web.asking import Named
from web.console.choosing import MOST, SUGGESTED
from web.console.entering import Desk, Reader
from web.console.exporting import csv_answer
from web.console.few import Order, leaf_few
from web.console.listing import Asked, Column, Listing, Read, read_asked
from web.console.listing import Shown as Listed
from web.console.reports_asked import BY, DAYS, read_report
from web.console.reports_links import Ways
from web.console.reports_shown import COLUMNS, SAID, Shown
from web.console.routes import PageRoute
from web.console.tables import list_page
from web.tongues import LANGUAGES

router = APIRouter(prefix="/console/reports", include_in_schema=False, route_class=PageRoute)

KINDS = {
    "campaign": "campaign",
    "place": "place",
    "variant": "rep_variant",
    "language": "language",
    "day": "rep_day",
}
"""What the lines are of, and how each is called."""
REPORT = Listing(
    "/console/reports",
    (
        Column("name", "rep_name", sorts=True),
        *(Column(name, SAID[name], sorts=True, number=True) for name in COLUMNS),
    ),
    "-matched",
    ("days", "from", "until", "place", "variant", "language", "by"),
    anchor="table",
)
"""Its own order is by day where its lines are days."""


@router.get("")
def everything(desk: Reader) -> Response:
    return _report(desk, None)


@router.get("/{campaign_id}")
def one_campaign(desk: Reader, campaign_id: Named) -> Response:
    with desk.parts.database.reading() as session:
        item = campaigns.get_campaign(session, campaign_id)
    return _report(desk, item)


def _report(desk: Desk, item: dict[str, Any] | None) -> Response:
    campaign, today = item["id"] if item else None, _today(desk)
    with desk.parts.database.reading() as session:
        places = overview.name_places(session)
        named = overview.name_campaigns(session)
        report = read_report(desk, places, campaign, today)
        told = funnels.read_funnel(session, report.asked, today=today) if report.asked else None
        offer = overview.only_offer_of(session, campaign) if campaign else None
    names = {"place": places, "campaign": named, "language": dict(LANGUAGES)}
    told_by = _shown(desk, report.asked, names, offer) if report.asked else None
    lines = told_by.table(told) if told_by and told else []
    own = "name" if report.asked and report.asked.by == "day" else REPORT.own
    asked = read_asked(desk, replace(REPORT, path=report.path, own=own), report.form, report.errors)
    read = _read(lines, own, is_by_day=own == "name")
    if told_by and desk.request.query_params.get("download") == "csv":
        return _as_csv(asked, read, told_by.asked.by)
    leaf = asked.look(read, None)
    return list_page(
        desk,
        "report.html",
        Listed(asked, leaf),
        item=item,
        told=told,
        places=places,
        few_places=MOST,
        suggested=SUGGESTED,
        campaigns=named,
        **_choices(desk, told, campaign),
        **_figures(told_by, told, leaf.items),
        csv=asked.address(download="csv"),
        longer=report.address(days=str(max(DAYS)), **{"from": "", "until": ""}),
    )


def _shown(desk: Desk, asked: funnels.Asked, names: dict[str, dict[str, str]], offer: str | None) -> Shown:
    return Shown(asked, desk.voice, names, Ways(asked, _kept_from(desk), offer))


def _read(lines: list[dict[str, Any]], own: str, *, is_by_day: bool) -> Read:
    """Names as an alphabet has them, days as a calendar has."""
    orders = {name: _by_count(name) for name in COLUMNS}
    orders["name"] = Order(lambda one: str(one["value"] if is_by_day else one["name"]).casefold())

    def read(_session: Any, turn: Turn) -> Leaf:
        return leaf_few(lines, turn, own, orders, lambda one: str(one["value"]))

    return read


def _by_count(name: str) -> Order:
    return Order(lambda one: one["counts"][name], "number")


def _as_csv(asked: Asked, read: Read, by: str) -> Response:
    """A line for each, all of them."""

    def cells(_session: Any, leaf: Leaf) -> list[Any]:
        return [(one["value"], one["name"], *one["counts"].values()) for one in leaf.items]

    return csv_answer(asked, "report", (KINDS[by], "rep_name", *(SAID[name] for name in COLUMNS)), read, cells)


def _today(desk: Desk) -> date:
    return desk.parts.now().astimezone(desk.voice.zone).date()


def _kept_from(desk: Desk) -> date:
    """The first day of which every decision and message is still there: what is kept for so many days goes in the course of the day before."""
    kept = timedelta(days=desk.parts.settings.decision_days)
    return (desk.parts.now() - kept).astimezone(desk.voice.zone).date() + timedelta(days=1)


def _figures(shown: Shown | None, told: Told | None, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Everything with a number in it; nothing where the question was wrong."""
    if shown is None or told is None:
        return {"figures": None}
    return {
        "figures": {
            "steps": shown.steps(told.whole),
            "no": shown.reasons(told.whole, "no"),
            "not_accepted": shown.reasons(told.whole, "not_accepted"),
            "groups": shown.groups(told.whole),
            "days": shown.days(told),
            "lines": [shown.line(one) for one in lines],
            "any": bool(told.whole),
            "first": shown.asked.first,
            "last": shown.asked.last,
            "by_words": shown.asked.by == "language" or bool(shown.asked.language),
        },
    }


def _choices(desk: Desk, told: Told | None, campaign: str | None) -> dict[str, Any]:
    words = desk.voice.words
    every = [("", words["all_of_them"])]
    asked = desk.request.query_params
    variants = {one for one in (told.variants if told else [asked.get("variant", "")]) if one}
    languages = {one for one in (told.languages if told else [asked.get("language", "")]) if one}
    typed = {one for one in (asked.get("language", ""),) if told and one}
    return {
        "choices": [(str(one), f"{one} {words['unit_D']}") for one in DAYS],
        "kinds": [(one, words[KINDS[one]]) for one in BY if (one != "campaign" if campaign else one != "variant")],
        "variants": every + [(one, one) for one in sorted(variants)],
        "tongues": every + [(one, LANGUAGES.get(one, one)) for one in sorted(languages | typed)],
    }
