"""Shopify's events, the thin ones looked up at its strict double over real HTTP: once, later when it is away, and again when a worker died."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from offers import pickups, shop_events, shops
from offers.customers import get_customer
from offers.records.database import Database
from offers.rules.shop import ShopBody
from offers.shop_events import Heard
from offers.shop_lookup import ShopAway, ShopRefuses, Wanted
from tests.conftest import NOON
from tests.doubles.shopify import ShopifyDouble, fulfilment, order
from tests.offers.stories import Town
from workers.failpoints import Failpoints
from workers.shops.looking import Looking, look_at_shop_events, purge_shop_events
from workers.shops.shopify import ShopifyLookup
from workers.shops.working import Worked, WorkKeys, hear

KEYS = WorkKeys.of(b"only for tests, but long enough for it")
READY = "fulfillment_orders/line_items_prepared_for_pickup"
CHANGED = "orders/updated"


class Story:
    """A shop, its Shopify, and a worker."""

    def __init__(self, database: Database, shopify: ShopifyDouble) -> None:
        self.database, self.shopify, self.now = database, shopify, NOON
        self.looking = Looking(database, ShopifyLookup(shopify.origin), KEYS, Failpoints())
        self.town = Town(database)
        for place in ("kalverstraat", "coolsingel"):
            self.town.place(place)
        self.shop(api_token=shopify.token)
        self._number = 0

    def shop(self, **change: Any) -> None:
        body = {"kind": "shopify", "name": "x", "origin": "example.myshopify.com", "secret": "hush"}
        body |= {"places": {"5": "kalverstraat", "Store 6": "coolsingel"}} | change
        read = ShopBody.model_validate(body)
        self.town.write(lambda s: shops.put_shop(s, "shopify", read, keys=KEYS.shops, now=NOON))

    def hear(self, topic: str, body: Any, minute: float = 0, key: str | None = None) -> Worked:
        self._number += 1
        at, raw = NOON + timedelta(minutes=minute), json.dumps(body).encode()
        heard = Heard(key or f"event-{self._number}", topic, at, raw)
        return hear(self.database, "shopify", heard, keys=KEYS, now=self.now)

    def ready(self, number: int, minute: float = 0, key: str | None = None) -> Worked:
        body = {"id": f"gid://shopify/FulfillmentOrder/{number}", "delivery_method": {"method_type": "pick_up"}}
        return self.hear(READY, {"fulfillment_order": body}, minute, key)

    def look(self) -> int:
        """As beat's look rings, and a worker hears it."""
        return self.looking.look_up(look_at_shop_events(self.database, self.now), self.clock, lambda _: None)

    def clock(self) -> datetime:
        return self.now

    def order(self, order_id: str) -> dict[str, Any]:
        with self.database.reading() as session:
            return pickups.get_order(session, order_id)

    def events(self) -> list[dict[str, Any]]:
        with self.database.reading() as session:
            return shop_events.list_events(session, "shopify")[0]

    def newest(self) -> tuple[str, str | None]:
        event = self.events()[0]
        return event["state"], event["reason"]


@pytest.fixture
def story(either_database: Database) -> Iterator[Story]:
    with ShopifyDouble() as shopify:
        one = Story(either_database, shopify)
        yield one
        one.looking.shop.close()


def test_a_thin_event_is_looked_up_and_the_order_is_ready_once(story: Story) -> None:
    story.shopify.orders[1] = order(1, fulfilment(11, 5), fulfilment(12, 9, method="SHIPPING"))
    worked = story.ready(11, key="same")
    assert (worked.told["state"], worked.waits) == ("waiting", worked.told["event"])
    assert story.ready(11, key="same").told["reason"] == "twice"
    assert story.look() == 1
    assert story.look() == 0
    found = story.order("shopify-1")
    assert (found["status"], found["place"], found["total"]) == ("ready", "kalverstraat", "89.95")
    assert found["items"] == [{"sku": "SKU-11", "title": "Shoe - 38", "quantity": 1}]
    assert found["customer"] == "shopify-7"
    with story.database.reading() as session:
        customer = get_customer(session, "shopify-7")
    assert (customer["name"], customer["phone"]) == ("Sanne de Vries", "+31612345678")
    assert not any(customer["consents"].values())
    story.ready(11, minute=1)
    assert story.look() == 1
    assert story.newest() == ("nothing", "already_so")
    assert [one["status"] for one in story.order("shopify-1")["history"]].count("ready") == 1


def test_an_order_of_two_stores_is_two_parts(story: Story) -> None:
    story.shopify.orders[1] = order(1, fulfilment(12, 6), fulfilment(11, 5))
    story.hear(CHANGED, {"id": 1})
    story.look()
    assert [story.order(one)["place"] for one in ("shopify-1", "shopify-1-2")] == ["kalverstraat", "coolsingel"]
    story.ready(12, minute=1)
    story.look()
    assert [story.order(one)["status"] for one in ("shopify-1", "shopify-1-2")] == ["placed", "ready"]
    story.shopify.orders[1] = order(1, fulfilment(11, 5, status="CLOSED"), fulfilment(12, 6, status="CANCELLED"))
    story.hear(CHANGED, {"id": 1}, minute=2)
    story.look()
    assert [story.order(one)["status"] for one in ("shopify-1", "shopify-1-2")] == ["collected", "cancelled"]


def test_what_is_cancelled_meanwhile_is_not_made_ready(story: Story) -> None:
    story.shopify.orders[1] = order(1, fulfilment(11, 5))
    story.ready(11)
    story.look()
    story.shopify.orders[1]["cancelledAt"] = "2026-11-23T11:30:00Z"
    story.ready(11, minute=3)
    story.look()
    assert story.order("shopify-1")["status"] == "cancelled"


