"""What is looked up for a shop has in the lanes what any change of an order has: at once, and not when beat looks again."""

from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis

from offers.customers import set_consents
from offers.records.database import Database
from offers.rules.profile import ConsentsBody
from offers.settings import Settings
from tests.conftest import NOON
from tests.doubles.shopify import ShopifyDouble, fulfilment, order
from tests.workers.shops.test_shopify import Story
from workers import tasks
from workers.app import Parts, open_parts
from workers.enqueue import SHOP_EVENTS, new_celery
from workers.lanes import LaneKeys, lane_of
from workers.slots import Slots


@pytest.fixture
def shopify() -> Iterator[ShopifyDouble]:
    with ShopifyDouble() as double:
        yield double


def test_the_phone_is_expected_once_it_is_ready_and_no_more_once_it_is_collected(
    either_database: Database, redis_db: Redis, redis_url: str, shopify: ShopifyDouble
) -> None:
    story = Story(either_database, shopify)
    settings = Settings(
        database_url=either_database.url,
        redis_url=redis_url,
        secret_key="only for tests, but long enough for it",
        shopify_endpoint=shopify.origin,
    )
    app = new_celery(redis_url)
    opened: Parts = open_parts(settings, app)
    tasks.register(app, lambda: opened, Slots(1))
    redis: Any = redis_db

    def hear(number: int) -> None:
        waits = story.ready(number, minute=number).waits
        app.tasks[SHOP_EVENTS]([waits])

    shopify.orders[1] = order(1, fulfilment(11, 5))
    hear(11)
    phone = story.town.device("shopify-7", now=NOON)
    story.town.write(
        lambda session: set_consents(session, "shopify-7", ConsentsBody(orders=True), source="device", now=NOON)
    )
    keys = LaneKeys.of(lane_of(phone, settings.lanes))
    shopify.orders[2] = order(2, fulfilment(12, 5))
    hear(12)
    assert b"shopify-2" in redis.hget(keys.targets, phone)
    assert redis.hget(keys.blocked, phone) is None
    for number in (1, 2):
        shopify.orders[number] = order(number, fulfilment(10 + number, 5, status="CLOSED"))
        hear(10 + number)
    assert redis.hget(keys.targets, phone) is None
    assert redis.hget(keys.blocked, phone) == b"no_location_consent"
    opened.looking.shop.close()
    opened.database.close()
    opened.redis.close()
    story.looking.shop.close()
