"""The door of a campaign's report."""

from fastapi import APIRouter
from starlette.responses import Response

from offers import reports
from web.asking import Named, Since
from web.bodies import JsonRoute, json_answer
from web.campaign_examples import REPORT
from web.examples import answers
from web.guards import Server
from web.parts import Have

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"], route_class=JsonRoute)


@router.get("/{campaign_id}/report", summary="What became of a campaign", responses=answers(REPORT))
def report(campaign_id: Named, _caller: Server, parts: Have, since: Since = None) -> Response:
    """Decisions by outcome, deliveries and coupons by state, in all and by version and variant; as far as they are kept."""
    with parts.database.reading() as session:
        return json_answer(reports.report(session, campaign_id, since=since))
