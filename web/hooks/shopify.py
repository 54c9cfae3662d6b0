"""`POST /hooks/shopify`: Shopify's webhooks, `X-Shopify-…`, and its newer events, whose headers have no `X-`."""

from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from offers.rules.hook_signatures import is_signed_plain
from offers.rules.shop import normal_origin
from offers.rules.shop_orders.told import moment, text
from offers.shop_events import Heard
from web.hooks.signed import Knock, Manner, take
from web.parts import Have

PATH = "/hooks/shopify"
router = APIRouter(include_in_schema=False)


@router.post(PATH)
async def shopify(request: Request, parts: Have) -> Response:
    """Shopify waits five seconds in all: what has to be looked up first is written down, and a worker does it."""
    origin = normal_origin("shopify", Knock(request, b"").header(*_names("Shop-Domain"))[:300])
    return await take(request, parts, MANNER, origin=origin)


def _signed(key: bytes, knock: Knock, _now: datetime) -> bool:
    return is_signed_plain(key, knock.header(*_names("Hmac-Sha256")), knock.raw)


def _read(knock: Knock) -> Heard:
    """The event's id is the same for a duplicate; a webhook's own id is another for each delivery."""
    topic = (text(knock.header(*_names("Topic"))) or "").lower()
    event = text(knock.header(*_names("Event-Id"))) or text(knock.header(*_names("Webhook-Id"))) or knock.digest
    return Heard(f"{event} {topic}", topic, moment(knock.header(*_names("Triggered-At"))), knock.raw)


def _names(what: str) -> tuple[str, str]:
    return f"X-Shopify-{what}", f"Shopify-{what}"


MANNER = Manner("shopify", _signed, _read)
