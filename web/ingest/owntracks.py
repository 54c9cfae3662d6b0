"""OwnTracks, over HTTP and MQTT: one JSON object a message, told apart by `_type`."""

from typing import Any

from web.ingest.intake import Kind, Records
from web.ingest.reading import UnreadableError, decoded, scaled

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
    records.add_crossing(region, kind, message.get("tst"), message.get("acc"))
    if message.get("t") != BEACON and message.get("lat") is not None and message.get("lon") is not None:
        records.add_position(_position(message))
