"""The OsmAnd form: Traccar Client before 2025, GPSLogger and everybody who can fill an address with numbers.

The fields come in the query or as a form in the body; `id` or `deviceid` is the token. A body that is JSON is the new Traccar Client's.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from web.ingest import traccar
from web.ingest.intake import Records
from web.ingest.reading import number

CLIENT = "osmand"
KNOTS_IN_MPS = 1852 / 3600
KMH_IN_MPS = 1 / 3.6
MOST_FIELDS = 200
"""Of a form. GPSLogger's `%ALL` has 27."""

MOST_FORM_BYTES = 20_000
"""Of a form: one position, of which `%ALL` makes some 600. What is read before anybody knows who sends it must be cheap: at 1 MB of escapes
it would hold everybody up for a tenth of a second."""

TIMES = ("timestamp", "time", "timeoffset")
ACCURACIES = ("accuracy", "acc", "hacc")
HEADINGS = ("bearing", "heading", "dir")
SPEEDS = {"speed": KNOTS_IN_MPS, "spd": 1.0, "spd_kph": KMH_IN_MPS}
"""Traccar's own field is in knots, GPSLogger's are in metres a second and kilometres an hour."""
PLACES = ("lat", "lon", "location")
NAMES = ("id", "deviceid")

_SMALL = r"([eE]-\d{1,2})?"
"""Java writes what is below a thousandth as `-4.2E-4`: all that Android apps say within 70 m of Greenwich's meridian."""
_DEGREES = re.compile(rf"[+-]?\d{{1,3}}(\.\d{{1,20}})?{_SMALL}|[+-]?\.\d{{1,20}}", re.ASCII)
_NUMBER = re.compile(rf"[+-]?\d{{1,12}}(\.\d{{1,20}})?{_SMALL}", re.ASCII)

Fields = Mapping[str, str]


def token_of(body: bytes) -> str | None:
    """Where the app has room for its token: a field of its form, or of its JSON."""
    if _is_json(body):
        return traccar.token_of(body)
    fields = _fields_of(body)
    return _first(fields, ("token", *NAMES)) if fields else None


def read(query: Fields, body: bytes, received_at: float) -> Records:
    """One ping from the query, or from the body when the query says no place."""
    if not any(query.get(name) for name in PLACES) and body.strip():
        if _is_json(body):
            return traccar.read(body, received_at)
        fields = _fields_of(body)
        if fields is None:
            return Records(received_at).drop("invalid_form")
        return _read({**query, **fields}, received_at)
    return _read(query, received_at)


def _read(fields: Fields, received_at: float) -> Records:
    records = Records(received_at)
    if fields.get("valid", "").lower() in ("false", "0"):
        return records.drop("invalid_fix")
    lat, lon = fields.get("lat"), fields.get("lon")
    if not lat and not lon and fields.get("location"):
        lat, _, lon = fields["location"].partition(",")
    speed = next(
        (metres * factor for name, factor in SPEEDS.items() if (metres := _read_number(fields.get(name))) is not None),
        None,
    )
    records.add_position(
        {
            "lat": _degrees(lat),
            "lon": _degrees(lon),
            "accuracy_m": _read_number(_first(fields, ACCURACIES)),
            "at": _first(fields, TIMES),
            "speed_mps": speed,
            "heading_deg": _read_number(_first(fields, HEADINGS)),
            "mock": fields.get("mock", "").lower() in ("true", "1"),
        }
    )
    return records


def _first(fields: Fields, names: tuple[str, ...]) -> str | None:
    return next((fields[name].strip() for name in names if fields.get(name, "").strip()), None)


def _degrees(raw: str | None) -> float | str | None:
    """A number, or the text itself, which is then refused by its field's name."""
    text = (raw or "").strip()
    if not text:
        return None
    return float(text) if _DEGREES.fullmatch(text) else text


def _read_number(raw: str | None) -> float | None:
    """What can not be read is unknown: an app writes `NaN` or nothing where it does not know."""
    text = (raw or "").strip()
    return number(float(text)) if _NUMBER.fullmatch(text) else None


def _is_json(body: bytes) -> bool:
    return body.lstrip()[:1] in (b"{", b"[")


def _fields_of(body: bytes) -> dict[str, str] | None:
    if len(body) > MOST_FORM_BYTES:
        return None
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        return None
