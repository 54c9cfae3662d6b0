"""Asking about many at once: `column in these`, as one value that is bound, however many they are.

SQLAlchemy's own `in_` binds each of them, which costs more than what is asked: the statement is written anew for every number of them.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, String, Text, bindparam
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Texts(TypeDecorator[list[str]]):
    """Many texts as one value: an array, or JSON where there are none."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(String) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else json.dumps(value)


class _Among(FunctionElement[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True


@compiles(_Among, "postgresql")
def _any_of(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, these = element.clauses
    return f"{compiler.process(column, **more)} = ANY({compiler.process(these, **more)})"


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, these = element.clauses
    told = compiler.process(these, **more)
    return f"{compiler.process(column, **more)} IN (SELECT value FROM json_each({told}))"  # noqa: S608 - both are bound


def among(column: Any, these: Iterable[str | None]) -> ColumnElement[bool]:
    """Whether a column of text is one of these; none of them is a value that is missing."""
    wanted = sorted({one for one in these if one is not None})
    return _Among(column, bindparam("these", wanted, type_=_Texts(), unique=True))
