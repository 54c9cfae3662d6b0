"""One page of a sorted list. The id is always the last thing that is sorted by: rows that are the same otherwise keep one order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, not_, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from offers.errors import BadInput
from offers.rules.leafing import MOST_COUNTED, Kind, Leaf, Spot, Turn, read_cursor, write_cursor


@dataclass(frozen=True, slots=True)
class Key:
    """What is sorted by, which is never NULL; `falls`: the greatest first."""

    column: Any
    kind: Kind = "text"
    falls: bool = False


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders that a list has, by name; `own` is the one where none is asked for."""

    row_id: Any
    own: str
    keys: Mapping[str, tuple[Key, ...]]


MOST_LOOKED = 5_000
"""Rows that a page is sifted out of, where no index has those that are wanted together."""
MOST_LOOKED_UP = 1_500
"""The same where each of them is looked up elsewhere to tell: 5,000 customers took a server with little memory a quarter of a second."""


def leaf_of(  # noqa: PLR0917 - a list, a page of it, and how its database finds that
    session: Session,
    wanted: Select[Any],
    turn: Turn,
    orders: Orders,
    each: Sequence[ColumnElement[bool]] = (),
    sieve: Sequence[ColumnElement[bool]] = (),
    *,
    looks_up: bool = False,
) -> Leaf:
    """Rows (the first of what is selected) of one page. `BadInput` for an order that the list has not.

    `sieve` is what no index tells: of the next MOST_LOOKED rows those are shown for which it holds, and the page after goes on from there. Such
    rows are not counted, and `each` does not go with it. `looks_up`: it asks another table of each row, so of MOST_LOOKED_UP.

    `each` parts the rows where no index has all of them in their order, and one has those of each part: so many are looked up in every one.
    """
    sort = turn.sort or orders.own
    if (named := orders.keys.get(sort.removeprefix("-"))) is None:
        raise BadInput.at("sort", "is none that this list has")
    keys = [*named, Key(orders.row_id, "text", named[-1].falls)]
    try:
        spot = read_cursor(turn.cursor, sort, [key.kind for key in keys])
    except ValueError:
        raise BadInput.at("cursor", "is none that this list made in this order") from None
    back = spot is not None and spot.back
    falls = [key.falls != (sort.startswith("-") != back) for key in keys]
    asked = wanted.add_columns(*(key.column for key in keys))
    if spot is not None:
        asked = asked.where(_beyond(keys, falls, spot))
    order = [key.column.desc() if down else key.column.asc() for key, down in zip(keys, falls, strict=True)]
    end, most_looked = None, min(MOST_LOOKED, MOST_LOOKED_UP) if looks_up else MOST_LOOKED
    if sieve:
        end = session.execute(
            asked.with_only_columns(*(key.column for key in keys)).order_by(*order).offset(most_looked - 1).limit(1)
        ).one_or_none()
        if end is not None:
            asked = asked.where(not_(_beyond(keys, falls, Spot(tuple(end), back=back))))
        asked = asked.where(*sieve)
    if each:
        parts = (asked.with_only_columns(orders.row_id).where(one).order_by(*order) for one in each)
        ends = (select(part.limit(turn.limit + 1).subquery()) for part in parts)
        asked = wanted.add_columns(*(key.column for key in keys)).where(orders.row_id.in_(union_all(*ends)))
    found = session.execute(asked.order_by(*order).limit(turn.limit + 1)).all()
    rows, more = found[: turn.limit], len(found) > turn.limit
    if back:
        rows = rows[::-1]
    marks = [tuple(row)[-len(keys) :] for row in rows]
    first = marks[0] if marks and (more if back else spot is not None) else None
    last = marks[-1] if marks and (more or back) else None
    is_partial = end is not None and not more
    if end is not None and is_partial:
        first, last = (tuple(end), last) if back else (first, tuple(end))
    return Leaf(
        [row[0] for row in rows],
        write_cursor(sort, Spot(first, back=True)) if first else None,
        write_cursor(sort, Spot(last, back=False)) if last else None,
        _count(session, wanted.where(or_(*each)) if each else wanted) if turn.count and not sieve else None,
        most_looked if is_partial else None,
    )


def _beyond(keys: Sequence[Key], falls: Sequence[bool], spot: Spot) -> ColumnElement[bool]:
    """Past that row. All one way is one comparison of rows, which an index answers."""
    ends = [literal(value, key.column.type) for key, value in zip(keys, spot.values, strict=True)]
    columns = [key.column for key in keys]
    if len(set(falls)) == 1:
        here, there = tuple_(*columns), tuple_(*ends)
        return here < there if falls[0] else here > there
    steps = []
    for number, (column, end) in enumerate(zip(columns, ends, strict=True)):
        same = [one == other for one, other in zip(columns[:number], ends[:number], strict=True)]
        steps.append(and_(*same, column < end if falls[number] else column > end))
    return or_(*steps)


def _count(session: Session, wanted: Select[Any]) -> int:
    """How many there are, and no further than one past MOST_COUNTED."""
    some = wanted.with_only_columns(literal(1), maintain_column_froms=True).limit(MOST_COUNTED + 1).subquery()
    return int(session.scalar(select(func.count()).select_from(some)) or 0)
