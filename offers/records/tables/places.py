"""Places and their geofences."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class Place(Table):
    __tablename__ = "places"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    """`store` or `landmark`."""
    lat: Mapped[float]
    lon: Mapped[float]
    time_zone: Mapped[str]
    address: Mapped[str | None]
    phone: Mapped[str | None]
    """Of the store, E.164: customers may call it while it is open."""
    opening_hours: Mapped[str | None]
    """OpenStreetMap's `opening_hours` syntax; none: not said, and then open."""
    tags: Mapped[list[Any]]
    pickup: Mapped[bool]
    paused: Mapped[bool] = mapped_column(server_default=false())
    """Its geofences are out of force until it is resumed."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Geofence(Table):
    """A shape of a place. An edit retires the row and makes another, so that a stay's geofence never moves under it."""

    __tablename__ = "geofences"
    __table_args__ = (
        Index(
            "ix_geofences_live",
            "place_id",
            sqlite_where=text("retired_at IS NULL"),
            postgresql_where=text("retired_at IS NULL"),
        ),
        Index("ix_geofences_changed", "changed"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    place_id: Mapped[str] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"))
    role: Mapped[str]
    """`premises`, `approach` or `other`."""
    shape: Mapped[dict[str, Any]]
    """As the door took it: {lat, lon, radius_m} or {geometry}."""
    dwell_s: Mapped[int | None]
    since: Mapped[int]
    """The geofence version in which it came into force: made, or its place resumed."""
    changed: Mapped[int] = mapped_column(server_default="0")
    """The geofence version in which the row was last written: made, another dwell time, retired, its place paused or resumed."""
    retired_at: Mapped[datetime | None]


class GeofenceVersion(Table):
    """One row. An edit raises `number` in its own transaction: its lock makes commit order version order."""

    __tablename__ = "geofence_version"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    removed_in: Mapped[int] = mapped_column(server_default="0")
    """The newest version in which rows went altogether, with their place: whoever follows from an older one compares ids."""
