"""Reports: what became of all campaigns, or of one, as a funnel; by day, and by what is asked for."""

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import campaigns, funnels, overview
from offers.funnels import Told
from web.asking import Named
from web.console.choosing import MOST, SUGGESTED
from web.console.entering import Desk, Reader
from web.console.reports_asked import BY, DAYS, SORTS, Report, read_report
from web.console.reports_shown import MOST_ROWS, SAID, Shown, as_csv
from web.console.routes import PageRoute
from web.tongues import LANGUAGES

router = APIRouter(prefix="/console/reports", include_in_schema=False, route_class=PageRoute)


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
    names = {"place": places, "campaign": named, "language": dict(LANGUAGES)}
    shown = Shown(report.asked, desk.voice, names, _kept_from(desk)) if report.asked else None
    if shown and told and desk.request.query_params.get("download") == "csv":
        return _file(as_csv(shown.table(told, report.sort), shown.asked.by))
    return desk.page(
        "report.html",
        422 if report.errors else 200,
        item=item,
        told=told,
        form=report.form,
        errors=report.errors,
        places=places,
        few_places=MOST,
        suggested=SUGGESTED,
        campaigns=named,
        **_choices(desk, told, campaign),
        **_figures(shown, told, report),
        csv=report.address(download="csv"),
        longer=report.address(days=str(max(DAYS)), **{"from": "", "until": ""}),
    )


def _today(desk: Desk) -> date:
    return desk.parts.now().astimezone(desk.voice.zone).date()


def _kept_from(desk: Desk) -> date:
    """The first day of which every decision and message is still there: what is kept for so many days goes in the course of the day before."""
    kept = timedelta(days=desk.parts.settings.decision_days)
    return (desk.parts.now() - kept).astimezone(desk.voice.zone).date() + timedelta(days=1)


def _figures(shown: Shown | None, told: Told | None, report: Report) -> dict[str, Any]:
    """Everything with a number in it; nothing where the question was wrong."""
    if shown is None or told is None:
        return {"figures": None}
    lines = shown.table(told, report.sort)
    return {
        "figures": {
            "steps": shown.steps(told.whole),
            "no": shown.reasons(told.whole, "no"),
            "not_accepted": shown.reasons(told.whole, "not_accepted"),
            "groups": shown.groups(told.whole),
            "days": shown.days(told),
            "lines": [shown.line(one) for one in lines[:MOST_ROWS]],
            "many_lines": len(lines),
            "heads": [
                {
                    "name": name,
                    "said": shown.voice.words["rep_name"] if name == "name" else shown.voice.words[SAID[name]],
                    "to": report.address(sort=name) + "#table",
                    "sorted": name == report.sort,
                }
                for name in SORTS
            ],
            "any": bool(told.whole),
            "first": shown.asked.first,
            "last": shown.asked.last,
            "by_words": shown.asked.by == "language" or bool(shown.asked.language),
        },
    }


def _choices(desk: Desk, told: Told | None, campaign: str | None) -> dict[str, Any]:
    words = desk.voice.words
    every = [("", words["all_of_them"])]
    said = {
        "campaign": words["campaign"],
        "place": words["place"],
        "variant": words["rep_variant"],
        "language": words["language"],
        "day": words["rep_day"],
    }
    asked = desk.request.query_params
    variants = {one for one in (told.variants if told else [asked.get("variant", "")]) if one}
    languages = {one for one in (told.languages if told else [asked.get("language", "")]) if one}
    typed = {one for one in (asked.get("language", ""),) if told and one}
    return {
        "choices": [(str(one), f"{one} {words['unit_D']}") for one in DAYS],
        "kinds": [(one, said[one]) for one in BY if (one != "campaign" if campaign else one != "variant")],
        "variants": every + [(one, one) for one in sorted(variants)],
        "tongues": every + [(one, LANGUAGES.get(one, one)) for one in sorted(languages | typed)],
    }


def _file(text: str) -> Response:
    headers = {
        "cache-control": "no-store",
        "content-disposition": 'attachment; filename="report.csv"',
        "x-content-type-options": "nosniff",
    }
    return Response(text, headers=headers, media_type="text/csv; charset=utf-8")
