"""A key's wrong codes are counted, for a while; and a till goes on when they can not be."""

import pytest
from redis import Redis

from web.desk.guesses import MOST, WINDOW_S, Guesses
from web.problems import ProblemError


def test_so_many_and_no_more_until_the_while_is_over(redis_db: Redis) -> None:
    guesses = Guesses(redis_db)
    for _ in range(MOST):
        guesses.refuse_too_many("key_1")
        guesses.count_miss("key_1")
    with pytest.raises(ProblemError) as refused:
        guesses.refuse_too_many("key_1")
    assert refused.value.status_code == 429
    assert refused.value.headers is not None
    assert 0 < int(refused.value.headers["Retry-After"]) <= WINDOW_S
    guesses.refuse_too_many("key_2")
    [name] = redis_db.keys()  # type: ignore[misc]  # the synchronous client answers with a list
    redis_db.expire(name, 0)
    guesses.refuse_too_many("key_1")


def test_a_miss_does_not_make_the_while_longer(redis_db: Redis) -> None:
    guesses = Guesses(redis_db)
    guesses.count_miss("key_1")
    redis_db.expire("pb:guesses:key_1", 5)
    guesses.count_miss("key_1")
    assert redis_db.ttl("pb:guesses:key_1") <= 5  # type: ignore[operator]  # as above


def test_with_redis_away_a_till_goes_on() -> None:
    guesses = Guesses(Redis.from_url("redis://127.0.0.1:1/0"))
    guesses.count_miss("key_1")
    guesses.refuse_too_many("key_1")
