"""Bodies that are signed rightly and were made to break what reads them, and headers that nobody signed: nothing raises, nothing strange is kept."""

import json
from typing import Any

import httpx
import pytest

from tests.web.conftest import problem_of
from tests.web.hooks.conftest import ORDER, Send, mac
from tests.web.hooks.test_orders_told import events, said

HOSTILE: list[tuple[Any, str, str]] = [
    ({**ORDER, "place": "\0"}, "failed", ""),
    ({**ORDER, "place": "kal\0verstraat"}, "applied", ""),
    ({**ORDER, "items": [{"sku": "x", "\0": 1}]}, "failed", "items[0]."),
    ({**ORDER, "items": [{"sku": "x\0"}]}, "failed", "items"),
    ({**ORDER, "id": "../../v1 \n<b>"}, "failed", "id"),
    ({**ORDER, "id": "x" * 150}, "failed", "id"),
    ({**ORDER, "id": "a\x1fb"}, "failed", "id"),
    ({**ORDER, "customer": "a\x1fb"}, "failed", "customer"),
    ({"id": "a\x1fb"}, "failed", ""),
    ({**ORDER, "customer": {"id": "a\nb"}}, "failed", "customer"),
    ({**ORDER, "items": [{"sku": "x"}] * 10_000}, "failed", "items"),
    ({**ORDER, "total": -1}, "failed", "total"),
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_no_database_keeps_and_no_door_takes_is_in_the_log(
    town: httpx.Client, send: Send, hostile: tuple[Any, str, str]
) -> None:
    data, state, what = hostile
    assert said(send("order.placed", data))[0] == state
    [event] = events(town)
    assert (event["what"] or "").startswith(what)
    assert "\0" not in (event["what"] or "")


@pytest.mark.parametrize(
    ("path", "name"),
    [("/hooks/woocommerce", "X-WC-Webhook-Source"), ("/hooks/shopify", "X-Shopify-Shop-Domain")],
)
def test_an_origin_that_is_no_address_is_nobodys(http: httpx.Client, town: httpx.Client, path: str, name: str) -> None:
    """Anybody may send that header: nothing was signed."""
    for origin in ("http://[", "[", "a]b", "\\", "%00"):
        problem_of(http.post(path, content=b"{}", headers={name: origin, "X-WC-Webhook-Signature": "x"}), 401)
    woo = {"kind": "woocommerce", "name": "x", "origin": "http://[", "secret": "hush"}
    assert problem_of(town.post("/v1/shops", json=woo), 422)["errors"]


def test_one_shop_does_not_speak_of_the_customers_of_another(http: httpx.Client, town: httpx.Client) -> None:
    """`a-1-7` is account 7 of the shop a-1, whatever the shop a calls its own."""
    for one in ("a", "a-1"):
        origin = f"https://{one}.example.nl"
        body = {"id": one, "kind": "woocommerce", "name": one, "origin": origin, "secret": f"secret of {one}"}
        assert town.post("/v1/shops", json={**body, "default_place": "kalverstraat"}).status_code == 201

    def tell(shop: str, **change: Any) -> dict[str, Any]:
        pickup = [{"method_id": "local_pickup"}]
        order = {"id": 5, "status": "completed", "customer_id": 7, "shipping_lines": pickup, "line_items": []}
        raw = json.dumps({**order, **change}).encode()
        headers = {"X-WC-Webhook-Topic": "order.updated", "X-WC-Webhook-Source": f"https://{shop}.example.nl"}
        headers["X-WC-Webhook-Signature"] = mac(f"secret of {shop}".encode(), raw)
        return dict(http.post("/hooks/woocommerce", content=raw, headers=headers).json())

    assert tell("a-1")["state"] == "applied"
    assert town.get("/v1/orders/a-1-5").json()["customer"] == "a-1-7"
    assert tell("a", customer_id="1-7", id=6)["state"] == "applied"
    assert town.get("/v1/orders/a-6").json()["customer"].startswith("a-guest-")
    assert tell("a", id="1-5")["reason"] == "unreadable"


def test_what_could_not_be_used_goes_with_the_customer_it_names(town: httpx.Client, send: Send) -> None:
    """Its body has their name, and a replay would make them anew."""
    send("order.placed", {**ORDER, "customer": {"id": "sanne", "name": "Sanne de Vries"}})
    send(
        "order.ready", {**ORDER, "id": "A-2", "customer": {"id": "sanne", "name": "Sanne de Vries"}, "place": "nowhere"}
    )
    send("order.ready", {**ORDER, "id": "A-3", "customer": "ben", "place": "nowhere"})
    assert [one["customer"] for one in events(town)] == [None, "sanne", "sanne"]
    assert town.delete("/v1/customers/sanne").is_success
    assert [one["what"] for one in events(town)] == ["nowhere"], "of somebody who is not known here"
