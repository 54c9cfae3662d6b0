"""`POST /hooks/orders`: orders as Standard Webhooks 1.0.0. The shop is known by its secret, or named by `?shop=`."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from offers.rules.hook_signatures import is_signed_standard
from offers.shop_events import Heard
from web.hooks.signed import Knock, Manner, take
from web.parts import Have

PATH = "/hooks/orders"
router = APIRouter(include_in_schema=False)


@router.post(PATH)
async def orders(request: Request, parts: Have, shop: str | None = None) -> Response:
    """`webhook-id` is the event's id: what comes again under it changes nothing."""
    named = shop if shop is None or (shop.isprintable() and len(shop) <= 100) else ""
    return await take(request, parts, MANNER, shop=named)


def _signed(key: bytes, knock: Knock, now: datetime) -> bool:
    message_id, timestamp = knock.header("webhook-id"), knock.header("webhook-timestamp")
    return is_signed_standard(key, message_id, timestamp, knock.header("webhook-signature"), knock.raw, now=now)


def _read(knock: Knock) -> Heard:
    """The signature is right, and with it the time."""
    sent_at = datetime.fromtimestamp(int(knock.header("webhook-timestamp")), UTC)
    return Heard(knock.header("webhook-id"), "order", sent_at, knock.raw)


MANNER = Manner("standard", _signed, _read)
