from typing import Any

import pytest

from offers.errors import BadInput, NotFound
from offers.places import delete_place
from offers.products import delete_product, get_product, list_products, put_product, put_products
from offers.rules.product import ProductBody
from tests.offers.stories import NOON, Town, at

BODY: dict[str, Any] = {
    "title": {"nl": "Sneaker, wit", "en": "Sneaker, white"},
    "price": 89.9,
    "currency": "EUR",
    "category": "sneakers",
    "sizes": [38, "39"],
    "stock": {"kalverstraat": {"38": 2, "39": 0}},
}


def put(town: Town, minute: float = 0, sku: str = "SNEAK-1", **more: Any) -> tuple[dict[str, Any], bool]:
    body = ProductBody.model_validate({**BODY, **more})
    return town.write(lambda session: put_product(session, sku, body, now=at(minute)))


def test_a_product_is_written_read_and_replaced_as_a_whole(town: Town) -> None:
    town.place()
    item, created = put(town)
    assert created
    assert (item["price"], item["sizes"], item["stock"]) == ("89.90", ["38", "39"], BODY["stock"])
    assert town.read(lambda session: get_product(session, "SNEAK-1")) == item
    item, created = put(town, 5, title={"en": "Shoe"}, price=None, currency=None, stock={"kalverstraat": 3})
    assert not created
    assert (item["title"], item["price"], item["stock"]) == ({"en": "Shoe"}, None, {"kalverstraat": 3})
    assert (item["created_at"], item["updated_at"]) == (NOON, at(5))


def test_the_same_again_changes_nothing(town: Town) -> None:
    town.place()
    first, _ = put(town)
    again, created = put(town, 9, price="89.900")
    assert (again, created) == (first, False)


def test_a_place_that_is_none_is_named(town: Town) -> None:
    with pytest.raises(BadInput) as refused:
        put(town)
    assert [fault.path for fault in refused.value.faults] == ["stock.kalverstraat"]
    assert town.read(list_products) == ([], None)


def test_a_place_that_goes_leaves_the_product(town: Town) -> None:
    town.place()
    item, _ = put(town)
    town.write(lambda session: delete_place(session, "kalverstraat", now=NOON))
    assert town.read(lambda session: get_product(session, "SNEAK-1")) == item


def test_many_are_written_like_one_and_the_refused_are_left_out(town: Town) -> None:
    town.place()
    put(town, sku="same", stock={})
    put(town, sku="other", stock={})
    bodies = {
        "same": ProductBody.model_validate({**BODY, "stock": {}}),
        "other": ProductBody.model_validate({**BODY, "stock": {"kalverstraat": 1}}),
        "new": ProductBody.model_validate(BODY),
        "bad": ProductBody.model_validate({**BODY, "stock": {"kalverstraat": 1, "nowhere": 2}}),
    }
    done = town.write(lambda session: put_products(session, bodies, now=at(5)))
    assert (set(done.created), set(done.changed)) == ({"new"}, {"other"})
    assert {sku: [fault.path for fault in faults] for sku, faults in done.refused.items()} == {"bad": ["stock.nowhere"]}
    items, _ = town.read(list_products)
    assert {item["sku"]: item["updated_at"] for item in items} == {"new": at(5), "other": at(5), "same": NOON}


def test_the_list_goes_page_by_page_and_what_is_removed_is_gone(town: Town) -> None:
    for sku in ("c", "a", "b"):
        put(town, sku=sku, stock={})
    items, cursor = town.read(lambda session: list_products(session, limit=2))
    assert ([one["sku"] for one in items], cursor) == (["a", "b"], "b")
    town.write(lambda session: delete_product(session, "c"))
    assert town.read(lambda session: list_products(session, after="b")) == ([], None)
    for gone in (get_product, delete_product):
        with pytest.raises(NotFound):
            town.write(lambda session, gone=gone: gone(session, "c"))  # type: ignore[misc]  # two ways to look
