"""JSON lines: one body a line."""

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from offers.rules.rows.row import Row, lines_of


def json_rows(file: BinaryIO) -> Iterator[Row]:
    """A row for each line that is not empty."""
    for line, text in lines_of(file):
        if not text.strip():
            continue
        try:
            value = msgspec.json.decode(text.encode("utf-8", "surrogateescape"))
        except (ValueError, RecursionError) as error:
            reason = str(error) if isinstance(error, msgspec.DecodeError) else "not UTF-8 or nested too deeply"
            yield Row(line, refused=f"is not JSON: {reason}")
            continue
        if isinstance(value, dict):
            yield Row(line, value)
        else:
            yield Row(line, refused="is not a JSON object")
