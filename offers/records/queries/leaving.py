from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.records.ids import new_id
from offers.records.items import transition_item
from offers.records.queries.places import geofences_by_id
from offers.records.queries.stays import open_stays_beside, open_visits, visits_by_id
from offers.records.tables import Stay, Transition


def end_stays(session: Session, stays: Sequence[Stay], reason: str, now: datetime) -> list[dict[str, Any]]:
    """End these open stays, and the visits that nobody stays at any more, though no phone crossed a border.

    Each leaves an exit with the reason, and nobody is told of it. Returns the live events; of what only orders cover there are none. The customers are locked by the caller.
    """
    fences = geofences_by_id(session, (stay.geofence_id for stay in stays))
    exits = []
    for stay in stays:
        fence = fences[stay.geofence_id]
        stay.left_at, stay.left_reason = max(now, stay.entered_at), reason
        exits.append(
            Transition(
                id=new_id("trn"),
                device_id=stay.device_id,
                customer_id=stay.customer_id,
                place_id=fence.place_id,
                geofence_id=fence.id,
                role=fence.role,
                kind="exit",
                at=stay.left_at,
                source="server",
                reason=reason,
                for_orders=stay.for_orders,
            )
        )
    session.add_all(exits)
    session.flush()
    still_there = {one.moment for one in open_stays_beside(session, (stay.moment for stay in stays))}
    for visit in visits_by_id(session, (stay.visit_id for stay in stays)).values():
        if visit.id not in still_there and visit.left_at is None:
            visit.left_at = max(now, visit.entered_at)
    session.flush()
    return [{"type": "transition", **transition_item(one)} for one in exits if not one.for_orders]


def end_visits(session: Session, customer_ids: Collection[str], now: datetime) -> None:
    """End the open visits of these, wherever they stay: no visit is kept without consent `location`. Nobody is told."""
    for visit in open_visits(session, customer_ids).values():
        visit.left_at = max(now, visit.entered_at)
    session.flush()
