"""What shops told, as the desk sees it; and an event that is worked again: once its cause is mended, once alone, and only while its body is kept."""

import json
from datetime import timedelta
from typing import Any

import pytest

from offers import desk_shops, pickups, shop_events, shops
from offers.errors import BadInput, Conflict, NotFound
from offers.records.ids import new_id
from offers.records.tables import ShopEvent
from offers.rules.desk_lists import AskedShops
from offers.rules.leafing import Leaf, Turn
from offers.rules.shop import ShopBody
from offers.shop_events import Heard
from tests.offers.stories import NOON, Town, at, minutes
from workers.shops.working import Worked, WorkKeys, hear, replay

KEYS = WorkKeys.of(b"only for tests, but long enough for it")
ORDER = {"id": "A-1", "number": "1182", "customer": {"id": "sanne", "name": "Sanne de Vries", "phone": "+31612345678"}}


class Shops:
    def __init__(self, town: Town) -> None:
        self.town = town

    def make(self, shop_id: str = "web", **body: Any) -> None:
        said = ShopBody.model_validate({"kind": "standard", "name": shop_id.title(), **body})
        self.town.write(lambda session: shops.put_shop(session, shop_id, said, keys=KEYS.shops, now=NOON))

    def tell(self, kind: str, minute: float = 0, shop: str = "web", **data: Any) -> str:
        """An event; its id. It came when it happened."""
        said = {"type": f"order.{kind}", "timestamp": at(minute).isoformat(), "data": ORDER | data}
        heard = Heard(new_id("msg"), "order", at(minute), json.dumps(said).encode())
        told = hear(self.town.database, shop, heard, keys=KEYS, now=at(minute)).told
        return str(told["event"])

    def log(self, shop: str = "web", state: str | None = None, **turn: Any) -> Any:
        return self.town.read(lambda session: desk_shops.leaf_events(session, shop, state, Turn(**turn)))

    def event(self, event_id: str, shop: str = "web") -> dict[str, Any]:
        return self.town.read(lambda session: desk_shops.get_event(session, shop, event_id))

    def take_up(self, event_id: str, shop: str = "web") -> int:
        return self.town.write(lambda session: desk_shops.take_up(session, shop, event_id))

    def work(self, event_id: str, turn: int, minute: float = 60) -> Worked:
        return replay(self.town.database, "web", event_id, keys=KEYS, now=at(minute), turn=turn)

    def again(self, event_id: str) -> str:
        return str(self.work(event_id, self.take_up(event_id)).told["state"])

    def row(self, event_id: str) -> tuple[Any, ...]:
        def read(session: Any) -> tuple[Any, ...]:
            row = session.get(ShopEvent, event_id)
            return row.state, row.reason, row.attempts, row.body

        return self.town.read(read)


@pytest.fixture
def told(town: Town) -> Shops:
    town.place("kalverstraat")
    made = Shops(town)
    made.make()
    return made


def order(town: Town) -> dict[str, Any]:
    return town.read(lambda session: pickups.get_order(session, "A-1"))


def test_the_log_says_what_became_of_each_and_nothing_of_anybody(told: Shops) -> None:
    told.tell("placed", 0, place="kalverstraat")
    told.tell("ready", 10, place="kalverstraat")
    told.tell("ready", 5, place="kalverstraat")
    told.tell("ready", 11, id="A-2", place="Store 7")
    told.tell("packed", 12, place="kalverstraat")
    leaf = told.log(limit=50, count=True)
    seen = [(one["state"], one["reason"], one["what"], one["order"]) for one in leaf.items]
    ours = {"id": "A-1", "number": "1182"}
    assert seen == [
        ("ignored", "unknown_topic", "", None),
        ("failed", "unknown_place", "Store 7", None),
        ("applied", None, "", ours),
        ("nothing", "late", "", ours),
        ("applied", None, "", ours),
    ]
    assert [one["may_replay"] for one in leaf.items] == [True, True, False, True, False]
    assert [one["received_at"] for one in leaf.items] == [at(one) for one in (12, 11, 10, 5, 0)]
    assert leaf.count == 5
    assert not [word for word in ("Sanne", "sanne", "Vries", "612345678") if word in repr(leaf.items)]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ({"place": "sanne@example.nl"}, ""),
        ({"place": "06 1234 5678"}, ""),
        ({"place": "+31612345678"}, ""),
        ({"place": "65012345678"}, "65012345678"),
        ({"place": "kalverstraat", "items": [{"sku": "x", "Sanne de Vries": 1}]}, ""),
        ({"place": "kalverstraat", "items": [{"sku": "x", "quantity": -1}]}, "items[0].quantity"),
    ],
)
def test_what_a_shop_wrote_is_told_where_it_names_no_person(told: Shops, data: dict[str, Any], what: str) -> None:
    event = told.event(told.tell("placed", **data))
    assert (event["state"], event["what"]) == ("failed", what)


