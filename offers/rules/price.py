"""What something costs with an offer. Whole thousandths of the currency's unit, as everywhere; the customer pays whole minor units."""

from babel.numbers import get_currency_precision

from offers.rules.money import read_written
from offers.rules.offer import Kind


def price_with(
    price_thousandths: int,
    currency: str,
    *,
    kind: Kind | str,
    value_thousandths: int | None,
    offer_currency: str | None = None,
) -> int:
    """The price of one piece with the offer: `percentage` takes so many percent off, `amount` so much where the currencies are one.

    Never below nothing. Rounded to the currency's minor unit, half a unit in the customer's favour. `product` and `text` leave the price.
    """
    if kind == "percentage" and value_thousandths is not None:
        unit: int = 10 ** max(0, 3 - int(get_currency_precision(currency)))
        exact = price_thousandths * (100_000 - value_thousandths)  # in thousandths of 1/100,000
        units, rest = divmod(exact, unit * 100_000)
        return max(0, (units + (2 * rest > unit * 100_000)) * unit)
    if kind == "amount" and value_thousandths is not None and offer_currency == currency:
        return max(0, price_thousandths - value_thousandths)
    return price_thousandths


def payable(thousandths: int, currency: str) -> int:
    """What of an amount can be paid: whole minor units, in the customer's favour."""
    unit: int = 10 ** max(0, 3 - int(get_currency_precision(currency)))
    return thousandths - thousandths % unit


def payment_text(thousandths: int, currency: str) -> str:
    """A payable amount with as many decimals as its currency has: `89.95`, `1200` in yen."""
    decimals = min(3, int(get_currency_precision(currency)))
    whole, rest = divmod(thousandths, 1000)
    return f"{whole}.{rest:03d}"[: -(3 - decimals) or None].rstrip(".")


def read_payment_text(text: str) -> int:
    """An amount as a provider writes it, in thousandths; `ValueError` where it is none."""
    try:
        return read_written(text)
    except ArithmeticError:
        raise ValueError("no amount") from None
