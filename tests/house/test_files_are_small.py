"""A file that outgrows 400 lines is two ideas. A migration is a record of what was, and as long as that."""

from pathlib import Path

import pytest

from tests.house.test_imports import rooms

MOST = 400
FILES = [(name, path) for name, path in rooms() if "/migrations/" not in name]


@pytest.mark.parametrize(("name", "path"), FILES, ids=[name for name, _ in FILES])
def test_file_is_one_idea(name: str, path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines <= MOST, f"{name} has {lines} lines"
