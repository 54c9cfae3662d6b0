"""Nobody comes in but by the shop's signature over the raw body; published vectors, and each way to be wrong."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from standardwebhooks import Webhook

from offers.records.database import Database
from offers.rules.hook_signatures import NOBODYS_SECRET, is_signed_plain, is_signed_standard, read_webhook_secret, sign
from tests.conftest import NOON
from tests.web.conftest import Clock, problem_of
from tests.web.hooks.conftest import ORDER, SECRET, VECTORS, mac, standard

WOO, SHOPIFY, STANDARD = (VECTORS[one] for one in ("woocommerce", "shopify", "standard-webhooks"))
READY = json.dumps({"type": "order.ready", "timestamp": NOON.isoformat(), "data": ORDER}).encode()
SIGNS = {
    "/hooks/orders": "webhook-signature",
    "/hooks/shopify": "X-Shopify-Hmac-Sha256",
    "/hooks/woocommerce": "X-WC-Webhook-Signature",
}


@pytest.fixture
def hooks(town: httpx.Client, shop: str) -> dict[str, tuple[bytes, dict[str, str]]]:
    """A good request to each door."""
    assert shop
    known = [
        {"id": "woo", "kind": "woocommerce", "origin": "HTTP://Shop.example.nl", "secret": WOO["secret"]},
        {"id": "shopify", "kind": "shopify", "origin": "Example.myshopify.com", "secret": SHOPIFY["secret"]},
    ]
    for one in known:
        assert town.post("/v1/shops", json={**one, "name": "x", "places": {"Kalverstraat": "kalverstraat"}}).is_success
    return {
        "/hooks/orders": (READY, standard(READY)),
        "/hooks/shopify": (SHOPIFY["body"].encode(), SHOPIFY["headers"]),
        "/hooks/woocommerce": (WOO["body"].encode(), WOO["headers"]),
    }


def test_the_published_vector_is_ours_to_the_letter() -> None:
    headers, body = STANDARD["headers"], STANDARD["body"].encode()
    key, at = read_webhook_secret(STANDARD["secret"]), int(headers["webhook-timestamp"])
    assert sign(key, headers["webhook-id"], at, body) == headers["webhook-signature"]
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    message_id, timestamp, signature = (headers[name] for name in names)
    assert is_signed_standard(key, message_id, timestamp, signature, body, now=datetime.fromtimestamp(at, UTC))
    assert not is_signed_standard(key, message_id, timestamp, signature, body, now=NOON), "it is years old"
    Webhook(SECRET)  # the library that shops use reads the same secret


def test_what_the_library_of_the_senders_signs_comes_in(http: httpx.Client, shop: str) -> None:
    assert shop
    headers = {"webhook-id": "msg_lib", "webhook-timestamp": f"{NOON.timestamp():.0f}"}
    headers["webhook-signature"] = Webhook(SECRET).sign("msg_lib", NOON, READY.decode())
    assert http.post("/hooks/orders", content=READY, headers=headers).json()["state"] == "applied"


@pytest.mark.parametrize("path", SIGNS)
def test_the_good_one_comes_in_under_any_case_of_its_headers(http: httpx.Client, hooks: Any, path: str) -> None:
    body, headers = hooks[path]
    upper = {name.upper(): value for name, value in headers.items()}
    assert http.post(path, content=body, headers=upper).status_code == 200


@pytest.mark.parametrize("path", SIGNS)
def test_one_byte_one_header_or_one_letter_off_is_401(http: httpx.Client, hooks: Any, path: str) -> None:
    body, headers = hooks[path]
    name = SIGNS[path]
    right = headers[name]
    told = set()
    for wrong in (
        *(body[:spot] + bytes([body[spot] ^ 1]) + body[spot + 1 :] for spot in (0, len(body) // 2, len(body) - 1)),
        body + b" ",
        body[:-1],
        b"",
    ):
        told.add(problem_of(http.post(path, content=wrong, headers=headers), 401)["detail"])
    for said in (
        "",
        "v1,",
        "x",
        right[:-2],
        right.swapcase(),
        right + "A",
        "v1a," + right.removeprefix("v1,"),
        "é" * 44,
    ):
        sent = [(key.encode(), (said if key == name else value).encode()) for key, value in headers.items()]
        told.add(problem_of(http.post(path, content=body, headers=sent), 401)["detail"])
    without = {key: value for key, value in headers.items() if key != name}
    told.add(problem_of(http.post(path, content=body, headers=without), 401)["detail"])
    told.add(problem_of(http.post(path, content=body), 401)["detail"])
    assert len(told) == 1


def test_each_header_of_a_standard_message_is_signed(http: httpx.Client, hooks: Any) -> None:
    body, headers = hooks["/hooks/orders"]
    for name, value in {"webhook-id": "msg_2", "webhook-timestamp": f"{NOON.timestamp() + 1:.0f}"}.items():
        problem_of(http.post("/hooks/orders", content=body, headers={**headers, name: value}), 401)
        problem_of(
            http.post("/hooks/orders", content=body, headers={k: v for k, v in headers.items() if k != name}), 401
        )


def test_a_message_is_good_for_five_minutes_either_way(http: httpx.Client, shop: str, clock: Clock) -> None:
    assert shop
    for off, status in ((-301, 401), (301, 401), (-299, 200), (299, 200)):
        headers = standard(READY, message_id=f"msg{off}", at=clock.at + off)
        assert http.post("/hooks/orders", content=READY, headers=headers).status_code == status, off
    for said in ("", "now", "1e9", "-1", "\uff11\uff16", "9" * 40, f"{NOON.timestamp()}"):
        signed = standard(READY)
        sent = [(name.encode(), value.encode()) for name, value in {**signed, "webhook-timestamp": said}.items()]
        problem_of(http.post("/hooks/orders", content=READY, headers=sent), 401)


def test_one_of_several_signatures_is_enough_and_v1a_is_none(http: httpx.Client, shop: str) -> None:
    assert shop
    headers = standard(READY)
    right = headers["webhook-signature"]
    other = standard(READY, secret="whsec_" + "B" * 44)["webhook-signature"]
    several = {**headers, "webhook-signature": f"v1a,x {other} {right}"}
    assert http.post("/hooks/orders", content=READY, headers=several).json()["state"] == "applied"
    asymmetric = {**headers, "webhook-signature": right.replace("v1,", "v1a,")}
    problem_of(http.post("/hooks/orders", content=READY, headers=asymmetric), 401)


def test_a_shop_that_is_not_there_is_told_the_same(http: httpx.Client, hooks: Any) -> None:
    for path, name, value in (
        ("/hooks/woocommerce", "X-WC-Webhook-Source", "https://other.example.nl/"),
        ("/hooks/shopify", "X-Shopify-Shop-Domain", "other.myshopify.com"),
    ):
        body, headers = hooks[path]
        stranger = problem_of(http.post(path, content=body, headers={**headers, name: value}), 401)
        assert stranger == problem_of(http.post(path, content=body + b" ", headers=headers), 401)
    body, headers = hooks["/hooks/orders"]
    for shop_id in ("none", "woo", "", "x" * 500, "\0"):
        problem_of(http.post("/hooks/orders", params={"shop": shop_id}, content=body, headers=headers), 401)
    assert http.post("/hooks/orders", params={"shop": "web"}, content=body, headers=headers).status_code == 200


def test_nobodys_secret_opens_nothing(http: httpx.Client) -> None:
    """Where no shop is known a fixed key stands in for the time that it takes: who reads it here is let in nowhere."""
    headers = {"X-WC-Webhook-Signature": mac(NOBODYS_SECRET, b"{}"), "X-WC-Webhook-Source": "https://x.example"}
    problem_of(http.post("/hooks/woocommerce", content=b"{}", headers=headers), 401)
    shopify = {"X-Shopify-Hmac-Sha256": mac(NOBODYS_SECRET, b"{}"), "X-Shopify-Shop-Domain": "x.myshopify.com"}
    problem_of(http.post("/hooks/shopify", content=b"{}", headers=shopify), 401)


def test_a_secret_that_can_not_be_opened_any_more_is_nobodys(
    http: httpx.Client, town: httpx.Client, database: Database
) -> None:
    """Sealed under another secret key: the key that stands in for the time opens nothing then either."""
    body = {"id": "woo", "kind": "woocommerce", "name": "x", "origin": "x.example", "secret": "s"}
    assert town.post("/v1/shops", json=body).is_success
    with database.transaction() as session:
        session.execute(text("UPDATE shops SET secret = 'AAAA'"))
    for key in (NOBODYS_SECRET, b"s"):
        headers = {"X-WC-Webhook-Signature": mac(key, b"{}"), "X-WC-Webhook-Source": "https://x.example"}
        problem_of(http.post("/hooks/woocommerce", content=b"{}", headers=headers), 401)


def test_the_old_secret_is_good_for_as_long_as_it_was_kept(
    town: httpx.Client, http: httpx.Client, shop: str, clock: Clock
) -> None:
    made = town.post(f"/v1/shops/{shop}/rotate", json={}).json()
    new = made["secret"]
    assert new.startswith("whsec_")
    assert new != SECRET

    def knock(secret: str) -> int:
        headers = standard(READY, secret=secret, message_id=f"msg_{clock.at}", at=clock.at)
        return http.post("/hooks/orders", content=READY, headers=headers).status_code

    assert [knock(SECRET), knock(new)] == [200, 200]
    clock.at += 3601
    assert [knock(SECRET), knock(new)] == [401, 200]
    at_once = town.post(f"/v1/shops/{shop}/rotate", json={"secret": SECRET, "keep_for": "PT0S"}).json()
    assert "secret" not in at_once
    assert [knock(SECRET), knock(new)] == [200, 401]


def test_the_form_that_asks_whether_somebody_is_there_is_told_so(http: httpx.Client, town: httpx.Client) -> None:
    ping = VECTORS["woocommerce-ping"]
    answer = http.post("/hooks/woocommerce", content=ping["body"], headers=ping["headers"])
    assert (answer.status_code, answer.json()) == (200, {"state": "nothing"})
    for body in (b"webhook_id=142&x=1", b"webhook_id=", b"x=webhook_id=142", b"webhook_id=" + b"1" * 30):
        problem_of(http.post("/hooks/woocommerce", content=body, headers=ping["headers"]), 401)
    assert town.get("/v1/shops").json()["items"] == []


@pytest.mark.parametrize("path", SIGNS)
def test_a_body_over_a_megabyte_is_not_read(http: httpx.Client, path: str) -> None:
    problem_of(http.post(path, content=b"x" * 1_000_001), 413)
    problem_of(http.post(path, content=iter([b"x" * 600_000] * 2)), 413)


def test_plain_signatures_are_of_the_raw_bytes() -> None:
    assert is_signed_plain(b"wc_secret", WOO["headers"]["X-WC-Webhook-Signature"], WOO["body"].encode())
    again = json.dumps(json.loads(WOO["body"])).encode()
    assert not is_signed_plain(b"wc_secret", WOO["headers"]["X-WC-Webhook-Signature"], again)
