"""A list that is here already, a page at a time: what a search found, a campaign's versions, the lines of a report.

Sorted and paged as the long ones are that a database sorts: by the same names, with the same cursors, and the same is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from offers.errors import BadInput
from offers.rules.leafing import Kind, Leaf, Spot, Turn, read_cursor, write_cursor

Row = TypeVar("Row")


class Order(NamedTuple):
    """What a row is sorted by, which is never none."""

    of: Callable[[Any], Any]
    kind: Kind = "text"


def leaf_few(
    rows: Sequence[Row], turn: Turn, own: str, orders: Mapping[str, Order], row_id: Callable[[Row], str]
) -> Leaf:
    """A page of them in the order that is asked for; `own` is the one where none is. `BadInput` for an order or a cursor that there is not."""
    sort = turn.sort or own
    if (order := orders.get(sort.removeprefix("-"))) is None:
        raise BadInput.at("sort", "is none that this list has")
    try:
        spot = read_cursor(turn.cursor, sort, (order.kind, "text"))
    except ValueError:
        raise BadInput.at("cursor", "is none that this list made in this order") from None
    falls = sort.startswith("-")
    marked = sorted((((order.of(row), row_id(row)), row) for row in rows), key=lambda one: one[0], reverse=falls)
    back = spot is not None and spot.back
    if spot is not None:
        here = spot.values
        marked = [one for one in marked if (one[0] < here) == (falls != back) and one[0] != here]
    some = marked[-turn.limit :] if back else marked[: turn.limit]
    more = len(marked) > turn.limit
    marks = [mark for mark, _ in some]
    return Leaf(
        [row for _, row in some],
        write_cursor(sort, Spot(marks[0], back=True)) if marks and (more if back else spot is not None) else None,
        write_cursor(sort, Spot(marks[-1], back=False)) if marks and (more or back) else None,
        len(rows) if turn.count else None,
    )
