"""The door at which the desk sends a campaign's message to one device, to see that it arrives and how it looks."""

from fastapi import APIRouter
from pydantic import ConfigDict
from starlette.responses import Response

from offers import testing
from offers.rules.profile import Id
from offers.rules.values import Strict
from web.aftermath import carry_out
from web.asking import Named
from web.bodies import JsonRoute, json_answer
from web.examples import answers
from web.guards import Server
from web.parts import Have
from web.problems import ProblemError
from web.push_examples import TEST_SENT

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"], route_class=JsonRoute)


class OnDevice(Strict):
    """`POST /v1/campaigns/{id}/test`."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"device_id": "dev_01kbc3f0m8v6w2x9y4z7a1b2c3"}]},
    )

    device_id: Id


@router.post(
    "/{campaign_id}/test",
    summary="Send a campaign's message to one device",
    status_code=202,
    responses=answers(TEST_SENT, 202, words="It is on its way; its delivery says what became of it"),
)
def send_test(campaign_id: Named, body: OnDevice, _caller: Server, parts: Have) -> Response:
    """Now, of a draft too, and past every limit. Nothing is counted, reserved or spent; a coupon's code is an example.

    409 `not_a_push` where a poster's page tells the campaign, `no_address` when the device can not be pushed to, `no_consent` when its customer has not agreed to offers. A device gets ten an hour.
    """
    with parts.database.transaction() as session:
        tested = testing.send_test(session, campaign_id, body.device_id, now=parts.now())
    if tested.delivery_id is None:
        detail = f"This device was sent {testing.MOST_TESTS} tests within the hour; wait a while."
        raise ProblemError("too_many_tries", 429, detail, headers={"Retry-After": str(tested.wait_s)})
    carry_out(parts, tested.follows)
    return json_answer({"delivery_id": tested.delivery_id}, 202)
