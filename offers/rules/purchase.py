"""A purchase as a till or a web shop writes it (API.md's shape), checked field by field."""

import hashlib
from datetime import UTC
from typing import Annotated, Literal

import msgspec
from pydantic import ConfigDict, Field

from offers.rules.money import Amount, Currency, thousandths
from offers.rules.product import Size
from offers.rules.profile import Id
from offers.rules.values import Moment, Strict

PurchaseId = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[!-~]+$")]
"""The shop's own number, such as `#1001` or `2026/17`: any signs of ASCII but spaces."""


class PurchaseItemBody(Strict):
    """`price` is that of one piece."""

    sku: str = Field(min_length=1, max_length=100)
    category: str | None = Field(None, min_length=1, max_length=100)
    size: Size | None = None
    quantity: int = Field(1, ge=1, le=10_000)
    price: Amount | None = None


class PurchaseBody(Strict):
    """`POST /v1/purchases`: written once under the shop's own id."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "purchase_id": "web-2026-1001",
                    "customer": "sanne",
                    "place": "kalverstraat-102",
                    "channel": "store",
                    "at": "2026-12-01T14:05:00+01:00",
                    "total": "89.95",
                    "currency": "EUR",
                    "items": [
                        {"sku": "SNEAK-1", "category": "sneakers", "size": "38", "quantity": 1, "price": "89.95"}
                    ],
                }
            ]
        },
    )

    purchase_id: PurchaseId
    customer: Id | None = None
    place: Id | None = None
    channel: Literal["store", "online"]
    at: Moment
    total: Amount
    currency: Currency
    items: list[PurchaseItemBody] = Field(default=[], max_length=500)
    coupon: str | None = Field(None, min_length=1, max_length=100)

    def digest(self) -> str:
        """The same for what says the same: 89.9 and 89.90, one moment in two time zones."""
        said = [
            self.purchase_id,
            self.customer,
            self.place,
            self.channel,
            self.at.astimezone(UTC).isoformat(),
            thousandths(self.total),
            self.currency,
            self.coupon,
            [
                [one.sku, one.category, one.size, one.quantity, None if one.price is None else thousandths(one.price)]
                for one in self.items
            ],
        ]
        return hashlib.sha256(msgspec.json.encode(said)).hexdigest()
