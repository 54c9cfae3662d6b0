"""The customer's own doors, from their device: consents, and the end of everything."""

from fastapi import APIRouter
from starlette.responses import Response

from offers import customers, personal
from offers.rules.profile import ConsentsBody
from web.aftermath import carry_out
from web.bodies import JsonRoute, json_answer, no_content
from web.examples import CONSENTS, EXPORT, answers
from web.guards import Device
from web.parts import Have

router = APIRouter(prefix="/v1", tags=["the customer's own"], route_class=JsonRoute)


@router.put("/me/consents", summary="Give or withdraw consents", responses=answers(CONSENTS))
def set_consents(body: ConsentsBody, device: Device, parts: Have) -> Response:
    """A purpose that is absent stays as it is. A withdrawal is in force when this is answered."""
    with parts.database.transaction() as session:
        now_given, follows = customers.set_consents(session, device.customer_id, body, source="device", now=parts.now())
    carry_out(parts, follows)
    return json_answer({"consents": now_given})


@router.get("/me/export", summary="All that is held of this customer", responses=answers(EXPORT))
def export_me(device: Device, parts: Have) -> Response:
    """Every row of every table that holds something of them. Push tokens and hashes of secrets are left out."""
    with parts.database.reading() as session:
        return json_answer(personal.export_customer(session, device.customer_id, now=parts.now()))


@router.delete("/me", summary="Erase this customer", status_code=204)
def erase_me(device: Device, parts: Have) -> Response:
    """Everything that hangs on the customer goes, all their devices included."""
    with parts.database.transaction() as session:
        follows = customers.erase_customer(session, device.customer_id, now=parts.now())
    carry_out(parts, follows)
    return no_content()
