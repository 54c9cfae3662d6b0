"""How far something long is that somebody's page waits for: written down while it goes on, so that whichever process is asked can tell."""

import time
from typing import Self

import structlog
from redis import Redis
from redis.exceptions import RedisError
from starlette.responses import Response

from web.bodies import json_answer

KEPT_S = 60
EVERY_S = 0.25
"""No more often than a bar on a page moves."""
log = structlog.get_logger()


class Progress:
    """One user's, of one thing, for as long as the block lasts. Where Redis does not answer nobody is told, and the work goes on."""

    def __init__(self, redis: Redis, user_id: str, what: str) -> None:
        self._redis, self._name = redis, f"pb:far:{user_id}:{what}"
        self._told_at = 0.0

    def tell(self, share: float) -> None:
        """From 0 to 1."""
        now = time.monotonic()
        if now - self._told_at < EVERY_S:
            return
        self._told_at = now
        try:
            self._redis.set(self._name, f"{share:.3f}", ex=KEPT_S)
        except (RedisError, OSError) as error:
            log.warning("progress_not_told", error=type(error).__name__)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._redis.delete(self._name)
        except (RedisError, OSError):
            return  # it goes by itself

    def share(self) -> float | None:
        """None where nothing is known of it: it has not begun, it is over, or nobody can tell."""
        try:
            told = self._redis.get(self._name)
        except (RedisError, OSError):
            return None
        return float(told) if isinstance(told, bytes | str) else None

    def answer(self) -> Response:
        """`{share}`, for the page that waits; null where nothing is known."""
        return json_answer({"share": self.share()}, headers={"cache-control": "no-store"})
