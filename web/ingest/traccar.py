"""Traccar Client since 2025: the Transistorsoft SDK's records, with the token as `device_id` at the root."""

import msgspec

from web.ingest import transistorsoft
from web.ingest.intake import Records

CLIENT = "traccar"


class _Whose(msgspec.Struct):
    device_id: str | None = None


_whose = msgspec.json.Decoder(_Whose).decode


def token_of(body: bytes) -> str | None:
    """The app has room for its token in its device's name only. Who pastes it there may paste a blank with it."""
    try:
        device_id = _whose(body).device_id
    except (ValueError, RecursionError):
        return None
    return device_id.strip() if device_id is not None else None


def read(payload: bytes, received_at: float) -> Records:
    return transistorsoft.read(payload, received_at)
