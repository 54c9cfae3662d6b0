"""Money as callers write it, and as it is kept: whole thousandths of the currency's unit."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from offers.rules.order import Amount

__all__ = ["Amount", "Currency", "read_written", "thousandths", "written"]

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""ISO 4217, such as EUR."""


def thousandths(amount: Decimal) -> int:
    """An amount has at most three decimals, so nothing is rounded."""
    return int(amount * 1000)


def written(number: int) -> str:
    """`89950` as `89.95`: two decimals, or three where the third says something."""
    whole, rest = divmod(number, 1000)
    return f"{whole}.{rest // 10:02d}" if rest % 10 == 0 else f"{whole}.{rest:03d}"


def read_written(text: str) -> int:
    """What `written` wrote, or any amount with at most three decimals, in thousandths."""
    return thousandths(Decimal(text))
