"""How many codes that are none a network may open: so many in a while, so that nobody tries one after another. Codes that are, are never refused."""

import hashlib
import hmac
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError

from web.problems import ProblemError
from web.visitor.attempts import network_of

MOST = 60
WINDOW_S = 900

log = structlog.get_logger()


class Misses:
    """Counted in Redis, under names from which nobody reads an address back. With Redis away nobody is refused: a code has 50 bits."""

    def __init__(self, redis: Redis, secret: bytes) -> None:
        self._redis: Any = redis
        self._key = hmac.digest(secret, b"passerby codes that are none", "sha256")

    def refuse_too_many(self, whose: str) -> None:
        """Count this one; 429 with `Retry-After` when it is one too many. `whose`: a network address, or a device's id."""
        named = hmac.new(self._key, network_of(whose).encode(), hashlib.sha256).hexdigest()[:32]
        name = f"pb:misses:{named}"
        try:
            many, _, left = self._redis.pipeline().incr(name).expire(name, WINDOW_S, nx=True).ttl(name).execute()
        except (RedisError, OSError) as error:
            log.warning("misses_not_counted", error=type(error).__name__)
            return
        if int(many) > MOST:
            detail = f"Over {MOST} codes that are none were opened from this network; wait a while."
            raise ProblemError("too_many_tries", 429, detail, headers={"Retry-After": str(max(int(left), 1))})
