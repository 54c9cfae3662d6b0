"""Asking about many at once: `column in these`, as one value that is bound, however many they are.

SQLAlchemy's own `in_` binds each of them, which costs more than what is asked: the statement is written anew for every number of them.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Text, bindparam
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

_BETWEEN = "\x1f"
"""Stands in no id; an array would have each of its texts looked through for what must be escaped."""


class _Texts(TypeDecorator[list[str]]):
    """Many texts as one: with a character between them, or as JSON where that is read faster."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str:
        texts = value or []
        if dialect.name != "postgresql":
            return json.dumps(texts)
        joined = _BETWEEN.join(texts)
        if joined.count(_BETWEEN) > max(0, len(texts) - 1):
            raise ValueError("a text that no id can be")
        return joined


class _Among(FunctionElement[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True


@compiles(_Among, "postgresql")
def _any_of(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, these = element.clauses
    return f"{compiler.process(column, **more)} = ANY(string_to_array({compiler.process(these, **more)}, chr(31)))"


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, these = element.clauses
    told = compiler.process(these, **more)
    return f"{compiler.process(column, **more)} IN (SELECT value FROM json_each({told}))"  # noqa: S608 - both are bound


def among(column: Any, these: Iterable[str | None]) -> ColumnElement[bool]:
    """Whether a column of text is one of these; none of them is a value that is missing."""
    wanted = sorted({one for one in these if one is not None})
    return _Among(column, bindparam("these", wanted, type_=_Texts(), unique=True))
