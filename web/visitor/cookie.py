"""The visitor's cookie: which device this browser is, signed. Made at the first subscription, never for who only looks.

It can not be drawn back, and need not be: it opens nothing once its device is revoked or erased.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fastapi import Request
from starlette.responses import Response

LIFE = timedelta(days=180)
"""Since the browser was last here with messages on."""
_NAME = "passerby-visitor"
_WRITTEN = re.compile(r"(?P<device>[A-Za-z0-9_-]{1,100})\.(?P<ends>[0-9]{1,12})\.(?P<mark>[A-Za-z0-9_-]{43})", re.ASCII)


class VisitorCookie:
    """Signed with a key of its own, derived from the secret key, so that no other signature under that key passes for one."""

    def __init__(self, secret: bytes, base_url: str) -> None:
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"passerby visitor cookie").derive(secret)
        self._secure = not _is_own_machine(base_url)

    @property
    def name(self) -> str:
        """With `__Host-` no other host, and nobody on the way, can set it."""
        return f"__Host-{_NAME}" if self._secure else _NAME

    @property
    def secure(self) -> bool:
        """Whether cookies of ours are for https alone."""
        return self._secure

    def write(self, device_id: str, now: float) -> str:
        said = f"{device_id}.{int(now + LIFE.total_seconds())}"
        return f"{said}.{self._mark(said)}"

    def read(self, text: str, now: float) -> str | None:
        """The device's id; none when it is not ours, or too old."""
        parts = _WRITTEN.fullmatch(text)
        if parts is None:
            return None
        said = f"{parts['device']}.{parts['ends']}"
        if not hmac.compare_digest(parts["mark"].encode(), self._mark(said).encode()):
            return None
        return parts["device"] if now < int(parts["ends"]) else None

    def device_in(self, request: Request, now: float) -> str | None:
        return self.read(request.cookies.get(self.name, ""), now)

    def keep(self, response: Response, device_id: str, now: float) -> None:
        """Give the browser its cookie, or the same for longer."""
        response.set_cookie(
            self.name,
            self.write(device_id, now),
            max_age=int(LIFE.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def drop(self, response: Response) -> None:
        """This browser is nobody's any more."""
        response.delete_cookie(self.name, path="/", secure=self._secure, httponly=True, samesite="lax")

    def _mark(self, said: str) -> str:
        return urlsafe_b64encode(hmac.new(self._key, said.encode(), hashlib.sha256).digest()).decode().rstrip("=")


def _is_own_machine(base_url: str) -> bool:
    """Whether people reach us by http on the loopback: for a try, where browsers do not insist on https either."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost" or host.endswith(".localhost")
    return parts.scheme == "http" and loopback
