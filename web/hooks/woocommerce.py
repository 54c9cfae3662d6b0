"""`POST /hooks/woocommerce`: WooCommerce's webhooks, and the unsigned form by which it asks, when one is saved, whether somebody is there."""

import re
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from offers.rules.hook_signatures import is_signed_plain
from offers.rules.shop import normal_origin
from offers.rules.shop_orders.told import text
from offers.shop_events import Heard
from web.bodies import json_answer
from web.hooks.signed import Knock, Manner, take
from web.parts import Have

PATH = "/hooks/woocommerce"
_PING = re.compile(rb"webhook_id=\d{1,20}")
router = APIRouter(include_in_schema=False)


@router.post(PATH)
async def woocommerce(request: Request, parts: Have) -> Response:
    """Exactly 200 for the form, which does nothing: anything else, and the webhook is not saved."""
    knock = Knock(request, b"")
    signature = knock.header("X-WC-Webhook-Signature")
    if not signature and _PING.fullmatch((await request.body()).strip()):
        return json_answer({"state": "nothing"})
    origin = normal_origin("woocommerce", knock.header("X-WC-Webhook-Source")[:300])
    return await take(request, parts, MANNER, origin=origin)


def _signed(key: bytes, knock: Knock, _now: datetime) -> bool:
    return is_signed_plain(key, knock.header("X-WC-Webhook-Signature"), knock.raw)


def _read(knock: Knock) -> Heard:
    """The delivery's id, by the name that its code has or by that of its documentation."""
    topic = (text(knock.header("X-WC-Webhook-Topic")) or "").lower()
    delivery = text(knock.header("X-WC-Webhook-Delivery-ID", "X-WC-Delivery-ID")) or f"{topic} {knock.digest}"
    return Heard(delivery, topic, None, knock.raw)


MANNER = Manner("woocommerce", _signed, _read)
