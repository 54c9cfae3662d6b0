"""The customer says that they are on their way, or here: on the order's page or in the app, without any position."""

from typing import Any

import pytest

from offers.coming import Said, say_here, say_not_coming, say_on_my_way
from offers.errors import NotFound
from offers.order_pages import OrderSeen, order_seen, version_of
from offers.pickups import put_order
from offers.records.items import order_item
from offers.records.tables import Order
from offers.reserving import end_reservation, reservations_to_end
from offers.rules.order import OrderBody
from offers.rules.page_order import HELD_FOR
from tests.offers.billboards import Billboard
from tests.offers.stories import KEYS, NOON, Town, at


@pytest.fixture(autouse=True)
def store(town: Town) -> str:
    town.customer(consents=())
    return town.place()


def put(town: Town, status: str = "ready", minute: float = 0, **more: Any) -> None:
    body = OrderBody.model_validate({"customer": "sanne", "place": "kalverstraat", "status": status, **more})
    town.write(lambda session: put_order(session, "A-1", body, keys=KEYS, now=at(minute)))


def on_my_way(town: Town, minutes: int | None = None, minute: float = 1, customer: str | None = None) -> Said:
    return town.write(
        lambda session: say_on_my_way(
            session, "A-1", customer_id=customer, minutes=minutes, source="page", now=at(minute)
        )
    )


def here(town: Town, minute: float = 2, customer: str | None = None) -> Said:
    return town.write(lambda session: say_here(session, "A-1", customer_id=customer, source="device", now=at(minute)))


def not_coming(town: Town, minute: float = 3) -> Said:
    return town.write(lambda session: say_not_coming(session, "A-1", customer_id=None, source="page", now=at(minute)))


def order(town: Town) -> Order:
    return town.read(lambda session: session.get_one(Order, "A-1"))


def seen(town: Town, minute: float) -> OrderSeen:
    found = town.read(lambda session: order_seen(session, "A-1", now=at(minute)))
    assert found is not None
    return found


def said_in(town: Town) -> list[tuple[str, str]]:
    return [(one["status"], one["source"]) for one in order(town).history]


def events(said: Said) -> list[tuple[str, str]]:
    return [(one["what"], one["status"]) for one in said.follows.happened]


def test_on_the_way_then_here(town: Town) -> None:
    put(town)
    said = on_my_way(town, 10)
    assert (said.outcome, said.status, events(said)) == ("on_the_way", "on_the_way", [("on_the_way", "on_the_way")])
    assert (order(town).coming_minutes, order(town).coming_since) == (10, at(1))
    assert order(town).history[-1]["minutes"] == 10
    said = here(town, 9)
    assert (said.outcome, said.status, events(said)) == ("here", "arrived", [("arrived", "arrived")])
    assert order(town).arrived_at == at(9)
    assert said_in(town)[-2:] == [("on_the_way", "page"), ("arrived", "device")]


def test_twice_is_once(town: Town) -> None:
    put(town)
    on_my_way(town, 10)
    for again in (on_my_way(town, 10, 1.5), on_my_way(town, None, 8)):
        assert (again.outcome, again.follows.happened) == ("again", ())
    assert (order(town).coming_minutes, order(town).coming_since) == (10, at(1))
    here(town, 9)
    for again in (here(town, 9.5), on_my_way(town, 5, 10)):
        assert (again.outcome, again.status, again.follows.happened) == ("again", "arrived", ())
    assert order(town).arrived_at == at(9)
    assert len(said_in(town)) == 4, "placed, ready, on the way, here"


def test_other_minutes_count_and_make_no_second_line(town: Town) -> None:
    put(town)
    on_my_way(town, 10)
    before, version = said_in(town), town.read(lambda session: version_of(session, "A-1"))
    said = on_my_way(town, 30, 4)
    assert (said.outcome, events(said)) == ("changed", [("on_the_way", "on_the_way")])
    assert (order(town).coming_minutes, order(town).coming_since) == (30, at(4))
    assert said_in(town) == before
    assert town.read(lambda session: version_of(session, "A-1")) != version, "the page shows it"
    said = on_my_way(town, 30, 20)
    assert said.outcome == "changed", "a quarter of an hour later they need half an hour from then"


def test_minutes_count_down(town: Town) -> None:
    put(town)
    on_my_way(town, 10)
    assert [seen(town, minute).minutes_left for minute in (1, 4, 11, 50)] == [10, 7, 0, 0]


