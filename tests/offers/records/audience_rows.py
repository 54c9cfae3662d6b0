"""Populations written into a database: what a dictionary says of each customer, as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from offers.records.queries.audiences import holds
from offers.records.queries.profiles import profiles
from offers.records.tables import Customer, Device, Geofence, Place, Purchase, PurchaseItem, Stay, Visit
from offers.rules.audience import Audience, Needs, Profile
from offers.rules.profile import PURPOSES
from tests.offers.records.audience_worlds import NOW, PLACES, STORES

EVERYTHING = Needs(purchases="ever", items=True, visits="ever", devices=True, stays=True)
NOBODY: dict[str, Any] = {
    **dict.fromkeys(("language", "time_zone", "name")),
    "sizes": {},
    "attributes": {},
    "created_at": NOW,
    "consents": (),
    **dict.fromkeys(("tags", "devices", "bills", "calls", "stays"), ()),
}
"""A customer of whom nothing is known."""


def by_sql(session: Session, audiences: Sequence[Audience]) -> dict[str, list[bool]]:
    """Of each customer whether SQL finds them in each audience; a NULL is an error."""
    dialect = session.get_bind().dialect.name
    answers = {}
    for customer, *found in session.execute(
        select(Customer.id, *(holds(audience, NOW, dialect) for audience in audiences))
    ):
        assert all(one in (True, False) for one in found)
        answers[customer] = [bool(one) for one in found]
    return answers


def by_rules(people: dict[str, Profile], audiences: Sequence[Audience]) -> dict[str, list[bool]]:
    """The same by the predicate."""
    return {name: [one.miss(profile, NOW) is None for one in audiences] for name, profile in people.items()}


def known(session: Session, needs: Needs = EVERYTHING) -> dict[str, Profile]:
    return profiles(session, {one.id: one for one in session.scalars(select(Customer))}, needs, NOW)


def add_places(session: Session) -> None:
    """The places of every population, each with premises and a ring."""
    common = {"lat": 52.0, "lon": 4.0, "time_zone": "UTC", "tags": [], "pickup": False, "paused": False}
    times = {"created_at": NOW, "updated_at": NOW}
    kinds = {place: "store" if place in STORES else "landmark" for place in PLACES}
    session.execute(insert(Place), [{"id": one, "name": one, "kind": kinds[one], **common, **times} for one in PLACES])
    rows: list[dict[str, Any]] = [
        {"id": f"{place}/{role}", "place_id": place, "role": role, "shape": {}, "since": 1, "changed": 1}
        for place in PLACES
        for role in ("premises", "approach")
    ]
    session.execute(insert(Geofence), rows)


@dataclass(slots=True)
class _Rows:
    people: list[dict[str, Any]]
    devices: list[dict[str, Any]]
    purchases: list[dict[str, Any]]
    items: list[dict[str, Any]]
    visits: list[dict[str, Any]]
    stays: list[dict[str, Any]]


def add_population(session: Session, population: Sequence[dict[str, Any]]) -> None:
    """Its customers get the ids c0, c1 …"""
    rows = _Rows([], [], [], [], [], [])
    for number, one in enumerate(population):
        _add(rows, f"c{number}", one)
    for table, of_table in zip(
        (Customer, Device, Purchase, PurchaseItem, Visit, Stay),
        (rows.people, rows.devices, rows.purchases, rows.items, rows.visits, rows.stays),
        strict=True,
    ):
        if of_table:
            session.execute(insert(table), of_table)


def _add(rows: _Rows, customer: str, one: dict[str, Any]) -> None:
    plain = {name: one[name] for name in ("language", "time_zone", "name", "sizes", "attributes", "created_at")}
    plain["tags"] = list(one["tags"])
    consents = {purpose: purpose in one["consents"] for purpose in PURPOSES}
    rows.people.append({"id": customer, "anonymous": False, "phone": None, **plain, **consents, "updated_at": NOW})
    times = {"created_at": NOW, "updated_at": NOW}
    phone = {"positions_only": False, **times}
    rows.devices.append(
        {
            "id": f"{customer}/away",
            "customer_id": customer,
            "platform": "web",
            "push_token": "t",
            "revoked_at": NOW,
            **phone,
        }
    )
    for number, (platform, push, revoked) in enumerate(one["devices"]):
        rows.devices.append(
            {
                "id": f"{customer}/{number}",
                "customer_id": customer,
                "platform": platform,
                "push_token": "token" if push else None,
                "revoked_at": NOW if revoked else None,
                **phone,
            }
        )
    for number, bill in enumerate(one["bills"]):
        bill_id = f"{customer}/{number}"
        said = {name: value for name, value in bill.items() if name != "items"}
        rows.purchases.append({"id": bill_id, "customer_id": customer, "digest": "", "created_at": NOW, **said})
        for position, (sku, category, size) in enumerate(bill["items"]):
            line = {"sku": sku, "category": category, "size": size, "quantity": 1}
            rows.items.append({"purchase_id": bill_id, "position": position, **line})
    for number, (place, entered_at) in enumerate(one["calls"]):
        rows.visits.append(
            {
                "id": f"{customer}/{number}",
                "customer_id": customer,
                "place_id": place,
                "entered_at": entered_at,
                "left_at": NOW,
            }
        )
    open_at = set()
    for number, (place, role, entered_at, left_at) in enumerate(one["stays"]):
        fence = f"{place}/{role}"
        if left_at is None and fence in open_at:
            continue
        open_at |= {fence} if left_at is None else set()
        rows.stays.append(
            {
                "id": f"{customer}/{number}",
                "device_id": f"{customer}/away",
                "customer_id": customer,
                "geofence_id": fence,
                "moment": "m",
                "entered_at": entered_at,
                "left_at": left_at,
            }
        )
