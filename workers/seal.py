"""Sealing what passes through the lanes: AES-256-GCM under a key derived from the secret key and the hour's random salt.

The salt lives in Redis and goes when no entry needs it: from then on nobody, the service included, can open what was sealed
in that hour, wherever a copy of it may lie.
"""

import secrets
import threading
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

HOUR_S = 3600
NONCE_BYTES = 12
SALT_BYTES = 32


class UnreadableError(Exception):
    """The salt is gone, or these bytes are not what was sealed for this lane."""


def hour_of(at: float) -> int:
    """The hour's number since 1970 of a time in epoch seconds."""
    return int(at // HOUR_S)


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


class Seal:
    """Seals and opens. `salt_of(hour)` fetches an hour's salt or none; keys are remembered until `forget_keys`."""

    def __init__(self, secret: bytes, salt_of: Callable[[int], bytes | None] | None = None) -> None:
        self._secret = secret
        self._salt_of = salt_of
        self._keys: dict[int, AESGCM] = {}
        self._lock = threading.Lock()

    def learn(self, hour: int, salt: bytes) -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"passerby lane").derive(self._secret)
        with self._lock:
            self._keys[hour] = AESGCM(key)
            for old in [one for one in self._keys if one < hour - 48]:
                del self._keys[old]

    def knows(self, hour: int) -> bool:
        return hour in self._keys

    def forget_keys(self) -> None:
        with self._lock:
            self._keys.clear()

    def close(self, hour: int, lane: int, plain: bytes) -> bytes:
        """Sealed bytes: nonce, then ciphertext with its tag, bound to the lane and the hour."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._keys[hour].encrypt(nonce, plain, _bound_to(hour, lane))

    def open(self, hour: int, lane: int, sealed: bytes) -> bytes:
        """The plain bytes, or `UnreadableError`. A key that does not fit is fetched anew once: Redis may have been emptied between."""
        for fresh in (False, True):
            if fresh or hour not in self._keys:
                salt = self._salt_of(hour) if self._salt_of else None
                if salt is None:
                    break
                self.learn(hour, salt)
            try:
                return self._keys[hour].decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound_to(hour, lane))
            except InvalidTag:
                continue
        raise UnreadableError(f"an entry of hour {hour} in lane {lane}")


def _bound_to(hour: int, lane: int) -> bytes:
    return f"{hour}:{lane}".encode()
