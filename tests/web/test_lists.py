"""Every list, page by page while rows arrive, and by each of its filters, on both databases; which lists there are is read from the description."""

import base64
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest

from offers import keys, pickups, products, purchases, shop_events, shops
from offers.records.database import Database
from offers.rules.order import OrderBody
from offers.rules.product import ProductBody
from offers.rules.purchase import PurchaseBody
from offers.rules.shop import ShopBody
from offers.rules.shop_sealing import ShopKeys
from tests.offers import asking
from tests.offers.stories import KEYS, NOON, Town, at, enter
from tests.web.conftest import paths_of

CHOSEN = ("kind",)
AT = {"visits": "entered_at", "deliveries": "created_at", "conversations": "created_at"}
"""The moment that `since` is about, where it is not `at`."""
IDS = ("id", "purchase_id", "device_id", "sku", "version")
EARLIER = 3
SHOP_KEYS = ShopKeys.of(b"only for tests")
MADE_UP = (
    *("0 visit \0", "0 \0 x", "0 purchase a\0b", "0 x\0", "0 \0", " ", "", "_1 visit x", "0 visit x", "0 x"),
    *("-62135596800000000 visit x", "-62135596800000000 x", f"{'9' * 30} visit x", f"{'9' * 30} x"),
)
"""Cursors before they are wrapped up."""
WHERE = {"customer_id": "sanne", "campaign_id": "often-edited", "shop_id": "shop-0"}


@pytest.fixture
def database(either_database: Database) -> Database:
    return either_database


def happen(town: Town, number: int, minute: float = 5) -> None:
    """One more of everything, all of it at one moment. Sanne has a part in it."""
    store, name = town.place(f"place-{number}"), f"{number}"
    town.offer(f"offer-{number}")
    town.campaign(f"campaign-{number}", trigger={"on": "enter", "places": [f"place-{number}"]})
    town.campaign("often-edited", live=False, name=f"Edited for {number}")
    for customer in ("sanne", f"customer-{number}"):
        town.cross(enter(town.phone(customer, consents=("location", "offers", "orders")), store, minute))
    product = ProductBody.model_validate({"title": {"en": "Shoe"}})
    purchase = {"purchase_id": name, "customer": "sanne", "place": f"place-{number}", "at": at(minute), "items": []}
    body = PurchaseBody.model_validate({**purchase, "channel": "store", "total": "1", "currency": "EUR"})
    order = OrderBody.model_validate({"customer": "sanne", "place": f"place-{number}", "items": []})
    town.write(partial(products.put_product, sku=f"sku-{number}", body=product, now=NOON))
    town.write(partial(purchases.record_purchase, body=body, keys=KEYS, now=NOON))
    town.write(partial(pickups.put_order, order_id=f"order-{number}", body=order, keys=KEYS, now=NOON))
    town.write(partial(keys.make_key, role="till", now=NOON))
    shop, heard = (
        ShopBody.model_validate({"kind": "standard", "name": name}),
        shop_events.Heard(name, "order", NOON, b"{}"),
    )
    town.write(partial(shops.put_shop, shop_id=f"shop-{number}", body=shop, keys=SHOP_KEYS, now=NOON))
    taken = town.write(partial(shop_events.take_in, shop_id="shop-0", heard=heard, keys=SHOP_KEYS, now=NOON))
    if number % 2:
        town.write(partial(shop_events.note, taken=taken, outcome=None, plan=None, now=NOON))
    asking.poster(town, f"scn_{number:04}", place=f"place-{number}")
    asking.ask(town, scan=f"scn_{number:04}", now=at(minute), place_id=f"place-{number}")


@pytest.fixture
def town(database: Database) -> Town:
    one = Town(database)
    one.limits(frequency_cap=None)
    for number in range(EARLIER):
        happen(one, number)
    return one


