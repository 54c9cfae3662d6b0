"""`POST /hooks/mollie`: Mollie says that something became of a payment. It signs nothing that counts, so nothing of what it says is believed:
only payments of ours are looked up, and what became of them is fetched.
"""

import re
from urllib.parse import parse_qs

import msgspec
import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from prometheus_client import Counter
from starlette.responses import Response

from offers.paying import payment_by_id, payment_of_hook
from offers.payment import PaymentRefused, PaymentsAway
from offers.rules.page_links import is_hook_mark
from web.aftermath import carry_out
from web.landing.paying import asking_of
from web.parts import Have, Parts
from web.problems import ProblemError
from web.routing import take

PATH = "/hooks/mollie"
MOST_BYTES = 100_000
"""Mollie's newer webhooks send the whole payment, of which only its id is read."""
_ID = re.compile(r"tr_[A-Za-z0-9]{1,40}", re.ASCII)
router = APIRouter(include_in_schema=False)
log = structlog.get_logger()


def open_hook(app: FastAPI, parts: Parts) -> None:
    """Have it called in this app."""
    said = "Payments of customers who were erased meanwhile, as often as a webhook told of one: to be paid back at the provider"
    app.state.paid_but_erased = Counter("passerby_paid_but_erased", said, registry=parts.registry)
    take(app, router)


@router.post(PATH)
async def mollie(request: Request, parts: Have, payment: str | None = None, mark: str | None = None) -> Response:
    """200 for whatever is not ours too: who guesses ids learns nothing. 503 where it could not be asked, so that Mollie comes again.

    `payment` is our own id, which we put into the address that Mollie calls, and `mark` says that it was us.
    """
    provider_id = _id_in(await request.body())
    if provider_id is not None and await run_in_threadpool(_settle, parts, provider_id, payment, mark):
        request.app.state.paid_but_erased.inc()
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


def _settle(parts: Parts, provider_id: str, payment_id: str | None, mark: str | None) -> bool:
    """Whether somebody paid who was erased meanwhile."""
    asking = asking_of(parts)
    if asking is None or asking.payments.name != "mollie":
        return False
    with parts.database.reading() as session:
        payment = payment_of_hook(
            session, "mollie", provider_id, payment_id if (payment_id or "").isprintable() else None
        )
    try:
        if payment is not None:
            carry_out(parts, asking.ask(payment, provider_id).follows)
        elif payment_id and mark and is_hook_mark(parts.codes, payment_id, mark) and not _is_there(parts, payment_id):
            return asking.ask_of_nobody(payment_id, provider_id)
    except (PaymentsAway, PaymentRefused) as error:
        log.warning("payment_not_asked", payment=payment.payment_id if payment else payment_id, why=str(error))
        raise ProblemError(
            "service_unavailable", 503, "It could not be asked for. Call again.", headers={"Retry-After": "30"}
        ) from None
    return False


def _is_there(parts: Parts, payment_id: str) -> bool:
    with parts.database.reading() as session:
        return payment_by_id(session, payment_id) is not None
