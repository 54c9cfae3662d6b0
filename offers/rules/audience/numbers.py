"""Numbers as the decimals that JSON writes them as: 1 is 1.0, 0.1 is a tenth, and no digit of a large one is lost.

PostgreSQL's JSONB keeps them so. Python and SQLite would compare what a float of 64 bits makes of them.
"""

import json
from decimal import Decimal
from math import isfinite
from typing import Any


def as_written(value: Any) -> Decimal | None:
    """None when it is no number; `true` is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    return Decimal(repr(value)) if isinstance(value, float) and isfinite(value) else None


def number_order(written: str, name: str, wanted: str) -> int | None:
    """What SQLite asks us: -1, 0 or 1 as the number of that name in a JSON object is less, the same or more; none when it is none."""
    number = as_written(json.loads(written).get(name))
    if number is None:
        return None
    other = Decimal(wanted)
    return (number > other) - (number < other)
