"""How often somebody may try a password: so many times in a while, by e-mail address and by network address."""

import hashlib
import hmac
from typing import Any

from redis import Redis

MOST = 10
WINDOW_S = 900


class Attempts:
    """Counted in Redis, under names from which nobody reads an address back."""

    def __init__(self, redis: Redis, secret: bytes) -> None:
        self._redis: Any = redis
        self._key = hmac.digest(secret, b"passerby sign-in attempts", "sha256")

    def count(self, email: str, address: str) -> int:
        """Count this try; the seconds to wait when it is one too many, else 0. Raises Redis's errors: no count, no sign-in."""
        names = [self._name("email", email.strip().lower()), self._name("address", address)]
        with self._redis.pipeline(transaction=True) as pipeline:
            for name in names:
                pipeline.incr(name)
                pipeline.expire(name, WINDOW_S, nx=True)
                pipeline.ttl(name)
            told = pipeline.execute()
        waits = [max(told[at + 2], 1) for at in (0, 3) if told[at] > MOST]
        return max(waits, default=0)

    def forget(self, email: str) -> None:
        """After the right password: the address keeps its count, so that one good account opens no others."""
        self._redis.delete(self._name("email", email.strip().lower()))

    def _name(self, kind: str, value: str) -> str:
        return f"pb:signin:{kind}:{hmac.new(self._key, value.encode(), hashlib.sha256).hexdigest()[:32]}"
