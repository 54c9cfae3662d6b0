"""A campaign's rehearsal as a page: counts by reason and by day, and some moments with why they came out so."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from offers import campaigns, overview
from offers.overview import Names
from offers.rules.campaign import OF_AN_ORDER
from web.asking import Named
from web.console.entering import Desk, Reader
from web.console.explaining import explain, facts_of
from web.console.faults import Errors
from web.console.filtering import query_of
from web.console.progress import Progress
from web.console.routes import PageRoute
from web.console.speaking import Voice
from web.stage import LONGEST_S

router = APIRouter(prefix="/console/campaigns", include_in_schema=False, route_class=PageRoute)

DAYS = (1, 7, 14, 30)
USUAL = 7


@router.get("/{campaign_id}/rehearse")
def rehearse(desk: Reader, campaign_id: Named) -> Response:
    """Nothing is sent, spent or written: whoever may look may rehearse."""
    form, errors = query_of(desk), Errors()
    days = _days(form.text("days"))
    if days is None:
        errors["days"] = desk.voice.words["rehearse_bad_days"]
    parts, told, is_busy = desk.parts, None, False
    with parts.database.reading() as session:
        item = campaigns.get_campaign(session, campaign_id)
    is_on_record = item["trigger"]["on"] not in OF_AN_ORDER
    if days is not None and is_on_record:
        with _progress(desk, campaign_id) as far:
            told = parts.stage.rehearse_if_free(parts.database, campaign_id, days, now=parts.now(), tell=far.tell)
        is_busy = told is None
    sample = told["sample"] if told else []
    places = [{"place": one["place"]} for one in told["by_place"]] if told else []
    with parts.database.reading() as session:
        names = overview.names_of(session, [*sample, *places])
    return desk.page(
        "rehearsal.html",
        422 if errors else 503 if is_busy else 200,
        item=item,
        told=told,
        is_busy=is_busy,
        longest_s=round(LONGEST_S),
        is_on_record=is_on_record,
        outcomes=_outcomes(told) if told else [],
        said=[explain_rehearsed(one, desk.voice, names) for one in sample],
        facts=[facts_of(one["facts"], desk.voice, names) for one in sample],
        names=names,
        choices=[(str(many), _long(many, desk.voice)) for many in DAYS],
        form=form.but(days=form.text("days") or str(USUAL)),
        errors=errors,
    )


@router.get("/{campaign_id}/rehearse/far")
def how_far(desk: Reader, campaign_id: Named) -> Response:
    """`{share}`, from 0 to 1, of the rehearsal that this user waits for; null where there is none, or none that told yet."""
    return _progress(desk, campaign_id).answer()


def _progress(desk: Desk, campaign_id: str) -> Progress:
    return Progress(desk.parts.redis, desk.user.user_id, f"rehearsal:{campaign_id}")


def explain_rehearsed(one: Mapping[str, Any], voice: Voice, names: Names) -> Markup:
    """Why a moment would have come out as it did. What would have been sent was not."""
    if one["outcome"] == "send":
        return voice.say("rehearse_send")
    return explain(one["outcome"], one["facts"], voice, names)


def _days(typed: str) -> int | None:
    """How many; none for what is no number of days that can be asked for."""
    if not typed:
        return USUAL
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 3 and 1 <= int(typed) <= 30 else None


def _long(days: int, voice: Voice) -> str:
    return f"{days} {voice.words['one_D' if days == 1 else 'unit_D']}"


def _outcomes(told: Mapping[str, Any]) -> list[tuple[str, int]]:
    """What would have been sent, then the reasons that kept most from it."""
    counted = [(name, many) for name, many in told["outcomes"].items() if many]
    return sorted(counted, key=lambda one: (one[0] != "send", -one[1]))