def test_a_name_for_an_order_that_is_none_here_is_not_told(told: Shops) -> None:
    for strange in ("Sanne de Vries", "a\x1fb", "\u202e"):
        event = told.event(told.tell("cancelled", id=strange, customer=None))
        assert (event["state"], event["order"]) == ("failed", None)


def test_the_log_is_filtered_and_turned_without_a_gap(told: Shops) -> None:
    ids = [told.tell("placed", one, id=f"A-{one}", place="nowhere" if one % 2 else "kalverstraat") for one in range(6)]
    assert [one["id"] for one in told.log(state="failed").items] == [ids[5], ids[3], ids[1]]
    assert [one["id"] for one in told.log(state="applied", sort="received").items] == [ids[0], ids[2], ids[4]]
    assert told.log(state="waiting").items == []
    first = told.log(limit=4)
    rest = told.log(limit=4, cursor=first.next)
    assert [one["id"] for one in (*first.items, *rest.items)] == ids[::-1]
    assert [one["id"] for one in told.log(limit=4, cursor=rest.previous).items] == ids[:1:-1]
    with pytest.raises(BadInput):
        told.log(state="sent")
    with pytest.raises(NotFound):
        told.log(shop="elsewhere")


def test_what_failed_is_used_once_its_cause_is_mended(told: Shops, town: Town) -> None:
    event_id = told.tell("placed", place="Store 7")
    assert told.again(event_id) == "failed"
    told.make(places={"Store 7": "kalverstraat"})
    assert told.again(event_id) == "applied"
    assert (order(town)["place"], order(town)["status"]) == ("kalverstraat", "placed")
    event = told.event(event_id)
    assert (event["state"], event["reason"], event["tries"]) == ("applied", None, 3)
    assert event["order"] == {"id": "A-1", "number": "1182"}
    assert not event["may_replay"]


def test_what_was_used_changes_nothing_twice(told: Shops, town: Town) -> None:
    event_id = told.tell("placed", place="Store 7")
    told.make(places={"Store 7": "kalverstraat"})
    told.again(event_id)
    there, row = order(town), told.row(event_id)
    with pytest.raises(Conflict) as refused:
        told.take_up(event_id)
    assert refused.value.reason == "used_already"
    assert (order(town), told.row(event_id)) == (there, row)


def test_what_was_late_stays_late(told: Shops, town: Town) -> None:
    """It came when it came: to be worked again makes no old news new."""
    told.tell("placed", 0, place="kalverstraat")
    told.tell("cancelled", 10)
    late = told.tell("ready", 5)
    there = order(town)
    assert told.again(late) == "nothing"
    assert told.event(late)["reason"] == "late"
    assert order(town) == there


def test_what_was_for_nobody_is_used_when_the_shop_says_what_it_means(told: Shops, town: Town) -> None:
    event_id = told.tell("updated", status="packed", place="kalverstraat")
    assert told.event(event_id)["reason"] in ("bad_order", "status_not_ours")
    told.make(statuses={"packed": "ready"})
    assert told.again(event_id) == "applied"
    assert order(town)["status"] == "ready"


def test_of_two_who_take_it_up_one_is_heard(told: Shops, town: Town) -> None:
    event_id = told.tell("placed", place="Store 7")
    told.make(places={"Store 7": "kalverstraat"})
    first, second = told.take_up(event_id), told.take_up(event_id)
    assert told.work(event_id, second).told["state"] == "applied"
    there = order(town)
    with pytest.raises(Conflict):
        told.work(event_id, first)
    assert told.event(event_id)["state"] == "applied"
    assert order(town) == there


