"""What a hook says becomes an order: once, in the shop's own order of time, and only what can be used."""

import json
from typing import Any

import httpx
import pytest

from tests.conftest import NOON
from tests.web.conftest import problem_of
from tests.web.hooks.conftest import DATA, ORDER, VECTORS, Send, mac, standard


def order(town: httpx.Client, order_id: str = "A-1182") -> dict[str, Any]:
    answer = town.get(f"/v1/orders/{order_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def events(town: httpx.Client, shop: str = "web") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = town.get(f"/v1/shops/{shop}/events").json()["items"]
    return found


def said(answer: httpx.Response) -> tuple[str, str | None]:
    assert answer.status_code == 200, answer.text
    return answer.json()["state"], answer.json()["reason"]


def test_an_order_comes_is_ready_and_is_collected(town: httpx.Client, send: Send) -> None:
    assert said(send("order.placed", ORDER, timestamp="2026-11-23T10:00:00Z")) == ("applied", None)
    first = order(town)
    assert (first["customer"], first["place"], first["status"]) == ("sanne", "kalverstraat", "placed")
    assert (first["items"], first["total"], first["currency"]) == (ORDER["items"], "89.95", "EUR")
    assert town.get("/v1/customers/sanne").json()["consents"] == dict.fromkeys(("location", "offers", "orders"), False)
    assert said(send("order.ready", {"id": "A-1182"}, timestamp="2026-11-23T10:30:00Z")) == ("applied", None)
    ready = order(town)
    assert ready["status"] == "ready"
    assert ready["items"] == first["items"], "what is not said stays"
    assert said(send("order.collected", {"order": {"id": "A-1182"}}, timestamp="2026-11-23T10:50:00Z"))[0] == "applied"
    assert [one["status"] for one in order(town)["history"]] == ["placed", "ready", "collected"]
    assert [one["state"] for one in events(town)] == ["applied"] * 3
    assert {one["order"] for one in events(town)} == {"A-1182"}
    assert town.get("/v1/shops/web").json()["heard_at"] is not None


def test_what_comes_twice_or_late_changes_nothing(town: httpx.Client, send: Send) -> None:
    send("order.placed", ORDER, timestamp="2026-11-23T10:00:00Z", message_id="one")
    send("order.cancelled", {"id": "A-1182"}, timestamp="2026-11-23T10:30:00Z", message_id="two")
    there = order(town)
    assert said(send("order.cancelled", {"id": "A-1182"}, timestamp="2026-11-23T10:30:00Z", message_id="two")) == (
        "nothing",
        "twice",
    )
    assert said(send("order.ready", {"id": "A-1182"}, timestamp="2026-11-23T10:15:00Z")) == ("nothing", "late")
    assert said(send("order.cancelled", {"id": "A-1182"}, timestamp="2026-11-23T10:30:00Z")) == (
        "nothing",
        "already_so",
    )
    assert order(town) == there
    assert said(send("order.placed", ORDER, timestamp="2026-11-23T10:40:00Z"))[0] == "applied", "brought back"
    assert order(town)["status"] == "placed"


def test_an_update_alone_says_nothing_of_the_status(town: httpx.Client, send: Send) -> None:
    send("order.placed", ORDER, timestamp="2026-11-23T10:00:00Z")
    send("order.cancelled", {"id": "A-1182"}, timestamp="2026-11-23T10:10:00Z")
    assert said(send("order.updated", {"id": "A-1182", "place": "coolsingel"}, timestamp="2026-11-23T10:20:00Z"))[0]
    assert (order(town)["status"], order(town)["place"]) == ("cancelled", "coolsingel")
    assert said(send("order.updated", {"id": "A-1182", "status": "ready"}, timestamp="2026-11-23T10:30:00Z"))[0]
    assert order(town)["status"] == "ready"


def test_a_clock_that_is_days_ahead_does_not_silence_what_follows(town: httpx.Client, send: Send) -> None:
    send("order.placed", ORDER, timestamp="2099-01-01T00:00:00Z")
    assert said(send("order.ready", {"id": "A-1182"}))[0] == "applied"


UNUSABLE: list[tuple[str, Any, str, str]] = [
    ("order.placed", {**ORDER, "place": "nowhere"}, "unknown_place", "nowhere"),
    ("order.placed", {**ORDER, "items": [{"sku": "x", "quantity": -1}]}, "bad_order", "items[0].quantity"),
    ("order.placed", {**ORDER, "customer": "no body"}, "bad_order", "customer"),
    ("order.placed", {**ORDER, "customer": None}, "bad_order", "customer"),
    ("order.placed", {**ORDER, "total": "much"}, "bad_order", "total"),
    ("order.placed", {**ORDER, "total": ["9"]}, "bad_order", "total"),
    ("order.placed", {**ORDER, "status": {"x": 1}, "id": "B"}, "", ""),
    ("order.updated", {**ORDER, "status": {"x": 1}}, "bad_order", "status"),
    ("order.updated", {**ORDER, "status": "packed"}, "bad_order", "status"),
    ("order.placed", {**ORDER, "number": "\0"}, "bad_order", "number"),
    ("order.placed", {**ORDER, "part": 3, "parts": 2}, "bad_order", ""),
    ("order.placed", {**ORDER, "id": None}, "unreadable", "data.id"),
    ("order.placed", None, "unreadable", "data.id"),
    ("order.placed", [ORDER], "unreadable", "data.id"),
]


@pytest.mark.parametrize("unusable", UNUSABLE)
def test_what_can_not_be_used_is_200_and_in_the_log(
    town: httpx.Client, send: Send, unusable: tuple[str, Any, str, str]
) -> None:
    """A shop that is refused for good gives up its webhook, and with it the orders that could be used."""
    kind, data, reason, what = unusable
    state, why = said(send(kind, data))
    if not reason:
        assert state == "applied"
        return
    assert (state, why) == ("failed", reason)
    [event] = events(town)
    assert (event["reason"], event["what"] or "", event["may_be_replayed"]) == (reason, what, True)
    assert event["advice"]
    problem_of(town.get("/v1/orders/A-1182"), 404)
    problem_of(town.get("/v1/customers/sanne"), 404)


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe", b"{", b"NaN", b"[" * 100_000, b'{"type": 1e999}', b'"x"', b"null", b'{"type": []}']
)
def test_a_signed_body_that_is_no_event_is_in_the_log(
    town: httpx.Client, http: httpx.Client, shop: str, raw: bytes
) -> None:
    answer = http.post("/hooks/orders", content=raw, headers=standard(raw))
    assert said(answer) == ("failed", "unreadable")
    assert events(town, shop)[0]["state"] == "failed"


def test_an_event_is_worked_again_once_its_cause_is_mended(town: httpx.Client, send: Send) -> None:
    send("order.ready", {**ORDER, "place": "Store 7"})
    [event] = events(town)
    assert (event["state"], event["what"]) == ("failed", "Store 7")
    body = {"kind": "standard", "name": "Web shop", "places": {"Store 7": "coolsingel"}}
    assert town.put("/v1/shops/web", json=body).status_code == 200
    again = town.post(f"/v1/shops/web/events/{event['id']}/replay")
    assert said(again) == ("applied", None)
    assert order(town)["place"] == "coolsingel"
    assert events(town)[0]["state"] == "applied"
    problem_of(town.post("/v1/shops/web/events/sev_none/replay"), 404)


def test_what_was_used_stays_used_however_often_it_is_replayed(town: httpx.Client, send: Send) -> None:
    send("order.placed", ORDER, timestamp="2026-11-23T10:00:00Z")
    send("order.ready", {"id": "A-1182"}, timestamp="2026-11-23T10:30:00Z")
    there = events(town)
    assert [one["may_be_replayed"] for one in there] == [False, False]
    for one in (*there, *there):
        problem = problem_of(town.post(f"/v1/shops/web/events/{one['id']}/replay"), 409)
        assert problem["type"].endswith(":used_already")
    assert events(town) == there
    assert [one["status"] for one in order(town)["history"]] == ["placed", "ready"]


def test_what_was_used_at_a_second_try_stays_used(town: httpx.Client, send: Send) -> None:
    send("order.ready", {**ORDER, "place": "Store 7"})
    [event] = events(town)
    path = f"/v1/shops/web/events/{event['id']}/replay"
    assert said(town.post(path)) == ("failed", "unknown_place")
    town.put("/v1/shops/web", json={"kind": "standard", "name": "Web shop", "places": {"Store 7": "coolsingel"}})
    assert said(town.post(path)) == ("applied", None)
    problem_of(town.post(path), 409)
    [now] = events(town)
    assert (now["state"], now["reason"], now["attempts"], now["may_be_replayed"]) == ("applied", None, 2, False)


def test_another_customers_order_and_another_shops_are_left_alone(
    town: httpx.Client, http: httpx.Client, send: Send
) -> None:
    send("order.placed", ORDER)
    assert said(send("order.ready", {**ORDER, "customer": "piet"})) == ("failed", "not_theirs")
    other = town.post("/v1/shops", json={"id": "other", "kind": "standard", "name": "Other"}).json()["secret"]
    raw = json.dumps({"type": "order.cancelled", "data": {"id": "A-1182"}}).encode()
    assert said(http.post("/hooks/orders", content=raw, headers=standard(raw, secret=other))) == (
        "failed",
        "not_theirs",
    )
    assert order(town)["status"] == "placed"


def test_a_profile_is_filled_where_it_is_empty_and_nowhere_else(town: httpx.Client, send: Send) -> None:
    town.put("/v1/customers/sanne", json={"name": "Sanne", "consents": {"orders": True}})
    person = {"id": "sanne", "name": "S. de Vries", "phone": "+31612345678"}
    assert said(send("order.placed", {**ORDER, "customer": person}))[0] == "applied"
    found = town.get("/v1/customers/sanne").json()
    assert (found["name"], found["phone"], found["consents"]["orders"]) == ("Sanne", "+31612345678", True)


def test_events_go_with_their_customer(town: httpx.Client, send: Send) -> None:
    send("order.placed", ORDER)
    assert town.delete("/v1/customers/sanne").status_code == 204
    assert events(town) == []
    assert said(send("order.cancelled", {"id": "A-1182"})) == ("failed", "bad_order")
    assert said(send("order.placed", ORDER))[0] == "applied", "the shop speaks of them again"


@pytest.fixture
def woo(town: httpx.Client, http: httpx.Client) -> Any:
    body = {
        "id": "woo",
        "kind": "woocommerce",
        "name": "shop.example.nl",
        "origin": "https://shop.example.nl",
        "secret": "wc_secret",
        "places": {"Kalverstraat": "kalverstraat"},
    }
    assert town.post("/v1/shops", json=body).status_code == 201
    numbers = iter(range(1000))

    def one(topic: str, change: dict[str, Any], *, whole: bool = True) -> httpx.Response:
        plain = json.loads((DATA / "woocommerce_order_pickup_DERIVED.json").read_text()) if whole else {}
        raw = json.dumps(plain | change).replace("/", "\\/").encode()
        headers = {
            "X-WC-Webhook-Source": "https://shop.example.nl/",
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Signature": mac(b"wc_secret", raw),
            "X-WC-Delivery-ID" if next(numbers) % 2 else "X-WC-Webhook-Delivery-ID": f"delivery-{next(numbers)}",
        }
        return http.post("/hooks/woocommerce", content=raw, headers=headers)

    return one


def test_woocommerce_as_it_sends(town: httpx.Client, http: httpx.Client, woo: Any) -> None:
    vector = VECTORS["woocommerce"]
    answer = http.post("/hooks/woocommerce", content=vector["body"].encode(), headers=vector["headers"])
    assert said(answer) == ("applied", None)
    again = http.post("/hooks/woocommerce", content=vector["body"].encode(), headers=vector["headers"])
    assert said(again) == ("nothing", "twice")
    found = order(town, "woo-727")
    assert (found["status"], found["place"], found["total"], found["currency"]) == (
        "ready",
        "kalverstraat",
        "29.35",
        "USD",
    )
    assert found["items"] == [
        {"sku": "product-93", "title": "Woo Single #1", "quantity": 2, "price": "3.00"},
        {
            "sku": "Bar3",
            "title": "Ship Your Idea – Color: Black, Size: M Test",  # noqa: RUF001 - as WooCommerce writes it
            "size": "M Test",
            "quantity": 1,
            "price": "12.00",
        },
    ]
    assert found["customer"].startswith("woo-guest-")
    customer = town.get(f"/v1/customers/{found['customer']}").json()
    assert (customer["name"], customer["phone"]) == ("John Doe", None)
    assert "john.doe" not in json.dumps(customer) + json.dumps(found) + json.dumps(events(town, "woo"))
    assert said(woo("order.updated", {})) == ("nothing", "already_so"), "the same under another delivery"


def test_what_woocommerce_says_of_an_order_later(town: httpx.Client, woo: Any) -> None:
    assert said(woo("order.created", {"status": "processing", "customer_id": 7}))[0] == "applied"
    assert order(town, "woo-727")["customer"] == "woo-7"
    later = {"customer_id": 8, "date_modified_gmt": "2017-03-22T20:00:00"}
    assert said(woo("order.updated", {"status": "completed", **later}))[0] == "applied"
    assert (order(town, "woo-727")["status"], order(town, "woo-727")["customer"]) == ("ready", "woo-7")
    assert said(woo("order.updated", {"status": "processing"})) == ("nothing", "late")
    assert said(woo("order.deleted", {"id": 727}, whole=False))[0] == "applied"
    assert order(town, "woo-727")["status"] == "cancelled"
    assert said(woo("order.updated", {"status": "completed", **later})) == ("nothing", "late")
    assert said(woo("order.restored", {"status": "completed", **later}))[0] == "applied"
    assert order(town, "woo-727")["status"] == "ready"
    assert said(woo("order.deleted", {"id": 999}, whole=False)) == ("ignored", "unknown_order")
    assert said(woo("order.updated", {"id": 5, "status": "refunded"})) == ("ignored", "unknown_order")
    assert said(woo("product.updated", {})) == ("ignored", "unknown_topic")


def test_which_status_is_ready_and_which_place_is_meant_is_the_shops_own(town: httpx.Client, woo: Any) -> None:
    assert said(woo("order.created", {"status": "afhaalklaar"})) == ("ignored", "status_not_ours")
    flat = [{"method_id": "flat_rate", "method_title": "Kalverstraat"}]
    assert said(woo("order.created", {"shipping_lines": flat})) == ("ignored", "no_pickup")
    elsewhere = [{"method_id": "local_pickup", "instance_id": "3", "method_title": "Pick up"}]
    assert said(woo("order.created", {"shipping_lines": elsewhere})) == ("failed", "unknown_place")
    body = {
        "kind": "woocommerce",
        "name": "x",
        "origin": "https://shop.example.nl",
        "statuses": {"afhaalklaar": "ready", "completed": "collected"},
        "places": {"local_pickup:3": "coolsingel"},
        "default_place": "kalverstraat",
    }
    assert town.put("/v1/shops/woo", json=body).status_code == 200
    phoned = {"billing": {"first_name": "Sanne", "phone": "06 12345678", "country": "NL", "email": "A@b.example"}}
    assert said(woo("order.created", {"status": "afhaalklaar", "shipping_lines": elsewhere, **phoned}))[0] == "applied"
    found = order(town, "woo-727")
    assert (found["status"], found["place"]) == ("ready", "coolsingel")
    assert town.get(f"/v1/customers/{found['customer']}").json()["phone"] == "+31612345678"
    other = {"id": 728, "status": "afhaalklaar", "billing": {"email": " a@B.example "}}
    assert said(woo("order.created", other))[0] == "applied"
    assert order(town, "woo-728")["customer"] == found["customer"], "the same guest"
    later = {
        "status": "completed",
        "date_modified_gmt": NOON.strftime("%Y-%m-%dT%H:%M:%S"),
        "shipping_lines": elsewhere,
    }
    assert said(woo("order.updated", later))[0] == "applied"
    assert order(town, "woo-727")["status"] == "collected"
