"""The app's doors to its customer's orders: on my way, here, and the address of each order's page."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from offers.records.database import Database
from offers.records.tables import Order
from tests.web.conftest import PLACE, Served, bearer


@pytest.fixture
def phone(served: Served, keys: dict[str, str]) -> Iterator[httpx.Client]:
    """Sanne's, who has an order that is ready; Ben has one too."""
    with httpx.Client(base_url=served.url, headers=bearer(keys["admin"]), timeout=20) as admin:
        admin.put("/v1/places/kalverstraat-102", json=PLACE).raise_for_status()
        for customer in ("sanne", "ben"):
            admin.put(f"/v1/customers/{customer}", json={"consents": {}}).raise_for_status()
            put(admin, f"of-{customer}", customer)
        made = admin.post("/v1/devices", json={"customer": "sanne", "platform": "ios"}).json()
    with httpx.Client(base_url=served.url, headers=bearer(made["token"]), timeout=20) as one:
        yield one


def put(admin: httpx.Client, order: str, customer: str, status: str = "ready") -> None:
    body = {"customer": customer, "place": "kalverstraat-102", "status": status}
    admin.put(f"/v1/orders/{order}", json=body).raise_for_status()


def say(phone: httpx.Client, what: str, body: Any = None, order: str = "of-sanne") -> httpx.Response:
    return phone.post(f"/v1/me/orders/{order}/{what}", **({} if body is None else {"json": body}))


def test_each_order_has_its_page_and_its_store(phone: httpx.Client, served: Served) -> None:
    [item] = phone.get("/v1/me/orders").json()["items"]
    assert item["store"]["name"] == PLACE["name"]
    assert isinstance(item["store"]["open"], bool)
    assert item["url"].startswith("http")
    assert httpx.get(served.url + urlsplit(item["url"]).path).status_code == 200


def test_on_my_way_then_here(phone: httpx.Client) -> None:
    said = say(phone, "on-my-way", {"minutes": 10})
    assert (said.status_code, said.json()["status"], said.json()["coming_minutes"]) == (200, "on_the_way", 10)
    assert said.json() == phone.get("/v1/me/orders").json()["items"][0]
    assert say(phone, "on-my-way").json()["coming_minutes"] == 10
    said = say(phone, "here")
    assert (said.status_code, said.json()["status"]) == (200, "arrived")
    again = say(phone, "here")
    assert (again.status_code, again.json()) == (200, said.json())
    assert [one["source"] for one in said.json()["history"]][-2:] == ["device", "device"]


@pytest.mark.parametrize("minutes", [0, 241, -1, 1.5, "10", True])
def test_minutes_that_are_none(phone: httpx.Client, minutes: Any) -> None:
    assert say(phone, "on-my-way", {"minutes": minutes}).status_code == 422


def test_without_a_body(phone: httpx.Client) -> None:
    assert [say(phone, "on-my-way", body).status_code for body in (None, {}, {"minutes": None})] == [200, 200, 200]


@pytest.mark.parametrize("what", ["on-my-way", "here"])
def test_what_is_not_theirs_and_what_is_over(
    phone: httpx.Client, served: Served, keys: dict[str, str], database: Database, what: str
) -> None:
    assert [say(phone, what, order=order).status_code for order in ("of-ben", "nobodys")] == [404, 404]
    with database.reading() as session:
        assert session.get_one(Order, "of-ben").status == "ready"
    with httpx.Client(base_url=served.url, headers=bearer(keys["orders"]), timeout=20) as shop:
        put(shop, "of-sanne", "sanne", "collected")
    said = say(phone, what)
    assert (said.status_code, said.json()["type"].rpartition(":")[2]) == (409, "closed")
    assert "collected" in said.json()["detail"]
