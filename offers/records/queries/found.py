"""Customers by what somebody types: a part of the id or of the name, or a whole phone number."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from offers.records.queries.among import among
from offers.records.tables import Customer

LETTERS = 3
"""So many letters or digits in a row are found anywhere; fewer only where a word begins. An index of groups of three letters can do no more."""
MOST_WORDS = 8
_RUN = re.compile(r"[^\W_]+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{5,}")


TOLD = (
    *(Customer.id, Customer.name, Customer.language, Customer.anonymous),
    *(Customer.location, Customer.offers, Customer.orders),
)
"""What a list tells of a customer: a thousand whole ones would take longer to read than to find."""


def customers_found(session: Session, text: str, limit: int) -> Sequence[Any]:
    """`TOLD` of those whose id or name holds each of the words, in whatever case, or who have this phone number: `limit` at most, in no order.

    No words, nobody. Not sorted in the database: it would read everybody whom a common name fits.
    """
    ids: set[str] = set()
    if _PHONE.fullmatch(text):
        ids |= set(session.scalars(select(Customer.id).where(Customer.phone == _dialled(text)).limit(limit)))
    fits = [_holds(session, word) for word in text.split()[:MOST_WORDS] if _RUN.search(word)]
    if fits and not text.startswith("+"):
        wanted = select(Customer.id).where(and_(*fits))
        if len(fits) > 1:
            # by several words few are left: over the index to all of them, where a limit alone would have the whole table read until it is reached
            fitting = wanted.cte("fitting").prefix_with("MATERIALIZED", dialect="postgresql")
            wanted = select(fitting.c.id)
        ids |= set(session.scalars(wanted.limit(limit)))
    ids |= set(session.scalars(select(Customer.id).where(Customer.id == text)))
    return session.execute(select(*TOLD).where(among(Customer.id, ids)).order_by(Customer.id)).all()


def _holds(session: Session, word: str) -> ColumnElement[bool]:
    said = re.sub(r"([\\%_])", r"\\\1", word)
    anywhere = max(map(len, _RUN.findall(word))) >= LETTERS
    id_is = [f"%{said}%"] if anywhere else [f"{said}%"]
    name_is = [f"%{said}%"] if anywhere else [f"{said}%", f"% {said}%"]
    return or_(
        *(_like(session, Customer.id, one) for one in id_is),
        *(_like(session, Customer.name, one) for one in name_is),
    )


def _like(
    session: Session, column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], pattern: str
) -> ColumnElement[bool]:
    """On each database the form that goes over its index. SQLite's LIKE asks for no case, of ASCII's letters."""
    if session.get_bind().dialect.name == "postgresql":
        return column.ilike(pattern, escape="\\")
    return column.like(pattern, escape="\\")


def _dialled(text: str) -> str:
    """As it is kept: digits after a plus. What begins with 00 is dialled from a phone on a desk."""
    digits = re.sub(r"[^0-9]", "", text)
    return "+" + (digits.removeprefix("00") if not text.startswith("+") else digits)
