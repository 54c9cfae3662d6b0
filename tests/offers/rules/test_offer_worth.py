import pytest

from offers.records.tables import Offer
from offers.rules.offer_worth import minimum_of, worth_of


def offer(kind: str, value: int | None = None, currency: str | None = None, **texts: dict[str, str]) -> Offer:
    plain: dict[str, dict[str, str]] = {"text": {}, "minimum_basket": {}}
    return Offer(name="Autumn", kind=kind, value_thousandths=value, currency=currency, **{**plain, **texts})


@pytest.mark.parametrize(
    ("one", "language", "said"),
    [
        (offer("percentage", 10_000), "nl", "10% korting"),
        (offer("percentage", 12_500), "de", "12,5\xa0% Rabatt"),
        (offer("amount", 5_000, "EUR"), "en", "€5 off"),
        (offer("amount", 5_000, "EUR"), "fr", "5\xa0€ off"),
        (offer("percentage", 10_000, text={"nl": "Tien procent"}), "nl", "Tien procent"),
        (offer("product"), "nl", "Autumn"),
        (offer("text"), "en", "Autumn"),
    ],
)
def test_what_it_is_worth(one: Offer, language: str, said: str) -> None:
    assert worth_of(one, [language]) == said


def test_the_minimum_basket_in_the_first_language_that_has_it() -> None:
    one = offer("text", minimum_basket={"en": "from €50"})
    assert minimum_of(one, ["nl", "en"]) == "from €50"
    assert minimum_of(one, ["nl"]) is None
    one.minimum_basket = None
    assert minimum_of(one, ["nl"]) is None
