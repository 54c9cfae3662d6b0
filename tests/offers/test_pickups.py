"""Orders as the shop tells of them: late, twice, out of order, changed, moved, split, given up and brought back; the customer is told once and right."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from offers.errors import BadInput, NotFound
from offers.order_steps import undo_hand_over
from offers.pickups import get_order, put_order, say_step
from offers.records.database import Database
from offers.records.queries.orders import order_with_its_customer_locked
from offers.records.tables import Order
from offers.rules.order import OrderBody, Status, StepBody
from tests.at_once import at_once
from tests.offers.billboards import Billboard
from tests.offers.stories import KEYS, NOON, Town, at

SHOES = [{"sku": "SNEAK-1", "size": "38", "quantity": 1, "price": "89.95"}]
SOCKS = [{"sku": "SOCK-1", "quantity": 2, "price": "5.00"}]


@pytest.fixture
def town(database: Database) -> Town:
    """Sanne, with a phone, waits for what lies at the Kalverstraat; nothing is quiet."""
    one = Town(database)
    one.limits(quiet_hours=None)
    one.place()
    one.place("leidsestraat", address="Leidsestraat 9, Amsterdam")
    one.device(one.customer(consents=("orders",), language="en"))
    return one


def put(town: Town, status: str = "ready", *, minute: float = 0, order: str = "A-1", **more: Any) -> tuple[str, ...]:
    body = OrderBody.model_validate({"customer": "sanne", "place": "kalverstraat", "status": status, **more})
    return town.write(lambda session: put_order(session, order, body, keys=KEYS, now=at(minute)))[2].deliveries


def say(town: Town, status: Status, *, minute: float = 0, order: str = "A-1", **more: Any) -> tuple[str, ...]:
    body = StepBody.model_validate(more)
    return town.write(lambda session: say_step(session, order, status, body, keys=KEYS, now=at(minute)))[1].deliveries


def seen(town: Town, order: str = "A-1") -> dict[str, Any]:
    return town.read(lambda session: get_order(session, order, keys=KEYS))


def told(town: Town) -> list[str]:
    """The moments that were written, oldest first, with how each stands where it did not leave."""
    rows = sorted(town.deliveries(), key=lambda one: (one["created_at"], one["id"]))
    return [one["moment"] if one["state"] == "sent" else f"{one['moment']} {one['state']}" for one in rows]


def send(town: Town, ids: tuple[str, ...], minute: float) -> list[str]:
    town.send(ids, now=at(minute))
    return [one["body"] for one in town.deliveries() if one["id"] in ids]


def test_what_is_older_than_what_the_shop_said_changes_nothing_at_all(town: Town) -> None:
    town.send(put(town, items=SHOES, at=at(-5)), now=at(1))
    before = seen(town)
    late: dict[str, Any] = {"items": SOCKS, "place": "leidsestraat", "number": "7", "minute": 3, "at": at(-6)}
    for status in ("placed", "ready", "collected", "cancelled"):
        assert put(town, status, **late) == ()
        assert say(town, "collected", minute=3, at=at(-6)) == ()
    assert seen(town) == before
    assert put(town, "collected", minute=4, at=at(3)) == ()
    assert (seen(town)["status"], told(town)) == ("collected", ["ready"])


def test_a_shop_whose_clock_is_ahead_is_heard_all_the_same(town: Town) -> None:
    put(town, at=at(600))
    put(town, "collected", minute=5, at=at(4))
    assert seen(town)["status"] == "collected"


def test_what_comes_late_or_twice_changes_nothing(town: Town) -> None:
    town.send(put(town), now=at(1))
    assert [put(town, one, minute=2) for one in ("placed", "ready", "placed")] == [(), (), ()]
    assert seen(town)["status"] == "ready"
    put(town, "collected", minute=3)
    before = seen(town)
    for status in ("placed", "ready", "arrived", "cancelled"):
        assert put(town, status, minute=4) == ()
    assert [say(town, one, minute=4) for one in ("ready", "collected", "cancelled")] == [(), (), ()]
    assert seen(town) == before
    assert told(town) == ["ready"]


def test_an_order_has_a_code_from_the_start_that_no_other_open_order_of_the_store_has(town: Town) -> None:
    for number in range(30):
        put(town, "placed", order=f"A-{number}")
    codes = {seen(town, f"A-{number}")["code"] for number in range(30)}
    assert len(codes) == 30
    assert None not in codes
    code = seen(town)["code"]
    put(town, "ready", minute=1, place="leidsestraat")
    assert seen(town)["code"] == code, "nobody has it there"

    def take(session: Any) -> None:
        session.get_one(Order, "A-2").code = code

    town.write(take)
    put(town, "ready", minute=2)
    assert seen(town)["code"] not in {code, *(seen(town, f"A-{number}")["code"] for number in range(30) if number != 1)}


def test_changed_is_told_once_for_each_change_and_only_to_who_was_told(town: Town) -> None:
    assert put(town, "placed", items=SHOES, total="89.95", currency="EUR") == ()
    assert put(town, "placed", items=SOCKS, total="10", currency="EUR", minute=1) == (), "nobody was told of the shoes"
    town.send(put(town, items=SOCKS, total="10.00", currency="EUR", minute=2), now=at(3))
    ids = put(town, items=SHOES, total="89.95", currency="EUR", minute=4)
    assert send(town, ids, 5) == ["Kalverstraat has changed order A-1. Tap to see what is in it now."]
    same = [{**SHOES[0], "title": "Sneaker, white"}]
    assert put(town, items=same, total="89.950", currency="EUR", minute=6) == (), "in other words"
    assert put(town, minute=7) == (), "what is not named stays"
    assert [len(seen(town)["items"]), told(town)[0], len(told(town))] == [1, "ready", 2]
    ids = put(town, items=SOCKS, minute=8)
    put(town, items=SHOES, minute=9)
    assert len(ids) == 1
    assert len(told(town)) == 3, "that it changed waits to be told"


def test_ready_and_changed_at_once_is_ready(town: Town) -> None:
    put(town, "placed", items=SHOES)
    put(town, "ready", items=SOCKS, place="leidsestraat", minute=1)
    assert told(town) == ["ready queued"]


def test_another_store_is_told_once_and_more_telling_than_what_is_in_it(town: Town) -> None:
    town.send(put(town, items=SHOES), now=at(1))
    ids = put(town, items=SOCKS, place="leidsestraat", minute=2)
    assert send(town, ids, 3) == ["You now collect order A-1 at Leidsestraat, Leidsestraat 9, Amsterdam."]
    assert put(town, items=SOCKS, place="leidsestraat", minute=4) == ()
    assert send(town, put(town, minute=5), 6) == ["You now collect order A-1 at Kalverstraat."]
    ids = put(town, place="leidsestraat", minute=7)
    assert len(ids) == 1, "they heard last that it was at the other"
    assert told(town)[:3] == ["ready", "moved:leidsestraat", "moved:kalverstraat.2"]


@pytest.mark.parametrize("status", ["on_the_way", "nearby", "arrived"])
@pytest.mark.parametrize("is_ready", [True, False])
def test_nobody_stands_in_a_store_that_the_order_has_just_moved_to(town: Town, status: str, is_ready: bool) -> None:
    put(town, "ready" if is_ready else "placed")
    put(town, status, minute=1)
    put(town, "ready" if is_ready else "placed", place="leidsestraat", minute=2)
    item = seen(town)
    assert (item["status"], item["arrived_at"]) == ("ready" if is_ready else "placed", None)
    assert item["history"][-1] == {"status": item["status"], "at": at(2).isoformat(), "source": "server", "away": True}
    put(town, status, place="leidsestraat", minute=3)
    assert seen(town)["status"] == status


def test_what_waits_says_the_new_store_and_nothing_is_told_beside_it(town: Town) -> None:
    [ready] = put(town)
    assert put(town, place="leidsestraat", minute=1) == ()
    [body] = send(town, (ready,), 2)
    assert "at Leidsestraat." in body
    assert told(town) == ["ready"]


def test_that_it_changed_is_not_told_where_that_it_moved_is(town: Town) -> None:
    town.send(put(town, items=SHOES), now=at(1))
    [changed] = put(town, items=SOCKS, minute=2)
    [moved] = put(town, place="leidsestraat", minute=3)
    assert town.send([changed, moved], now=at(4)) == ["Collect your order at another store"]
    assert [one["reason"] for one in town.deliveries() if one["id"] == changed] == ["over"]


def test_a_part_says_which(town: Town) -> None:
    ids = put(town, part=1, parts=2, number="1001")
    [body] = send(town, ids, 1)
    assert body == f"You can collect part 1 of 2 of order 1001 at Kalverstraat. Your code is {seen(town)['code']}."
    assert (seen(town)["part"], seen(town)["parts"], seen(town)["number"]) == (1, 2, "1001")


@pytest.mark.parametrize("wrong", [{"part": 1}, {"parts": 2}, {"part": 3, "parts": 2}, {"part": 0, "parts": 2}, {"part": 1, "parts": 21}])  # fmt: skip
def test_half_a_part_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="part"):
        OrderBody.model_validate({"customer": "sanne", "place": "kalverstraat", **wrong})


def test_who_was_not_told_yet_hears_only_that_it_is_cancelled(town: Town) -> None:
    """In the morning, where `ready` waited out the night."""
    town.limits(quiet_hours={"from": "14:00", "until": "16:00"})
    ids = put(town)
    assert town.claim(ids, now=at(1)).held == [], "it waits"
    ids += put(town, "cancelled", minute=2)
    assert len(ids) == 2
    assert town.send(ids, now=at(150)) == ["Your order is cancelled"]
    assert put(town, "cancelled", minute=151) == ()
    assert say(town, "cancelled", minute=151) == ()
    assert told(town) == ["ready failed", "cancelled"]


def test_an_order_that_is_over_when_it_is_first_heard_of_tells_nobody(town: Town) -> None:
    for number, status in enumerate(("cancelled", "collected")):
        assert put(town, status, order=f"old-{number}") == ()
    assert put(town, "cancelled", order="old-3", refunded=True) == ()
    assert told(town) == []
    assert seen(town, "old-0")["status"] == "cancelled"


def test_a_refund_of_what_is_open_cancels_it_and_is_told_alone(town: Town) -> None:
    town.send(put(town), now=at(1))
    ids = put(town, "ready", refunded=True, minute=2)
    assert send(town, ids, 3) == ["Kalverstraat has cancelled order A-1 and is refunding you."]
    assert put(town, "cancelled", refunded=True, minute=4) == ()
    assert (seen(town)["status"], told(town)) == ("cancelled", ["ready", "refunded"])


def test_a_refund_of_what_was_collected_is_told_once_and_it_stays_collected(town: Town) -> None:
    town.send(put(town), now=at(1))
    say(town, "collected", minute=2)
    ids = say(town, "cancelled", refunded=True, minute=3)
    assert send(town, ids, 4) == ["Kalverstraat is refunding you for order A-1."]
    assert say(town, "cancelled", refunded=True, minute=5) == ()
    assert (seen(town)["status"], told(town)) == ("collected", ["ready", "refunded"])


def test_a_refund_takes_the_place_of_a_cancellation_that_waits(town: Town) -> None:
    town.send(put(town), now=at(1))
    ids = put(town, "cancelled", minute=2)
    ids += put(town, "cancelled", refunded=True, minute=3)
    assert town.send(ids, now=at(4)) == ["Your money is coming back"]
    assert told(town) == ["ready", "cancelled failed", "refunded"]


def test_what_the_shop_brings_back_is_told_again(town: Town) -> None:
    town.send(put(town, at=at(-9)), now=at(1))
    town.send(put(town, "cancelled", minute=2, at=at(-8)), now=at(3))
    assert put(town, "ready", minute=4, at=at(-8)) == (), "the same, as late as the cancellation"
    assert seen(town)["status"] == "cancelled"
    assert put(town, "ready", minute=5, at=at(1)) == (), "newer at the shop, older than the cancellation here"
    assert say(town, "ready", minute=5) == (), "a step brings nothing back"
    town.send(put(town, "ready", minute=6, at=at(5)), now=at(7))
    town.send(put(town, "cancelled", minute=8, at=at(7.5)), now=at(9))
    assert told(town) == ["ready", "cancelled", "ready:2", "cancelled:2"]
    assert put(town, "cancelled", minute=10) == ()


def test_a_reservation_that_the_shop_brings_back_has_its_piece_or_asks_for_attention(database: Database) -> None:
    board = Billboard(database)
    board.put_up()
    order = board.reserve(board.asked()).order_id or ""

    def put_it(status: str, minute: float) -> dict[str, Any]:
        customer = board.orders()[0].customer_id
        body = OrderBody.model_validate({"customer": customer, "place": "kalverstraat", "status": status})
        return board.write(lambda session: put_order(session, order, body, keys=KEYS, now=at(minute)))[0]

    put_it("cancelled", 2)
    assert board.stock() == {"38": 1, "39": 0}
    assert put_it("ready", 3)["attention"] is None
    assert board.stock() == {"38": 0, "39": 0}
    put_it("cancelled", 4)
    board.product(sizes=["38", "39"], stock={"kalverstraat": {"38": 0, "39": 0}})
    assert put_it("ready", 5)["attention"] == "brought_back_without_piece"
    put_it("cancelled", 6)
    assert board.stock() == {"38": 0, "39": 0}, "it had none to give"


def test_staff_take_a_hand_over_back_to_where_the_order_stood(town: Town) -> None:
    put(town, "placed")
    put(town, "arrived", minute=1)
    put(town, "ready", minute=2)
    say(town, "collected", minute=3)

    def undo(minute: float) -> bool:
        def work(session: Any) -> bool:
            locked = order_with_its_customer_locked(session, "A-1")
            assert locked is not None
            return undo_hand_over(session, *locked, now=at(minute)).moved

        return town.write(work)

    assert undo(3.5)
    assert (seen(town)["status"], seen(town)["closed_at"]) == ("arrived", None)
    assert not undo(3.6)
    say(town, "collected", minute=4)
    assert not undo(5.5), "too late"


def test_a_step_of_an_order_that_nobody_has(town: Town) -> None:
    with pytest.raises(NotFound):
        say(town, "ready", order="none")


def test_an_order_of_somebody_else_is_refused_also_where_it_is_late(town: Town) -> None:
    town.customer("ben")
    put(town, at=at(0))
    body = OrderBody.model_validate({"customer": "ben", "place": "kalverstraat", "at": at(-5).isoformat()})
    with pytest.raises(BadInput):
        town.write(lambda session: put_order(session, "A-1", body, keys=KEYS, now=at(1)))


@pytest.mark.parametrize("way", ["put", "step"])
def test_ready_twice_at_once_is_told_once(either_database: Database, way: str) -> None:
    town = Town(either_database)
    town.place()
    town.device(town.customer(consents=("orders",)))
    put(town, "placed")
    works: list[Callable[[], tuple[str, ...]]] = [
        partial(put, town, "ready", minute=1) if way == "put" else partial(say, town, "ready", minute=1)
        for _ in range(4)
    ]
    assert sorted(len(ids) for ids in at_once(works)) == [0, 0, 0, 1]
    assert [one["status"] for one in seen(town)["history"]] == ["placed", "ready"]


def test_new_orders_at_once_have_codes_of_their_own(either_database: Database) -> None:
    town = Town(either_database)
    town.place()
    for number in range(6):
        town.customer(f"c-{number}")

    def new(number: int) -> str:
        body = OrderBody.model_validate({"customer": f"c-{number}", "place": "kalverstraat", "status": "ready"})
        item = town.write(lambda session: put_order(session, f"B-{number}", body, keys=KEYS, now=NOON))[0]
        return str(item["code"])

    assert len(set(at_once([partial(new, number) for number in range(6)]))) == 6


def test_one_order_put_twice_at_once_is_one(either_database: Database) -> None:
    town = Town(either_database)
    town.place()
    town.place("leidsestraat")
    town.device(town.customer(consents=("orders",)))
    at_once([partial(put, town, place=place) for place in ("kalverstraat", "leidsestraat", "kalverstraat")])
    moments = [one["moment"] for one in town.deliveries()]
    assert moments.count("ready") == 1


def test_writing_an_order_asks_as_often_however_many_there_are(town: Town) -> None:
    def count(number: int, when: datetime) -> int:
        with town.statements() as seen_now:
            put(town, order=f"C-{number}", items=SHOES, minute=(when - NOON).total_seconds() / 60)
        return len(seen_now)

    put(town, order="C-0")
    first = count(1, at(1))
    for number in range(2, 20):
        put(town, order=f"C-{number}")
    assert count(20, at(2)) == first
