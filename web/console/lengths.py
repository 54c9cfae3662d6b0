"""A length of time in a form: a number in one field, its unit in the one beside it."""

import re

from offers.rules.values import read_duration, write_duration
from web.console.forms import Form
from web.console.speaking import UNITS


def read_length(form: Form, name: str) -> str | None:
    """As ISO 8601; none for an empty field. `ValueError` or `OverflowError` for what is no length."""
    typed, unit = form.text(name).replace(",", ".", 1), form.text(f"{name}.unit") or "D"
    if not typed:
        return None
    if not re.fullmatch(r"\d{1,9}(?:\.\d{1,3})?", typed):
        raise ValueError(typed)
    seconds = float(typed) * dict(UNITS)[unit] if unit in dict(UNITS) else float(typed)
    return write_duration(read_duration(f"PT{round(seconds)}S"))
