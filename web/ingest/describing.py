"""The doors of location apps in the description of all doors: what the app sends is the app's own affair, so it is shown and not prescribed."""

from typing import Any

Document = dict[str, Any]

SECURITY: list[Document] = [{"deviceToken": []}, {"appPassword": []}, {"appToken": []}]
SCHEMES: Document = {
    "appPassword": {
        "type": "http",
        "scheme": "basic",
        "description": "A device's token, `dt_…`, as the password, for location apps; any user name.",
    },
    "appToken": {
        "type": "apiKey",
        "in": "query",
        "name": "token",
        "description": "A device's token, `dt_…`, in the address, for location apps that have no other place.",
    },
}
STATUSES = ("401", "413", "415", "503")
"""What else these doors answer. All that is wrong with a record is answered with the app's own success."""

_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
_RECORD: Document = {
    "timestamp": "2026-12-01T09:00:00.000Z",
    "uuid": "70727f8b-df7d-48d0-acbd-15f10cacdf33",
    "event": "motionchange",
    "is_moving": True,
    "coords": {"latitude": 52.3702, "longitude": 4.8906, "accuracy": 12, "speed": 1.4, "heading": -1, "altitude": 2},
}
EXAMPLES: dict[str, tuple[str, Any]] = {
    "owntracks": (_JSON, {"_type": "location", "lat": 52.3702, "lon": 4.8906, "acc": 12, "tst": 1796115600, "vel": 5}),
    "osmand": (_FORM, {"lat": "52.3702", "lon": "4.8906", "accuracy": "12", "timestamp": "1796115600", "speed": "2.7"}),
    "traccar": (_JSON, {"location": _RECORD, "device_id": "dt_the-token"}),
    "overland": (
        _JSON,
        {
            "locations": [
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": [4.8906, 52.3702]},
                    "properties": {"timestamp": "2026-12-01T09:00:00Z", "horizontal_accuracy": 12, "speed": 1},
                }
            ]
        },
    ),
    "transistorsoft": (_JSON, {"location": [_RECORD]}),
}


FIELDS = {
    "lat": "Degrees, WGS84.",
    "lon": "Degrees, WGS84.",
    "location": "`lat,lon` in one.",
    "accuracy": "Metres; missing or 0 is unknown. `acc` too.",
    "timestamp": "Seconds or milliseconds since 1970, or a date with a time; missing is now. `time` too.",
    "speed": "Knots. `spd` is metres a second.",
    "bearing": "Degrees. `heading` and `dir` too.",
}


def described(client: str | None, *names: str) -> Document:
    """What FastAPI does not see of such a door: its credentials, and a body of the client. `names` are fields of the address."""
    found: Document = {"security": [*SECURITY]}
    if names:
        told = FIELDS | dict.fromkeys(names, "The device's token, `dt_…`.")
        found["parameters"] = [
            {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": text}
            for name, text in told.items()
        ]
    if client is not None:
        media_type, example = EXAMPLES[client]
        content: Document = {"schema": {"type": "object"}, "examples": {"one": {"value": example}}}
        found["requestBody"] = {"required": False, "content": {media_type: content}}
    return found
