"""Conversations: what a customer asks a store from a page, and what its staff answer."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table

OPEN = text("state <> 'closed'")


class Conversation(Table):
    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_open", "place_id", "updated_at", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    device_id: Mapped[str | None] = mapped_column(ForeignKey("devices.id", ondelete="SET NULL"))
    """The browser it was begun in."""
    place_id: Mapped[str | None] = mapped_column(ForeignKey("places.id", ondelete="SET NULL"))
    """The store that is asked."""
    scan_id: Mapped[str | None] = mapped_column(ForeignKey("scans.id", ondelete="SET NULL"))
    order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id", ondelete="SET NULL"))
    topic: Mapped[str]
    """`size`, `stock`, `pickup` or `other`."""
    sku: Mapped[str | None]
    size: Mapped[str | None]
    language: Mapped[str]
    state: Mapped[str]
    """`waiting` for the store, `answered`, or `closed`."""
    waiting_since: Mapped[datetime | None]
    """Of the oldest question that nobody answered."""
    first_answered_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    """When something was last said."""
    read_at: Mapped[datetime | None]
    """When the customer last looked."""
    closed_at: Mapped[datetime | None]


class ConversationMessage(Table):
    """What one of them said. Erased with the customer."""

    __tablename__ = "conversation_messages"
    __table_args__ = (Index("ix_conversation_messages_of", "conversation_id", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    sender: Mapped[str]
    """`customer` or `staff`."""
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    """Who of the staff."""
    said: Mapped[str]
    at: Mapped[datetime]
