"""The app's doors to what is its customer's own: links to pages that know them, offers, orders."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from offers import coming, my_offers, recognising
from offers.coming import Said
from offers.rules.profile import Id
from offers.rules.values import Strict
from web.aftermath import carry_out
from web.asking import Cursor, Limit, page
from web.bodies import JsonRoute, json_answer
from web.examples import answers, answers_with_page
from web.guards import Device
from web.my_examples import MY_OFFER, MY_ORDER, MY_ORDER_COMING, MY_ORDER_HERE, PAGE_LINK
from web.parts import Have, Parts
from web.problems import ProblemError

router = APIRouter(prefix="/v1/me", tags=["the customer's own"], route_class=JsonRoute)


class LinkedPage(Strict):
    """`POST /v1/me/links`. `scan` names the page that the link leads to; without it, it leads to the customer's offers."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"scan": "scn_01kbc3f0m8v6w2x9y4z7a1b2c3"}]}
    )

    scan: Id | None = None


@router.post(
    "/links",
    summary="A link to a page that knows the customer",
    status_code=201,
    responses=answers(PAGE_LINK, 201, idempotent=True),
)
def make_link(body: LinkedPage, request: Request, device: Device, parts: Have) -> Response:
    """Good once and for five minutes; to be opened in the browser at once. Only its hash is kept."""
    base = _base(request, parts)

    def make() -> dict[str, object]:
        with parts.database.transaction() as session:
            link = recognising.make_link(session, device.customer_id, now=parts.now())
        query = f"?{urlencode({'scan': body.scan})}" if body.scan else ""
        return {"url": f"{base}/t/{link.token}{query}", "expires_at": link.expires_at}

    return parts.repeats.once(request, body, make)


@router.get("/offers", summary="The customer's coupons", responses=answers_with_page(MY_OFFER))
def list_my_offers(device: Device, parts: Have, cursor: Cursor = None, limit: Limit = 100) -> Response:
    """The newest first, with their codes. `state` is `issued`, `redeemed` or `expired`, as of now."""
    with parts.database.reading() as session:
        items, after = my_offers.list_offers(
            session, device.customer_id, keys=parts.codes, before=cursor, limit=limit, now=parts.now()
        )
    return page(items, after)


@router.get("/orders", summary="The customer's orders", responses=answers_with_page(MY_ORDER))
def list_my_orders(
    request: Request, device: Device, parts: Have, cursor: Cursor = None, limit: Limit = 100
) -> Response:
    """By id downwards, each with its history, its store as of now, and `url`: its page, for who has the address."""
    with parts.database.reading() as session:
        items, after = my_offers.list_orders(
            session, device.customer_id, keys=parts.codes, before=cursor, limit=limit, now=parts.now()
        )
    return page([_with_address(one, request, parts) for one in items], after)


class ComingBody(Strict):
    """`POST /v1/me/orders/{id}/on-my-way`. `minutes`: how long the customer will need; without it they do not say."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"minutes": 10}]})

    minutes: int | None = Field(None, ge=coming.LEAST_MINUTES, le=coming.MOST_MINUTES, strict=True)


@router.post("/orders/{order_id}/on-my-way", summary="The customer is on their way", responses=answers(MY_ORDER_COMING))
def on_my_way(order_id: str, request: Request, device: Device, parts: Have, body: ComingBody | None = None) -> Response:
    """The store is told, with the minutes if they are said. Said again with others, those count. Works without positions; safe to repeat.

    409 `closed` for what was collected or cancelled.
    """
    minutes, now = body.minutes if body else None, parts.now()
    with parts.database.transaction() as session:
        said = coming.say_on_my_way(
            session, order_id, customer_id=device.customer_id, minutes=minutes, source="device", now=now
        )
        item = my_offers.one_order(session, device.customer_id, order_id, keys=parts.codes, now=now)
    return _told(said, item, request, parts)


@router.post("/orders/{order_id}/here", summary="The customer is at the store", responses=answers(MY_ORDER_HERE))
def here(order_id: str, request: Request, device: Device, parts: Have) -> Response:
    """The store is told, whether the order is ready or not. Works without positions; safe to repeat.

    409 `closed` for what was collected or cancelled.
    """
    now = parts.now()
    with parts.database.transaction() as session:
        said = coming.say_here(session, order_id, customer_id=device.customer_id, source="device", now=now)
        item = my_offers.one_order(session, device.customer_id, order_id, keys=parts.codes, now=now)
    return _told(said, item, request, parts)


def _told(said: Said, item: dict[str, Any], request: Request, parts: Parts) -> Response:
    if said.outcome == "closed":
        raise ProblemError("closed", 409, f"This order is {said.status}: nobody waits for its customer any more.")
    carry_out(parts, said.follows)
    return json_answer(_with_address(item, request, parts))


def _with_address(item: dict[str, Any], request: Request, parts: Parts) -> dict[str, Any]:
    return {**item, "url": f"{_base(request, parts)}{item['url']}"}


def _base(request: Request, parts: Parts) -> str:
    return parts.settings.base_url.rstrip("/") or str(request.base_url).rstrip("/")
