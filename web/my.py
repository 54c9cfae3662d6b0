"""The app's doors to what is its customer's own: links to pages that know them, offers, orders."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from pydantic import ConfigDict
from starlette.responses import Response

from offers import my_offers, recognising
from offers.rules.profile import Id
from offers.rules.values import Strict
from web.asking import Cursor, Limit, page
from web.bodies import JsonRoute
from web.examples import answers, answers_with_page
from web.guards import Device
from web.my_examples import MY_OFFER, MY_ORDER, PAGE_LINK
from web.parts import Have

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
    base = parts.settings.base_url.rstrip("/") or str(request.base_url).rstrip("/")

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
def list_my_orders(device: Device, parts: Have, cursor: Cursor = None, limit: Limit = 100) -> Response:
    """By id downwards, each with its history."""
    with parts.database.reading() as session:
        items, after = my_offers.list_orders(session, device.customer_id, before=cursor, limit=limit, now=parts.now())
    return page(items, after)
