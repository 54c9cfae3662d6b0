"""Web shops that tell of orders by hooks, and what they told."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table

WAITS = text("state = 'waiting'")


class Shop(Table):
    """One sender of hooks. Its secrets are sealed with a key of SECRET_KEY: a signature can only be checked by who has them."""

    __tablename__ = "shops"
    __table_args__ = (Index("ix_shops_origin", "kind", "origin"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """`standard`, `shopify` or `woocommerce`."""
    name: Mapped[str]
    origin: Mapped[str | None]
    """Whom it says it is: Shopify's shop domain, WooCommerce's address; in lower case."""
    secret: Mapped[str]
    """Sealed."""
    old_secret: Mapped[str | None]
    """Sealed; good until `old_until`, since a shop goes on signing with it for a while."""
    old_until: Mapped[datetime | None]
    api_token: Mapped[str | None]
    """Sealed; for looking up what a hook does not carry."""
    statuses: Mapped[dict[str, Any]]
    """The shop's status or topic -> ours, where they are not the usual ones: which means `ready` is each shop's own."""
    places: Mapped[dict[str, Any]]
    """The shop's name or id of a pickup location -> our place."""
    default_place: Mapped[str | None]
    """Where an order is collected that names no location that is known."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    heard_at: Mapped[datetime | None]
    """When its last event with a right signature came."""


class ShopEvent(Table):
    """One event of a shop, once: by its own id. Its body, sealed, is kept only while it waits to be worked or may be replayed."""

    __tablename__ = "shop_events"
    __table_args__ = (
        UniqueConstraint("shop_id", "key", name="uq_shop_events_once"),
        Index("ix_shop_events_waiting", "not_before", sqlite_where=WAITS, postgresql_where=WAITS),
        Index("ix_shop_events_received", "received_at", "id"),
        Index("ix_shop_events_of_shop", "shop_id", "received_at", "id"),
        Index("ix_shop_events_in", "shop_id", "state", "received_at", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    shop_id: Mapped[str] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"))
    key: Mapped[str]
    """The shop's own id of the event: the same for a duplicate."""
    topic: Mapped[str]
    happened_at: Mapped[datetime | None]
    """By the shop's clock."""
    received_at: Mapped[datetime]
    state: Mapped[str]
    """`waiting`, `applied`, `nothing` (late, or twice), `ignored` (not ours to know) or `failed`."""
    reason: Mapped[str | None]
    order_id: Mapped[str | None]
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    body: Mapped[str | None]
    """Sealed."""
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    not_before: Mapped[datetime | None]
