"""How often one network address may write as a visitor: nobody fills the database from one place."""

import hashlib
import hmac
from ipaddress import IPv6Address, ip_address
from typing import Any

from redis import Redis

MOST = 120
"""Writes in WINDOW_S from one address: a shop's wireless network, or a phone network's, has many people behind one."""
WINDOW_S = 900


class VisitorAttempts:
    """Counted in Redis, under names from which nobody reads an address back."""

    most, window_s, name = MOST, WINDOW_S, "visitor"

    def __init__(self, redis: Redis, secret: bytes) -> None:
        self._redis: Any = redis
        self._key = hmac.digest(secret, b"passerby visitor attempts", "sha256")

    def count(self, address: str) -> int:
        """Count this one; the seconds to wait when it is one too many, else 0. Raises Redis's errors: no count, no write."""
        name = f"pb:{self.name}:{hmac.new(self._key, network_of(address).encode(), hashlib.sha256).hexdigest()[:32]}"
        many, _, left = self._redis.pipeline().incr(name).expire(name, self.window_s, nx=True).ttl(name).execute()
        return max(int(left), 1) if int(many) > self.most else 0


class NewOrders(VisitorAttempts):
    """The same for orders of browsers that nobody has seen before: forgetting the cookie must not make one person many."""

    most, window_s, name = 60, 3600, "orders"


def network_of(address: str) -> str:
    """An IPv6 customer has a whole /64 to write from."""
    try:
        read = ip_address(address)
    except ValueError:
        return address
    return read.exploded[:19] if isinstance(read, IPv6Address) and read.ipv4_mapped is None else str(read)
