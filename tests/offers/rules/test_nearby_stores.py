from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.records.tables import Product
from offers.rules.nearby_stores import (
    MOST_STORES,
    best_of,
    minutes_on_foot,
    next_best,
    size_of,
    told_of,
)


@pytest.mark.parametrize(
    ("metres", "minutes"), [(0, 1), (61, 1), (62, 2), (800, 13), (1000, 17), (61.53846153846154, 1)]
)
def test_minutes_on_foot(metres: float, minutes: int) -> None:
    assert minutes_on_foot(metres) == minutes


def test_the_best_is_the_nearest_with_the_size_else_with_any() -> None:
    stock: dict[str, Any] = {"near": {"38": 0, "39": 1}, "far": {"38": 1}, "gone": {"38": 9}}
    assert best_of(["near", "far"], stock, "38") == "far"
    assert best_of(["near", "far"], stock, "40") == "near"
    assert best_of(["near", "far"], stock, None) == "near"
    assert best_of(["near", "far"], {"near": 0, "far": {"38": 0}}, None) is None
    assert best_of([], stock, None) is None


@given(st.integers(0, 30), st.lists(st.integers(0, 40), max_size=2))
def test_at_most_ten_are_told_the_nearest_first_with_those_that_are_named(many: int, named: list[int]) -> None:
    order = [f"s{number}" for number in range(many)]
    also = [f"s{number}" for number in named]
    told = told_of(order, *also, None)
    assert len(told) == min(many, MOST_STORES)
    assert told == sorted(told, key=order.index)
    assert {one for one in also if one in order} <= set(told)
    assert [one for one in told if one not in also] == [one for one in order if one not in also][
        : len(told) - len({*also} & {*order})
    ]


@pytest.mark.parametrize(
    ("asked", "own", "bought", "size"),
    [
        ("39", "38", "40", "39"),
        ("41", "38", "40", "38"),
        (None, 38, "40", "38"),
        (None, 38.0, "40", "38"),
        (None, "44", "40", "40"),
        (None, True, None, None),
        (None, None, "44", None),
    ],
)
def test_the_size_that_is_chosen_is_one_that_there_is(
    asked: str | None, own: Any, bought: str | None, size: str
) -> None:
    assert size_of(["38", "39", "40"], asked, own, bought) == size


def product(sku: str, price: int | None, stock: Any) -> Product:
    return Product(sku=sku, price_thousandths=price, currency="EUR", sizes=["38"], stock=stock)


def test_the_next_best_are_in_stock_first_in_the_size_then_by_the_price() -> None:
    like = product("like", 90_000, {"here": 5})
    found = next_best(
        [
            like,
            product("dear", 190_000, {"here": {"38": 1}}),
            product("near", 95_000, {"here": {"38": 1}}),
            product("other size", 90_000, {"here": {"39": 1}}),
            product("sold out", 90_000, {"here": {"38": 0}}),
            product("in a store that is gone", 90_000, {"gone": {"38": 3}}),
            product("unpriced", None, {"here": {"38": 1}}),
        ],
        like,
        "38",
        frozenset({"here"}),
        3,
    )
    assert [one.sku for one in found] == ["near", "dear", "unpriced"]
