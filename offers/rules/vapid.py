"""VAPID keys (RFC 8292): with what a push service knows us, and what a browser's subscription is bound to for its life."""

import re
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

LENGTH = 32
"""Bytes of a private key of P-256."""
NOBODY = "mailto:nobody@passerby.example"
"""Where no address is seen from outside and nobody chose a subject. It has the form that services take, and reaches nobody: fine for a trial."""
How = Literal["not_asked", "none", "missing", "wrong", "no_subject", "nobodys", "waits", "ready"]

_HOST = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+",
    re.IGNORECASE | re.ASCII,
)
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class VapidKeys:
    """A private key, its public one in base64url as browsers and services take it, and whom a service may write to."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)
    public: str
    subject: str

    @classmethod
    def of(cls, private: str, subject: str) -> "VapidKeys":
        """From the settings' texts; `ValueError` says what is wrong, and never repeats the key."""
        key = read_private_key(private)
        return cls(key, public_text(key), read_subject(subject))


@dataclass(frozen=True, slots=True)
class VapidStanding:
    """How it stands with sending to browsers.

    `not_asked`: nothing is sent to anybody. `none`: browsers are not sent to, which is no fault. `missing`: they are all that would be sent to.
    `wrong`: `why` says what of key or subject. `nobodys`: the subject reaches nobody. `waits`: good, and nothing leaves for now.
    """

    how: How
    public: str = ""
    subject: str = ""
    why: str = ""


def standing_of(push: str, private_key: str, subject: str) -> VapidStanding:
    """From the settings' texts; never with the private key in it."""
    if not private_key:
        without: dict[str, How] = {"outbox": "not_asked", "web_push": "missing"}
        return VapidStanding(without.get(push, "none"))
    try:
        keys = VapidKeys.of(private_key, subject or NOBODY)
    except ValueError as error:
        return VapidStanding("wrong", why=str(error))
    how: How = "ready" if push != "outbox" else "waits"
    if not subject:
        how = "no_subject"
    elif subject == NOBODY and push != "outbox":
        how = "nobodys"
    return VapidStanding(how, keys.public, subject)


def read_private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """The 32 bytes in base64url, as `passerby key vapid` prints them, or PEM; `ValueError` does not repeat it."""
    text = text.strip()
    key = _of_pem(text) if text.startswith("-----BEGIN") else _of_bytes(text)
    if key is None:
        raise ValueError("is no private key of P-256: 32 bytes in base64url, or PEM; `passerby key vapid` makes one")
    return key


def _of_bytes(text: str) -> ec.EllipticCurvePrivateKey | None:
    plain = text.rstrip("=")
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}", plain, re.ASCII):
        return None
    try:
        return ec.derive_private_key(int.from_bytes(b64decode(plain + "=", altchars=b"-_")), ec.SECP256R1())
    except ValueError:  # nought, or not below the curve's order
        return None


def _of_pem(text: str) -> ec.EllipticCurvePrivateKey | None:
    try:
        key = load_pem_private_key(text.replace("\\n", "\n").encode(), password=None)  # as variables hold line breaks
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1) else None


def private_text(key: ec.EllipticCurvePrivateKey) -> str:
    """32 bytes in base64url: what `read_private_key` reads."""
    return _text(key.private_numbers().private_value.to_bytes(LENGTH))


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    """65 bytes in base64url: a browser's `applicationServerKey`."""
    return _text(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def read_subject(text: str) -> str:
    """Whom a push service may write to, in the form that the strictest takes.

    Apple refuses every message whose subject it takes for no contact: `<>` around the address, blanks, a host without a dot such as localhost.
    """
    scheme, _, rest = text.partition(":")
    if scheme == "mailto":
        mailbox, _, host = rest.rpartition("@")
        good = bool(_MAILBOX.fullmatch(mailbox) and _HOST.fullmatch(host))
    else:
        good = scheme == "https" and _is_web_address(text)
    if not good:
        raise ValueError(
            "is neither mailto:push@shop.example nor an https address of a host such as https://shop.example"
        )
    return text


def subject_of(base_url: str) -> str | None:
    """What may be said where nobody chose a subject: the address that customers see, when it is one that services take."""
    try:
        return read_subject(base_url.rstrip("/"))
    except ValueError:
        return None


def _is_web_address(text: str) -> bool:
    if not re.fullmatch(r"[!-~]+", text):
        return False
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    named = "@" not in parts.netloc and port != 0 and not re.search(r"[\"<>\\]", text)
    return named and bool(_HOST.fullmatch(host)) and not re.fullmatch(r"[0-9.]+", host)


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
