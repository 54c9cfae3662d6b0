"""Whether a hook was signed by who knows the shop's secret: over the body as it came, byte for byte, before anything in it is read."""

import base64
import binascii
import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)
"""Between the time of a Standard Webhooks message and ours, either way."""
SHORTEST, LONGEST = 24, 64
"""Bytes of a secret, as Standard Webhooks has it."""
MOST_SIGNATURES = 20
"""Of one message that are looked at: a sender that rotates has two."""
NOBODYS_SECRET = b"nobody signs with this, and it takes as long"
_WHOLE_SECONDS = re.compile(r"\d{1,12}", re.ASCII)


def read_webhook_secret(text: str) -> bytes:
    """The key of a `whsec_…`. Never repeats the value."""
    try:
        key = base64.b64decode(text.removeprefix("whsec_") + "==", validate=False) if text.isascii() else b""
    except binascii.Error:
        key = b""
    if not text.startswith("whsec_") or not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(f"must be whsec_ and, in base64, {SHORTEST} to {LONGEST} random bytes")
    return key


def sign(key: bytes, message_id: str, at: int, body: bytes) -> str:
    """`v1,…` of Standard Webhooks 1.0.0; `at` in epoch seconds."""
    return "v1," + _base64_mac(key, f"{message_id}.{at}.".encode() + body)


def is_signed_standard(
    key: bytes, message_id: str, timestamp: str, signatures: str, body: bytes, *, now: datetime
) -> bool:
    """By one of several signatures with a blank between; `v1a`, which is not symmetric, is passed over."""
    right = bool(message_id) and _is_near(timestamp, now)
    wanted = _base64_mac(key, f"{message_id}.{timestamp}.".encode(errors="replace") + body)
    said = [one.removeprefix("v1,") for one in signatures.split(" ")[:MOST_SIGNATURES] if one.startswith("v1,")]
    return _is_among(wanted, said) and right


def is_signed_plain(key: bytes, signature: str, body: bytes) -> bool:
    """Base64 of HMAC-SHA256 over the body alone, as Shopify and WooCommerce sign."""
    return _is_among(_base64_mac(key, body), [signature])


def _base64_mac(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def _is_among(wanted: str, said: Iterable[str]) -> bool:
    """All are compared, each in the time that any takes."""
    found = False
    for one in said:
        found |= hmac.compare_digest(wanted.encode(), one.encode(errors="replace"))
    return found


def _is_near(timestamp: str, now: datetime) -> bool:
    if not _WHOLE_SECONDS.fullmatch(timestamp):
        return False
    return abs(now.timestamp() - int(timestamp)) <= TOLERANCE.total_seconds()
