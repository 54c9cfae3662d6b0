"""One transition that a phone saw by itself, read from one decoded JSON value, or the named reason why it is none."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from geofences.ping import MADE_UP, NOWHERE, Refusal, read_accuracy, read_at, read_degrees

Kind = Literal["enter", "dwell", "exit"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST_ID = 100
"""Characters of an id, as everywhere."""

TOLD_REASONS: tuple[str, ...] = (
    "geofence_id_missing",
    "geofence_id_not_an_id",
    "geofence_unknown",
    "kind_unknown",
    "at_missing",
)
"""Beside those of pings."""


@dataclass(frozen=True, slots=True)
class Told:
    """`at` in epoch seconds (UTC) by the device's clock; degrees on WGS84 of where it says it was, both or none; None is unknown."""

    geofence_id: str
    kind: Kind
    at: float
    accuracy_m: float | None = None
    lat: float | None = None
    lon: float | None = None


def read_transition(raw: object, *, received_at: float) -> Told | Refusal:
    """A transition from `{geofence_id, kind, at, accuracy_m?, lat?, lon?, mock?}`; other fields are ignored.

    Whether there is such a geofence is not asked here. `received_at` is the server's time in epoch seconds: it bounds `at`.
    """
    if not isinstance(raw, dict):
        return Refusal("not_an_object", "", "a transition is an object with geofence_id, kind and at")
    geofence_id, kind = raw.get("geofence_id"), raw.get("kind")
    if geofence_id is None:
        return Refusal("geofence_id_missing", "geofence_id", "geofence_id is missing")
    if not isinstance(geofence_id, str) or not 0 < len(geofence_id) <= LONGEST_ID:
        return Refusal(
            "geofence_id_not_an_id", "geofence_id", f"geofence_id must be text of at most {LONGEST_ID} characters"
        )
    if kind not in KINDS:
        return Refusal("kind_unknown", "kind", "kind must be enter, dwell or exit")
    if raw.get("at") is None:
        return Refusal("at_missing", "at", "at is missing: when the phone saw it")
    at = read_at(raw["at"], received_at)
    if isinstance(at, Refusal):
        return at
    accuracy = read_accuracy(raw)
    if isinstance(accuracy, Refusal):
        return accuracy
    position = _read_position(raw)
    if isinstance(position, Refusal):
        return position
    return MADE_UP if raw.get("mock") is True else Told(geofence_id, kind, at, accuracy, *position)


def _read_position(raw: dict[str, Any]) -> tuple[float | None, float | None] | Refusal:
    """Both or neither."""
    if raw.get("lat") is None and raw.get("lon") is None:
        return None, None
    lat, lon = read_degrees(raw, "lat", 90), read_degrees(raw, "lon", 180)
    if isinstance(lat, Refusal):
        return lat
    if isinstance(lon, Refusal):
        return lon
    return NOWHERE if lat == 0 and lon == 0 else (lat, lon if lon != 180.0 else -180.0)
