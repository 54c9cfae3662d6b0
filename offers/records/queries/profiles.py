"""Profiles as the audience rules want them: for many customers at once, in five queries at most, and only what is needed."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from offers.records.queries.audiences import IN_USE
from offers.records.tables import Customer, Device, Geofence, Place, Purchase, PurchaseItem, Stay, Visit
from offers.rules.audience import ANY_STORE, Bill, Call, InUse, Item, Needs, Profile, Reach
from offers.rules.audience.nodes import AHEAD
from offers.rules.profile import PURPOSES

# columns and not rows of the session: what is only read need not be kept track of
_BILL = (
    Purchase.id,
    Purchase.customer_id,
    Purchase.at,
    Purchase.channel,
    Purchase.place_id,
    Purchase.currency,
    Purchase.total_thousandths,
)
_LINE = (
    PurchaseItem.purchase_id,
    PurchaseItem.sku,
    PurchaseItem.category,
    PurchaseItem.size,
    PurchaseItem.quantity,
)
_CALL = (Visit.customer_id, Visit.place_id, Visit.entered_at, Visit.left_at)


def profiles(session: Session, customers: Mapping[str, Customer], needs: Needs, now: datetime) -> dict[str, Profile]:
    """Each customer's profile as of `now`, by id. Asks only what `needs` names, in as many queries however many they are."""
    ids = list(customers)
    bills = _bills(session, ids, needs, now) if needs.purchases is not None else {}
    calls = _calls(session, ids, needs.visits, now) if needs.visits is not None else {}
    devices = _devices(session, ids) if needs.devices else {}
    inside, near = _whereabouts(session, ids, now) if needs.stays else ({}, {})
    return {
        customer_id: Profile(
            language=customer.language,
            time_zone=customer.time_zone,
            name=customer.name,
            tags=tuple(tag for tag in customer.tags if isinstance(tag, str)),
            sizes=customer.sizes,
            attributes=customer.attributes,
            known_since=customer.created_at,
            consents=frozenset(purpose for purpose in PURPOSES if getattr(customer, purpose)),
            devices=tuple(devices.get(customer_id, ())),
            purchases=tuple(bills.get(customer_id, ())),
            visits=tuple(calls.get(customer_id, ())),
            inside=frozenset(inside.get(customer_id, ())),
            near=frozenset(near.get(customer_id, ())),
        )
        for customer_id, customer in customers.items()
    }


def _bills(session: Session, ids: Collection[str], needs: Needs, now: datetime) -> dict[str, list[Bill]]:
    mine = [Purchase.customer_id.in_(ids), *_looking_back(Purchase.at, needs.purchases, now)]
    items: dict[str, list[Item]] = defaultdict(list)
    if needs.items:
        lines = select(*_LINE).join(Purchase, Purchase.id == PurchaseItem.purchase_id).where(*mine)
        for line in session.execute(lines):
            items[line.purchase_id].append(Item(line.sku, line.category, line.size, line.quantity))
    found: dict[str, list[Bill]] = defaultdict(list)
    for row in session.execute(select(*_BILL).where(*mine)):
        lines_of = tuple(items.get(row.id, ()))
        found[row.customer_id].append(
            Bill(row.at, row.channel, row.place_id, row.currency, row.total_thousandths, lines_of)
        )
    return found


def _calls(session: Session, ids: Collection[str], reach: Reach, now: datetime) -> dict[str, list[Call]]:
    mine = [Visit.customer_id.in_(ids), *_looking_back(Visit.entered_at, reach, now)]
    found: dict[str, list[Call]] = defaultdict(list)
    for row in session.execute(select(*_CALL).where(*mine)):
        found[row.customer_id].append(Call(row.place_id, row.entered_at, row.left_at))
    return found


def _devices(session: Session, ids: Collection[str]) -> dict[str, list[InUse]]:
    rows = session.execute(
        select(Device.customer_id, Device.platform, Device.push_token.is_not(None)).where(
            Device.customer_id.in_(ids), IN_USE
        )
    )
    found: dict[str, list[InUse]] = defaultdict(list)
    for customer_id, platform, push in rows:
        found[customer_id].append(InUse(platform, bool(push)))
    return found


def _whereabouts(
    session: Session, ids: Collection[str], now: datetime
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """At whose premises each is, and which places each is near."""
    rows = session.execute(
        select(Stay.customer_id, Geofence.role, Place.id, Place.kind)
        .join(Geofence, Geofence.id == Stay.geofence_id)
        .join(Place, Place.id == Geofence.place_id)
        .where(
            Stay.customer_id.in_(ids),
            Stay.entered_at <= now + AHEAD,
            or_(Stay.left_at.is_(None), Stay.left_at > now),
        )
    )
    inside: dict[str, set[str]] = defaultdict(set)
    near: dict[str, set[str]] = defaultdict(set)
    for customer_id, role, place_id, kind in rows:
        names = {place_id, ANY_STORE} if kind == "store" else {place_id}
        near[customer_id] |= names
        if role == "premises":
            inside[customer_id] |= names
    return inside, near


def _looking_back(at: Any, reach: Reach, now: datetime) -> list[ColumnElement[bool]]:
    bounds: list[ColumnElement[bool]] = [at <= now]
    if reach is not None and reach != "ever":
        bounds.append(at >= now - reach)
    return bounds
