"""Device tokens: `dt_` and a JSON Web Token (HS256), checked without a database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PREFIX = "dt_"
LONGEST = 2048
_ALGORITHM = "HS256"
_AUDIENCE = "device"


class TokenError(Exception):
    """`reason`: `expired`, or `bad` for all that is none of ours."""

    def __init__(self, reason: Literal["expired", "bad"]) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class DeviceClaim:
    """What a token says. `expires_at` in epoch seconds; none: it is good until the device is revoked.

    `platform` is what the device was registered as; none in tokens from before it was said.
    """

    device_id: str
    positions_only: bool
    expires_at: int | None
    platform: str | None = None


class Tokens:
    """Issues and reads. The key is derived from the secret key, so that no other signature under that key passes for a token."""

    def __init__(self, secret: bytes, life_s: int) -> None:
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"passerby device token").derive(secret)
        self._life_s = life_s

    def issue(
        self, device_id: str, *, positions_only: bool, now: float, platform: str | None = None
    ) -> tuple[str, int | None]:
        """A token and when it runs out, in epoch seconds; a `positions_only` one does not."""
        claims: dict[str, Any] = {
            "sub": device_id,
            "aud": _AUDIENCE,
            "scope": "positions" if positions_only else "device",
            "iat": int(now),
        }
        if platform is not None:
            claims["platform"] = platform
        if not positions_only:
            claims["exp"] = int(now) + self._life_s
        return PREFIX + jwt.encode(claims, self._key, algorithm=_ALGORITHM), claims.get("exp")

    def read(self, token: str, *, now: float) -> DeviceClaim:
        """What a token says, or `TokenError`."""
        if not token.startswith(PREFIX) or len(token) > LONGEST:
            raise TokenError("bad")
        try:
            claims = jwt.decode(
                token.removeprefix(PREFIX),
                self._key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                options={
                    "require": ["sub", "aud", "iat"],
                    "verify_exp": False,  # against our own `now`, below
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except (jwt.InvalidTokenError, ValueError):
            raise TokenError("bad") from None
        return _claim_of(claims, now)


def _claim_of(claims: Mapping[str, Any], now: float) -> DeviceClaim:
    device_id, scope, expires_at = claims["sub"], claims.get("scope"), claims.get("exp")
    if not isinstance(device_id, str) or scope not in ("device", "positions"):
        raise TokenError("bad")
    if scope == "device" and not isinstance(expires_at, int):
        raise TokenError("bad")
    platform = claims.get("platform")
    claim = DeviceClaim(device_id, scope == "positions", expires_at, platform if isinstance(platform, str) else None)
    if has_run_out(claim, now):
        raise TokenError("expired")
    return claim


def has_run_out(claim: DeviceClaim, now: float) -> bool:
    return claim.expires_at is not None and now >= claim.expires_at
