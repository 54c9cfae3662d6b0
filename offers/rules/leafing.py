"""A long list, a page at a time: by what it is sorted, and from which row on.

A cursor says that row's own values, and not how many rows lie before it: whatever is added or removed meanwhile, no row is skipped and none comes twice.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

Kind = Literal["text", "number", "time"]
LONGEST_CURSOR = 6000
MOST_COUNTED = 10_000
"""Rows are counted up to here; past that there are more."""
_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Turn:
    """Which page. `sort` is what to sort by, with `-` before it the other way; empty is the list's own order."""

    sort: str = ""
    cursor: str = ""
    limit: int = 50
    count: bool = False
    """Whether to say how many rows there are in all."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """`count` is none where nobody asked; MOST_COUNTED + 1 says that there are more than MOST_COUNTED."""

    items: list[Any]
    previous: str | None = None
    next: str | None = None
    count: int | None = None
    looked: int | None = None
    """So many rows were looked through for these, and beyond them there may be more; none where all were, or the page is full."""

    def holding(self, items: list[Any]) -> "Leaf":
        """The same page, with what is told of its rows in their place."""
        return Leaf(items, self.previous, self.next, self.count, self.looked)


@dataclass(frozen=True, slots=True)
class Spot:
    """A row by the values that it is sorted by, and whether the page lies before it."""

    values: tuple[Any, ...]
    back: bool


def write_cursor(sort: str, spot: Spot) -> str:
    values = [one.isoformat() if isinstance(one, datetime) else one for one in spot.values]
    said = json.dumps([sort, "before" if spot.back else "after", values], ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(said.encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort: str, kinds: Sequence[Kind]) -> Spot | None:
    """None for an empty one. `ValueError` for what is no cursor of this list in this order."""
    if not cursor:
        return None
    try:
        if len(cursor) > LONGEST_CURSOR:
            raise ValueError(len(cursor))
        of, side, values = json.loads(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
        if of != sort or side not in ("before", "after"):
            raise ValueError(side)
        read = tuple(_read(value, kind) for value, kind in zip(values, kinds, strict=True))
    except (TypeError, OverflowError, RecursionError):
        raise ValueError("no cursor") from None
    return Spot(read, side == "before")


def _read(value: Any, kind: Kind) -> Any:
    if kind == "number":
        if type(value) is not int or not -_LARGEST <= value < _LARGEST:
            raise ValueError(kind)
        return value
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(kind)
    value.encode()  # half of a pair of surrogates is no text
    if kind == "text":
        return value
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError(kind)
    return at.astimezone(UTC)
