"""A web shop's thin event whose worker is killed over it, before it asked the shop, after it asked, and after it wrote: it is worked again, the
order changes once, and its customer is told once. The real `passerby serve`, against Shopify's double.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from seeds.phone import Line, Phone, moment
from tests.doubles.fcm.process import FcmProcess
from tests.doubles.shopify import ShopifyDouble, fulfilment, order
from tests.faults.conftest import Where
from tests.faults.push_town import PATIENT, accepted, settle, through
from tests.faults.strikes import Surely, a_minute_passes, database_of, settle_in_minutes
from tests.faults.town import Service, serving

pytestmark = pytest.mark.faults

ORDERS = 30
STAGES = ("shops.claimed", "shops.looked_up", "shops.committed")
CHANCES = "shops.claimed=0.2,shops.looked_up=0.2,shops.committed=0.2"
SECRET = "only this test signs with it"
DOMAIN = "example.myshopify.com"
READY = "fulfillment_orders/line_items_prepared_for_pickup"
STILL_S = 90
"""No event that waits does so for longer without being tried again: who held it is known to be dead after twenty seconds."""


async def register(service: Service) -> None:
    """Each customer with two phones, and with consent given before the shop ever named them."""
    async with httpx.AsyncClient(base_url=service.url) as client:
        for number in range(ORDERS):
            for which in ("old", "new"):
                await Phone.register(
                    Line(client, PATIENT),
                    service.key,
                    customer=f"shopify-{100 + number}",
                    consents={"orders": True},
                    first_contact=False,
                    push_token=f"{which}-{number}",
                )


def hook(service: Service, number: int) -> None:
    """The shop says that order's part is ready, as Shopify does: again, with the same event's id, until it is answered with 200."""
    body = {"id": f"gid://shopify/FulfillmentOrder/{1000 + number}", "delivery_method": {"method_type": "pick_up"}}
    raw = json.dumps({"fulfillment_order": body}).encode()
    headers = {
        "X-Shopify-Shop-Domain": DOMAIN,
        "X-Shopify-Topic": READY,
        "X-Shopify-Event-Id": f"event-{number}",
        "X-Shopify-Triggered-At": moment(time.time()),
        "X-Shopify-Hmac-Sha256": base64.b64encode(hmac.new(SECRET.encode(), raw, hashlib.sha256).digest()).decode(),
    }
    for _ in range(100):
        try:
            answer = httpx.post(f"{service.url}/hooks/shopify", content=raw, headers=headers, timeout=10)
        except httpx.TransportError:
            time.sleep(0.2)
            continue
        if answer.status_code == httpx.codes.OK:
            return
        assert answer.is_server_error, answer.text
        time.sleep(0.2)
    raise AssertionError(f"the hook of order {number} was never taken")


def settle_events(service: Service, variables: dict[str, str]) -> None:
    """Until no event waits and every delivery has come to its end. Chance decides how often one event's worker dies, so what is bounded is how long
    nothing is tried.
    """
    before: dict[str, int] = {}
    until = 0.0
    with database_of(service, variables) as database:
        while waits := service.ask("GET", "/v1/shops/shopify/events", params={"state": "waiting"})["items"]:
            tried = {one["key"]: one["attempts"] for one in waits}
            if tried != before:
                before, until = tried, time.monotonic() + STILL_S
            assert time.monotonic() < until, tried
            time.sleep(2)
            a_minute_passes(database)
        settle_in_minutes(service, database, within_s=60)


@pytest.mark.timeout(300)
def test_a_thin_event_is_worked_once_whoever_dies_over_it(tmp_path: Path, where: Where) -> None:
    folder, variables = tmp_path / "data", where()
    with FcmProcess(tmp_path) as double, ShopifyDouble() as shopify:
        for number in range(ORDERS):
            customer = {"id": f"gid://shopify/Customer/{100 + number}", "firstName": "Sanne", "lastName": "de Vries"}
            shopify.orders[number] = order(number, fulfilment(1000 + number, location=5), customer=customer)
        surely = Surely(tmp_path / "struck", STAGES)
        more = {"PASSERBY_FAILPOINTS": surely.setting(CHANCES), "PASSERBY_SHOPIFY_ENDPOINT": shopify.origin}
        with serving(folder, through(double) | more | variables) as service:
            settle(service)
            shop = {"id": "shopify", "kind": "shopify", "name": "x", "origin": DOMAIN, "secret": SECRET}
            service.ask("POST", "/v1/shops", json={**shop, "api_token": shopify.token, "places": {"5": "store"}})
            asyncio.run(register(service))
            twice = [number for number in range(ORDERS) for _ in range(2)]
            random.Random(3).shuffle(twice)
            with ThreadPoolExecutor(4) as doors:
                list(doors.map(hook, [service] * len(twice), twice))
            settle_events(service, variables)
            events = service.everything("/v1/shops/shopify/events")
            orders = [service.ask("GET", f"/v1/orders/shopify-{number}") for number in range(ORDERS)]
            deliveries = service.everything("/v1/deliveries")
        lookups = Counter(gid for _, gid, status in shopify.requests if status == httpx.codes.OK)
        taken = accepted(double)

    assert Counter((one["state"], one["reason"]) for one in events) == {("applied", None): ORDERS}
    for one in orders:
        assert [step["status"] for step in one["history"]].count("ready") == 1, one["history"]
        assert (one["status"], one["place"]) == ("ready", "store")
    assert Counter((one["order"], one["moment"], one["state"]) for one in deliveries) == {
        (one["id"], "ready", "sent"): 1 for one in orders
    }
    assert set(taken) == {one["id"] for one in deliveries}
    assert set(taken.values()) == {1}, "nobody died over a message, so each was taken once"
    tried = sum(one["attempts"] for one in events)
    assert tried > sum(lookups.values()), "no worker died before it asked"
    assert sum(lookups.values()) > ORDERS, "no worker died between the shop's answer and the transaction"
    assert surely.missed == set(), "nobody died there"
