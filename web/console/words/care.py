"""A customer: found, told of, given out, erased: what is said there."""

LINES: dict[str, tuple[str, str, str]] = {}
