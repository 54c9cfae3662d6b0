"""Coupons: one customer's right to one offer."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table

ENDS = text("state = 'issued'")


class Coupon(Table):
    __tablename__ = "coupons"
    __table_args__ = (
        UniqueConstraint("decision_id", name="uq_coupons_once"),
        Index("ix_coupons_of_offer", "offer_id", "state", "id"),
        Index("ix_coupons_ends", "expires_at", sqlite_where=ENDS, postgresql_where=ENDS),
        Index("ix_coupons_reserved", "reserved_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    offer_id: Mapped[str] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"))
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), index=True)
    decision_id: Mapped[str | None] = mapped_column(ForeignKey("decisions.id", ondelete="SET NULL"))
    place_id: Mapped[str]
    """Where it was decided: whose share of the budget it took. No reference, the place may go."""
    state: Mapped[str]
    """`reserved`, `issued`, `redeemed`, `released` or `expired`."""
    codes: Mapped[str]
    """The offer's kind of codes when it was reserved."""
    code_mark: Mapped[str | None] = mapped_column(index=True)
    """A keyed hash of its own code, once it has one. Not unique: of two alike the one that is still good is redeemed."""
    reserved_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    redeemed_at: Mapped[datetime | None]
    redeemed_place_id: Mapped[str | None]
    purchase_id: Mapped[str | None]
    """The till's number of the purchase that redeemed it. No reference: the purchase may come later, or never."""
