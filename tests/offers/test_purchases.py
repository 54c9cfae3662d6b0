import threading
from typing import Any

import pytest

from offers.customers import erase_customer
from offers.errors import BadInput, Conflict, PasserbyError
from offers.places import delete_place
from offers.purchases import Asked, list_purchases, record_purchase, record_purchases
from offers.rules.purchase import PurchaseBody
from tests.offers.stories import KEYS, NOON, Town, at

ITEMS = [
    {"sku": "SNEAK-1", "category": "sneakers", "size": 38, "price": "89.95"},
    {"sku": "Laces 90 cm/white", "quantity": 2, "price": 3.5},
]


def body(purchase: str = "#1001", **more: Any) -> PurchaseBody:
    plain = {
        "purchase_id": purchase,
        "customer": "sanne",
        "place": "kalverstraat",
        "channel": "store",
        "at": NOON.isoformat(),
        "total": "96.95",
        "currency": "EUR",
        "items": ITEMS,
    }
    return PurchaseBody.model_validate({**plain, **more})


def record(town: Town, one: PurchaseBody, minute: float = 1) -> tuple[dict[str, Any], bool]:
    return town.write(lambda session: record_purchase(session, one, keys=KEYS, now=at(minute)))[:2]


def listed(town: Town, **asked: Any) -> list[str]:
    return [one["purchase_id"] for one in town.read(lambda session: list_purchases(session, Asked(**asked)))[0]]


@pytest.fixture
def shop(town: Town) -> Town:
    town.place()
    town.customer()
    return town


def test_a_purchase_is_written_with_its_items_in_their_order(shop: Town) -> None:
    item, created = record(shop, body(coupon="WELCOME"))
    assert created
    assert {name: item[name] for name in ("purchase_id", "customer", "place", "channel", "total", "coupon")} == {
        "purchase_id": "#1001",
        "customer": "sanne",
        "place": "kalverstraat",
        "channel": "store",
        "total": "96.95",
        "coupon": "WELCOME",
    }
    assert (item["at"], item["created_at"]) == (NOON, at(1))
    assert item["items"] == [
        {"sku": "SNEAK-1", "category": "sneakers", "size": "38", "quantity": 1, "price": "89.95"},
        {"sku": "Laces 90 cm/white", "category": None, "size": None, "quantity": 2, "price": "3.50"},
    ]
    assert shop.read(lambda session: list_purchases(session, Asked()))[0] == [item]


def test_the_same_again_changes_nothing_however_it_is_written(shop: Town) -> None:
    first, _ = record(shop, body())
    again, created = record(shop, body(at="2026-06-10T14:00:00+02:00", total="96.950"), 9)
    assert (again, created) == (first, False)


@pytest.mark.parametrize(
    "other", [{"total": "96.94"}, {"customer": None}, {"items": ITEMS[:1]}, {"items": ITEMS[::-1]}, {"coupon": "X"}]
)
def test_another_under_its_id_is_a_conflict_that_changes_nothing(shop: Town, other: dict[str, Any]) -> None:
    first, _ = record(shop, body())
    with pytest.raises(Conflict) as refused:
        record(shop, body(**other))
    assert [fault.path for fault in refused.value.faults] == ["purchase_id"]
    assert shop.read(lambda session: list_purchases(session, Asked()))[0] == [first]


def test_who_and_where_are_named_when_they_are_unknown_and_may_be_absent(shop: Town) -> None:
    with pytest.raises(BadInput) as refused:
        record(shop, body(customer="nobody", place="nowhere"))
    assert [fault.path for fault in refused.value.faults] == ["customer", "place"]
    assert listed(shop) == []
    assert record(shop, body(customer=None, place=None, items=[]))[1]


def test_the_same_again_stays_the_same_when_its_store_has_closed(shop: Town) -> None:
    record(shop, body())
    shop.write(lambda session: delete_place(session, "kalverstraat", now=at(2)))
    item, created = record(shop, body(), 3)
    assert (created, item["place"]) == (False, None)


def test_purchases_go_with_the_customer(shop: Town) -> None:
    record(shop, body())
    record(shop, body("#2", customer=None))
    shop.write(lambda session: erase_customer(session, "sanne", now=NOON))
    assert listed(shop) == ["#2"]


def test_many_are_written_like_one_and_the_refused_are_left_out(shop: Town) -> None:
    record(shop, body("a"))
    record(shop, body("b"))
    many = [body("a"), body("b", total=1), body("c"), body("d", customer="nobody")]
    done = shop.write(lambda session: record_purchases(session, {one.purchase_id: one for one in many}, now=at(5)))
    assert (set(done.created), set(done.changed)) == ({"c"}, set())
    assert {one: [fault.path for fault in faults] for one, faults in done.refused.items()} == {
        "b": ["purchase_id"],
        "d": ["customer"],
    }
    assert sorted(listed(shop)) == ["a", "b", "c"]


def test_the_last_made_comes_first_and_pages_never_skip_or_repeat(shop: Town) -> None:
    shop.customer("tim")
    for number, purchase in enumerate(("b", "a", "d", "c")):  # two at each moment
        when = at(number // 2).isoformat()
        record(shop, body(purchase, at=when, customer="tim" if purchase == "c" else "sanne"))
    assert listed(shop) == ["d", "c", "b", "a"]
    assert listed(shop, customer="tim") == ["c"]
    assert listed(shop, since=at(1)) == ["d", "c"]
    assert listed(shop, place="nowhere") == []
    items, cursor = shop.read(lambda session: list_purchases(session, Asked(limit=3)))
    assert [one["purchase_id"] for one in items] == ["d", "c", "b"]
    record(shop, body("newer", at=at(7).isoformat()))
    assert listed(shop, cursor=cursor) == ["a"]
    with pytest.raises(BadInput, match="cursor"):
        listed(shop, cursor="bm9uZQ")


def test_of_many_at_once_one_writes_it(shop: Town) -> None:
    made: list[bool | str] = []

    def write(total: int) -> None:
        try:
            made.append(record(shop, body("race", total=total))[1])
        except PasserbyError as error:
            made.append(type(error).__name__)

    threads = [threading.Thread(target=write, args=(total,)) for total in (1, 1, 1, 2, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [item] = shop.read(lambda session: list_purchases(session, Asked()))[0]
    same = 3 if item["total"] == "1.00" else 2
    assert sorted(map(str, made)) == sorted(["True", *["False"] * (same - 1), *["Conflict"] * (5 - same)])
    assert len(item["items"]) == 2
