"""A length of time in a form: a number in one field, its unit in the one beside it."""

import re

from offers.rules.values import LONGEST, read_duration, write_duration
from web.console.forms import Form
from web.console.speaking import UNITS

_TOO_LONG_S = LONGEST.total_seconds() + 1


def read_length(form: Form, name: str) -> str | None:
    """As ISO 8601; none for an empty field. `ValueError` for what is no number.

    Any number is a length here, so that the rules say what is wrong with it: below 0 as 0, and what is far too long as a little too long.
    """
    typed, unit = form.text(name).replace(",", ".", 1), form.text(f"{name}.unit") or "D"
    if not typed:
        return None
    if not re.fullmatch(r"-?\d{1,30}(?:\.\d{1,30})?", typed, re.ASCII):
        raise ValueError(typed)
    seconds = float(typed) * dict(UNITS).get(unit, 1)
    return write_duration(read_duration(f"PT{round(min(max(seconds, 0), _TOO_LONG_S))}S"))
