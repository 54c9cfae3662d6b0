"""Overland for iOS: GeoJSON points in batches, longitude first."""

from typing import Any

from web.ingest.intake import MOST_RECORDS, Records
from web.ingest.reading import UnreadableError, decoded

CLIENT = "overland"


def read(payload: bytes, received_at: float) -> Records:
    """The points of `locations`.

    `current` is left alone: it is newer than the queue that it announces, and what comes after it would be late. The queue ends with it.
    """
    records = Records(received_at)
    try:
        body = decoded(payload)
    except UnreadableError as error:
        return records.drop(error.reason)
    found = body.get("locations") if isinstance(body, dict) else None
    if not isinstance(found, list):
        return records.drop("not_an_object")
    if len(found) > MOST_RECORDS:
        records.drop("too_many", len(found) - MOST_RECORDS)
    for feature in found[:MOST_RECORDS]:
        _add(records, feature)
    return records


def _add(records: Records, feature: Any) -> None:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(geometry, dict):
        records.drop("not_an_object")
        return
    point = geometry.get("coordinates")
    if geometry.get("type") != "Point" or not isinstance(point, list) or len(point) < 2:
        records.drop("not_a_position")
        return
    properties = feature.get("properties")
    said: dict[str, Any] = properties if isinstance(properties, dict) else {}
    records.add_position(
        {
            "lat": point[1],
            "lon": point[0],
            "accuracy_m": said.get("horizontal_accuracy"),
            "at": said.get("timestamp"),
            "speed_mps": said.get("speed"),
            "heading_deg": said.get("course"),
        }
    )
