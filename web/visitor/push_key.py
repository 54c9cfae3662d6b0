"""The public half of the key that browsers bind their subscriptions to."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from offers.errors import Misconfigured
from offers.settings import Settings


def push_key(settings: Settings) -> str | None:
    """Base64url of the point, as `applicationServerKey` takes it; none where nothing is sent to browsers."""
    private = settings.vapid_private_key.get_secret_value()
    if settings.push == "outbox" or not private:
        return None
    number = _number(private.rstrip("="))
    try:
        key = ec.derive_private_key(number, ec.SECP256R1())
    except ValueError:
        raise Misconfigured(
            "PASSERBY_VAPID_PRIVATE_KEY is no private key of P-256 in base64url; `passerby key vapid` makes one."
        ) from None
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).decode().rstrip("=")


def _number(text: str) -> int:
    """What the text stands for; 0, which is no key, when it stands for none."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}", text):
        return 0
    return int.from_bytes(urlsafe_b64decode(text + "="))
