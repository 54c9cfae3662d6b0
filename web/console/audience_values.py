"""What is typed into one field of an audience's row: several values, a number, a moment; and how a condition's values stand there."""

import math
import re
from collections.abc import Iterable
from typing import Any

_VALUE = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))(?:,|$)')
_NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?")
_NOT_TYPED = re.compile(r"[\r\n\0]")
MOST_LETTERS = 4000
"""Of a field; a longer list stays a tree."""


def values_in(typed: str) -> list[str]:
    """`a, "b, c"` is two values. What stands between quotes may hold a comma, and a quote as two."""
    found, at = [], 0
    while at < len(typed):
        one = _VALUE.match(typed, at)
        if one is None:  # pragma: no cover - the second half of the pattern takes whatever there is
            break
        at = one.end()
        if one[1] is not None:
            found.append(one[1].replace('""', '"'))
        elif plain := one[2].strip():
            found.append(plain)
    return found


def as_values(values: Iterable[Any]) -> str | None:
    """The other way round; none of what no field can hold."""
    texts = dict.fromkeys(as_text(one) for one in values)
    typed = ", ".join(map(_quoted, texts))
    return None if _NOT_TYPED.search(typed) or len(typed) > MOST_LETTERS else typed


def _quoted(text: str) -> str:
    plain = text and "," not in text and not text.startswith('"') and text == text.strip()
    return text if plain else '"' + text.replace('"', '""') + '"'


def as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_number(typed: str) -> int | float:
    """With a comma or a point. `ValueError` for what is none."""
    said = _NUMBER.fullmatch(typed)
    if said is None:
        raise ValueError(typed)
    if said[1] is None and said[2] is None:
        return int(typed)
    number = float(typed.replace(",", "."))
    if not math.isfinite(number):
        raise ValueError(typed)
    return number


def meant_by(text: str) -> list[Any]:
    """A shop may keep 42 as a number or as a text, and true likewise: both are meant."""
    if text in ("true", "false"):
        return [text, text == "true"]
    for read in (int, float):
        try:
            number = read(text)
        except ValueError:
            continue
        return [text, number] if math.isfinite(number) and str(number) == text else [text]
    return [text]
