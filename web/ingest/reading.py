"""What location apps write, read with patience: JSON that may be none, numbers, and times in every way that phones write them."""

import math
import re
from datetime import UTC, datetime
from typing import Any

import msgspec

MILLISECONDS_FROM = 100_000_000_000
"""A whole number from here on is milliseconds: as seconds it would be the year 5138, as milliseconds it is 1973."""

_NUMBER = re.compile(r"\d{1,15}(\.\d{1,15})?", re.ASCII)
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?:[Zz]|([+ -])(\d\d):?(\d\d)|)", re.ASCII)


class UnreadableError(Exception):
    """The payload holds nothing that could be looked at: `reason` is `empty` or `invalid_json`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def decoded(payload: bytes) -> Any:
    """The value of a JSON text, or `UnreadableError`: NaN, half a text, no UTF-8, nested too deeply and numbers too long are none."""
    if not payload.strip():
        raise UnreadableError("empty")
    try:
        return msgspec.json.decode(payload)
    except (ValueError, RecursionError):
        raise UnreadableError("invalid_json") from None


def number(raw: object) -> float | None:
    """A finite JSON number as a float; none for everything else, true and "5" included."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    try:
        value = float(raw)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def scaled(raw: object, factor: float) -> float | None:
    """A number in another unit; below zero is an app's way to say unknown."""
    value = number(raw)
    return value * factor if value is not None and value >= 0 else None


def moment(raw: object) -> float | None:
    """Epoch seconds of a time: seconds or milliseconds since 1970, as a number or its text, or a date with a time.

    An offset is `Z`, `+02:00`, `-0700`, or ` 02:00` where a form has made a blank of the plus; without one it is UTC.
    """
    if isinstance(raw, str):
        text = raw.strip()
        if _NUMBER.fullmatch(text):
            return _since_1970(float(text))
        return _of_text(text)
    value = number(raw)
    return None if value is None else _since_1970(value)


def _since_1970(value: float) -> float:
    return value / 1000 if value >= MILLISECONDS_FROM else value


def _of_text(text: str) -> float | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    day, time, sign, hours, minutes = found.groups()
    offset = f"{'-' if sign == '-' else '+'}{hours}:{minutes}" if hours else "+00:00"
    try:
        return datetime.fromisoformat(f"{day}T{time}{offset}").astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        return None
