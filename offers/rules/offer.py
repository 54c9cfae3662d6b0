"""An offer as the desk writes it (API.md's shape), checked field by field."""

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from offers.rules.coupon_codes import normalised
from offers.rules.money import Amount, Currency, written
from offers.rules.refusals import PATH_WITHIN
from offers.rules.values import Duration, Language, Moment, Strict

Kind = Literal["percentage", "amount", "product", "text"]
Codes = Literal["none", "shared", "generated", "imported"]
Many = Annotated[int, Field(ge=0, le=1_000_000_000)]

MOST_CODES = 10_000
"""Codes in one call; they fit into a body of 1 MB."""
SHORTEST = 4


def _code(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?", value):
        raise ValueError("is not a code of at most 64 letters, digits, hyphens, dots and underscores")
    if len(normalised(value)) < SHORTEST:
        raise ValueError(f"is a code of fewer than {SHORTEST} letters and digits")
    return value


Code = Annotated[str, AfterValidator(_code)]


Texts = dict[Language, Annotated[str, Field(min_length=1, max_length=500)]]
"""A text a language."""


class OfferBody(Strict):
    """`PUT /v1/offers/{id}`: the offer as a whole. A `code` that is absent stays as it is."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "Ten percent off sneakers",
                    "kind": "percentage",
                    "value": 10,
                    "budget": 500,
                    "budget_per_place": 50,
                    "codes": "generated",
                    "valid_for": "P7D",
                    "valid_until": "2026-12-31T23:59:59+01:00",
                    "text": {"nl": "10% op alle sneakers", "en": "10% off all sneakers"},
                    "minimum_basket": {"nl": "vanaf € 50", "en": "from €50"},
                }
            ]
        },
    )

    name: str = Field(min_length=1, max_length=200)
    kind: Kind
    value: Amount | None = None
    currency: Currency | None = None
    budget: Many | None = None
    budget_per_place: Many | None = None
    codes: Codes = "none"
    code: Code | None = None
    valid_for: Duration | None = None
    valid_until: Moment | None = None
    """Nobody gets it from then on, and no coupon is good for longer."""
    text: Texts = Field(default={}, max_length=50)
    minimum_basket: Texts = Field(default={}, max_length=50)
    """In words: the till holds customers to it, not we."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> "OfferBody":
        for field, wrong in (("value", self._wrong_value()), ("currency", self._wrong_currency())):
            if wrong:
                raise PydanticCustomError("offer", "{wrong}", {"wrong": wrong, PATH_WITHIN: field})
        if self.code is not None and self.codes != "shared":
            wrong = "is one code for all, and goes with codes shared"
            raise PydanticCustomError("offer", "{wrong}", {"wrong": wrong, PATH_WITHIN: "code"})
        return self

    def _wrong_value(self) -> str | None:
        if self.kind == "text":
            return "has no place in an offer of kind text" if self.value is not None else None
        if self.value is None:
            return None if self.kind == "product" else f"is missing: an offer of kind {self.kind} has one"
        if self.kind == "percentage" and not Decimal(0) < self.value <= Decimal(100):
            return "is a percentage above 0 and up to 100"
        if self.kind == "amount" and self.value == 0:
            return "is an amount above 0"
        return None

    def _wrong_currency(self) -> str | None:
        if self.kind in ("percentage", "text"):
            return f"has no place in an offer of kind {self.kind}" if self.currency is not None else None
        if self.value is not None and self.currency is None:
            return "is missing: an amount needs a currency such as EUR"
        return None


class CodesBody(Strict):
    """`POST /v1/offers/{id}/codes`."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"codes": ["SNEAK-4711", "SNEAK-4712"]}]}
    )

    codes: list[Code] = Field(min_length=1, max_length=MOST_CODES)


def written_value(kind: str, value_thousandths: int | None) -> int | float | str | None:
    """A percentage as a number, an amount of money as text."""
    if value_thousandths is None:
        return None
    if kind != "percentage":
        return written(value_thousandths)
    return value_thousandths // 1000 if value_thousandths % 1000 == 0 else value_thousandths / 1000
