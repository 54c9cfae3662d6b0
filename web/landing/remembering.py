"""What a browser remembers of its last scans, in a cookie of its own, signed: a reload is no second scan, and a later one is a repeat.

It holds posters, scans and times and nothing of a person; who refuses it is counted anew with each opening of a code, and lacks nothing else.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fastapi import Request
from starlette.responses import Response

from offers.scans import Before

LIFE = timedelta(days=90)
"""Since the last scan."""
MOST = 10
MOST_BYTES = 2000
_NAME = "passerby-scans"
_ONE = re.compile(r"([A-Za-z0-9._:@-]{1,100})~([A-Za-z0-9_]{1,60})~([0-9]{1,12})", re.ASCII)


class ScansCookie:
    """Signed with a key of its own, derived from the secret key. `secure` as the visitor's cookie has it."""

    def __init__(self, secret: bytes, *, secure: bool) -> None:
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"passerby scans cookie").derive(secret)
        self._secure = secure

    @property
    def name(self) -> str:
        return f"__Host-{_NAME}" if self._secure else _NAME

    def write(self, scans: Sequence[Before]) -> str:
        """The last ones, the newest first; of a poster only its newest."""
        newest: dict[str, Before] = {}
        for one in sorted(scans, key=lambda one: one.at, reverse=True):
            newest.setdefault(one.poster_id, one)
        said = "!".join(
            f"{one.poster_id}~{one.scan_id}~{int(one.at.timestamp())}" for one in list(newest.values())[:MOST]
        )
        return f"{said}!{self._mark(said)}"

    def read(self, text: str, now: float) -> tuple[Before, ...]:
        """Nothing when it is not ours; of what is ours, what is not too old and lies in no future."""
        said, _, mark = text[:MOST_BYTES].rpartition("!")
        if not said or not hmac.compare_digest(mark.encode(errors="replace"), self._mark(said).encode()):
            return ()
        found = []
        for part in said.split("!")[:MOST]:
            read = _ONE.fullmatch(part)
            if read is not None and now - LIFE.total_seconds() < (at := int(read[3])) <= now + 60:
                found.append(Before(read[1], read[2], datetime.fromtimestamp(at, UTC)))
        return tuple(found)

    def scans_in(self, request: Request, now: float) -> tuple[Before, ...]:
        text = request.cookies.get(self.name)
        return self.read(text, now) if text else ()

    def keep(self, response: Response, scans: Sequence[Before]) -> None:
        response.set_cookie(
            self.name,
            self.write(scans),
            max_age=int(LIFE.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def _mark(self, said: str) -> str:
        return urlsafe_b64encode(hmac.new(self._key, said.encode(), hashlib.sha256).digest()).decode().rstrip("=")
