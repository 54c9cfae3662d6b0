"""The live map: what is said there."""

LINES: dict[str, tuple[str, str, str]] = {}
