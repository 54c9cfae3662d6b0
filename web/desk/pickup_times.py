"""The door of what is measured of pickup."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from offers import pickup_times
from offers.rules.values import Moment
from web.asking import AtPlace, Since
from web.bodies import JsonRoute, json_answer
from web.examples import answers
from web.guards import Server
from web.parts import Have
from web.pickup_examples import TIMES

router = APIRouter(prefix="/v1/reports", tags=["reports"], route_class=JsonRoute)

Until = Annotated[
    Moment | None,
    Query(
        description="Before this, RFC 3339 with an offset; now, unless said.", examples=["2026-12-08T00:00:00+01:00"]
    ),
]
Form = Annotated[Literal["json", "csv"], Query(alias="format", description="`csv` for a spreadsheet.")]
ANSWERS = answers(TIMES)
ANSWERS[200]["content"]["text/csv"] = {
    "schema": {"type": "string"},
    "example": "place,name,time_zone,measure,hour,n,median_s,p90_s\r\n"
    "kalverstraat-183,Kalverstraat 183,Europe/Amsterdam,ready_to_told,,212,3,9\r\n",
}


@router.get(
    "/pickups", summary="How long it takes from ready to told, and from arrived to handed over", responses=ANSWERS
)
def pickups(
    _caller: Server,
    parts: Have,
    place: AtPlace = None,
    since: Since = None,
    until: Until = None,
    form: Form = "json",
) -> Response:
    """Of the orders that became ready in that time, 7 days unless said and 92 at most: per store, and per hour of the store's own clock."""
    with parts.database.reading() as session:
        report = pickup_times.pickup_times(
            session, now=parts.now(), places=None if place is None else [place], since=since, until=until
        )
    return csv_answer(pickup_times.as_csv(report)) if form == "csv" else json_answer(report)


def csv_answer(text: str) -> Response:
    headers = {
        "cache-control": "no-store",
        "content-disposition": 'attachment; filename="pickup-times.csv"',
        "x-content-type-options": "nosniff",
    }
    return Response(text, headers=headers, media_type="text/csv; charset=utf-8")
