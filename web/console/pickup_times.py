"""How long pickup takes, per store and by the hour of its own clock; and the same as a file."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from offers import overview, pickup_times
from offers.rules.pickup_times import MEASURES, NOT_TOLD
from web.console.entering import Desk, Member
from web.console.forms import Form
from web.console.routes import PageRoute
from web.console.speaking import Voice
from web.desk.pickup_times import csv_answer

router = APIRouter(prefix="/console/pickup", include_in_schema=False, route_class=PageRoute)

DAYS = (7, 30, 90)
COUNTS = ("ready", "told", "waited_for_morning", "collected", "unannounced", "not_collected", "cancelled")

Typed = Annotated[str, Query(max_length=100)]


@router.get("/times")
def times(desk: Member, place: Typed = "", days: Typed = "") -> Response:
    """A table per store and measure: an hour a line, with its median and p90 as a bar."""
    wanted = _days(days)
    report = _report(desk, place, wanted)
    with desk.parts.database.reading() as session:
        places = overview.name_places(session)
    if desk.user.stores is not None:
        places = {one: name for one, name in places.items() if one in desk.user.stores}
    return desk.page(
        "pickup_times.html",
        stores=[_store(one, desk.voice) for one in report["places"]],
        truncated=report["truncated"],
        most=pickup_times.MOST_ORDERS,
        least=report["least"],
        days=wanted,
        choices=[(str(one), f"{one} {desk.voice.words['unit_D']}") for one in DAYS],
        longest=max(DAYS),
        places=[("", desk.voice.words["pt_every_store"]), *places.items()],
        form=Form.of({"place": place, "days": str(wanted)}),
        errors={},
        place=place,
    )


@router.get("/times.csv")
def times_as_csv(desk: Member, place: Typed = "", days: Typed = "") -> Response:
    return csv_answer(pickup_times.as_csv(_report(desk, place, _days(days))))


def _report(desk: Desk, place: str, days: int) -> dict[str, Any]:
    """Of the stores that this user may see; of one of them where it is named."""
    now, own = desk.parts.now(), desk.user.stores
    wanted = own if not place else [one for one in [place] if own is None or one in own]
    with desk.parts.database.reading() as session:
        return pickup_times.pickup_times(session, now=now, places=wanted, since=now - timedelta(days=days))


def _days(typed: str) -> int:
    return int(typed) if typed in {str(one) for one in DAYS} else DAYS[0]


def _store(one: dict[str, Any], voice: Voice) -> dict[str, Any]:
    """As the page shows it: counts that there are, why some were not told, and each measure's lines with their bars in percent."""
    counts = one["orders"]
    return {
        "id": one["place"],
        "name": one["name"],
        "zone": one["time_zone"],
        "counts": [(voice.words[f"pt_{name}"], counts[name]) for name in COUNTS if counts[name] or name == "ready"],
        "not_told": [
            (voice.words[f"pt_not_{name}"], counts["not_told"][name]) for name in NOT_TOLD if counts["not_told"][name]
        ],
        "measures": [
            {"name": name, **_line(one[name], 0, voice), "hours": _hours(one[name]["hours"], voice)}
            for name in MEASURES
        ],
    }


def _hours(hours: list[dict[str, Any]], voice: Voice) -> list[dict[str, Any]]:
    longest = max((hour["p90_s"] or 0 for hour in hours), default=0)
    return [{"hour": f"{hour['hour']:02}:00", **_line(hour, longest, voice)} for hour in hours]


def _line(spans: dict[str, Any], longest: int, voice: Voice) -> dict[str, Any]:
    if spans["median_s"] is None:
        return {"n": spans["n"], "median": "", "p90": "", "part": 0, "whole": 0}
    return {
        "n": spans["n"],
        "median": lasting(spans["median_s"], voice),
        "p90": lasting(spans["p90_s"], voice),
        "part": 100 * spans["median_s"] / longest if longest else 0,
        "whole": 100 * spans["p90_s"] / longest if longest else 0,
    }


def lasting(seconds: int, voice: Voice) -> str:
    """`9 s`, `1:36 min`, `2:05 h`: as far as it can be told apart from two metres away."""
    if seconds < 60:
        return f"{seconds} s"
    whole, rest = divmod(seconds, 60) if seconds < 3600 else divmod(seconds // 60, 60)
    return f"{whole}:{rest:02} {voice.words['pt_min' if seconds < 3600 else 'pt_h']}"
