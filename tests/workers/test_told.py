"""What a device was told to watch: kept beside its lane, sealed, for an hour, and not for one that was blocked meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from tests.workers.town import LANES, SECRET
from workers.lanes import SALTS, TOLD_S, LaneDesk, LaneDoor, LanesUnavailableError, lane_of, told_key

NOW = 1_795_431_600.0
DEVICE = "dev_1"
KEY = told_key(lane_of(DEVICE, LANES), DEVICE)


def at_a_door(url: str, *asks: Callable[[LaneDoor], Awaitable[Any]]) -> list[Any]:
    async def all_of_them() -> list[Any]:
        redis = AsyncRedis.from_url(url)
        try:
            door = LaneDoor(redis, SECRET, LANES)
            return [await ask(door) for ask in asks]
        finally:
            await redis.aclose()

    return asyncio.run(all_of_them())


def told(door: LaneDoor) -> Awaitable[bytes | None]:
    return door.told(DEVICE)


def test_another_process_reads_it_and_nobody_else(redis_db: Redis, redis_url: str) -> None:
    assert at_a_door(redis_url, told, lambda door: door.tell(DEVICE, b"gf_1 gf_2", NOW)) == [None, True]
    assert at_a_door(redis_url, told, lambda door: door.told("dev_2")) == [b"gf_1 gf_2", None]
    kept: Any = redis_db.get(KEY)
    assert b"gf_1" not in kept
    assert 0 < redis_db.ttl(KEY) <= TOLD_S  # type: ignore[operator]  # the synchronous client answers with a number


def test_with_the_hours_salt_it_is_gone(redis_db: Redis, redis_url: str) -> None:
    at_a_door(redis_url, lambda door: door.tell(DEVICE, b"gf_1", NOW))
    redis_db.delete(SALTS)
    assert at_a_door(redis_url, told) == [None]


def test_bytes_that_nobody_sealed_are_nothing(redis_db: Redis, redis_url: str) -> None:
    at_a_door(redis_url, lambda door: door.tell(DEVICE, b"gf_1", NOW))
    kept: Any = redis_db.get(KEY)
    redis_db.set(KEY, kept[:-1] + bytes([kept[-1] ^ 1]))
    assert at_a_door(redis_url, told) == [None]


@pytest.mark.parametrize("how", ["block", "forget"])
def test_it_goes_when_the_device_is_blocked_or_forgotten(redis_db: Redis, redis_url: str, how: str) -> None:
    at_a_door(redis_url, lambda door: door.tell(DEVICE, b"gf_1", NOW))
    desk = LaneDesk(redis_db, SECRET, LANES)
    if how == "block":
        desk.block({DEVICE: "no_location_consent"})
    else:
        desk.forget([DEVICE], NOW)
    assert not redis_db.exists(KEY)


def test_an_answer_that_was_under_way_leaves_nothing_of_a_device_blocked_meanwhile(
    redis_db: Redis, redis_url: str
) -> None:
    LaneDesk(redis_db, SECRET, LANES).block({DEVICE: "no_location_consent"})
    assert at_a_door(redis_url, lambda door: door.tell(DEVICE, b"gf_1", NOW)) == [False]
    assert not redis_db.exists(KEY)


def test_with_redis_away_nobody_knows() -> None:
    for ask in (told, lambda door: door.tell(DEVICE, b"gf_1", NOW)):
        with pytest.raises(LanesUnavailableError):
            at_a_door("redis://127.0.0.1:1/0", ask)
