"""Conditions over what customers' JSON columns hold, for each database: never NULL, whatever is in them.

PostgreSQL compares JSONB's values as the rules do: numbers as the decimals that they are written as, true and 1 apart.
SQLite makes numbers of 64 bits of them, so numbers are compared by `number_order`, which `offers/records/database.py` gives it.
"""

import json
from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Numeric,
    Text,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from offers.rules.audience.nodes import Bound, Scalar

Holds = ColumnElement[bool]


class JsonValues(Protocol):
    def is_one_of(self, column: Any, name: str, wanted: Sequence[Scalar]) -> Holds: ...

    def is_within(self, column: Any, name: str, bound: Bound) -> Holds: ...

    def knows(self, column: Any, name: str) -> Holds: ...

    def has_one_of(self, column: Any, wanted: Sequence[str]) -> Holds: ...

    def has_any(self, column: Any) -> Holds: ...


def in_json(dialect_name: str) -> JsonValues:
    return _PostgreSQL() if dialect_name == "postgresql" else _SQLite()


class _PostgreSQL:
    def is_one_of(self, column: Any, name: str, wanted: Sequence[Scalar]) -> Holds:
        value = self._value(column, name)
        return and_(value.is_not(None), or_(*(value == _jsonb(one) for one in wanted)))

    def is_within(self, column: Any, name: str, bound: Bound) -> Holds:
        value = self._value(column, name)
        number = cast(value, Numeric)  # asked only of numbers: CASE keeps the order, AND does not
        end = cast(literal(str(bound.value), Text), Numeric)
        within = number >= end if bound.side == "at_least" else number <= end
        return case((func.jsonb_typeof(value) == "number", within), else_=false())

    def knows(self, column: Any, name: str) -> Holds:
        value = self._value(column, name)
        return and_(value.is_not(None), func.jsonb_typeof(value) != "null")

    def has_one_of(self, column: Any, wanted: Sequence[str]) -> Holds:
        return or_(*(cast(column, JSONB).contains(_jsonb([one])) for one in wanted))

    def has_any(self, column: Any) -> Holds:
        return func.jsonb_array_length(column) > 0

    def _value(self, column: Any, name: str) -> ColumnElement[Any]:
        value: ColumnElement[Any] = column.op("->", return_type=JSONB())(literal(name, Text))
        return value


class _SQLite:
    def is_one_of(self, column: Any, name: str, wanted: Sequence[Scalar]) -> Holds:
        each, value, kind = _each(column)
        texts = [one for one in wanted if isinstance(one, str)]
        flags = [str(one).lower() for one in wanted if isinstance(one, bool)]
        numbers = [json.dumps(one) for one in wanted if isinstance(one, int | float) and not isinstance(one, bool)]
        found = [_is_a_number_of(column, name, numbers)] if numbers else []
        plain = []
        if texts:
            plain.append(and_(kind == "text", value.in_(texts)))
        if flags:
            plain.append(kind.in_(flags))
        if plain:
            found.append(exists(select(1).select_from(each).where(each.c.key == name, or_(*plain))))
        return or_(*found)

    def is_within(self, column: Any, name: str, bound: Bound) -> Holds:
        order = _order(column, name, str(bound.value))
        return func.coalesce(order >= 0 if bound.side == "at_least" else order <= 0, false())

    def knows(self, column: Any, name: str) -> Holds:
        each, _, kind = _each(column)
        return exists(select(1).select_from(each).where(each.c.key == name, kind != "null"))

    def has_one_of(self, column: Any, wanted: Sequence[str]) -> Holds:
        each, value, kind = _each(column)
        return exists(select(1).select_from(each).where(kind == "text", value.in_(wanted)))

    def has_any(self, column: Any) -> Holds:
        return func.json_array_length(column) > 0


def _each(column: Any) -> tuple[Any, Any, Any]:
    """The entries of a JSON column, their values and their kinds."""
    each = func.json_each(column).table_valued("key", "value", "type")
    return each, each.c.value, each.c.type


def _is_a_number_of(column: Any, name: str, numbers: Sequence[str]) -> Holds:
    """However many they are: one OR of a thousand is a tree deeper than SQLite takes."""
    each, value, _ = _each(literal(json.dumps(numbers), Text))
    return exists(select(1).select_from(each).where(_order(column, name, value) == 0))


def _order(column: Any, name: str, wanted: Any) -> ColumnElement[int]:
    """-1, 0 or 1 as the number of that name is less, the same or more; NULL when it is none."""
    return func.number_order(cast(column, Text), name, wanted)


def _jsonb(value: Any) -> ColumnElement[Any]:
    return cast(literal(json.dumps(value), Text), JSONB)
