"""How often somebody may try a password: so many times in a while, for one e-mail address from one network address, and for each."""

import hashlib
import hmac
from typing import Any

from redis import Redis

MOST_TOGETHER = 10
"""For one e-mail address from one network address."""
MOST_OF_ADDRESS = 60
"""From one network address: an office signs in behind one."""
MOST_OF_EMAIL = 100
"""For one e-mail address from wherever: a single stranger can not keep its owner out."""
WINDOW_S = 900


class Attempts:
    """Counted in Redis, under names from which nobody reads an address back."""

    def __init__(self, redis: Redis, secret: bytes) -> None:
        self._redis: Any = redis
        self._key = hmac.digest(secret, b"passerby sign-in attempts", "sha256")

    def count(self, email: str, address: str) -> int:
        """Count this try; the seconds to wait when it is one too many, else 0. Raises Redis's errors: no count, no sign-in.

        A try that is one too many for where it comes from does not count against the e-mail address.
        """
        here = {self._together(email, address): MOST_TOGETHER, self._name("address", address): MOST_OF_ADDRESS}
        return self._count(here) or self._count({self._name("email", _plain(email)): MOST_OF_EMAIL})

    def _count(self, limits: dict[str, int]) -> int:
        with self._redis.pipeline(transaction=True) as pipeline:
            for name in limits:
                pipeline.incr(name)
                pipeline.expire(name, WINDOW_S, nx=True)
                pipeline.ttl(name)
            told = pipeline.execute()
        counted = zip(told[::3], told[2::3], limits.values(), strict=True)
        return max((max(left, 1) for many, left, most in counted if many > most), default=0)

    def forget(self, email: str, address: str) -> None:
        """After the right password. The network address keeps its count, so that one good account opens no others."""
        self._redis.delete(self._together(email, address), self._name("email", _plain(email)))

    def _together(self, email: str, address: str) -> str:
        return self._name("together", f"{_plain(email)} {address}")

    def _name(self, kind: str, value: str) -> str:
        return f"pb:signin:{kind}:{hmac.new(self._key, value.encode(), hashlib.sha256).hexdigest()[:32]}"


def _plain(email: str) -> str:
    return email.strip().lower()
