"""Customers and what they agreed to."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table

PHONED = text("phone IS NOT NULL")
GIVEN = text("given")


class Customer(Table):
    """The brand's id for a person, or a person nobody knows yet (`anonymous`: a device before it is linked)."""

    __tablename__ = "customers"
    __table_args__ = (
        Index("ix_customers_tags", "tags", postgresql_using="gin", postgresql_ops={"tags": "jsonb_path_ops"}).ddl_if(
            dialect="postgresql"
        ),
        Index(
            "ix_customers_named",
            "name",
            "id",
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops", "id": "gin_trgm_ops"},
        ),
        Index("ix_customers_phone", "phone", sqlite_where=PHONED, postgresql_where=PHONED),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    anonymous: Mapped[bool]
    name: Mapped[str | None]
    phone: Mapped[str | None]
    language: Mapped[str | None]
    time_zone: Mapped[str | None]
    sizes: Mapped[dict[str, Any]]
    attributes: Mapped[dict[str, Any]]
    tags: Mapped[list[Any]]
    location: Mapped[bool]
    """The consents in force now; how they came about is in `consents`."""
    offers: Mapped[bool]
    orders: Mapped[bool]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Consent(Table):
    """A receipt: one purpose given or withdrawn. Rows are only added."""

    __tablename__ = "consents"
    __table_args__ = (
        Index("ix_consents_given_under", "text_version", "id", sqlite_where=text("given = 1"), postgresql_where=GIVEN),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    """`location`, `offers` or `orders`."""
    given: Mapped[bool]
    at: Mapped[datetime]
    text_version: Mapped[str | None]
    language: Mapped[str | None]
    source: Mapped[str]
