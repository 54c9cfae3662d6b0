"""The doors of orders to be collected, as a shop tells of them."""

from fastapi import APIRouter
from starlette.responses import Response

from offers import pickups
from offers.rules.order import OrderBody
from web.aftermath import carry_out
from web.asking import Named
from web.bodies import JsonRoute, json_answer
from web.examples import answers, created_or_replaced
from web.guards import Orders
from web.parts import Have
from web.push_examples import ORDER

router = APIRouter(prefix="/v1/orders", tags=["orders"], route_class=JsonRoute)


@router.put("/{order_id}", summary="Create or replace an order", responses=created_or_replaced(ORDER))
def put_order(order_id: Named, body: OrderBody, _caller: Orders, parts: Have) -> Response:
    """Safe to repeat: a status that is new joins the order's history.

    The first time that it is `ready`, its customer is told on the device that was seen last, if they agreed to `orders`; once, however often
    it is said, and in the morning where the night is quiet.
    """
    with parts.database.transaction() as session:
        item, created, follows = pickups.put_order(session, order_id, body, now=parts.now())
    carry_out(parts, follows)
    return json_answer(item, 201 if created else 200)


@router.get("/{order_id}", summary="An order", responses=answers(ORDER))
def get_order(order_id: Named, _caller: Orders, parts: Have) -> Response:
    with parts.database.reading() as session:
        return json_answer(pickups.get_order(session, order_id, now=parts.now()))
