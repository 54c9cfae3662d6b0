"""Products: what campaigns and landing pages show."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class Product(Table):
    __tablename__ = "products"

    sku: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[dict[str, Any]]
    """A text a language."""
    image: Mapped[str | None]
    price_thousandths: Mapped[int | None] = mapped_column(BigInteger)
    """Of `currency`'s unit: whole numbers add up exactly on both databases."""
    currency: Mapped[str | None]
    category: Mapped[str | None]
    sizes: Mapped[list[Any]]
    stock: Mapped[dict[str, Any]]
    """By place: a number of pieces, or numbers by size. A place that is gone is passed over by who reads it."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
