"""An audience as rows that a marketer fills in, and as the tree that the rules read."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, get_args
from zoneinfo import ZoneInfo

from offers.errors import Fault
from offers.rules.values import zone_or_none
from web.console.audience_kinds import Part
from web.console.audience_rows import Row, RowError, node_of, row_of
from web.console.forms import Form
from web.console.speaking import Voice

SPARE = 2
"""Empty rows at the end, so that rows can be added without a script."""
AT_ROW = "audience.rows."
"""Begins the path of what is wrong in one field of a row: `audience.rows.2.days`."""
_IN_TREE = re.compile(r"audience(?:\.(?:all|any)\[(\d+)\])?(?:\.not)*(?:\.(\w+)(?:\[\d+\])?)?")
_PARTS = {"within_days": "days", "before": "before", "fact": "name"}


@dataclass(frozen=True, slots=True)
class Filled:
    rows: list[Row]
    joint: str
    bare: bool
    """The tree is its only row, with no `all` around it."""


def rows_of(form: Form) -> list[Row]:
    """The rows of a form, as typed. A form that has not all their fields leaves the others empty."""
    kinds = form.all("audience.kind")
    columns = (form.all(f"audience.{part}")[: len(kinds)] for part in get_args(Part))
    return [Row(*(one.strip() for one in row)) for row in zip_longest(*columns, fillvalue="")]


def rows_shown(form: Form, *, one_more: bool) -> tuple[list[Row], int]:
    """What a form shows: what was typed and some empty rows; or one more than it had, and which that is (0: none)."""
    rows = rows_of(form)
    if one_more:
        return [*rows, Row()], len(rows) + 1
    while rows and rows[-1].is_empty:
        rows.pop()
    return [*rows, *[Row()] * SPARE], 0


def filled(tree: Mapping[str, Any] | None, zone: ZoneInfo) -> dict[str, str | list[str] | None]:
    """The form's values for a tree: rows where rows can say it, else the tree. Times are by the desk's clock."""
    said = said_by_rows(tree, zone)
    values: dict[str, str | list[str] | None] = {
        "audience.join": said.joint if said else "all",
        "audience.bare": "1" if said and said.bare else None,
        "audience.tree": json.dumps(tree, ensure_ascii=False, indent=2) if tree else None,
        "audience.use_tree": None if said else "1",
    }
    for part in get_args(Part):
        values[f"audience.{part}"] = [getattr(row, part) for row in said.rows] if said else []
    return values


def said_by_rows(tree: Mapping[str, Any] | None, zone: ZoneInfo) -> Filled | None:
    """None where rows can not say it: what is nested deeper, and what no row knows."""
    if tree is None:
        return Filled([], "all", bare=False)
    joint = next((one for one in ("all", "any") if one in tree), None)
    nodes = tree[joint] if joint else [tree]
    rows = [row_of(node, zone) for node in nodes] if isinstance(nodes, list) else []
    known = [row for row in rows if row is not None]
    if not known or len(known) < len(rows) or (joint and len(tree) > 1):
        return None
    return Filled(known, joint or "all", bare=joint is None)


def read(form: Form, voice: Voice) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The tree that the form says (none: everybody), and what is wrong with its rows or its JSON."""
    if form.on("audience.use_tree"):
        written = form.text("audience.tree")
        try:
            tree = json.loads(written) if written else None
        except (ValueError, RecursionError):
            tree = written
        if tree is not None and not isinstance(tree, dict):
            return None, [Fault("audience", voice.words["bad_json"])]
        return tree, []
    zone, nodes, faults = _zone(form, voice), [], []
    for number, row in _filled_rows(form):
        try:
            nodes.append(_as_it_was(row, zone) or node_of(row, zone))
        except RowError as wrong:
            faults.append(Fault(f"{AT_ROW}{number}.{wrong.part}", voice.words[wrong.phrase]))
    if faults or not nodes:
        return None, faults
    if form.on("audience.bare") and len(nodes) == 1:
        return nodes[0], []
    return {"any" if form.text("audience.join") == "any" else "all": nodes}, []


def at_rows(faults: Iterable[Fault], form: Form) -> list[Fault]:
    """What the rules say of a place in the tree, at the field of the row that says it."""
    if form.on("audience.use_tree"):
        return list(faults)
    numbers = [number for number, _ in _filled_rows(form)]
    return [_at_row(one, numbers, bare=form.on("audience.bare")) for one in faults]


def in_one_line(fault: Fault, voice: Voice) -> str:
    """For where there is no field to say it at."""
    if not fault.path.startswith(AT_ROW):
        return fault.message
    number = fault.path.removeprefix(AT_ROW).partition(".")[0]
    return f"{voice.words['row'].format(number=number)}: {fault.message}"


def _at_row(fault: Fault, numbers: list[int], *, bare: bool) -> Fault:
    said = _IN_TREE.fullmatch(fault.path)
    if said is None or (said[1] is None and not bare) or int(said[1] or 0) >= len(numbers):
        return fault
    return Fault(f"{AT_ROW}{numbers[int(said[1] or 0)]}.{_PARTS.get(said[2] or '', 'value')}", fault.message)


def _filled_rows(form: Form) -> list[tuple[int, Row]]:
    return [(number, row) for number, row in enumerate(rows_of(form), start=1) if not row.is_empty]


def _as_it_was(row: Row, zone: ZoneInfo) -> dict[str, Any] | None:
    """The condition that a row was opened from, when nothing in the row was changed: there are several ways to write one."""
    try:
        node = json.loads(row.was) if row.was else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(node, dict) or (opened := row_of(node, zone)) is None:
        return None
    return node if replace(opened, was="") == replace(row, was="") else None


def _zone(form: Form, voice: Voice) -> ZoneInfo:
    """The clock by which the form was filled."""
    return zone_or_none(form.or_none("zone")) or voice.zone
