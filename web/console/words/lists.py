"""Lists: filter, sort, page, export: what is said there."""

LINES: dict[str, tuple[str, str, str]] = {}
