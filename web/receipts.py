"""The doors of receipts: what became of a message on the phone, from the device itself or from whoever was sent the message."""

from typing import Annotated

from fastapi import APIRouter, Body
from starlette.responses import Response

from offers import receipts
from offers.errors import NotFound
from offers.receipts import Receipt
from offers.rules.receipts import Receipts, What, WhenBody
from web.aftermath import carry_out
from web.asking import Named
from web.bodies import JsonRoute, no_content
from web.guards import Device, OwnDevice
from web.parts import Have, Parts

router = APIRouter(prefix="/v1", tags=["the customer's own"], route_class=JsonRoute)
PATH = "/v1/receipts"
MOST_BYTES = 64_000
"""A hundred receipts take less; whoever sends may be anybody."""

When = Annotated[WhenBody | None, Body()]


@router.post("/deliveries/{delivery_id}/received", summary="The message arrived on the phone", status_code=204)
def mark_received(delivery_id: Named, device: Device, parts: Have, body: When = None) -> Response:
    """The first time counts. `at` is when it arrived, for a receipt that waited for a network; a time ahead of ours is now."""
    return _mark(delivery_id, "received", device, body, parts)


@router.post("/deliveries/{delivery_id}/opened", summary="The message was opened", status_code=204)
def mark_opened(delivery_id: Named, device: Device, parts: Have, body: When = None) -> Response:
    """And so has arrived. As above."""
    return _mark(delivery_id, "opened", device, body, parts)


def _mark(delivery_id: str, what: What, device: OwnDevice, body: WhenBody | None, parts: Parts) -> Response:
    said = Receipt(delivery_id, what, body.at if body else None)
    with parts.database.transaction() as session:
        known, follows = receipts.mark_receipts(session, [said], device_id=device.device_id, now=parts.now())
    if not known:
        raise NotFound("delivery")
    carry_out(parts, follows)
    return no_content()


@router.post("/receipts", summary="A message arrived, or was opened", status_code=204)
def take_receipts(body: Receipts, parts: Have) -> Response:
    """For who has the message and no token at hand: a service worker, an extension of the app. The `ack_id` that came with it is the proof.

    One, or an array of at most 100. The first time counts. 404 when the one is of no message that was sent; in an array such are passed over, so
    that what waited in a queue does not wait for ever.
    """
    several = body if isinstance(body, list) else [body]
    known, said = 0, receipts.proven(several, keys=parts.codes)
    if said:
        with parts.database.transaction() as session:
            known, follows = receipts.mark_receipts(session, said, now=parts.now())
        carry_out(parts, follows)
    if not known and not isinstance(body, list):
        raise NotFound("delivery")
    return no_content()
