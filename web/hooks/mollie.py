"""`POST /hooks/mollie`: Mollie says that something became of a payment. It signs nothing that counts, so nothing of what it says is believed:
only payments of ours are looked up, and what became of them is fetched.
"""

import re
from urllib.parse import parse_qs

import msgspec
import structlog
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from offers.paying import payment_of_hook
from offers.payment import PaymentRefused, PaymentsAway
from web.aftermath import carry_out
from web.landing.paying import asking_of
from web.parts import Have, Parts
from web.problems import ProblemError

PATH = "/hooks/mollie"
MOST_BYTES = 100_000
"""Mollie's newer webhooks send the whole payment, of which only its id is read."""
_ID = re.compile(r"tr_[A-Za-z0-9]{1,40}", re.ASCII)
router = APIRouter(include_in_schema=False)
log = structlog.get_logger()


@router.post(PATH)
async def mollie(request: Request, parts: Have, payment: str | None = None) -> Response:
    """200 for whatever is not ours too: who guesses ids learns nothing. 503 where it could not be asked, so that Mollie comes again.

    `payment` is our own id, which we put into the address that Mollie calls.
    """
    provider_id = _id_in(await request.body())
    if provider_id is not None:
        await run_in_threadpool(_settle, parts, provider_id, payment)
    return Response(b"", 200, headers={"cache-control": "no-store"}, media_type="text/plain")


def _id_in(raw: bytes) -> str | None:
    """Of a form `id=tr_…`, or of JSON with the id at its top or of its entity; none where there is none."""
    try:
        if raw.lstrip()[:1] == b"{":
            said = msgspec.json.decode(raw)
            found = [said.get("id"), said.get("entityId")]
        else:
            found = list(parse_qs(raw.decode("ascii"), max_num_fields=20).get("id", []))
    except (ValueError, AttributeError, RecursionError):
        return None
    return next((one for one in found if isinstance(one, str) and _ID.fullmatch(one)), None)


def _settle(parts: Parts, provider_id: str, payment_id: str | None) -> None:
    asking = asking_of(parts)
    if asking is None or asking.payments.name != "mollie":
        return
    with parts.database.reading() as session:
        payment = payment_of_hook(
            session, "mollie", provider_id, payment_id if (payment_id or "").isprintable() else None
        )
    if payment is None:
        return
    try:
        settled = asking.ask(payment, provider_id)
    except (PaymentsAway, PaymentRefused) as error:
        log.warning("payment_not_asked", order=payment.order_id, why=str(error))
        raise ProblemError(
            "service_unavailable", 503, "It could not be asked for. Call again.", headers={"Retry-After": "30"}
        ) from None
    carry_out(parts, settled.follows)
