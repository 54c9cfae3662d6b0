"""Offers: what customers get, how much of it there is, and the codes that were brought along."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Json, Table

FREE = text("taken_at IS NULL")


class Offer(Table):
    __tablename__ = "offers"
    __table_args__ = (
        CheckConstraint("spent >= 0 AND (budget IS NULL OR spent <= budget)", name="within_budget"),
        CheckConstraint("redeemed >= 0", name="redeemed"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    """`percentage`, `amount`, `product` or `text`."""
    value_thousandths: Mapped[int | None] = mapped_column(BigInteger)
    """Of a percent, or of `currency`'s unit."""
    currency: Mapped[str | None]
    budget: Mapped[int | None]
    budget_per_place: Mapped[int | None]
    codes: Mapped[str]
    """`none`, `shared`, `generated` or `imported`."""
    code: Mapped[str | None]
    """The one that all share; nothing secret."""
    code_reads: Mapped[str | None] = mapped_column(unique=True)
    """What it reads as: two offers never share one."""
    valid_for_s: Mapped[int | None]
    valid_until: Mapped[datetime | None]
    text: Mapped[dict[str, Any]]
    """A text a language."""
    minimum_basket: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The same; none in an offer that was written before there was any."""
    spent: Mapped[int]
    """Units that are reserved or were given out. Outlives the customers who got them."""
    redeemed: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class OfferAtPlace(Table):
    """How many units of an offer were given out at one place. A place that is gone keeps its count."""

    __tablename__ = "offer_places"

    offer_id: Mapped[str] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True)
    place_id: Mapped[str] = mapped_column(primary_key=True)
    spent: Mapped[int]


class OfferCode(Table):
    """An imported code. It stays when its coupon is erased with a customer, so that nobody else gets it."""

    __tablename__ = "offer_codes"
    __table_args__ = (
        Index("ix_offer_codes_free", "offer_id", "mark", sqlite_where=FREE, postgresql_where=FREE),
        Index("ix_offer_codes_offer_id", "offer_id"),
    )

    mark: Mapped[str] = mapped_column(primary_key=True)
    """A keyed hash of what it reads as."""
    offer_id: Mapped[str] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"))
    sealed: Mapped[str]
    taken_at: Mapped[datetime | None]
