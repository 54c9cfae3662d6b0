"""How often a key may ask for a coupon that is none: so many times in a while, so that nobody tries short codes one after another."""

from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError

from web.problems import ProblemError

MOST = 100
WINDOW_S = 900

log = structlog.get_logger()


class Guesses:
    """Counted in Redis by the key's id. With Redis away tills go on: a generated code has 60 bits."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis

    def refuse_too_many(self, key_id: str) -> None:
        """429 with `Retry-After` for a key that has asked for too many that are none."""
        try:
            seen, wait_s = self._redis.pipeline().get(_name(key_id)).ttl(_name(key_id)).execute()
        except (RedisError, OSError) as error:
            log.warning("guesses_not_counted", error=type(error).__name__)
            return
        if seen is not None and int(seen) >= MOST:
            detail = f"This key asked for {MOST} coupons that are none; wait a while. Give each till a key of its own."
            raise ProblemError("too_many_tries", 429, detail, headers={"Retry-After": str(max(wait_s, 1))})

    def count_miss(self, key_id: str) -> None:
        try:
            self._redis.pipeline().incr(_name(key_id)).expire(_name(key_id), WINDOW_S, nx=True).execute()
        except (RedisError, OSError) as error:
            log.warning("guesses_not_counted", error=type(error).__name__)


def _name(key_id: str) -> str:
    return f"pb:guesses:{key_id}"
