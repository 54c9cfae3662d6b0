"""CSV: the first line names the columns, each as the field it fills; an empty cell says nothing.

A column `sizes.shoes` fills `shoes` within `sizes`; a list's values stand in one cell, with `|` between them.
"""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import msgspec

from offers.rules.rows.row import FileRefused, Row, lines_of

LONGEST_TOLD = 100
"""Characters of a column's name that a refusal tells."""
MOST_ITEMS = 1000
"""Lines that are read into one row: the rows that follow are worth reading, and no row has as many items."""

Cell = Callable[[str], Any]


def text(cell: str) -> Any:
    return cell


def several(cell: str) -> Any:
    """`a|b`: a list."""
    return [one.strip() for one in cell.split("|") if one.strip()]


def flag(cell: str) -> Any:
    """`true` and `false` are what they say; everything else is text, and refused by a field that wants one of the two."""
    return {"true": True, "false": False}.get(cell, cell)


def plain(cell: str) -> Any:
    """What is written as a JSON number or `true` and `false` is one; `007` and everything else is text."""
    if cell in ("true", "false") or re.fullmatch(r"-?(0|[1-9]\d{0,15})(\.\d{1,15})?", cell, re.ASCII):
        return msgspec.json.decode(cell)
    return cell


def pieces(cell: str) -> Any:
    """`3`, or `38=2|39=0` by size."""
    if "=" not in cell:
        return plain(cell)
    return {size.strip(): plain(many.strip()) for size, _, many in (one.partition("=") for one in cell.split("|"))}


def geojson(cell: str) -> Any:
    try:
        return msgspec.json.decode(cell)
    except (ValueError, RecursionError):
        return cell  # refused by the field, as text


@dataclass(frozen=True)
class Columns:
    """What a kind of row may have: plain columns, and groups whose columns are named `group.name`."""

    key: str
    plain: Mapping[str, Cell]
    groups: Mapping[str, Cell] = field(default_factory=dict)
    deep: Mapping[str, Mapping[str, Cell]] = field(default_factory=dict)
    """Groups with one more name below, as in `consents.location.at`, and those of these names that are no text."""
    items: Mapping[str, Cell] = field(default_factory=dict)
    """Columns of one item. Rows that stand together under one key are then one row with several items."""
    needs_key: bool = True

    def path_of(self, column: str) -> tuple[str, ...] | None:
        """Where a column's cell goes, or None where it goes nowhere."""
        if column in self.plain or column in self.items or column == self.key:
            return (column,)
        group, dot, name = column.partition(".")
        if not dot or not name or group not in self.groups:
            return None
        return (group, *name.split(".", 1)) if group in self.deep else (group, name)

    def cell_of(self, path: tuple[str, ...]) -> Cell:
        if len(path) > 2:
            return self.deep[path[0]].get(path[2], text)
        if len(path) > 1:
            return self.groups[path[0]]
        return self.plain.get(path[0]) or self.items.get(path[0], text)


def csv_rows(file: BinaryIO, columns: Columns) -> Iterator[Row]:
    """A row for each line (or lines, where a quoted cell goes on); FileRefused for a heading that can not be."""
    lines = lines_of(file)
    first = next(lines, None)
    if first is None:
        raise FileRefused("the file is empty")
    delimiter = max(",;\t", key=first[1].count)
    at = _At()
    reader = csv.reader(at.read([first], lines), delimiter=delimiter, strict=True)
    try:
        heading = [one.strip() for one in next(reader)]
        paths = _paths(heading, columns)
        rows = _cells(reader, at, heading, paths, columns)
        yield from _grouped(rows, columns) if columns.items else rows
    except csv.Error as error:
        raise FileRefused(str(error), at.line) from None


@dataclass(slots=True)
class _At:
    line: int = 0
    first: int = 0
    """The first line of the row that is being read."""

    def read(self, before: list[tuple[int, str]], lines: Iterator[tuple[int, str]]) -> Iterator[str]:
        for source in (before, lines):
            for self.line, one in source:
                self.first = self.first or self.line
                yield one


def _paths(heading: list[str], columns: Columns) -> list[tuple[str, ...]]:
    paths = [columns.path_of(column) for column in heading]
    unknown = [column for column, path in zip(heading, paths, strict=True) if path is None]
    if unknown:
        raise FileRefused(f"there is no column {unknown[0][:LONGEST_TOLD]!r}", 1)
    twice = next((column for column, many in Counter(heading).items() if many > 1), None)
    if twice is not None:
        raise FileRefused(f"the column {twice!r} comes twice", 1)
    if columns.needs_key and columns.key not in heading:
        raise FileRefused(f"the column {columns.key!r} is missing", 1)
    above = {path[:length] for path in paths if path for length in range(1, len(path))}
    both = next((path for path in paths if path in above), None)
    if both:
        raise FileRefused(f"the column {'.'.join(both)!r} comes whole and in parts", 1)
    return [path for path in paths if path]


def _cells(
    reader: Iterator[list[str]], at: _At, heading: list[str], paths: list[tuple[str, ...]], columns: Columns
) -> Iterator[Row]:
    at.first = 0
    for cells in reader:
        line, at.first = at.first, 0
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(heading):
            yield Row(line, refused=f"has {len(cells)} cells where the heading has {len(heading)}")
            continue
        value: dict[str, Any] = {}
        for path, cell in zip(paths, cells, strict=True):
            if cell.strip():
                _put(value, path, columns.cell_of(path)(cell.strip()))
        yield Row(line, value)


def _put(value: dict[str, Any], path: tuple[str, ...], cell: Any) -> None:
    for step in path[:-1]:
        value = value.setdefault(step, {})
    value[path[-1]] = cell


def _grouped(rows: Iterator[Row], columns: Columns) -> Iterator[Row]:
    """Rows that follow each other under one key, as one with `items`. What they say of the whole must be the same, or not said again."""
    whole: dict[str, Any] = {}
    first = 0
    item_lines: list[int] = []
    wrong: list[tuple[str, str]] = []
    for row in rows:
        if row.value is None:
            yield row
            continue
        own = {name: cell for name, cell in row.value.items() if name not in columns.items}
        item = {name: cell for name, cell in row.value.items() if name in columns.items}
        goes_on = bool(whole) and own.get(columns.key) == whole.get(columns.key)
        differs = next((name for name, cell in own.items() if goes_on and whole.get(name) != cell), None)
        if not goes_on:
            if whole:
                yield Row(first, whole, item_lines=item_lines, wrong=wrong)
            whole, first, item_lines, wrong = {**own, "items": []}, row.line, [], []
        elif differs is not None:
            if len(wrong) < MOST_ITEMS:
                wrong.append((f"items[{len(item_lines)}].{differs}", f"differs from line {first}"))
            item = item or {differs: own[differs]}  # so that the line has its number among the items
        if item and len(item_lines) < MOST_ITEMS:
            whole["items"].append(item)
            item_lines.append(row.line)
    if whole:
        yield Row(first, whole, item_lines=item_lines, wrong=wrong)
