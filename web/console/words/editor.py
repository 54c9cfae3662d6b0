"""The campaign's page while it is written: what is said there."""

LINES: dict[str, tuple[str, str, str]] = {}
