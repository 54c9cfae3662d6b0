"""The background-geolocation SDK by Transistorsoft (Cordova, React Native, Capacitor, Flutter): one record or an array of them."""

from typing import Any

import msgspec

from geofences.told import Kind
from web.ingest.intake import MOST_RECORDS, Records
from web.ingest.reading import UnreadableError, decoded
from web.ingest.watching import Watch, Watched

CLIENT = "transistorsoft"
KINDS: dict[object, Kind] = {"ENTER": "enter", "EXIT": "exit", "DWELL": "dwell"}


def read(payload: bytes, received_at: float) -> Records:
    """`{"location": {…} or [{…}, …]}`. A record of a geofence is a ping and a transition; the same `uuid` twice is one record."""
    records = Records(received_at)
    try:
        body = decoded(payload)
    except UnreadableError as error:
        return records.drop(error.reason)
    if not isinstance(body, dict):
        return records.drop("not_an_object")
    found = body.get("location")
    every = found if isinstance(found, list) else [found]
    if len(every) > MOST_RECORDS:
        records.drop("too_many", len(every) - MOST_RECORDS)
    seen = set[str]()
    for record in every[:MOST_RECORDS]:
        _add(records, record, seen)
    return records


def answer(watch: Watch | None) -> bytes:
    """The SDK's success, and what it is to watch from now on."""
    if watch is None:
        return b"{}"
    commands: list[list[Any]] = []
    if watch.remove:
        commands.append(["removeGeofences", [one.geofence_id for one in watch.remove]])
    if watch.add:
        commands.append(["addGeofences", [_geofence(one) for one in watch.add]])
    return msgspec.json.encode({"background_geolocation": commands})


def _geofence(one: Watched) -> dict[str, Any]:
    return {
        "identifier": one.geofence_id,
        "latitude": one.lat,
        "longitude": one.lon,
        "radius": one.radius_m,
        "notifyOnEntry": True,
        "notifyOnExit": True,
    }


def _add(records: Records, record: Any, seen: set[str]) -> None:
    if not isinstance(record, dict):
        records.drop("not_an_object")
        return
    uuid = record.get("uuid")
    if isinstance(uuid, str) and uuid:
        if uuid in seen:
            records.drop("duplicate")
            return
        seen.add(uuid)
    coords = record.get("coords")
    coords = coords if isinstance(coords, dict) else {}
    ping = records.add_position(
        {
            "lat": coords.get("latitude"),
            "lon": coords.get("longitude"),
            "accuracy_m": coords.get("accuracy"),
            "at": record.get("timestamp"),
            "speed_mps": coords.get("speed"),
            "heading_deg": coords.get("heading"),
            "mock": record.get("mock"),
        }
    )
    fence = record.get("geofence")
    if isinstance(fence, dict) and record.get("mock") is not True:
        action = fence.get("action")
        kind = KINDS.get(action) if isinstance(action, str) else None
        at = fence.get("timestamp")
        at = record.get("timestamp") if at is None else at
        records.add_crossing(fence.get("identifier"), kind, at, coords.get("accuracy"), ping)
