"""How Redis and the broker are: what `passerby doctor` looks at, as plain values."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from redis import Redis
from redis.exceptions import AuthenticationError, BusyLoadingError, NoPermissionError, RedisError

from workers.enqueue import new_celery

AWAY = (RedisError, OSError)
"""What is raised when Redis does not answer."""

Refusal = Literal["credential", "rights", "full", "loading"]


@dataclass(frozen=True, slots=True)
class RedisCondition:
    server: str
    """`redis` or `valkey`."""
    version: str
    policy: str
    """`maxmemory-policy`."""
    keeps: bool
    """Whether it writes an append-only file."""
    kept_well: bool
    """Whether its last write and its last rewrite of that file succeeded."""
    used_bytes: int
    most_bytes: int
    """`maxmemory`; 0: no limit of its own."""
    clock: datetime


def redis_condition(redis: Redis) -> RedisCondition:
    client: Any = redis
    info = client.info()
    seconds, micros = client.time()
    valkey = info.get("valkey_version")
    states = (info.get("aof_last_write_status", "ok"), info.get("aof_last_bgrewrite_status", "ok"))
    return RedisCondition(
        server="valkey" if valkey else "redis",
        version=str(valkey or info["redis_version"]),
        policy=str(info.get("maxmemory_policy", "noeviction")),
        keeps=bool(info.get("aof_enabled")),
        kept_well=states == ("ok", "ok"),
        used_bytes=int(info["used_memory"]),
        most_bytes=int(info.get("maxmemory", 0)),
        clock=datetime.fromtimestamp(seconds + micros / 1e6, UTC),
    )


def refusal_of(error: Exception) -> Refusal | None:
    """Why a server that answers does not let us in; none when there is no server."""
    if isinstance(error, AuthenticationError):
        return "credential"
    if isinstance(error, NoPermissionError):
        return "rights"
    if isinstance(error, BusyLoadingError):
        return "loading"
    return "full" if "max number of clients" in str(error) else None


def broker_takes_rings(url: str) -> None:
    """Raises whatever the broker's client raises when it can not be reached within two seconds."""
    app: Any = new_celery(url)
    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=2)
