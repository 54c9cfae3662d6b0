"""What a shop sells and what it sold, through the doors."""

import httpx
import pytest

from tests.web.conftest import PLACE, bearer, paths_of, problem_of
from web.examples import PRODUCT, PURCHASE

BODY = {name: value for name, value in PRODUCT.items() if name not in ("sku", "created_at", "updated_at")}
BOUGHT = {name: value for name, value in PURCHASE.items() if name != "created_at"}
KEYS = ("till", "orders", "admin")


@pytest.fixture(autouse=True)
def shop(admin: httpx.Client) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/customers/sanne", json={})


def test_a_product_from_first_to_last(admin: httpx.Client) -> None:
    made = admin.put("/v1/products/SNEAK-1", json=BODY)
    assert made.status_code == 201
    assert set(made.json()) == set(PRODUCT)
    again = admin.put("/v1/products/SNEAK-1", json=BODY)
    assert (again.status_code, again.json(), again.headers["etag"]) == (200, made.json(), made.headers["etag"])
    assert admin.get("/v1/products").json() == {"items": [made.json()], "next_cursor": None}
    stale = admin.put("/v1/products/SNEAK-1", json=BODY, headers={"If-Match": '"stale"'})
    assert stale.status_code == 412
    assert admin.get("/v1/products/SNEAK-1").json() == made.json()
    assert admin.delete("/v1/products/SNEAK-1").status_code == 204
    problem_of(admin.get("/v1/products/SNEAK-1"), 404)


@pytest.mark.parametrize(
    ("more", "paths"),
    [
        ({"title": {}}, ["title"]),
        ({"title": {"Dutch language": "x"}}, ["title.Dutch language"]),
        ({"price": -1}, ["price"]),
        ({"price": "1.2345"}, ["price"]),
        ({"currency": None}, ["currency"]),
        ({"image": "javascript:alert(1)"}, ["image"]),
        ({"sizes": [True]}, ["sizes[0]"]),
        ({"stock": {"kalverstraat-102": -1}}, ["stock.kalverstraat-102"]),
        ({"stock": {"nowhere": 1}}, ["stock.nowhere"]),
        ({"colour": "red"}, ["colour"]),
    ],
)
def test_a_bad_product_names_its_fields(admin: httpx.Client, more: dict[str, object], paths: list[str]) -> None:
    assert paths_of(admin.put("/v1/products/SNEAK-1", json=BODY | more)) == paths
    assert admin.get("/v1/products").json()["items"] == []


@pytest.mark.parametrize("role", KEYS)
def test_a_till_and_a_web_shop_write_purchases(http: httpx.Client, keys: dict[str, str], role: str) -> None:
    own = bearer(keys[role])
    made = http.post("/v1/purchases", json=BOUGHT, headers=own)
    assert made.status_code == 201, made.text
    assert set(made.json()) == set(PURCHASE)
    again = http.post("/v1/purchases", json=BOUGHT, headers=own)
    assert (again.status_code, again.json()) == (200, made.json())
    other = problem_of(http.post("/v1/purchases", json=BOUGHT | {"total": "1"}, headers=own), 409)
    assert [one["path"] for one in other["errors"]] == ["purchase_id"]
    listing = http.get("/v1/purchases", headers=own)
    assert listing.status_code == (200 if role == "admin" else 403)


def test_an_idempotency_key_is_honoured(admin: httpx.Client) -> None:
    key = {"Idempotency-Key": "till-7-receipt-12"}
    made = admin.post("/v1/purchases", json=BOUGHT, headers=key)
    again = admin.post("/v1/purchases", json=BOUGHT, headers=key)
    assert (made.status_code, again.status_code, again.json()) == (201, 201, made.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert admin.post("/v1/purchases", json=BOUGHT, headers={"Idempotency-Key": "another"}).status_code == 200


@pytest.mark.parametrize(
    ("more", "paths"),
    [
        ({"purchase_id": "with space"}, ["purchase_id"]),
        ({"customer": "nobody", "place": "nowhere"}, ["customer", "place"]),
        ({"channel": "phone"}, ["channel"]),
        ({"at": "2026-12-01T14:05:00"}, ["at"]),
        ({"total": None}, ["total"]),
        ({"items": [{"sku": "a"}, {"quantity": 0}]}, ["items[1].sku", "items[1].quantity"]),
    ],
)
def test_a_bad_purchase_names_its_fields(admin: httpx.Client, more: dict[str, object], paths: list[str]) -> None:
    assert paths_of(admin.post("/v1/purchases", json=BOUGHT | more)) == paths
    assert admin.get("/v1/purchases").json()["items"] == []


def test_the_list_goes_page_by_page(admin: httpx.Client) -> None:
    for number in range(5):
        at = f"2026-12-01T13:0{number % 3}:00Z"
        admin.post("/v1/purchases", json=BOUGHT | {"purchase_id": f"#{number}/&?", "at": at})
    seen, cursor = [], None
    while True:
        wanted = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        answer = admin.get("/v1/purchases", params=wanted).json()
        seen += [one["purchase_id"] for one in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"#{number}/&?" for number in (2, 4, 1, 3, 0)]
    assert admin.get("/v1/purchases", params={"customer": "tim"}).json()["items"] == []
    assert len(admin.get("/v1/purchases", params={"since": "2026-12-01T13:01:00Z"}).json()["items"]) == 3
    assert paths_of(admin.get("/v1/purchases", params={"cursor": "nonsense"})) == ["cursor"]
