"""The doors of orders to be collected, as a shop tells of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Body
from starlette.responses import Response

from offers import pickups
from offers.rules.order import OrderBody, Status, StepBody
from web.aftermath import carry_out
from web.asking import Named
from web.bodies import JsonRoute, json_answer
from web.examples import answers, created_or_replaced
from web.guards import Orders
from web.parts import Have, Parts
from web.push_examples import ORDER

router = APIRouter(prefix="/v1/orders", tags=["orders"], route_class=JsonRoute)


@router.put("/{order_id}", summary="Create or replace an order", responses=created_or_replaced(ORDER))
def put_order(order_id: Named, body: OrderBody, _caller: Orders, parts: Have) -> Response:
    """Safe to repeat: a status that is new joins the order's history.

    The first time that it is `ready`, its customer is told on the device that was seen last, if they agreed to `orders`; once, however often
    it is said, and in the morning where the night is quiet.
    """
    with parts.database.transaction() as session:
        item, created, follows = pickups.put_order(session, order_id, body, keys=parts.codes, now=parts.now())
    carry_out(parts, follows)
    return _answer(parts, item, 201 if created else 200)


@router.get("/{order_id}", summary="An order", responses=answers(ORDER))
def get_order(order_id: Named, _caller: Orders, parts: Have) -> Response:
    with parts.database.reading() as session:
        return _answer(parts, pickups.get_order(session, order_id, keys=parts.codes))


Said = Annotated[StepBody | None, Body()]


@router.post("/{order_id}/ready", summary="An order is ready", responses=answers(ORDER))
def order_is_ready(order_id: Named, _caller: Orders, parts: Have, body: Said = None) -> Response:
    """Its customer is told, once. What comes late or twice changes nothing, and is answered with the order as it stands."""
    return _said(parts, order_id, "ready", body)


@router.post("/{order_id}/collected", summary="An order was handed over", responses=answers(ORDER))
def order_is_collected(order_id: Named, _caller: Orders, parts: Have, body: Said = None) -> Response:
    """Nothing more is told of it, and what only it covered is erased. Late or twice, it changes nothing."""
    return _said(parts, order_id, "collected", body)


@router.post("/{order_id}/cancelled", summary="An order was given up", responses=answers(ORDER))
def order_is_cancelled(order_id: Named, _caller: Orders, parts: Have, body: Said = None) -> Response:
    """Its customer is told, once; with `refunded`, that they get their money back, also where it was collected. Late or twice, it changes nothing."""
    return _said(parts, order_id, "cancelled", body)


def _said(parts: Parts, order_id: str, status: Status, body: StepBody | None) -> Response:
    with parts.database.transaction() as session:
        said = body or StepBody.model_validate({})
        item, follows = pickups.say_step(session, order_id, status, said, keys=parts.codes, now=parts.now())
    carry_out(parts, follows)
    return _answer(parts, item)


def _answer(parts: Parts, item: dict[str, Any], status: int = 200) -> Response:
    """With the whole address of its page, where ours is known: a shop may put it into its own mail."""
    return json_answer({**item, "url": parts.settings.base_url.rstrip("/") + item["url"]}, status)
