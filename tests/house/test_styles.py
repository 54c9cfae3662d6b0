"""The style sheets: a property of our own that nobody defines makes its whole declaration void, and no browser says so."""

import re
from collections.abc import Iterator
from pathlib import Path

import web

STATIC = Path(web.__file__).parent / "static"


def sheets() -> Iterator[tuple[str, str]]:
    """Ours: what is built elsewhere brings its own."""
    for path in sorted(STATIC.rglob("*.css")):
        if "islands" not in path.parts:
            yield str(path.relative_to(STATIC)), path.read_text()


def test_every_property_that_is_used_is_defined() -> None:
    defined = {name for _, text in sheets() for name in re.findall(r"(--[a-z0-9-]+)\s*:", text)}
    used = {(sheet, name) for sheet, text in sheets() for name in re.findall(r"var\((--[a-z0-9-]+)", text)}
    assert len(used) > 100
    assert [(sheet, name) for sheet, name in sorted(used) if name not in defined] == []