def test_who_took_it_up_and_died_leaves_it_as_it_was(told: Shops) -> None:
    event_id = told.tell("placed", place="Store 7")
    told.take_up(event_id)
    event = told.event(event_id)
    assert (event["state"], event["reason"], event["may_replay"]) == ("failed", "unknown_place", True)
    told.make(places={"Store 7": "kalverstraat"})
    assert told.again(event_id) == "applied"


def test_a_body_that_is_gone_is_not_worked(told: Shops, town: Town) -> None:
    event_id = told.tell("placed", place="Store 7")
    told.make(places={"Store 7": "kalverstraat"})
    town.write(lambda session: shop_events.purge(session, now=NOON + timedelta(days=7, seconds=1)))
    event = told.event(event_id)
    assert (event["state"], event["body_kept"], event["may_replay"]) == ("failed", False, False)
    with pytest.raises(Conflict) as refused:
        told.take_up(event_id)
    assert refused.value.reason == "body_gone"
    assert told.row(event_id)[:3] == ("failed", "unknown_place Store 7", 0)
    with pytest.raises(NotFound):
        order(town)


def test_another_shops_event_is_nobodys(told: Shops) -> None:
    told.make("other")
    event_id = told.tell("placed", place="Store 7")
    row = told.row(event_id)
    for look in (told.event, told.take_up):
        with pytest.raises(NotFound):
            look(event_id, "other")
        with pytest.raises(NotFound):
            look("sev_none", "web")
    assert told.row(event_id) == row
    assert told.log("other").items == []


def test_a_body_of_another_secret_key_says_so(told: Shops) -> None:
    event_id = told.tell("placed", place="Store 7")
    other = WorkKeys.of(b"another secret key, as long as the first")
    told.make(places={"Store 7": "kalverstraat"})
    worked = replay(told.town.database, "web", event_id, keys=other, now=at(60), turn=told.take_up(event_id))
    assert worked.told["reason"] == "secret_key_changed"


def test_shops_with_their_figures(told: Shops, town: Town) -> None:
    town.place("dam")
    told.make("other", places={"Dam": "dam", "Square": "dam"}, default_place="kalverstraat")
    told.tell("placed", 0, place="kalverstraat")
    told.tell("ready", 30, id="A-2", place="nowhere")
    now = at(30) + desk_shops.LATELY

    def leaf(*asked: str, **turn: Any) -> Leaf:
        return town.read(lambda session: desk_shops.leaf_shops(session, AskedShops(*asked), Turn(**turn), now=now))

    items = leaf().items
    other, web = sorted(items, key=lambda one: str(one["id"]))
    assert (web["id"], web["last_at"], web["lately"], web["failed"], web["waiting"]) == ("web", at(30), 1, 1, 0)
    assert (other["id"], other["last_at"], other["lately"], other["failed"]) == ("other", None, 0, 0)
    assert (other["places"], web["places"]) == (["kalverstraat", "dam"], [])
    assert [[one["id"] for one in leaf(sort=sort).items] for sort in ("last", "-last")] == [
        ["other", "web"],
        ["web", "other"],
    ]
    first = leaf(sort="last", limit=1)
    assert [one["id"] for one in leaf(sort="last", limit=1, cursor=first.next).items] == ["web"]
    assert [one["id"] for one in leaf("OTHE").items] == ["other"]
    assert (leaf("", "shopify").items, len(leaf("", "standard").items)) == ([], 2)
    assert "secret" not in repr(items)


def test_counts_end_at_the_most(told: Shops, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offers.records.queries.shop_log.MOST_COUNTED", 2)
    for one in range(5):
        told.tell("placed", one, id=f"A-{one}", place="nowhere")
    [web] = town.read(
        lambda session: desk_shops.leaf_shops(session, AskedShops(), Turn(), now=NOON + minutes(10)).items
    )
    assert (web["lately"], web["failed"], web["waiting"]) == (3, 3, 0)