AWAY: tuple[dict[str, Any], ...] = (
    {"status": 500},
    {"status": 429, "retry_after": 40},
    {"kind": "throttled"},
    {"kind": "killed"},
    {"kind": "html"},
    {"kind": "redirect"},
)


@pytest.mark.parametrize("fault", AWAY, ids=str)
def test_a_shop_that_is_away_is_asked_again_later(story: Story, fault: dict[str, Any]) -> None:
    story.shopify.orders[1] = order(1, fulfilment(11, 5))
    story.shopify.faults({**fault, "count": 1})
    story.ready(11)
    assert story.look() == 0
    assert story.newest() == ("waiting", None)
    assert look_at_shop_events(story.database, story.now) == [], "not at once"
    story.now += timedelta(seconds=41)
    assert story.look() == 1
    assert story.order("shopify-1")["status"] == "ready"
    assert all(path.startswith("/admin/") for path, _, _ in story.shopify.requests), "no redirect is followed"


def test_a_shop_that_is_away_for_a_day_is_given_up(story: Story) -> None:
    story.shopify.faults({"status": 503})
    story.ready(11)
    for _ in range(40):
        story.look()
        story.now += timedelta(hours=1)
    assert story.newest() == ("failed", "lookup_away")


@pytest.mark.parametrize("fault", [{"status": 403}, {"kind": "denied"}])
def test_a_token_that_is_refused_is_not_tried_again(story: Story, fault: dict[str, Any]) -> None:
    story.shopify.faults(fault)
    story.ready(11)
    story.look()
    assert story.newest() == ("failed", "token_refused")
    asked = len(story.shopify.requests)
    story.now += timedelta(hours=2)
    story.look()
    assert len(story.shopify.requests) == asked


def test_what_the_shop_does_not_know_and_what_goes_by_post(story: Story) -> None:
    story.ready(99)
    story.look()
    assert story.newest() == ("failed", "not_there")
    story.shopify.orders[1] = order(1, fulfilment(11, 5, method="SHIPPING"))
    story.hear(CHANGED, {"id": 1})
    story.look()
    assert story.newest() == ("ignored", "no_pickup")
    story.shopify.orders[2] = order(2, fulfilment(21, 8))
    story.hear(CHANGED, {"id": 2})
    story.look()
    assert story.newest() == ("failed", "unknown_place")


def test_a_worker_that_died_over_an_event_leaves_it_to_the_next(story: Story) -> None:
    story.shopify.orders[1] = order(1, fulfilment(11, 5))
    event = story.ready(11).waits
    assert event is not None
    lookup = story.town.write(lambda s: shop_events.claim(s, event, keys=KEYS.shops, now=story.now))
    assert lookup is not None
    assert story.look() == 0, "somebody has it"
    story.now += timedelta(minutes=2)
    assert story.look() == 1
    assert story.order("shopify-1")["status"] == "ready"
    before = story.events()
    with pytest.raises(Exception, match="Somebody else"):
        story.town.write(lambda s: shop_events.read_answer(s, lookup, {}, keys=KEYS.shops))
    assert story.events() == before, "who was slow changes nothing"


def test_without_a_token_a_fat_order_says_it_all_and_a_thin_one_fails(story: Story) -> None:
    story.shop(api_token=None)
    story.ready(11)
    assert story.newest() == ("failed", "token_missing")
    fat = {
        "id": 1,
        "name": "#1001",
        "updated_at": "2026-11-23T11:00:00+01:00",
        "currency": "EUR",
        "total_price": "89.95",
        "email": "x@y.example",
        "shipping_lines": [{"title": "Store 6"}],
        "line_items": [{"sku": "A", "name": "Shoe", "quantity": 1, "price": "89.95"}, {"sku": "B", "quantity": 0}],
    }
    assert story.hear("orders/create", fat).told["state"] == "applied"
    found = story.order("shopify-1")
    assert (found["place"], found["status"], len(found["items"])) == ("coolsingel", "placed", 1)
    assert story.hear("orders/create", {**fat, "shipping_lines": [{"title": "Post"}]}).told["reason"] == "no_pickup"
    gone = {**fat, "updated_at": "2026-11-23T11:05:00Z", "cancelled_at": "2026-11-23T11:05:00Z"}
    assert story.hear("orders/cancelled", gone).told["state"] == "applied"
    assert story.order("shopify-1")["status"] == "cancelled"


def test_bodies_go_after_a_week_and_events_after_a_month(story: Story) -> None:
    story.ready(99)
    story.look()
    assert purge_shop_events(story.database, NOON + timedelta(days=6)) == 0
    assert purge_shop_events(story.database, NOON + timedelta(days=8)) == 1
    assert story.events()[0]["may_be_replayed"] is False
    assert purge_shop_events(story.database, NOON + timedelta(days=31)) == 1
    assert story.events() == []


def test_nobody_but_a_shops_own_address_is_ever_called(story: Story) -> None:
    lookup = ShopifyLookup(story.shopify.origin)
    for domain in ("127.0.0.1", "example.com", "x.myshopify.com.evil.example", "x.myshopify.com:80@evil", "", "a/b"):
        with pytest.raises(ShopRefuses):
            lookup.find(Wanted(domain, "t", "gid://shopify/Order/1"))
    assert story.shopify.requests == []
    with pytest.raises(ShopRefuses):
        lookup.find(Wanted("x.myshopify.com", "wrong", "gid://shopify/Order/1"))
    with pytest.raises(ShopAway):
        ShopifyLookup("http://127.0.0.1:1").find(Wanted("x.myshopify.com", "t", "gid://shopify/Order/1"))
    lookup.close()
