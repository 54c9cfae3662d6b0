"""Deliveries: one message on its way to one device."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table

UNDER_WAY = text("state IN ('queued', 'sending')")

WAITS = text("state = 'queued'")

TESTS = text("kind = 'test'")

OF_PLACE = text("(context ->> 'place_id')")


class Delivery(Table):
    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("customer_id", "source_id", "moment", "device_id", name="uq_deliveries_once"),
        Index("ix_deliveries_under_way", "state", "not_before", sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY),
        Index("ix_deliveries_next", "turn", "expires_at", "id", sqlite_where=WAITS, postgresql_where=WAITS),
        Index("ix_deliveries_created", "created_at", "id"),
        Index("ix_deliveries_of_campaign", "campaign_id", "created_at", "id"),
        Index("ix_deliveries_of_campaign_in", "campaign_id", "state", "created_at", "id"),
        Index("ix_deliveries_in", "state", "created_at", "id"),
        Index("ix_deliveries_tests", "created_at", "id", sqlite_where=TESTS, postgresql_where=TESTS),
        Index("ix_deliveries_place", OF_PLACE, "created_at", "id").ddl_if(dialect="postgresql"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    decision_id: Mapped[str | None] = mapped_column(ForeignKey("decisions.id", ondelete="SET NULL"), index=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id", ondelete="CASCADE"), index=True)
    source_id: Mapped[str]
    """The campaign's id for an offer or a test, the order's for an order, the conversation's for a reply: what the uniqueness goes by."""
    campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    """Of an offer: a test has none, so that nothing that is counted of a campaign counts it."""
    order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    """`offer`, `order`, `reply` or `test`."""
    moment: Mapped[str]
    variant: Mapped[str | None]
    """Of the campaign: whose words it is in."""
    context: Mapped[dict[str, Any]]
    """What the words are filled from beside the profile: place, distance rounded to 50 m, order number."""
    state: Mapped[str]
    """`queued`, `sending`, `sent`, `unknown`, `failed` or `expired`."""
    reason: Mapped[str | None]
    missing: Mapped[str | None]
    """The fact for whose lack the default text went out, or what else was wrong with its own words."""
    language: Mapped[str | None]
    title: Mapped[str | None]
    body: Mapped[str | None]
    url: Mapped[str | None]
    image: Mapped[str | None]
    coupon: Mapped[str | None]
    """The coupon's code as the customer is told it, or its id where it has no code; written with the claim."""
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]
    claim: Mapped[str | None]
    """Names the sender that holds it; only that sender may record the outcome."""
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int]
    doubts: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often nobody could tell whether it had left."""
    turn: Mapped[int] = mapped_column(default=0, server_default="0")
    """Where not everything can go at once the least goes first: 0 for what a customer waits for, 1 to 1001 for offers by their priority."""
    provider_id: Mapped[str | None]
    """What the push service calls the message it accepted."""
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
