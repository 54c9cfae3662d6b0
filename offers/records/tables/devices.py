"""Devices: one app installation or browser of a customer."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table

REACHABLE = text("revoked_at IS NULL AND push_token IS NOT NULL")

HASHED = text("push_hash IS NOT NULL")
"""An index of all rows would make PostgreSQL take a new address for a new key, and who writes of a device wait for it."""


OF_ORDER = text("order_id IS NOT NULL")


class Device(Table):
    __tablename__ = "devices"
    __table_args__ = (
        Index("ix_devices_reachable", "customer_id", sqlite_where=REACHABLE, postgresql_where=REACHABLE),
        Index("ix_devices_of_order", "order_id", sqlite_where=OF_ORDER, postgresql_where=OF_ORDER),
        Index("ix_devices_push_hash", "push_hash", unique=True, sqlite_where=HASHED, postgresql_where=HASHED),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    platform: Mapped[str]
    """`ios`, `android` or `web`."""
    push_token: Mapped[str | None]
    """No token: the device can not be pushed to. A browser's push subscription is kept here as JSON."""
    push_hash: Mapped[str | None]
    """By which the address is found: SHA-256 of it, of a subscription with its keys. No two devices have one address."""
    push_kind: Mapped[str | None]
    """`token`, `fid` or `web_push`; none where there is no token."""
    push_vapid: Mapped[str | None]
    """The public key, in base64url, that a browser's subscription is bound to for its life."""
    push_seen_at: Mapped[datetime | None]
    """When the device last said that this address is its own."""
    push_retired_at: Mapped[datetime | None]
    """When the address before was given up, none since it named another."""
    push_retired_reason: Mapped[str | None]
    """Why: `unregistered`, `sender_mismatch`, `bad_token`, `subscription_gone`, `vapid_mismatch`, `unsubscribed`, `stale`."""
    locale: Mapped[str | None]
    time_zone: Mapped[str | None]
    os_version: Mapped[str | None]
    app_version: Mapped[str | None]
    positions_only: Mapped[bool]
    order_id: Mapped[str | None]
    """Of a browser that is told of this one order and of nothing else: who opened it had the order's address, which need not be the customer.
    No reference: both go with the customer.
    """
    refresh_hash: Mapped[str | None] = mapped_column(index=True)
    """SHA-256 of the refresh token in force (256 random bits, so no salt)."""
    previous_refresh_hash: Mapped[str | None] = mapped_column(index=True)
    """The one before, good for a moment longer: the answer that carried the new one may have been lost."""
    refreshed_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
