"""One row of a file, and the file's lines."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

_ITEM = re.compile(r"items\[(\d{1,9})\]", re.ASCII)
"""A field may be named so too, by whoever writes the file."""
LONGEST_LINE = 1_000_000
"""Bytes: what a door takes as one body."""


class FileRefused(ValueError):
    """The file as a whole is not what it was said to be. Lines and columns count from 1; 0: it is not about one."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        at = f"line {line}" + (f", column {column}" if column else "") if line else ""
        super().__init__(f"{at}: {message}" if at else message)
        self.message = message
        self.at = at


class BrokenJson(FileRefused):
    """It is not even JSON."""


@dataclass(frozen=True, slots=True)
class Row:
    """`value` is what the single door would take as its body, with the id in it; or `refused` says why there is none."""

    line: int
    """From 1; of the row's first line."""
    value: Mapping[str, Any] | None = None
    refused: str = ""
    item_lines: Sequence[int] = ()
    """Where each of `items` stands, if elsewhere than the row."""
    wrong: Sequence[tuple[str, str]] = ()
    """What the reader has found out already, as (path, message)."""
    feature: int | None = None
    """Its number in `features`, from 0, where it is one."""

    def without_value(self) -> "Row":
        """What is still wanted of a row that was refused: where it stands."""
        return Row(self.line, item_lines=self.item_lines, feature=self.feature)

    def line_of(self, path: str) -> int:
        """The line of a field: that of its item, if it has one."""
        number = _ITEM.match(path)
        if number and int(number[1]) < len(self.item_lines):
            return self.item_lines[int(number[1])]
        return self.line


def lines_of(file: BinaryIO) -> Iterator[tuple[int, str]]:
    """Each line with its number. What is no UTF-8 stays as half pairs, which no field takes; a line too long is cut, and FileRefused."""
    number = 0
    while raw := file.readline(LONGEST_LINE):
        number += 1
        if number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            raise FileRefused(f"is longer than {LONGEST_LINE:,} bytes", number)
        yield number, raw.decode("utf-8", "surrogateescape")