@pytest.fixture
def lists(http: httpx.Client) -> dict[str, list[str]]:
    """Each list's path to the names of its filters."""
    paths = http.get("/openapi.json").json()["paths"]
    asked = {path: [one["name"] for one in item.get("get", {}).get("parameters", [])] for path, item in paths.items()}
    return {
        path: [name for name in names if name not in ("cursor", "limit", *WHERE)]
        for path, names in asked.items()
        if "cursor" in names and not path.startswith("/v1/me/")  # a device's own: tests/web/known
    }


def pages(admin: httpx.Client, path: str, limit: int) -> Iterator[list[dict[str, Any]]]:
    cursor: dict[str, str] = {}
    while True:
        answer = admin.get(path.format(**WHERE), params={"limit": limit, **cursor})
        assert answer.status_code == 200, answer.text
        yield answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            return
        cursor = {"cursor": answer.json()["next_cursor"]}


def name_of(item: dict[str, Any]) -> str:
    if set(item) == {"type", "at", "item"}:
        return f"{item['type']} {name_of(item['item'])}"
    return str(next(item[name] for name in IDS if name in item))


def test_no_page_skips_or_repeats_what_was_there_while_rows_arrive(
    admin: httpx.Client, lists: dict[str, list[str]], town: Town
) -> None:
    assert len(lists) >= 13
    number = 100
    for path in lists:
        there = [name_of(one) for some in pages(admin, path, 500) for one in some]
        assert len(there) >= EARLIER, path
        found: list[str] = []
        for page, some in enumerate(pages(admin, path, 2)):
            assert len(some) <= 2
            found += map(name_of, some)
            if page < 1:
                happen(town, number)
                number += 1
        assert [one for one in found if one in set(there)] == there, path
        assert len(found) == len(set(found)), path


def test_every_filter_of_every_list_shows_what_it_names(
    admin: httpx.Client, lists: dict[str, list[str]], town: Town
) -> None:
    happen(town, 7, minute=60)
    tried = 0
    for path, filters in lists.items():
        noun = path.rpartition("/")[2]
        [whole] = pages(admin, path, 500)
        for name in filters:
            field = AT.get(noun, "at") if name == "since" else name
            for value in {one[field] for one in whole} - {None}:  # what has none can not be named
                wanted = [one for one in whole if (one[field] >= value if name == "since" else one[field] == value)]
                got = admin.get(path.format(**WHERE), params={name: value, "limit": 500}).json()["items"]
                assert got == wanted, (path, name)
                tried += len(got) < len(whole)
            nothing = admin.get(
                path.format(**WHERE), params={name: "2100-01-01T00:00:00Z" if name == "since" else "nobodys"}
            )
            if name in CHOSEN:  # one of a few words: another is a slip, and is told
                assert paths_of(nothing) == [name], (path, name)
            else:
                assert nothing.json()["items"] == [], (path, name)
    assert tried > 20


def test_a_cursor_that_another_list_made_is_refused_or_leads_nowhere_new(
    admin: httpx.Client, lists: dict[str, list[str]], town: Town
) -> None:
    """It never shows what the list would not show, and never fails."""
    cursors = [admin.get(path.format(**WHERE), params={"limit": 1}).json()["next_cursor"] for path in lists]
    assert all(cursors)
    for path in lists:
        whole = {name_of(one) for some in pages(admin, path, 500) for one in some}
        for cursor in cursors:
            answer = admin.get(path.format(**WHERE), params={"cursor": cursor})
            if answer.status_code == 422:
                assert paths_of(answer) == ["cursor"]
            else:
                assert {name_of(one) for one in answer.json()["items"]} <= whole


def test_a_cursor_that_was_made_up_is_refused_or_leads_nowhere_new(admin: httpx.Client, database: Database) -> None:
    """U+0000 among them, which PostgreSQL would not even be asked about."""
    Town(database).customer()
    for plain in MADE_UP:
        cursor = base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")
        for path in ("/v1/customers/sanne/timeline", "/v1/purchases"):
            answer = admin.get(path, params={"cursor": cursor})
            if answer.status_code != 200:
                assert paths_of(answer) == ["cursor"], plain
