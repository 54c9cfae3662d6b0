"""Every setting stands in docs/settings.md with its default, and docs/settings.md names no other."""

import re
from pathlib import Path

from offers.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_every_setting_has_its_row() -> None:
    documented = set(re.findall(r"^\| `PASSERBY_([A-Z_]+)` \|", PAGE.read_text(), re.MULTILINE))
    assert documented == {name.upper() for name in Settings.model_fields}


def test_every_row_says_what_the_code_says() -> None:
    page = PAGE.read_text()
    for name, field in Settings.model_fields.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `PASSERBY_{name.upper()}` |"))
        assert field.description, f"{name} has no sentence"
        assert field.description in row, f"{name}: the page says something else than the code"
