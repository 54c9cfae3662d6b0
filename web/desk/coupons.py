"""The door at which a till redeems a coupon."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from offers import coupons
from offers.errors import NotFound
from offers.rules.coupon import RedeemBody
from web.aftermath import carry_out
from web.bodies import JsonRoute, json_answer
from web.desk.guesses import Guesses
from web.examples import COUPON, answers
from web.guards import Caller, server
from web.parts import Have

router = APIRouter(prefix="/v1/coupons", tags=["offers and coupons"], route_class=JsonRoute)

Till = Annotated[Caller, Depends(server("till"))]
Typed = Annotated[
    str,
    Path(max_length=100, description="As the customer shows it: capitals, hyphens, O or 0, I, L or 1 do not matter."),
]


@router.post("/{code}/redeem", summary="Redeem a coupon", responses=answers(COUPON))
def redeem_coupon(code: Typed, caller: Till, parts: Have, body: RedeemBody | None = None) -> Response:
    """Once: afterwards 409 `already_redeemed`, but for the same `purchase_id`, which gets the same answer again.

    410 `expired`, 409 `customer_needed` for a code that all share when no `customer` is named, 404 for a code that is none.
    """
    guesses = Guesses(parts.redis)
    guesses.refuse_too_many(caller.key_id)
    try:
        with parts.database.transaction() as session:
            done = coupons.redeem_coupon(session, code, body or RedeemBody(), keys=parts.codes, now=parts.now())
    except NotFound:
        guesses.count_miss(caller.key_id)
        raise
    if done.follows.happened:
        carry_out(parts, done.follows)
    return json_answer(done.item)
