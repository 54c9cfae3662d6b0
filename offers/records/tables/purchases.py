"""Purchases: what was bought, by whom where that is known, and where."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class Purchase(Table):
    """Written once, under the shop's own id."""

    __tablename__ = "purchases"
    __table_args__ = (
        Index("ix_purchases_at", "at", "id", postgresql_include=["customer_id"]),
        Index("ix_purchases_customer", "customer_id", "at"),
        Index("ix_purchases_place", "place_id", "at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """The shop's `purchase_id`."""
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    place_id: Mapped[str | None] = mapped_column(ForeignKey("places.id", ondelete="SET NULL"))
    channel: Mapped[str]
    """`store` or `online`."""
    at: Mapped[datetime]
    total_thousandths: Mapped[int] = mapped_column(BigInteger)
    """Of `currency`'s unit: whole numbers add up exactly on both databases."""
    currency: Mapped[str]
    coupon: Mapped[str | None]
    digest: Mapped[str]
    """SHA-256 of the body as it was written: the same again is the same purchase, another is a conflict."""
    created_at: Mapped[datetime]


class PurchaseItem(Table):
    """One line of a purchase."""

    __tablename__ = "purchase_items"
    __table_args__ = (Index("ix_purchase_items_category", "category", "purchase_id"),)

    purchase_id: Mapped[str] = mapped_column(ForeignKey("purchases.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 0, in the order of the receipt."""
    sku: Mapped[str]
    category: Mapped[str | None]
    size: Mapped[str | None]
    quantity: Mapped[int]
    price_thousandths: Mapped[int | None] = mapped_column(BigInteger)
    """Of one piece."""
