"""An order as a shop writes it (API.md's shape), checked field by field."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, PlainSerializer

from offers.rules.profile import Id
from offers.rules.values import Strict

Status = Literal["placed", "ready", "on_the_way", "nearby", "arrived", "collected", "cancelled"]
Amount = Annotated[
    Decimal, Field(ge=0, max_digits=12, decimal_places=3, allow_inf_nan=False), PlainSerializer(str, return_type=str)
]


class OrderItem(Strict):
    sku: str = Field(min_length=1, max_length=100)
    title: str | None = Field(None, max_length=300)
    category: str | None = Field(None, max_length=100)
    size: str | None = Field(None, max_length=50)
    quantity: int = Field(1, ge=1, le=10_000)
    price: Amount | None = None


class OrderBody(Strict):
    """`PUT /v1/orders/{id}`."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "customer": "sanne",
                    "place": "kalverstraat-183",
                    "status": "ready",
                    "items": [{"sku": "SNEAK-1", "size": "38", "quantity": 1, "price": "89.95"}],
                    "total": "89.95",
                    "currency": "EUR",
                }
            ]
        },
    )

    customer: Id
    place: Id
    items: list[OrderItem] = Field(default=[], max_length=500)
    total: Amount | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    status: Status = "placed"
