from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.tables import Geofence, Stay


def inside_now(session: Session, place_ids: Collection[str]) -> dict[str, int]:
    """How many customers are on each place's premises now; a customer's second phone is nobody more, and who is seen for an order alone is not counted."""
    if not place_ids:
        return {}
    rows = session.execute(
        select(Geofence.place_id, func.count(Stay.customer_id.distinct()))
        .join(Stay, Stay.geofence_id == Geofence.id)
        .where(
            among(Geofence.place_id, place_ids),
            Geofence.role == "premises",
            Stay.left_at.is_(None),
            Stay.for_orders.is_(False),
        )
        .group_by(Geofence.place_id)
    )
    return {place: many for place, many in rows}  # noqa: C416 - says what is counted
