"""The door that rehearses a campaign over what is on record."""

from fastapi import APIRouter
from starlette.responses import Response

from offers.rules.rehearsed import RehearseBody
from web.asking import Named
from web.bodies import JsonRoute, json_answer
from web.examples import REHEARSED, answers
from web.guards import Server
from web.parts import Have

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"], route_class=JsonRoute)


@router.post("/{campaign_id}/rehearse", summary="Rehearse a campaign", responses=answers(REHEARSED))
def rehearse(campaign_id: Named, _caller: Server, parts: Have, body: RehearseBody | None = None) -> Response:
    """Who would have got what in the last days, and why not, by what is on record. Nothing is sent, spent or written."""
    days = (body or RehearseBody.model_validate({})).days
    return json_answer(parts.stage.rehearse(parts.database, campaign_id, days, now=parts.now()))
