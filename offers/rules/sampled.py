"""What some thousand who were looked at say of all."""

import math

TOO_FEW = 10
"""Of fewer found, no number is worth saying: it may as well be half or twice that."""
DIGITS = 2


def said_of_all(found: int, looked_at: int, total: int) -> int:
    """How many of all, to two digits; as it is where all were looked at."""
    if looked_at >= total:
        return found
    return _rounded(found / looked_at * total) if looked_at else 0


def fewer_than(looked_at: int, total: int) -> int | None:
    """A bound that holds for almost every draw in which fewer than `TOO_FEW` were found; none where all were looked at."""
    return None if looked_at >= total or not looked_at else _rounded(2 * TOO_FEW / looked_at * total)


def _rounded(number: float) -> int:
    if number < 1:
        return round(number)
    step: int = 10 ** max(0, math.floor(math.log10(number)) + 1 - DIGITS)
    return round(number / step) * step
