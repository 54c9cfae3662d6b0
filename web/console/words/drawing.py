"""Drawing a place: what is said there."""

LINES: dict[str, tuple[str, str, str]] = {}