def test_what_pings_tell_is_not_for_who_has_the_address(town: Town) -> None:
    """The address may have gone on to others: how far the customer is, is not theirs to know."""
    put(town)
    on_my_way(town)
    version = town.read(lambda session: version_of(session, "A-1"))

    def estimate(session: Any) -> None:
        row = session.get_one(Order, "A-1")
        row.minutes_low, row.minutes_high, row.estimated_at, row.track = 4, 6, at(2), [[1, 350]]

    town.write(estimate)
    assert seen(town, 2).minutes_left is None
    assert town.read(lambda session: version_of(session, "A-1")) == version


@pytest.mark.parametrize("status", ["collected", "cancelled"])
def test_a_closed_order_waits_for_nobody(town: Town, status: str) -> None:
    put(town)
    put(town, status, 1)
    before = said_in(town)
    for said in (on_my_way(town, 5), here(town), not_coming(town)):
        assert (said.outcome, said.status, said.follows.happened) == ("closed", status, ())
    assert (said_in(town), order(town).coming_since) == (before, None)


def test_here_before_it_is_ready(town: Town) -> None:
    put(town, "placed")
    assert here(town).outcome == "here"
    assert (order(town).status, order(town).ready_at) == ("arrived", None)
    version = town.read(lambda session: version_of(session, "A-1"))
    put(town, "ready", 5)
    assert (order(town).status, order(town).ready_at) == ("arrived", at(5)), "it stays here, and is ready now"
    assert town.read(lambda session: version_of(session, "A-1")) != version


@pytest.mark.parametrize("status", ["placed", "ready"])
def test_not_coming_now(town: Town, status: str) -> None:
    put(town, status)
    assert not_coming(town).outcome == "again", "nobody said to come"
    on_my_way(town, 10)
    assert seen(town, 2).can_take_back
    said = not_coming(town)
    assert (said.outcome, order(town).status) == ("not_coming", status)
    assert (order(town).coming_minutes, order(town).coming_since) == (None, None)
    assert said_in(town)[-1] == (status, "page")
    assert not_coming(town, 4).outcome == "again"
    assert on_my_way(town, 5, 5).outcome == "on_the_way"


def test_who_is_here_takes_nothing_back(town: Town) -> None:
    put(town)
    here(town)
    assert (not_coming(town).outcome, order(town).status) == ("again", "arrived")


def test_what_the_shop_has_to_look_into_stays(town: Town) -> None:
    put(town)

    def differs(session: Any) -> None:
        row = session.get_one(Order, "A-1")
        row.history = [*row.history, {"status": "ready", "at": NOON.isoformat(), "source": "payment", "attention": "amount_differs"}]  # fmt: skip

    town.write(differs)
    on_my_way(town, 10)
    assert order_item(order(town))["attention"] == "amount_differs"
    put(town, "collected", 5)
    assert order_item(order(town))["attention"] is None


def test_somebody_elses_order_is_none(town: Town) -> None:
    put(town)
    town.customer("ben", consents=())
    for say in (on_my_way, here):
        with pytest.raises(NotFound):
            say(town, customer="ben")
    assert order(town).status == "ready"
    assert here(town, customer="sanne").outcome == "here"


def test_saying_to_come_holds_no_piece_for_ever(town: Town) -> None:
    """A reservation ends after two days though a button was tapped meanwhile; but for who has said so within four hours."""
    board = Billboard(town.database)
    board.put_up()
    done = board.reserve(board.asked())
    order_id = str(done.order_id)
    end = HELD_FOR.total_seconds() / 60

    def say(minute: float) -> Said:
        return town.write(
            lambda session: say_on_my_way(
                session, order_id, customer_id=None, minutes=10, source="page", now=at(minute)
            )
        )

    say(end - 10)
    assert town.read(lambda session: reservations_to_end(session, now=at(end + 5))) == []
    town.write(lambda session: end_reservation(session, order_id, now=at(end + 5)))
    assert board.orders()[0].status == "on_the_way"
    late = at(end + 300)
    assert town.read(lambda session: reservations_to_end(session, now=late)) == [order_id]
    town.write(lambda session: end_reservation(session, order_id, now=late))
    [row] = board.orders()
    assert (row.status, row.history[-1]["source"]) == ("cancelled", "held_for_long")
    assert board.stock() == {"38": 1, "39": 0}
    assert town.read(lambda session: reservations_to_end(session, now=NOON)) == []
