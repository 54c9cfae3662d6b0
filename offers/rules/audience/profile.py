"""What the rules may know of a customer, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Item:
    sku: str
    category: str | None = None
    size: str | None = None
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Bill:
    """One purchase."""

    at: datetime
    channel: str
    place: str | None = None
    currency: str = "EUR"
    total_thousandths: int = 0
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One visit to a store."""

    place: str
    entered_at: datetime
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InUse:
    """One device that is not revoked."""

    platform: str
    push: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """A customer as of now. Of purchases, visits, devices and stays only what the audience's `needs` asked for is filled in."""

    language: str | None = None
    time_zone: str | None = None
    name: str | None = None
    tags: tuple[str, ...] = ()
    sizes: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    known_since: datetime | None = None
    consents: frozenset[str] = frozenset()
    devices: tuple[InUse, ...] = ()
    purchases: tuple[Bill, ...] = ()
    visits: tuple[Call, ...] = ()
    inside: frozenset[str] = frozenset()
    """Places at whose premises the customer has an open stay; with `ANY_STORE` among them when one is a store."""
    near: frozenset[str] = frozenset()
    """The same of any of their geofences."""
