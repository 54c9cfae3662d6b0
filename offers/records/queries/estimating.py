"""An audience reckoned from some thousand customers, so that a million are not counted with every key that is pressed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, select, tablesample, text
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.queries.audiences import consenting, holds, reachable
from offers.records.tables import Customer
from offers.rules.audience import Audience
from offers.rules.sampled import TOO_FEW, said_of_all

LOOKED_AT = 10_000
"""Says a share of one in ten to within a fifteenth, and takes a tenth of a second."""
CHECKED = 4_000
"""Enough to warn by: of one in ten to within a tenth."""
_ROWS_SAID = text("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass('customers')")
_SCATTER = 2_654_435_761  # Knuth's, of a golden cut
_THESE_ROWS = text("SELECT id FROM customers WHERE rowid IN (SELECT value FROM json_each(:rows))")


@dataclass(frozen=True, slots=True)
class Drawn:
    """Of `total` customers these many were looked at; so many of them are in the audience, and so many of those can be told."""

    total: int
    looked_at: int
    size: int
    reached: int
    some: Sequence[Any]
    """Rows of id and name."""


def estimate(
    session: Session,
    audience: Audience,
    now: datetime,
    purposes: Sequence[str],
    *,
    with_push: bool,
    most_named: int,
    most: int = LOOKED_AT,
) -> Drawn:
    """All customers where they are no more than `most`, else about as many of them, drawn the same each time.

    `with_push`: who has no device that takes messages can not be told.
    """
    if session.get_bind().dialect.name == "postgresql":
        # what is compiled for a million rows is never worth it for ten thousand
        session.execute(select(func.set_config("jit", "off", True)))
    total = _total(session, most)
    those = None if total <= most else _drawn(session, total, most)
    within = _within(session, audience, now, those)
    told = consenting(purposes)
    if with_push:
        told = and_(told, reachable())
    size, reached = session.execute(
        select(func.count(), func.count().filter(told)).select_from(Customer).where(within)
    ).one()
    some = session.execute(select(Customer.id, Customer.name).where(within).order_by(Customer.id).limit(most_named))
    return Drawn(total, total if those is None else len(those), size, reached, some.all())


def reckoned(
    session: Session, audience: Audience, now: datetime, purposes: Sequence[str], *, most: int = CHECKED
) -> tuple[int, int, int, int] | None:
    """Of a drawn part of many customers, said of all: how many are in the audience, can be reached, agreed, and both.

    None where all had better be counted: they are no more than `most`, or too few of the drawn are in it to say anything of all.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.set_config("jit", "off", True)))
    total = _total(session, most)
    if total <= most:
        return None
    those = _drawn(session, total, most)
    agreed, can = consenting(purposes), reachable()
    counts = [func.count(), *(func.count().filter(one) for one in (can, agreed, and_(can, agreed)))]
    found = session.execute(select(*counts).select_from(Customer).where(_within(session, audience, now, those))).one()
    if found[0] < TOO_FEW:
        return None
    size, reached, consented, both = (said_of_all(many, len(those), total) for many in found)
    return size, reached, consented, both


def drawn(session: Session, wanted: Select[Any], most: int) -> Select[Any]:
    """What is asked of customers, of all of them where they are no more than `most`, else of about as many, drawn the same each time."""
    total = _total(session, most)
    return wanted if total <= most else wanted.where(among(Customer.id, _drawn(session, total, most)))


def _within(session: Session, audience: Audience, now: datetime, those: Sequence[str] | None) -> ColumnElement[bool]:
    inside = holds(audience, now, session.get_bind().dialect.name, those)
    return inside if those is None else and_(among(Customer.id, those), inside)


def _total(session: Session, most: int) -> int:
    """To the customer up to `most`; beyond that on PostgreSQL as its statistics have it, if they have any."""
    few = session.scalar(select(func.count()).select_from(select(Customer.id).limit(most + 1).subquery())) or 0
    if few <= most:
        return few
    said = 0
    if session.get_bind().dialect.name == "postgresql":
        said = session.scalar(_ROWS_SAID) or 0
    return said if said > most else session.scalar(select(func.count()).select_from(Customer)) or 0


def _drawn(session: Session, total: int, most: int) -> list[str]:
    """Ids from all over the table: whole pages on PostgreSQL, a row of each stretch on SQLite."""
    if session.get_bind().dialect.name == "postgresql":
        percent = min(100.0, 100 * most / total)
        part = tablesample(Customer.__table__, func.system(percent), name="part", seed=literal_column("0"))
        return list(session.scalars(select(part.c.id)))
    last = session.scalar(text("SELECT max(rowid) FROM customers")) or 0
    return list(session.scalars(_THESE_ROWS, {"rows": json.dumps(_scattered(last, most))}))


def _scattered(last: int, most: int) -> list[int]:
    """One number of each stretch, at no fixed distance: what comes every fourth time must not be hit each time, or never."""
    stretch = max(1, last // most)
    return [first + (first * _SCATTER >> 16) % stretch for first in range(1, last + 1, stretch)]
