"""The door at which the desk looks at what a campaign would say to a customer."""

from fastapi import APIRouter
from starlette.responses import Response

from offers import previews
from offers.rules.preview import PreviewBody
from web.asking import Named
from web.bodies import JsonRoute, json_answer
from web.campaign_examples import PREVIEW
from web.examples import answers
from web.guards import Server
from web.parts import Have

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"], route_class=JsonRoute)


@router.post("/{campaign_id}/preview", summary="Preview a campaign", responses=answers(PREVIEW))
def preview(campaign_id: Named, body: PreviewBody, _caller: Server, parts: Have) -> Response:
    """What it would say to a customer, in each of its languages. Nothing is stored, reserved or sent.

    404 for a campaign or a customer that is none. Whether the customer would be sent anything is another question: `why`.
    """
    with parts.database.reading() as session:
        return json_answer(previews.preview_saved(session, campaign_id, body, now=parts.now()))
