"""The posters' list, and many of them printed at once."""

from fastapi import APIRouter
from starlette.responses import Response

from offers import overview, posters
from offers.errors import BadInput
from offers.rules.leafing import Turn
from web.console import once
from web.console.entering import Desk, Reader
from web.console.listing import Asked, Shown
from web.console.routes import PageRoute
from web.console.sparks import spark_of
from web.console.tables import asked_of_posters, list_page, read_posters
from web.printing import code as drawing
from web.printing.asked import HEADERS, url_of
from web.printing.papers import PAPERS, Printed
from web.tongues import LANGUAGES

router = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)

MOST_PRINTED = 200
"""Posters in one file: some seconds of work, and a few megabytes."""
PER_SIDE = {"1": 1, "4": 2, "9": 3}
"""How many on a page: so many rows of so many."""
SUGGESTED = 1000


def posters_page(desk: Desk, asked: Asked, failed: dict[str, str] | None = None) -> Response:
    """With what was asked to be printed, where that failed, as it was asked."""
    now = desk.parts.now()
    offset = now.astimezone(desk.voice.zone).utcoffset()
    assert offset is not None  # of an aware moment
    with desk.parts.database.reading() as session:
        leaf = asked.look(read_posters(asked), session)
        names = overview.names_of(session, leaf.items)
        campaigns = posters.campaigns_to_lead_to(session)
        places = overview.name_places(session)
        days = posters.scans_a_day(session, [one["id"] for one in leaf.items], now=now, offset=offset)
    asked.errors |= failed or {}
    words = desk.voice.words
    return list_page(
        desk,
        "posters.html",
        Shown(asked, leaf),
        print_failed=bool(failed),
        names=names,
        campaigns=campaigns,
        places=places if len(places) <= SUGGESTED else {},
        sparks={one: spark_of(many, (now + offset).date()) for one, many in days.items()},
        papers=[(one, one) for one in PAPERS],
        per_page=[("1", words["list_per_one"]), ("4", words["list_per_4"]), ("9", words["list_per_9"])],
        most_printed=MOST_PRINTED,
    )


@router.post("/posters.pdf")
def print_many(desk: Reader) -> Response:
    """Those that are ticked, or all that the filter leaves; no more than MOST_PRINTED, and then the page says what to do."""
    form, words = desk.form, desk.voice.words
    asked = asked_of_posters(desk, form)
    paper = next((one for one in PAPERS if one == (form.text("paper") or "A4")), None)
    per_side = PER_SIDE.get(form.text("per") or "1")
    failed = {}
    if paper is None:
        failed["paper"] = words["bad_choice"]
    if per_side is None:
        failed["per"] = words["bad_choice"]
    language = next((one for one in LANGUAGES if one == form.text("tongue")), None)
    with desk.parts.database.reading() as session:
        ids = form.all("poster")
        if form.text("which") == "all" and not asked.errors:
            try:
                leaf = read_posters(asked)(session, Turn(form.text("sort"), limit=MOST_PRINTED + 1))
                ids = [one["id"] for one in leaf.items]
            except BadInput:
                ids = []
        if not ids and not asked.errors:
            failed[""] = words["list_print_none"]
        elif len(ids) > MOST_PRINTED:
            failed[""] = str(desk.voice.say("list_print_many", most=MOST_PRINTED))
        sheets = [] if failed or asked.errors else posters.poster_sheets(session, ids, language)
    if not sheets or paper is None or per_side is None:
        return posters_page(desk, asked, failed or {"": words["list_print_none"]})
    from web.printing.sheet import pdf_of_many  # noqa: PLC0415 - what fpdf needs most requests can do without

    many = [
        Printed(drawing.code_of(url), url, one.language, one.title, one.store, one.name, one.changed_at)
        for one in sheets
        for url in [url_of(desk.parts, desk.request, one.code)]
    ]
    headers = HEADERS | {"content-disposition": 'attachment; filename="posters.pdf"', "cache-control": "no-store"}
    return once.arrived(
        Response(pdf_of_many(many, paper, per_side), headers=headers, media_type="application/pdf"), form
    )
