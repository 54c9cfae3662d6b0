"""The doors of customers: their profile, why they got what they got, and their erasure."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from offers import customers, devices, explaining, personal
from offers.rules.profile import CustomerBody, Id
from web.aftermath import carry_out
from web.asking import Cursor, Limit, LongCursor, Named, page
from web.bodies import JsonRoute, json_answer, no_content
from web.editing import IfUnchanged, IfUnchangedOrNew, edited
from web.examples import (
    CUSTOMER,
    DEVICE,
    EXPORT,
    HAPPENED,
    WHY,
    answers,
    answers_with_etag,
    answers_with_page,
    edited_or_made,
)
from web.guards import Admin, Server
from web.parts import Have

router = APIRouter(prefix="/v1/customers", tags=["customers"], route_class=JsonRoute)


@router.put("/{customer_id}", summary="Create or replace a customer", responses=edited_or_made(CUSTOMER))
def put_customer(
    customer_id: Named, body: CustomerBody, check: IfUnchangedOrNew, _caller: Server, parts: Have
) -> Response:
    """The profile as a whole; consents that are absent stay as they are. A withdrawal is in force when this is answered."""
    with parts.database.transaction() as session:
        item, created, follows = customers.put_customer(session, customer_id, body, now=parts.now(), check=check)
    carry_out(parts, follows)
    return edited(item, 201 if created else 200)


@router.get("", summary="All customers", responses=answers_with_page(CUSTOMER))
def list_customers(_caller: Server, parts: Have, cursor: Cursor = None, limit: Limit = 100) -> Response:
    with parts.database.reading() as session:
        return page(*customers.list_customers(session, after=cursor or "", limit=limit))


@router.get("/{customer_id}", summary="A customer", responses=answers_with_etag(CUSTOMER))
def get_customer(customer_id: Named, _caller: Server, parts: Have) -> Response:
    with parts.database.reading() as session:
        return edited(customers.get_customer(session, customer_id))


@router.get("/{customer_id}/devices", summary="A customer's devices", responses=answers_with_page(DEVICE))
def list_devices(
    customer_id: Named, _caller: Server, parts: Have, cursor: Cursor = None, limit: Limit = 100
) -> Response:
    """Those registered first first, the revoked ones too; never a push token."""
    with parts.database.reading() as session:
        return page(*devices.devices_of_customer(session, customer_id, after=cursor or "", limit=limit))


@router.get("/{customer_id}/timeline", summary="What happened to a customer", responses=answers_with_page(HAPPENED))
def timeline(
    customer_id: Named, _caller: Server, parts: Have, cursor: LongCursor = None, limit: Limit = 100
) -> Response:
    """Transitions, visits, decisions, deliveries, consents, orders and purchases in one line, the last first."""
    with parts.database.reading() as session:
        return page(*personal.timeline(session, customer_id, cursor=cursor, limit=limit))


@router.get("/{customer_id}/export", summary="All that is held of a customer", responses=answers(EXPORT))
def export_customer(customer_id: Named, _caller: Admin, parts: Have) -> Response:
    """Every row of every table that holds something of them. Push tokens and hashes of secrets are left out."""
    with parts.database.reading() as session:
        return json_answer(personal.export_customer(session, customer_id, now=parts.now()))


@router.get("/{customer_id}/why", summary="Why a campaign did or did not send", responses=answers(WHY))
def why(
    customer_id: Named,
    campaign: Annotated[Id, Query(description="The campaign asked about.")],
    _caller: Server,
    parts: Have,
) -> Response:
    """The campaign's decisions for this customer. `never` says why there are none: the most telling reason, and those that hold too."""
    with parts.database.reading() as session:
        return json_answer(explaining.why(session, customer_id, campaign, now=parts.now()))


@router.delete("/{customer_id}", summary="Erase a customer", status_code=204)
def erase_customer(customer_id: Named, check: IfUnchanged, _caller: Server, parts: Have) -> Response:
    """Everything that hangs on the customer goes; their devices are refused when this is answered."""
    with parts.database.transaction() as session:
        follows = customers.erase_customer(session, customer_id, now=parts.now(), check=check)
    carry_out(parts, follows)
    return no_content()
