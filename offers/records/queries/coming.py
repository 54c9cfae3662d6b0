from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.tables import Geofence, Order, Place, Stay
from offers.rules.order_moments import TO_COLLECT
from offers.rules.pickup_moments import Spot


@dataclass(frozen=True, slots=True)
class Expected:
    """An order that is ready, and its store."""

    order: Order
    store: Spot
    time_zone: str | None


def ready_orders(session: Session, customer_ids: Collection[str]) -> dict[str, list[Expected]]:
    """By customer, those that became ready first before the others; as they are now. The customers are locked by the caller."""
    rows = session.execute(
        select(Order, Place.kind, Place.lat, Place.lon, Place.time_zone)
        .join(Place, Place.id == Order.place_id)
        .where(among(Order.customer_id, customer_ids), Order.status.in_(TO_COLLECT), Order.ready_at.is_not(None))
        .order_by(Order.ready_at, Order.id)
        .execution_options(populate_existing=True)
    )
    found: dict[str, list[Expected]] = {}
    for order, kind, lat, lon, zone in rows:
        found.setdefault(order.customer_id, []).append(Expected(order, Spot(order.place_id, kind, lat, lon), zone))
    return found


def standing_in(session: Session, customer_ids: Collection[str]) -> set[tuple[str, str, str]]:
    """Where these are, by their open stays: (customer, place, role of the geofence)."""
    rows = session.execute(
        select(Stay.customer_id, Geofence.place_id, Geofence.role)
        .join(Geofence, Geofence.id == Stay.geofence_id)
        .where(among(Stay.customer_id, customer_ids), Stay.left_at.is_(None), Geofence.retired_at.is_(None))
    )
    return {(customer, place, role) for customer, place, role in rows}
