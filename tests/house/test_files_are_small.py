"""A file that outgrows 400 lines is two ideas. A migration is a record of what was, and as long as that."""

from tests.house.test_imports import rooms

MOST = 400


def test_each_file_is_one_idea() -> None:
    lines = {name: len(path.read_text().splitlines()) for name, path in rooms() if "/migrations/" not in name}
    assert lines
    assert {name: count for name, count in lines.items() if count > MOST} == {}
