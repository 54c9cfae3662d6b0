from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, func, literal, select
from sqlalchemy.orm import Session

from offers.records.database import Table as Base

HELD: Mapping[str, frozenset[str]] = {
    "customers": frozenset(),
    "consents": frozenset(),
    "devices": frozenset({"push_token", "push_hash", "refresh_hash", "previous_refresh_hash"}),
    "orders": frozenset(),
    "purchases": frozenset({"digest"}),
    "purchase_items": frozenset(),
    "visits": frozenset(),
    "stays": frozenset(),
    "transitions": frozenset(),
    "decisions": frozenset(),
    "deferrals": frozenset(),
    "coupons": frozenset({"code_mark"}),
    "deliveries": frozenset({"claim", "lease_until"}),
    "scans": frozenset(),
    "payments": frozenset({"checkout_url"}),
    "conversations": frozenset(),
    "conversation_messages": frozenset({"user_id"}),
    "phone_codes": frozenset(),
    "page_links": frozenset({"mark"}),
    "shop_events": frozenset({"body"}),
}
"""Every table that holds something of a customer, and the columns that an export leaves out: secrets and what only machines need.

The erasure needs no such list, the database cascades. A test holds both against the tables.
"""


def rows_of_customer(session: Session, customer_id: str) -> dict[str, list[dict[str, Any]]]:
    """What each of these tables holds of a customer, by table and in the order of the keys."""
    found = {}
    for name, left_out in HELD.items():
        table = Base.metadata.tables[name]
        shown = [column for column in table.columns if column.name not in left_out]
        wanted = select(*shown).where(_of_customer(table, customer_id)).order_by(*table.primary_key)
        found[name] = [dict(row) for row in session.execute(wanted).mappings()]
    return found


def count_rows_of_customer(session: Session, customer_id: str, names: Iterable[str], most: int) -> dict[str, int]:
    """How many rows of a customer each of these tables holds; of more than `most`, so many."""
    found = {}
    for name in names:
        table = Base.metadata.tables[name]
        some = select(literal(1)).where(_of_customer(table, customer_id)).limit(most).subquery()
        found[name] = session.scalar(select(func.count()).select_from(some)) or 0
    return found


def _of_customer(table: Table, customer_id: str) -> ColumnElement[bool]:
    """Rows that lead to the customer: the customer's own, those that name them, those of something that does."""
    if table.name == "customers":
        return table.c.id == customer_id
    leads = {key.column.table.name: key for key in table.foreign_keys if key.column.table.name in HELD}
    if "customers" in leads:
        return leads["customers"].parent == customer_id
    key = leads[min(leads)]
    return key.parent.in_(select(key.column).where(_of_customer(key.column.table, customer_id)))
