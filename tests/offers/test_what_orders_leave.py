"""What is kept of where customers are for an order alone, and how it goes."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from offers.customers import erase_customer
from offers.deliveries import Sent, record_outcomes
from offers.order_steps import undo_hand_over
from offers.push import Outcome
from offers.receipts import Receipt, mark_receipts
from offers.records.tables import Customer, Delivery, Order, Stay, Transition
from offers.rules.personalise import Words
from tests.offers.pickups import DAY, Pickups, fence
from tests.offers.stories import (
    at,
    enter,
    leave,
)  # fmt: skip


@pytest.fixture
def town(database: Any) -> Pickups:
    return Pickups(database)


# what is kept


def _way(town: Pickups, phone: str) -> None:
    station, store = fence(town, "centraal"), fence(town, "kalverstraat")
    town.cross(enter(phone, station, 1), leave(phone, station, 5), enter(phone, fence(town, "damrak"), 6))
    town.cross(leave(phone, fence(town, "damrak"), 7), enter(phone, store, 10))
    for moment in (DAY, "wrong_store"):
        town.write(lambda session, moment=moment: _worded(session, moment))  # type: ignore[misc]


def _worded(session: Any, moment: str) -> None:
    row = session.query(Delivery).filter_by(moment=moment).one()
    row.title, row.body, row.state = "Nearly there", "500 m to go", "sent"


def _kept(town: Pickups) -> tuple[list[bool], list[bool]]:
    return town.read(
        lambda session: (
            [one.for_orders for one in session.query(Stay)],
            [one.for_orders for one in session.query(Transition)],
        )
    )


def test_what_only_orders_covered_is_marked_and_goes_with_the_close_of_the_last(town: Pickups) -> None:
    phone = town.build(["offers", "orders"])
    town.campaign()
    town.order("o-2", minute=1)
    _way(town, phone)
    assert _kept(town) == ([True] * 3, [True] * 5)
    assert (town.visits(), town.outcomes()) == ([], [])
    town.order(status="collected", minute=20)
    assert len(_kept(town)[0]) == 3, "another is open"
    town.order("o-2", status="cancelled", minute=21)
    assert _kept(town) == ([], [])
    assert town.cross(enter(phone, fence(town, "damrak"), 22)).gone == {phone}
    assert _kept(town) == ([], [])
    said = town.read(
        lambda session: [
            (one.context, one.title, one.body)
            for one in session.query(Delivery).filter(Delivery.moment.in_((DAY, "wrong_store")))
        ]
    )
    assert said == [({"place_id": "kalverstraat"}, None, None)] * 2
    order = town.read(lambda session: session.get_one(Order, "o-1"))
    assert (order.track, order.minutes_low, order.minutes_high, order.estimated_at) == (None,) * 4
    assert "centraal" not in str(order.history)
    assert "damrak" not in str(order.history)


def test_who_agreed_to_location_keeps_stays_visits_and_words_but_no_distance_of_an_order_that_closed(
    town: Pickups,
) -> None:
    phone = town.build()
    _way(town, phone)
    town.order(status="collected", minute=20)
    assert _kept(town) == ([False] * 3, [False] * 5)
    assert len(town.visits()) == 2
    assert (town.message(DAY).context, town.message(DAY).body) == ({"place_id": "kalverstraat"}, "500 m to go")


def test_who_gives_location_later_keeps_what_came_after_alone(town: Pickups) -> None:
    phone = town.build(["orders"])
    town.cross(enter(phone, fence(town, "centraal"), 1))
    town.say(location=True)
    town.cross(leave(phone, fence(town, "centraal"), 55), enter(phone, fence(town, "kalverstraat"), 60))
    assert _kept(town) == ([True, False], [True, True, False])
    town.order(status="collected", minute=70)
    assert _kept(town) == ([False], [False])
    assert town.cross(leave(phone, fence(town, "kalverstraat"), 80)).gone == set()
    assert town.visits() == [(at(60), at(80))]


def test_who_withdraws_location_while_an_order_is_open_leaves_for_the_order_what_comes_after(town: Pickups) -> None:
    phone = town.build()
    town.cross(enter(phone, fence(town, "centraal"), 1))
    town.say(location=False)
    town.cross(leave(phone, fence(town, "centraal"), 55))
    assert town.status() == "on_the_way"
    assert _kept(town) == ([True], [False, True])
    town.order(status="collected", minute=70)
    assert _kept(town) == ([], [False])


@pytest.mark.parametrize("consents", [("orders",), ("orders", "location")])
def test_who_withdraws_orders_leaves_nothing_that_only_orders_covered_and_the_order_goes_on(
    town: Pickups, consents: Sequence[str]
) -> None:
    phone = town.build(["orders"])
    _way(town, phone)
    if "location" in consents:
        town.say(location=True)
    town.say(orders=False)
    assert _kept(town) == ([], [])
    assert (town.status(), town.message(DAY).context) == ("arrived", {"place_id": "kalverstraat"})
    crossed = town.cross(enter(phone, fence(town, "damrak"), 60))
    assert crossed.gone == (set() if "location" in consents else {phone})
    assert (town.status(), [moment for _, moment in town.told()].count("wrong_store")) == ("arrived", 1)
    town.order(status="collected", minute=80)
    assert town.status() == "collected"


def test_a_message_that_was_on_its_way_when_the_order_closed_keeps_no_words(town: Pickups) -> None:
    phone = town.build(["orders"])
    town.cross(enter(phone, fence(town, "kalverstraat", "approach"), 5))
    held = town.claim([town.message(DAY).id], now=at(5)).held
    town.order(status="collected", minute=5)
    town.record(held, Outcome("sent"), now=at(5))
    message = town.message(DAY)
    assert (message.state, message.title, message.body, message.context) == (
        "sent",
        None,
        None,
        {"place_id": "kalverstraat"},
    )


def test_an_erased_customer_leaves_nothing_whatever_they_were_on_their_way_to(town: Pickups) -> None:
    phone = town.build(["orders"])
    _way(town, phone)
    town.write(lambda session: erase_customer(session, "sanne", now=at(30)))
    assert _kept(town) == ([], [])
    assert town.deliveries() == []


def test_a_hand_over_is_undone_after_the_erasure(town: Pickups) -> None:
    phone = town.build(["orders"])
    _way(town, phone)
    town.order(status="collected", minute=20)

    def undo(session: Any) -> Any:
        order, customer = session.get_one(Order, "o-1"), session.get_one(Customer, "sanne")
        return undo_hand_over(session, order, customer, now=at(20.5)).follows

    follows = town.write(undo)
    assert (town.status(), _kept(town), follows.unblock) == ("arrived", ([], []), (phone,))
    town.cross(enter(phone, fence(town, "kalverstraat"), 21))
    assert (town.status(), _kept(town)) == ("arrived", ([True], [True]))


@pytest.mark.parametrize("location", [False, True])
def test_no_live_event_keeps_the_words_that_say_how_far_they_were(town: Pickups, location: bool) -> None:
    """Live events stay in Redis for a while, also when the order is closed. Who agreed to `location` has them told as those of offers are."""
    phone = town.build(["orders", *(["location"] if location else [])])
    ring = fence(town, "kalverstraat", "approach")
    ids = [
        *town.read(lambda session: list(session.scalars(select(Delivery.id)))),
        *town.cross(enter(phone, ring, 5)).deliveries,
    ]
    held = town.claim(ids, now=at(5)).held
    results = [Sent(one.delivery_id, "en", Words("Nearly there", "300 m to go", None), Outcome("sent")) for one in held]
    told = town.write(lambda session: record_outcomes(session, "sender-1", results, now=at(5)))
    words = {one["moment"]: (one["title"], one["body"]) for one in told}
    said = ("Nearly there", "300 m to go")
    assert words == {"ready": said, DAY: said if location else (None, None)}
    near = next(one.delivery_id for one in held if one.delivery_id != ids[0])
    _, follows = town.write(lambda session: mark_receipts(session, [Receipt(near, "opened")], now=at(5)))
    assert [one["title"] for one in follows.happened] == [said[0] if location else None]
    assert town.message(DAY).title == said[0], "the list has it until the order is closed"
