from fractions import Fraction

from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from offers.rules.price import price_with

CURRENCIES = st.sampled_from(["EUR", "JPY", "TND", "USD"])
THOUSANDTHS = st.integers(0, 10**9)


def unit_of(currency: str) -> int:
    return int(10 ** max(0, 3 - int(get_currency_precision(currency))))


@given(THOUSANDTHS, CURRENCIES, st.integers(1, 100_000))
def test_a_percentage_is_exact_to_half_a_unit_in_the_customers_favour(price: int, currency: str, percent: int) -> None:
    price -= price % unit_of(currency)
    now = price_with(price, currency, kind="percentage", value_thousandths=percent)
    exact = Fraction(price) * (100_000 - percent) / 100_000
    assert 0 <= now <= price
    assert now % unit_of(currency) == 0
    assert Fraction(-unit_of(currency), 2) <= now - exact < Fraction(unit_of(currency), 2)


@given(THOUSANDTHS, CURRENCIES, st.integers(1, 10**9), CURRENCIES)
def test_an_amount_is_never_more_than_the_price_and_of_one_currency(
    price: int, currency: str, amount: int, other: str
) -> None:
    now = price_with(price, currency, kind="amount", value_thousandths=amount, offer_currency=other)
    assert now == (max(0, price - amount) if currency == other else price)


@given(THOUSANDTHS, CURRENCIES, st.sampled_from(["product", "text"]), st.none() | st.integers(0, 10**6))
def test_what_takes_nothing_off_leaves_the_price(price: int, currency: str, kind: str, value: int | None) -> None:
    assert price_with(price, currency, kind=kind, value_thousandths=value, offer_currency=currency) == price


def test_half_a_cent_is_the_customers() -> None:
    assert price_with(89_950, "EUR", kind="percentage", value_thousandths=10_000) == 80_950  # 80.955
    assert price_with(89_950, "EUR", kind="percentage", value_thousandths=100_000) == 0
    assert price_with(50, "EUR", kind="percentage", value_thousandths=12_500) == 40  # 4.375 cents
