"""The doors of offers, and of the codes that are brought along for them."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from offers import desk_offers
from offers.rules.offer import CodesBody, OfferBody
from web.asking import Cursor, Limit, Named, page
from web.bodies import JsonRoute, no_content
from web.editing import IfUnchanged, IfUnchangedOrNew, edited
from web.examples import CODES_ADDED, OFFER, answers, answers_with_etag, answers_with_page, edited_or_made
from web.guards import Server
from web.parts import Have

router = APIRouter(prefix="/v1/offers", tags=["offers and coupons"], route_class=JsonRoute)


@router.post("", summary="Create an offer", status_code=201, responses=answers(OFFER, 201, idempotent=True))
def add_offer(body: OfferBody, request: Request, _caller: Server, parts: Have) -> Response:
    def add() -> dict[str, Any]:
        with parts.database.transaction() as session:
            return desk_offers.add_offer(session, body, now=parts.now())

    return parts.repeats.once(request, body, add)


@router.put("/{offer_id}", summary="Create or replace an offer", responses=edited_or_made(OFFER))
def put_offer(offer_id: Named, body: OfferBody, check: IfUnchangedOrNew, _caller: Server, parts: Have) -> Response:
    """The offer as a whole; what was spent stays spent. Once coupons are out its budget may not go below them, nor its codes change."""
    with parts.database.transaction() as session:
        item, counts, created = desk_offers.put_offer(session, offer_id, body, now=parts.now(), check=check)
    return edited(item, 201 if created else 200, counts)


@router.get("", summary="All offers", responses=answers_with_page(OFFER))
def list_offers(_caller: Server, parts: Have, cursor: Cursor = None, limit: Limit = 100) -> Response:
    with parts.database.reading() as session:
        return page(*desk_offers.list_offers(session, after=cursor or "", limit=limit))


@router.get("/{offer_id}", summary="An offer", responses=answers_with_etag(OFFER))
def get_offer(offer_id: Named, _caller: Server, parts: Have) -> Response:
    with parts.database.reading() as session:
        item, counts = desk_offers.get_offer(session, offer_id)
    return edited(item, 200, counts)


@router.delete("/{offer_id}", summary="Remove an offer", status_code=204)
def delete_offer(offer_id: Named, check: IfUnchanged, _caller: Server, parts: Have) -> Response:
    """409 once coupons are out, and while a campaign that has not ended has it."""
    with parts.database.transaction() as session:
        desk_offers.delete_offer(session, offer_id, check=check)
    return no_content()


@router.post(
    "/{offer_id}/codes",
    summary="Bring codes along",
    status_code=201,
    responses=answers(CODES_ADDED, 201, idempotent=True),
)
def add_codes(offer_id: Named, body: CodesBody, request: Request, _caller: Server, parts: Have) -> Response:
    """At most 10,000 a call; those that are there already change nothing. For `imported`, or the one code of `shared`."""

    def add() -> dict[str, Any]:
        with parts.database.transaction() as session:
            return desk_offers.add_codes(session, offer_id, body.codes, keys=parts.codes)

    return parts.repeats.once(request, body, add)
