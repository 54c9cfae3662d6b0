"""Places from a file, their hours, and what is odd about them: what is said there."""

LINES: dict[str, tuple[str, str, str]] = {}
