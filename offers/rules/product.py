"""A product as a shop writes it (API.md's shape), checked field by field."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from offers.rules.money import Amount, Currency
from offers.rules.profile import Id
from offers.rules.public_address import public_url
from offers.rules.refusals import PATH_WITHIN
from offers.rules.values import Language, Strict, read_number


def _as_text(value: object) -> object:
    """Sizes are names: 38 and "38" are the same shoe."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Size = Annotated[
    str, BeforeValidator(_as_text, json_schema_input_type=str | int | float), Field(min_length=1, max_length=50)
]
Pieces = Annotated[int, Field(ge=0, le=10_000_000), BeforeValidator(read_number)]
BySize = Annotated[dict[Size, Pieces], Field(max_length=200)]
InStock = Annotated[
    Annotated[Pieces, Tag("pieces")] | Annotated[BySize, Tag("by size")],
    Discriminator(lambda value: "by size" if isinstance(value, dict) else "pieces"),
]


class ProductBody(Strict):
    """`PUT /v1/products/{sku}`: the product as a whole. `stock` is by place: pieces, or pieces by size."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "title": {"nl": "Sneaker, wit", "en": "Sneaker, white"},
                    "image": "https://passerby.shop.example/sneak-1.jpg",
                    "price": "89.95",
                    "currency": "EUR",
                    "category": "sneakers",
                    "sizes": ["38", "39"],
                    "stock": {"kalverstraat-102": {"38": 2, "39": 0}},
                }
            ]
        },
    )

    title: dict[Language, Annotated[str, Field(min_length=1, max_length=300)]] = Field(min_length=1, max_length=50)
    image: Annotated[str, Field(max_length=2000, pattern=r"^https?://\S+$"), AfterValidator(public_url)] | None = None
    price: Amount | None = None
    currency: Currency | None = None
    category: str | None = Field(None, min_length=1, max_length=100)
    sizes: list[Size] = Field(default=[], max_length=200)
    stock: dict[Id, InStock] = Field(default={}, max_length=5000)

    @model_validator(mode="after")
    def _price_has_a_currency(self) -> "ProductBody":
        if self.price is not None and self.currency is None:
            raise PydanticCustomError("currency", "a price needs a currency such as EUR", {PATH_WITHIN: "currency"})
        return self
