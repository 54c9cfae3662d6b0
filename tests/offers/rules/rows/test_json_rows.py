from io import BytesIO

import pytest

from offers.rules.rows.json_rows import json_rows
from offers.rules.rows.row import FileRefused


def test_each_line_is_a_row_or_says_why_not() -> None:
    content = b'\xef\xbb\xbf{"id": 1}\n\n  \n{"id": \n[1]\n{"id": "\xff"}\nNaN\n' + b"[" * 90_000 + b'\n{"id": 2}'
    found = list(json_rows(BytesIO(content)))
    assert [(row.line, row.value) for row in found] == [
        (1, {"id": 1}), (4, None), (5, None), (6, None), (7, None), (8, None), (9, {"id": 2}),
    ]  # fmt: skip
    assert all(row.refused.startswith("is not ") for row in found if row.value is None)


def test_a_line_has_its_longest() -> None:
    with pytest.raises(FileRefused, match=r"line 2: is longer than 1,000,000 bytes"):
        list(json_rows(BytesIO(b"{}\n" + b" " * 1_000_001)))
