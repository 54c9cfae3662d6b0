"""What a device was told to watch: kept beside its lane, sealed, for an hour, and not for one that was blocked meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from tests.workers.town import LANES, SECRET
from workers.lanes import SALTS, TOLD_S, Kept, LaneDesk, LaneDoor, LanesUnavailableError, lane_of, told_key

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


async def told(door: LaneDoor) -> bytes | None:
    return (await door.told(DEVICE)).plain


def tell(plain: bytes, before: Kept | None = None) -> Callable[[LaneDoor], Awaitable[bool]]:
    """Of a device that was told nothing yet, unless `before` says so."""
    return lambda door: door.tell(DEVICE, plain, NOW, before or Kept())


def test_another_process_reads_it_and_nobody_else(redis_db: Redis, redis_url: str) -> None:
    assert at_a_door(redis_url, told, tell(b"gf_1 gf_2")) == [None, True]
    assert at_a_door(redis_url, told, lambda door: door.told("dev_2")) == [b"gf_1 gf_2", Kept()]
    kept: Any = redis_db.get(KEY)
    assert b"gf_1" not in kept
    assert 0 < redis_db.ttl(KEY) <= TOLD_S  # type: ignore[operator]  # the synchronous client answers with a number


def test_with_the_hours_salt_it_is_gone(redis_db: Redis, redis_url: str) -> None:
    at_a_door(redis_url, tell(b"gf_1"))
    redis_db.delete(SALTS)
    assert at_a_door(redis_url, told) == [None]


def test_bytes_that_nobody_sealed_are_nothing(redis_db: Redis, redis_url: str) -> None:
    at_a_door(redis_url, tell(b"gf_1"))
    kept: Any = redis_db.get(KEY)
    redis_db.set(KEY, kept[:-1] + bytes([kept[-1] ^ 1]))
    assert at_a_door(redis_url, told) == [None]


@pytest.mark.parametrize("how", ["block", "forget"])
def test_it_goes_when_the_device_is_blocked_or_forgotten(redis_db: Redis, redis_url: str, how: str) -> None:
    at_a_door(redis_url, tell(b"gf_1"))
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
    assert at_a_door(redis_url, tell(b"gf_1")) == [False]
    assert not redis_db.exists(KEY)


def test_of_two_answers_at_once_the_second_tells_nothing(redis_db: Redis, redis_url: str) -> None:
    """A phone that heard both would watch what either says; only what is kept is ever taken back."""
    assert at_a_door(redis_url, tell(b"gf_1"), tell(b"gf_2"), told) == [True, False, b"gf_1"]
    [before] = at_a_door(redis_url, lambda door: door.told(DEVICE))
    assert at_a_door(redis_url, tell(b"gf_3", before), tell(b"gf_4", before), told) == [True, False, b"gf_3"]


def test_an_answer_that_was_under_way_when_the_device_was_forgotten_leaves_nothing(
    redis_db: Redis, redis_url: str
) -> None:
    at_a_door(redis_url, tell(b"gf_1"))
    [before] = at_a_door(redis_url, lambda door: door.told(DEVICE))
    LaneDesk(redis_db, SECRET, LANES).forget([DEVICE], NOW)
    assert at_a_door(redis_url, tell(b"gf_2", before)) == [False]
    assert not redis_db.exists(KEY)


def test_with_redis_away_nobody_knows() -> None:
    for ask in (told, tell(b"gf_1")):
        with pytest.raises(LanesUnavailableError):
            at_a_door("redis://127.0.0.1:1/0", ask)
