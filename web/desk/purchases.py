"""The doors of purchases: tills and web shops write them, once."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from offers import purchases
from offers.purchases import Asked
from offers.rules.purchase import PurchaseBody
from web.aftermath import carry_out
from web.asking import AtPlace, Customer, Limit, Since, page
from web.bodies import JsonRoute
from web.desk.guesses import Guesses
from web.examples import PURCHASE, answers_with_page, made_or_there
from web.guards import Caller, Server, server
from web.parts import Have

router = APIRouter(prefix="/v1/purchases", tags=["products and purchases"], route_class=JsonRoute)

Seller = Annotated[Caller, Depends(server("till", "orders"))]
PageEnd = Annotated[
    str | None,
    Query(max_length=400, pattern=r"^[A-Za-z0-9_-]+$", description="`next_cursor` of the page before."),
]


@router.post("", summary="Write a purchase", status_code=201, responses=made_or_there(PURCHASE))
def record_purchase(body: PurchaseBody, request: Request, caller: Seller, parts: Have) -> Response:
    """Once by its `purchase_id`: the same again changes nothing and is answered with 200, another body with 409.

    Its `coupon` is redeemed with it, where that is still possible. A key that told too many that are none is answered with 429.
    """
    guesses = Guesses(parts.redis)
    if body.coupon is not None:
        guesses.refuse_too_many(caller.key_id)
    made = []

    def record() -> dict[str, Any]:
        with parts.database.transaction() as session:
            done = purchases.record_purchase(session, body, keys=parts.codes, now=parts.now())
        if done.coupon_is_none:
            guesses.count_miss(caller.key_id)
        made.append(done.created)
        if done.follows.happened:
            carry_out(parts, done.follows)
        return done.item

    answer = parts.repeats.once(request, body, record)
    if made == [False]:
        answer.status_code = 200
    return answer


@router.get("", summary="Purchases, the last made first", responses=answers_with_page(PURCHASE))
def list_purchases(
    *,
    _caller: Server,
    parts: Have,
    customer: Customer = None,
    place: AtPlace = None,
    since: Since = None,
    cursor: PageEnd = None,
    limit: Limit = 100,
) -> Response:
    with parts.database.reading() as session:
        return page(*purchases.list_purchases(session, Asked(customer, place, since, cursor, limit)))
