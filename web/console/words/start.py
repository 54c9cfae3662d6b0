"""Home as it happens, the first steps, and the frame around every page: what is said there."""

LINES: dict[str, tuple[str, str, str]] = {}
