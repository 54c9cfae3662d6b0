import pytest
from redis import Redis

from offers.records.database import Database
from tests.workers.town import Town


@pytest.fixture
def redis(redis_db: Redis) -> Redis:
    return redis_db


@pytest.fixture
def database(either_database: Database) -> Database:
    return either_database


@pytest.fixture
def town(database: Database, redis: Redis, redis_url: str) -> Town:
    town = Town(database, redis, redis_url)
    town.settle()
    return town
