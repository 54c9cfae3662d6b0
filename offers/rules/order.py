"""An order as a shop writes it (API.md's shape), checked field by field."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, PlainSerializer, model_validator

from offers.rules.profile import Id
from offers.rules.templates import says_something
from offers.rules.values import Flag, Moment, Strict

Status = Literal["placed", "ready", "on_the_way", "nearby", "arrived", "collected", "cancelled"]
Amount = Annotated[
    Decimal, Field(ge=0, max_digits=12, decimal_places=3, allow_inf_nan=False), PlainSerializer(str, return_type=str)
]


Part = Annotated[int, Field(ge=1, le=20, strict=True)]


def _says_something(value: str) -> str:
    if not says_something(value):
        raise ValueError("says nothing")
    return value


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
                    "number": "1001",
                    "at": "2026-12-01T13:00:00+01:00",
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
    number: Annotated[str, Field(min_length=1, max_length=50), AfterValidator(_says_something)] | None = None
    """What the shop calls it to its customer, where that is not its id."""
    at: Moment | None = None
    """When it happened at the shop; what is older than the newest that was said changes nothing."""
    part: Part | None = None
    parts: Part | None = None
    refunded: Flag = False

    @model_validator(mode="after")
    def _is_a_part(self) -> "OrderBody":
        if (self.part is None) != (self.parts is None):
            raise ValueError("part and parts belong together: of an order in two, part is 1 or 2 and parts is 2")
        if self.part is not None and self.parts is not None and self.part > self.parts:
            raise ValueError(f"part is {self.part}, and there are {self.parts}")
        return self


class StepBody(Strict):
    """`POST /v1/orders/{id}/ready` and its like."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"at": "2026-12-01T13:00:00+01:00"}]}
    )

    at: Moment | None = None
    refunded: Flag = False


def is_late(at: datetime | None, said_at: datetime | None) -> bool:
    """Whether the shop has said something newer already. A word without a time is of now."""
    return at is not None and said_at is not None and at < said_at


def lines_of(items: Iterable[Mapping[str, Any]]) -> list[tuple[str, str | None, int]]:
    """What is in an order, in whatever words and order it is told: sku, size and how many."""
    lines = [(str(one["sku"]), one.get("size"), int(one.get("quantity", 1))) for one in items]
    return sorted(lines, key=lambda line: (line[0], line[1] or "", line[2]))


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in an order and what it costs, as far as it is known."""

    lines: tuple[tuple[str, str | None, int], ...]
    total: Decimal | None
    currency: str | None

    @classmethod
    def of(cls, items: Iterable[Mapping[str, Any]], total: str | None, currency: str | None) -> "Contents":
        return cls(tuple(lines_of(items)), None if total is None else Decimal(total).normalize(), currency)

    def is_another_than(self, before: "Contents") -> bool:
        """What was not known before is no change."""
        told = (before.total, before.currency)
        lines = bool(before.lines) and before.lines != self.lines
        return lines or (before.total is not None and told != (self.total, self.currency))

    @property
    def key(self) -> str:
        """A short name of it: the same for the same."""
        return hashlib.sha256(repr((self.lines, str(self.total), self.currency)).encode()).hexdigest()[:12]
