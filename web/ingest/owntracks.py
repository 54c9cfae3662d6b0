"""OwnTracks, over HTTP and MQTT: one JSON object a message, told apart by `_type`."""

import hashlib
import math
from typing import Any

import msgspec

from geofences.told import Kind
from web.ingest.intake import Records
from web.ingest.reading import UnreadableError, decoded, scaled
from web.ingest.watching import Watch, Watched

CLIENT = "owntracks"
KMH_IN_MPS = 1 / 3.6

NO_POSITIONS = frozenset(
    [
        "beacon",
        "card",
        "cmd",
        "configuration",
        "dump",
        "lwt",
        "request",
        "status",
        "step",
        "steps",
        "waypoint",
        "waypoints",
    ]
)
"""What the app sends beside positions and transitions."""
KINDS: dict[object, Kind] = {"enter": "enter", "leave": "exit"}
BEACON = "b"
"""The trigger of a Bluetooth beacon's transition: its 0, 0 is no position."""


def read(payload: bytes, received_at: float) -> Records:
    """The ping or transition of one message; a transition that says where it was seen is a ping too."""
    records = Records(received_at)
    try:
        message = decoded(payload)
    except UnreadableError as error:
        return records.drop(error.reason)
    if not isinstance(message, dict):
        return records.drop("not_an_object")
    kind = message.get("_type")
    if kind == "location":
        records.add_position(_position(message))
    elif kind == "transition":
        _add_transition(records, message)
    elif kind == "encrypted":
        records.drop("encrypted")
    else:
        records.drop("not_a_position" if isinstance(kind, str) and kind in NO_POSITIONS else "unknown_type")
    return records


def _position(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "lat": message.get("lat"),
        "lon": message.get("lon"),
        "accuracy_m": message.get("acc"),
        "at": message.get("tst"),
        "speed_mps": scaled(message.get("vel"), KMH_IN_MPS),
        "heading_deg": message.get("cog"),
    }


def _add_transition(records: Records, message: dict[str, Any]) -> None:
    event, desc = message.get("event"), message.get("desc")
    kind = KINDS.get(event) if isinstance(event, str) else None
    region = desc.strip().rpartition(" ")[2] if isinstance(desc, str) else None
    says_where = message.get("lat") is not None and message.get("lon") is not None
    seen = records.add_position(_position(message)) if says_where and message.get("t") != BEACON else None
    records.add_crossing(region, kind, message.get("tst"), message.get("acc"), seen)


def answer(watch: Watch | None) -> bytes:
    """The app's success: an array of commands, mostly none."""
    return b"[]" if watch is None else b"[" + command(watch) + b"]"


def command(watch: Watch) -> bytes:
    """What sets the geofences to watch; over MQTT it comes alone.

    The app merges waypoints into its own and has no command that takes some away: what is watched no more has a radius of 0, which
    iOS does not watch.
    """
    waypoints = [_waypoint(one, math.ceil(one.radius_m)) for one in watch.add]
    waypoints += [_waypoint(one, 0) for one in watch.remove]
    setting = {
        "_type": "cmd",
        "action": "setWaypoints",
        "waypoints": {"_type": "waypoints", "waypoints": waypoints},
    }
    return msgspec.json.encode(setting)


def _waypoint(one: Watched, radius_m: int) -> dict[str, Any]:
    """The app tells waypoints apart by `tst`, newer ones by `rid`; of a transition it says `desc`, on iOS up to the first colon."""
    place = one.place.replace(":", ".")
    return {
        "_type": "waypoint",
        "desc": f"{place} {one.geofence_id}".strip(),
        "rid": one.geofence_id,
        "tst": _number_of(one.geofence_id),
        "lat": one.lat,
        "lon": one.lon,
        "rad": radius_m,
    }


def _number_of(geofence_id: str) -> int:
    """The same for the same geofence, and a time in the app's eyes: from 1 to 2^31 - 1."""
    return int.from_bytes(hashlib.sha256(geofence_id.encode()).digest()[:4]) % (2**31 - 1) + 1
