"""Draws that stay as they fall, and tell nothing about each other."""

from collections import Counter
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from offers.rules.campaign import Variant
from offers.rules.draws import draw_variant, held_out, is_held_out, is_held_out_of_all

PEOPLE = [f"customer-{number}" for number in range(4000)]
TWO = [Variant(name="short", weight=1), Variant(name="long", weight=3)]


def test_the_same_customer_is_held_out_of_the_same_campaign_for_good() -> None:
    held = {one for one in PEOPLE if is_held_out("sneakers", one, 10)}
    assert held == {one for one in PEOPLE if is_held_out("sneakers", one, 10)}
    assert 300 < len(held) < 500
    assert held < {one for one in PEOPLE if is_held_out("sneakers", one, 20)}, (
        "a larger share keeps whom the smaller had"
    )


def test_who_is_drawn_today_is_drawn_by_every_later_version() -> None:
    """The draws are a promise: another hash would mix the groups of every campaign that runs."""
    assert [one for one in PEOPLE[:40] if is_held_out("sneakers", one, 10)] == [
        "customer-25",
        "customer-27",
        "customer-29",
        "customer-37",
        "customer-38",
    ]
    assert [one for one in PEOPLE[:40] if is_held_out_of_all(one, 10)] == ["customer-21", "customer-31"]
    assert [draw_variant("sneakers", one, TWO) for one in PEOPLE[:6]] == [
        "short",
        "long",
        "long",
        "long",
        "short",
        "long",
    ]


@given(st.text(min_size=1), st.integers(0, 100), st.integers(0, 100))
def test_raising_a_share_keeps_those_who_were_held_out(customer: str, one: int, other: int) -> None:
    less, more = sorted([one, other])
    assert not is_held_out_of_all(customer, less) or is_held_out_of_all(customer, more)
    assert not is_held_out("sneakers", customer, less) or is_held_out("sneakers", customer, more)


def test_nobody_is_held_out_of_nothing_and_everybody_of_all() -> None:
    for one in PEOPLE:
        assert not is_held_out_of_all(one, 0)
        assert not is_held_out("sneakers", one, 0)
        assert is_held_out_of_all(one, 100)
        assert is_held_out("sneakers", one, 100)


def test_every_draw_is_its_own() -> None:
    """Of two that halve, each pair of answers is a quarter."""
    draws: list[Callable[[str], bool]] = [
        lambda one: is_held_out_of_all(one, 50),
        lambda one: is_held_out("sneakers", one, 50),
        lambda one: is_held_out("boots", one, 50),
        lambda one: draw_variant("sneakers", one, [Variant(name="a"), Variant(name="b")]) == "a",
        lambda one: draw_variant("boots", one, [Variant(name="a"), Variant(name="b")]) == "a",
    ]
    for number, first in enumerate(draws):
        for second in draws[number + 1 :]:
            pairs = Counter((first(one), second(one)) for one in PEOPLE)
            assert len(pairs) == 4
            assert all(850 < count < 1150 for count in pairs.values())


def test_the_facts_say_which_share_it_was_and_that_of_all_comes_first() -> None:
    assert held_out("sneakers", "sanne", of_all=100, of_campaign=100) == {"percent": 100, "of": "all"}
    assert held_out("sneakers", "sanne", of_all=0, of_campaign=100) == {"percent": 100, "of": "campaign"}
    assert held_out("sneakers", "sanne", of_all=0, of_campaign=0) is None


def test_variants_are_drawn_by_their_weights() -> None:
    drawn = Counter(draw_variant("sneakers", one, TWO) for one in PEOPLE)
    assert drawn.keys() == {"short", "long"}
    assert 850 < drawn["short"] < 1150


def test_without_variants_nobody_draws_one() -> None:
    assert draw_variant("sneakers", "sanne", []) is None


@given(st.text(min_size=1), st.lists(st.integers(0, 5), min_size=1, max_size=6).filter(any))
def test_whoever_draws_gets_one_that_has_a_weight(customer: str, weights: list[int]) -> None:
    variants = [Variant(name=f"v{number}", weight=weight) for number, weight in enumerate(weights)]
    drawn = draw_variant("sneakers", customer, variants)
    assert next(one.weight for one in variants if one.name == drawn) > 0
    assert drawn == draw_variant("sneakers", customer, variants)
