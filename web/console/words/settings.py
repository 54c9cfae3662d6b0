"""Settings: what is said there."""

LINES: dict[str, tuple[str, str, str]] = {}
