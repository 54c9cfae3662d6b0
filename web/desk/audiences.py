"""The door of audiences: counted before a campaign is made of one."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from offers import audiences
from offers.rules.audience_body import AudienceBody
from web.bodies import JsonRoute, json_answer
from web.campaign_examples import AUDIENCE_COUNTED
from web.examples import answers
from web.guards import Caller, server
from web.parts import Have

router = APIRouter(prefix="/v1/audiences", tags=["campaigns"], route_class=JsonRoute)

Looking = Annotated[Caller, Depends(server("read"))]
"""Who may read customers may count them: this POST changes nothing."""


@router.post("/count", summary="Count an audience", responses=answers(AUDIENCE_COUNTED))
def count(body: AudienceBody, _caller: Looking, parts: Have) -> Response:
    """How many are in it, can be pushed to, agreed to location and offers, or both; and some of them. Nothing is kept."""
    with parts.counting.taken(), parts.database.reading() as session:
        return json_answer(audiences.count_audience(session, body, now=parts.now()))
