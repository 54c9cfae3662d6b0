"""One position of one device, read from one decoded JSON value, or the named reason why it is none."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard

AHEAD_S = 120.0
"""A phone's clock may run this far ahead of ours."""
AGE_S = 7 * 86_400.0
"""Phones send what they kept while offline; what is older says nothing about a visit."""

REASONS: tuple[str, ...] = (
    "not_an_object",
    "lat_missing",
    "lon_missing",
    "lat_not_a_number",
    "lon_not_a_number",
    "lat_out_of_range",
    "lon_out_of_range",
    "null_island",
    "accuracy_not_a_number",
    "at_not_a_time",
    "at_in_the_future",
    "at_too_old",
    "mock_location",
)

_LONGEST = 10**300
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)

ReadTime = Callable[[object], float | None]
"""Epoch seconds of a time as it was sent, or none when it is no time."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Degrees on WGS84, `lon` in [-180, 180); `at` in epoch seconds (UTC) by the device's clock; None is unknown."""

    lat: float
    lon: float
    at: float
    accuracy_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no ping: `reason` is one of REASONS, `message` never holds the position."""

    reason: str
    field: str
    message: str


MADE_UP = Refusal("mock_location", "mock", "the phone says that this position is made up")
NOWHERE = Refusal("null_island", "lat", "exactly 0, 0 is where positions go that are not known")


def read_rfc_3339(raw: object) -> float | None:
    """Epoch seconds of a text with a date, a time and an offset."""
    if not isinstance(raw, str) or _RFC_3339.fullmatch(raw) is None:
        return None
    try:
        return datetime.fromisoformat(raw.upper()).timestamp()
    except ValueError:
        return None


def read_ping(
    raw: object, *, received_at: float, read_time: ReadTime = read_rfc_3339
) -> Ping | Refusal:  # one return for each refusal
    """A ping from `{lat, lon, accuracy_m?, at?, speed_mps?, heading_deg?, mock?}`; other fields are ignored.

    `received_at` is the server's time in epoch seconds: it stands in for a missing `at`, and bounds a given one. `read_time` reads
    `at`, for phones that write it another way.
    """
    if not isinstance(raw, dict):
        return Refusal("not_an_object", "", "a ping is an object with lat and lon")
    lat, lon = read_degrees(raw, "lat", 90), read_degrees(raw, "lon", 180)
    if isinstance(lat, Refusal):
        return lat
    if isinstance(lon, Refusal):
        return lon
    if lat == 0 and lon == 0:
        return NOWHERE
    accuracy = read_accuracy(raw)
    if isinstance(accuracy, Refusal):
        return accuracy
    at = read_at(raw.get("at"), received_at, read_time)
    if isinstance(at, Refusal):
        return at
    if raw.get("mock") is True:
        return MADE_UP
    return Ping(
        lat,
        lon if lon != 180.0 else -180.0,
        at,
        accuracy,
        _not_negative(raw.get("speed_mps")),
        _not_negative(raw.get("heading_deg")),
    )


def read_accuracy(raw: dict[str, Any]) -> float | Refusal | None:
    """Metres; zero and less are as unknown as nothing."""
    value = raw.get("accuracy_m")
    if value is None:
        return None
    if not _is_number(value):
        return Refusal("accuracy_not_a_number", "accuracy_m", "accuracy_m must be a finite number of metres")
    return _positive(value)


def read_degrees(raw: dict[str, Any], field: str, limit: int) -> float | Refusal:
    value = raw.get(field)
    if value is None:
        return Refusal(f"{field}_missing", field, f"{field} is missing")
    if not _is_number(value):
        return Refusal(f"{field}_not_a_number", field, f"{field} must be a finite number of degrees")
    if not -limit <= value <= limit:
        hint = "; were lat and lon swapped?" if field == "lat" and _could_be_swapped(value, raw.get("lon")) else ""
        return Refusal(f"{field}_out_of_range", field, f"{field} must be from -{limit} to {limit}{hint}")
    return float(value)


def _could_be_swapped(lat: float, lon: object) -> bool:
    return -180 <= lat <= 180 and _is_number(lon) and -90 <= lon <= 90


def read_at(raw: object, received_at: float, read_time: ReadTime = read_rfc_3339) -> float | Refusal:
    """When something was seen by a device's clock: `received_at` when it does not say, and refused too far from it."""
    if raw is None:
        return received_at
    at = read_time(raw)
    if at is None:
        return Refusal("at_not_a_time", "at", "at must be RFC 3339 with an offset, as 2026-03-01T12:00:00Z")
    if at > received_at + AHEAD_S:
        return Refusal("at_in_the_future", "at", f"at is more than {AHEAD_S:.0f} s ahead of the server's clock")
    if at < received_at - AGE_S:
        return Refusal("at_too_old", "at", f"at is more than {AGE_S / 86_400:.0f} days before the server's clock")
    return at


def _is_number(value: object) -> TypeGuard[float]:
    """A finite JSON number: neither true nor "52.37", NaN or an integer too long for a float."""
    if type(value) is float:
        return value - value == 0.0  # NaN and infinity minus themselves are NaN; half the price of math.isfinite
    return type(value) is int and -_LONGEST < value < _LONGEST


def _positive(value: float) -> float | None:
    return float(value) if value > 0 else None


def _not_negative(value: object) -> float | None:
    return float(value) if _is_number(value) and value >= 0 else None
