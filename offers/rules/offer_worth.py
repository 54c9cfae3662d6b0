"""What an offer is worth, in words: its own text, else what follows from its kind and value."""

from collections.abc import Mapping
from typing import Protocol

from offers.rules.localised import money, percentage, said_in

OFF: Mapping[str, str] = {"nl": "{value} korting", "de": "{value} Rabatt", "en": "{value} off"}


class Worth(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def value_thousandths(self) -> int | None: ...
    @property
    def currency(self) -> str | None: ...
    @property
    def text(self) -> Mapping[str, str]: ...
    @property
    def minimum_basket(self) -> Mapping[str, str] | None: ...


def worth_of(offer: Worth, languages: list[str]) -> str:
    """In the first of these languages that the shop wrote; else the value; else the offer's name."""
    if written := said_in(offer.text, languages):
        return written
    value = None
    if offer.value_thousandths is not None and offer.kind == "percentage":
        value = percentage(offer.value_thousandths, languages[0])
    elif offer.value_thousandths is not None and offer.kind == "amount" and offer.currency is not None:
        value = money(offer.value_thousandths, offer.currency, languages[0])
    tongue = next((tag for tag in languages if tag in OFF), "en")
    return offer.name if value is None else OFF[tongue].format(value=value)


def minimum_of(offer: Worth, languages: list[str]) -> str | None:
    return said_in(offer.minimum_basket or {}, languages)
