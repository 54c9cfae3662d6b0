"""The customers of a rehearsal as they were at each of their moments, as far as that is kept: what they had bought and visited by then,
and where they were; profile, consents and devices as they are now.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.queries.customers import reachable_devices
from offers.records.queries.profiles import profiles
from offers.records.queries.rehearsals import portions
from offers.records.tables import Customer, Geofence, Place, Stay
from offers.rules.audience import Needs, Reach
from offers.rules.audience.nodes import AHEAD
from offers.rules.profile import PURPOSES
from offers.rules.rehearsing import Person, Stayed

# columns and not rows of the session: there may be half a million
_CUSTOMER = (
    Customer.id,
    Customer.language,
    Customer.time_zone,
    Customer.name,
    Customer.tags,
    Customer.sizes,
    Customer.attributes,
    Customer.location,
    Customer.offers,
    Customer.orders,
    Customer.created_at,
)


def people_between(
    session: Session, customer_ids: Iterable[str], needs: Needs, first: datetime, last: datetime
) -> dict[str, Person]:
    """These customers as they can be asked about at any time from `first` to `last`; in as many queries however many they are."""
    found: dict[str, Person] = {}
    for some in portions(customer_ids):
        rows: dict[str, Any] = {
            row.id: row for row in session.execute(select(*_CUSTOMER).where(among(Customer.id, some)))
        }
        reachable = reachable_devices(session, some, last)
        stays = _stays(session, some, first, last) if needs.stays else {}
        known = profiles(session, rows, _looking_back(needs, last - first), last)
        for customer, row in rows.items():
            found[customer] = Person(
                profile=known[customer],
                consents_to=frozenset(purpose for purpose in PURPOSES if getattr(row, purpose)),
                time_zone=row.time_zone,
                reachable=customer in reachable,
                stays=tuple(stays.get(customer, ())),
            )
    return found


def _looking_back(needs: Needs, further: timedelta) -> Needs:
    """Enough for a question at the beginning of the time, where the profile is of its end. Where they were is asked for each moment."""
    return replace(
        needs, purchases=_further(needs.purchases, further), visits=_further(needs.visits, further), stays=False
    )


def _further(reach: Reach, further: timedelta) -> Reach:
    return reach + further if isinstance(reach, timedelta) else reach


def _stays(session: Session, ids: list[str], first: datetime, last: datetime) -> dict[str, list[Stayed]]:
    rows = session.execute(
        select(Stay.customer_id, Stay.entered_at, Stay.left_at, Geofence.role, Place.id, Place.kind)
        .join(Geofence, Geofence.id == Stay.geofence_id)
        .join(Place, Place.id == Geofence.place_id)
        .where(
            among(Stay.customer_id, ids),
            Stay.entered_at <= last + AHEAD,
            or_(Stay.left_at.is_(None), Stay.left_at > first),
        )
    )
    found: defaultdict[str, list[Stayed]] = defaultdict(list)
    for customer, entered_at, left_at, role, place, kind in rows:
        found[customer].append(Stayed(entered_at, left_at, place, kind == "store", role == "premises"))
    return found
