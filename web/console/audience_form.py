"""An audience as rows that a marketer fills in, and as the tree that the rules read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from web.console.forms import Form
from web.console.speaking import Voice

KINDS = ("language", "tag", "attribute", "size")
SPARE = 2
"""Empty rows at the end, so that rows can be added without a script."""


@dataclass(frozen=True, slots=True)
class Row:
    kind: str = ""
    name: str = ""
    value: str = ""


def rows_of(form: Form) -> list[Row]:
    """The rows of a form, as typed."""
    kinds, names, values = (form.all(f"audience.{part}") for part in ("kind", "name", "value"))
    return [Row(*(one.strip() for one in row)) for row in zip(kinds, names, values, strict=False)]


def filled(tree: Mapping[str, Any] | None) -> dict[str, str | list[str] | None]:
    """The form's values for a tree: rows where rows can say it, else the tree."""
    rows, joint = _rows(tree)
    values: dict[str, str | list[str] | None] = {
        "audience.join": joint,
        "audience.tree": json.dumps(tree, ensure_ascii=False, indent=2) if tree else None,
    }
    if rows is None:
        values["audience.use_tree"] = "1"
        rows = []
    for part in ("kind", "name", "value"):
        values[f"audience.{part}"] = [getattr(row, part) for row in rows]
    return values


def _rows(tree: Mapping[str, Any] | None) -> tuple[list[Row] | None, str]:
    if tree is None:
        return [], "all"
    joint = next((one for one in ("all", "any") if one in tree), None)
    nodes = tree[joint] if joint else [tree]
    rows = [_row(node) for node in nodes]
    known = [row for row in rows if row is not None]
    return (known if len(known) == len(rows) else None), joint or "all"


def _row(node: Mapping[str, Any]) -> Row | None:
    fact = str(node.get("fact", ""))
    head, _, rest = fact.partition(".")
    if fact == "language" and isinstance(node.get("is"), str):
        return Row("language", "", node["is"])
    if fact == "tags" and isinstance(node.get("has"), str):
        return Row("tag", "", node["has"])
    kind = {"attributes": "attribute", "sizes": "size"}.get(head)
    if kind is None or not rest:
        return None
    if isinstance(node.get("is"), str) and node == _node(Row(kind, rest, node["is"])):
        return Row(kind, rest, node["is"])
    choices = node.get("in")
    if isinstance(choices, list) and choices and node == _node(Row(kind, rest, str(choices[0]))):
        return Row(kind, rest, str(choices[0]))
    return None


def _node(row: Row) -> dict[str, Any]:
    """A row as a condition. A shop may keep 42 as a number or as a text, and true likewise: both are meant."""
    if row.kind == "language":
        return {"fact": "language", "is": row.value}
    if row.kind == "tag":
        return {"fact": "tags", "has": row.value}
    fact = f"{'attributes' if row.kind == 'attribute' else 'sizes'}.{row.name}"
    also = _as_value(row.value)
    return {"fact": fact, "is": row.value} if also is None else {"fact": fact, "in": [row.value, also]}


def _as_value(text: str) -> bool | int | float | None:
    if text in ("true", "false"):
        return text == "true"
    for read in (int, float):
        try:
            number = read(text)
        except ValueError:
            continue
        return number if str(number) == text else None
    return None


def read(form: Form, voice: Voice) -> tuple[dict[str, Any] | None, str | None]:
    """The tree that the form says (none: everybody), and what is wrong with its rows or its JSON."""
    if form.on("audience.use_tree"):
        written = form.text("audience.tree")
        try:
            tree = json.loads(written) if written else None
        except (ValueError, RecursionError):
            return None, voice.words["bad_json"]
        if tree is not None and not isinstance(tree, dict):
            return None, voice.words["bad_json"]
        return tree, None
    nodes = []
    for number, row in enumerate(rows_of(form), start=1):
        if row == Row():
            continue
        if not row.kind or not row.value or (row.kind in ("attribute", "size") and not row.name):
            return None, voice.words["bad_row"].format(number=number)
        nodes.append(_node(row))
    if not nodes:
        return None, None
    return {"any" if form.text("audience.join") == "any" else "all": nodes}, None
