"""Where customers are and were: stays, visits, and the transitions they were made of. Times and geofences, never positions."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table

OPEN = text("left_at IS NULL")


class Stay(Table):
    """One device at one geofence, from enter to exit; at most one is open."""

    __tablename__ = "stays"
    __table_args__ = (
        Index("uq_stays_open", "device_id", "geofence_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_stays_customer", "customer_id", "left_at"),
        Index("ix_stays_newest", "device_id", "geofence_id", "entered_at"),
        Index("ix_stays_geofence_open", "geofence_id", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id", ondelete="CASCADE"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    geofence_id: Mapped[str] = mapped_column(ForeignKey("geofences.id", ondelete="CASCADE"))
    visit_id: Mapped[str | None] = mapped_column(ForeignKey("visits.id", ondelete="SET NULL"), index=True)
    """The visit that this stay is part of: stays at a store's premises have one."""
    moment: Mapped[str]
    """Names the customer's being here, shared by the customer's devices: decisions are unique by it."""
    entered_at: Mapped[datetime]
    dwelled_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    left_reason: Mapped[str | None]
    for_orders: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """Covered by consent `orders` alone, while an order is open: erased when the last of them closes."""


class Visit(Table):
    """A customer at a store: first device in to last device out."""

    __tablename__ = "visits"
    __table_args__ = (
        Index("uq_visits_open", "customer_id", "place_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_visits_place", "place_id", "entered_at", postgresql_include=["customer_id"]),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    place_id: Mapped[str] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"))
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Transition(Table):
    """Enter, dwell or exit of one device at one geofence, as it was learnt."""

    __tablename__ = "transitions"
    __table_args__ = (Index("ix_transitions_at", "at", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id", ondelete="CASCADE"), index=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    place_id: Mapped[str] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"))
    geofence_id: Mapped[str] = mapped_column(ForeignKey("geofences.id", ondelete="CASCADE"))
    role: Mapped[str]
    kind: Mapped[str]
    at: Mapped[datetime]
    source: Mapped[str]
    reason: Mapped[str | None]
    moment: Mapped[str | None]
    """The key of the moment that it made, for campaigns to decide: none for a second phone's, and for what an edit caused."""
    for_orders: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """As of its stay."""
