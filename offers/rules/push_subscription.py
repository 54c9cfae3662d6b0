"""A browser's push subscription: whom we would call, and the keys that only that browser can read by.

A visitor names the address that this server then sends to. So nobody is called but the push services of the browsers, and those that
the settings name beside them.
"""

import json
import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from pydantic import AfterValidator, ConfigDict, Field, ValidationError

from offers.rules.values import Strict

KNOWN_SERVICES = (
    "fcm.googleapis.com",
    "jmt17.google.com",
    "*.push.services.mozilla.com",
    "*.notify.windows.com",
    "*.push.apple.com",
)
"""Where the subscriptions of Chrome (and what is built of it), Chrome's early channels, Firefox, Edge on Windows and Safari point to."""
LONGEST_ENDPOINT = 2000
POINT, AUTH = 65, 16
"""Bytes of the browser's public key and of its secret, RFC 8291 section 2."""

_ENDPOINT = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+)(?::(?P<port>[1-9][0-9]{0,4}))?(?P<path>/[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]*)",
    re.ASCII,
)
"""The address as browsers write it. What two readers could take for two hosts does not fit: names and passwords, backslashes, blanks, letters beyond ASCII."""
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)


def _bytes_of(value: str, length: int, what: str) -> bytes:
    """Base64url as browsers write it; `=` at the end does no harm."""
    text = value.rstrip("=")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", text, re.ASCII) or len(text) % 4 == 1:
        raise ValueError(f"is not {what} in base64url")
    data = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_")
    if len(data) != length:
        raise ValueError(f"is not {what}: {length} bytes in base64url")
    return data


def _endpoint(value: str) -> str:
    scheme, mark, rest = value.partition("://")
    host, slash, path = rest.partition("/")
    plain = f"{scheme.lower()}{mark}{host.lower()}{slash}{path}"
    fits = _ENDPOINT.fullmatch(plain)
    if fits is None or not _HOST.fullmatch(fits["host"]) or int(fits["port"] or 443) > 65_535:
        raise ValueError("is not a push service's address such as https://fcm.googleapis.com/wp/…")
    return plain


def _point(value: str) -> str:
    data = _bytes_of(value, POINT, "an uncompressed point of P-256")
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), data)
    except ValueError:
        raise ValueError("is not a point of P-256") from None
    return urlsafe_b64encode(data).decode().rstrip("=")


def _auth(value: str) -> str:
    return urlsafe_b64encode(_bytes_of(value, AUTH, "a push secret")).decode().rstrip("=")


class SubscriptionKeys(Strict):
    """What only this browser reads by; without padding."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    p256dh: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_point)]
    auth: Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_auth)]


class PushSubscription(Strict):
    """What a browser's `PushSubscription.toJSON()` gives; what a later browser adds is left out.

    Whether the endpoint may be called at all is for `PushServices` to say.
    """

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "endpoint": "https://fcm.googleapis.com/wp/the-address-that-the-browser-gave",
                    "expirationTime": None,
                    "keys": {
                        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
                    },
                }
            ]
        },
    )

    endpoint: Annotated[str, Field(min_length=1, max_length=LONGEST_ENDPOINT), AfterValidator(_endpoint)]
    keys: SubscriptionKeys
    expirationTime: Annotated[float, Field(ge=0)] | None = None  # noqa: N815 - the browsers' own word
    """Milliseconds since 1970; not kept: the push service tells when a subscription has ended."""

    @property
    def origin(self) -> str:
        """Scheme, host and port: whom a signature is for (`aud`, RFC 8292 section 2)."""
        return "/".join(self.endpoint.split("/", 3)[:3])


class UnknownService(ValueError):  # as pydantic tells what is wrong with a value
    """The endpoint is of no push service that may be called. Says so, and does not repeat it."""

    def __init__(self) -> None:
        super().__init__("is of no push service that is known here; PASSERBY_WEB_PUSH_SERVICES names more")


@dataclass(frozen=True, slots=True)
class PushServices:
    """Whom subscriptions may name. `also` are the settings' own, each `host`, `*.domain` or `host:port`."""

    also: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> "PushServices":
        """Comma-separated, as the setting has it; `ValueError` names an entry that is none."""
        also = tuple(one.strip().lower() for one in text.split(",") if one.strip())
        for one in also:
            host, colon, port = one.removeprefix("*.").partition(":")
            number = re.fullmatch(r"[1-9][0-9]{0,4}", port, re.ASCII)
            if not _HOST.fullmatch(host) or (colon and (not number or int(port) > 65_535 or one.startswith("*"))):
                raise ValueError(f"{one} is no host such as push.shop.example, *.shop.example or 127.0.0.1:8123")
        return cls(also)

    def know(self, endpoint: str) -> bool:
        """Whether this checked endpoint may be called. A host that is named with a port is called over http too: a test's own."""
        fits = _ENDPOINT.fullmatch(endpoint)
        if fits is None:
            return False
        host, port = fits["host"], fits["port"]
        if port is not None and f"{host}:{port}" in self.also:
            return True
        return fits["scheme"] == "https" and port is None and _is_among(host, (*KNOWN_SERVICES, *self.also))

    def address(self, subscription: PushSubscription) -> str:
        """The subscription as a device's `push_token` keeps it, always the same text; `UnknownService` when it may not be called."""
        if not self.know(subscription.endpoint):
            raise UnknownService
        keys = {"p256dh": subscription.keys.p256dh, "auth": subscription.keys.auth}
        return json.dumps({"endpoint": subscription.endpoint, "keys": keys}, separators=(",", ":"))

    def subscription(self, address: str) -> PushSubscription:
        """What `address` wrote, checked again: since then a setting may have changed. `ValueError` when it is none."""
        try:
            read = PushSubscription.model_validate_json(address)
        except ValidationError:
            raise ValueError("is no push subscription") from None
        if not self.know(read.endpoint):
            raise UnknownService
        return read


def _is_among(host: str, services: Iterable[str]) -> bool:
    return any(host.endswith(one[1:]) if one.startswith("*.") else host == one for one in services)
