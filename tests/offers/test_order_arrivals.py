"""What crossings mean for orders that are ready: the reminder, near, here, the wrong store, and going away again."""

from functools import partial
from typing import Any

import pytest

from offers.arrivals import Crossing
from offers.customers import put_customer
from offers.order_steps import take_step
from offers.records.tables import Customer, Order
from offers.rules.profile import CustomerBody
from tests.at_once import at_once
from tests.offers.pickups import DAY, Pickups, fence
from tests.offers.stories import (
    at,
    come_back,
    enter,
    fall_silent,
    leave,
)  # fmt: skip


@pytest.fixture
def town(database: Any) -> Pickups:
    return Pickups(database)


# the way in


def test_who_leaves_the_station_comes_near_and_arrives_is_reminded_once_and_told_once(town: Pickups) -> None:
    phone = town.build()
    store, ring, station = fence(town, "kalverstraat"), fence(town, "kalverstraat", "approach"), fence(town, "centraal")
    town.cross(enter(phone, station, 1))
    assert (town.status(), town.told()) == ("ready", [])
    left = town.cross(leave(phone, station, 5))
    assert town.status() == "on_the_way"
    message = town.message(DAY)
    assert (message.device_id, message.context) == (phone, {"place_id": "kalverstraat", "distance_m": 500})
    assert message.expires_at == at(20)
    assert left.deliveries == [message.id]
    assert [one["what"] for one in left.happened if one["type"] == "order"] == ["on_the_way"]
    assert left.targets[phone][0].order_id == "o-1"
    town.cross(enter(phone, ring, 12))
    assert (town.status(), town.told()) == ("nearby", [("o-1", DAY)])
    arrived = town.cross(enter(phone, store, 15))
    assert (town.status(), town.told()) == ("arrived", [("o-1", DAY), ("o-1", "arrived")])
    assert arrived.targets == {phone: ()}
    assert town.history()[-3:] == [(status, "location") for status in ("on_the_way", "nearby", "arrived")]


def test_a_station_beyond_reach_tells_nothing_and_the_reach_is_the_desks(town: Pickups) -> None:
    phone = town.build()
    for number, (reach, told) in enumerate(((2000, []), (0, []), (20_000, [("o-1", DAY)]))):
        town.limits(approach_reach_m=reach)
        town.cross(enter(phone, fence(town, "zuid"), number * 5), leave(phone, fence(town, "zuid"), number * 5 + 2))
        assert town.told() == told
    assert town.message(DAY).context["distance_m"] == 5000


def test_in_by_the_ring_alone_reminds_with_the_phones_own_distance_and_again_the_next_day(town: Pickups) -> None:
    phone = town.build()
    ring = fence(town, "kalverstraat", "approach")
    town.cross(Crossing(phone, "enter", ring, at(5).timestamp(), "server", None, 350))
    assert (town.status(), town.message(DAY).context["distance_m"]) == ("nearby", 350)
    town.cross(leave(phone, ring, 30))
    assert town.status() == "ready"
    town.cross(enter(phone, ring, 60))
    assert (town.status(), town.told()) == ("nearby", [("o-1", DAY)])
    town.cross(leave(phone, ring, 90), enter(phone, ring, 10 * 60 + 5))
    assert town.told() == [("o-1", DAY), ("o-1", "approach:2026-06-11")], (
        "five past midnight in Amsterdam, and not yet in UTC"
    )


def test_one_ping_that_enters_ring_and_store_tells_one_thing(town: Pickups) -> None:
    phone = town.build()
    town.cross(enter(phone, fence(town, "kalverstraat", "approach"), 5), enter(phone, fence(town, "kalverstraat"), 5))
    assert (town.status(), town.told()) == ("arrived", [("o-1", "arrived")])


@pytest.mark.parametrize("status", ["placed", "collected", "cancelled"])
def test_an_order_that_is_not_ready_or_is_closed_is_moved_by_no_crossing(town: Pickups, status: str) -> None:
    phone = town.build(ready=False)
    town.order(status="ready" if status != "placed" else "placed")
    town.order(status=status, minute=1)
    before = town.history()
    town.cross(enter(phone, fence(town, "kalverstraat", "approach"), 5), enter(phone, fence(town, "kalverstraat"), 6))
    assert (town.status(), town.history()) == (status, before)
    assert [one for one in town.told() if one[1] in ("arrived", DAY)] == []


def test_without_consent_orders_crossings_mean_nothing_for_an_order(town: Pickups) -> None:
    phone = town.build(["location", "offers"])
    town.cross(enter(phone, fence(town, "kalverstraat"), 5))
    assert (town.status(), town.told(but="")) == ("ready", [])


@pytest.mark.parametrize("reason", ["geofence_created", "geofence_changed"])
def test_an_edit_of_a_geofence_steps_and_tells_nothing(town: Pickups, reason: str) -> None:
    phone = town.build()
    store = fence(town, "kalverstraat")
    town.cross(enter(phone, store, 5, reason))
    assert (town.status(), town.told()) == ("ready", [])
    town.cross(leave(phone, store, 8), enter(phone, store, 9))
    assert town.status() == "arrived"
    town.cross(leave(phone, store, 10, reason))
    assert town.status() == "arrived"


def test_a_crossing_that_a_phone_tells_late_is_a_step_and_its_message_is_too_late(town: Pickups) -> None:
    phone = town.build()
    town.cross(enter(phone, fence(town, "kalverstraat", "approach"), 5), now=at(25))
    assert (town.status(), town.message(DAY).expires_at) == ("nearby", at(20))
    assert town.send([town.message(DAY).id], now=at(25)) == []


# again, twice, out of order, two phones, at once


def _way_in(town: Pickups, phone: str) -> list[Crossing]:
    ring, store = fence(town, "kalverstraat", "approach"), fence(town, "kalverstraat")
    return [enter(phone, ring, 5), enter(phone, store, 8), leave(phone, store, 20), leave(phone, ring, 25)]


def test_the_same_entry_again_changes_nothing(town: Pickups) -> None:
    phone = town.build()
    way = _way_in(town, phone)
    town.cross(*way[:2])
    before = (town.everything(), town.history(), town.told())
    again = town.cross(*way[:2])
    assert (town.everything(), town.history(), town.told()) == before
    assert (again.deliveries, again.happened, again.targets) == ([], [], {})


def test_in_and_out_in_one_entry_leaves_the_order_as_it_was_and_a_replay_of_it_too(town: Pickups) -> None:
    phone = town.build()
    way = _way_in(town, phone)
    town.cross(*way)
    assert town.status() == "ready"
    before = (town.everything(), town.history(), town.told())
    town.cross(*way, now=at(40))
    assert (town.everything(), town.history(), town.told()) == before
    assert town.send([town.message("arrived").id], now=at(26)) == [], "they have left"


def test_an_exit_before_its_enter_is_none(town: Pickups) -> None:
    phone = town.build()
    way = _way_in(town, phone)
    town.cross(way[2])
    town.cross(way[1])
    assert town.status() == "arrived"
    town.cross(leave(phone, way[1].geofence_id, 7))
    assert town.status() == "arrived", "it left before it came in"


def test_a_second_phone_changes_and_tells_nothing(town: Pickups) -> None:
    phone = town.build()
    tablet = town.device()
    ring, store = fence(town, "kalverstraat", "approach"), fence(town, "kalverstraat")
    town.cross(enter(phone, ring, 4), enter(phone, store, 5))
    before = (town.history(), town.told())
    town.cross(enter(tablet, ring, 6), enter(tablet, store, 7))
    town.cross(leave(tablet, store, 8), leave(tablet, ring, 9))
    town.cross(enter(tablet, store, 10), leave(phone, store, 11))
    assert (town.history(), town.told()) == before
    assert {one["device_id"] for one in town.deliveries() if one["kind"] == "order" and one["state"] == "queued"} >= {
        phone
    }
    town.cross(leave(tablet, store, 12))
    assert town.status() == "nearby", "the phone is in the ring still"


def test_two_phones_and_two_workers_at_once_are_one_arrival(town: Pickups) -> None:
    phone = town.build()
    phones = [phone, *(town.device() for _ in range(3))]
    ring, store = fence(town, "kalverstraat", "approach"), fence(town, "kalverstraat")
    ways = [[enter(one, ring, 5), enter(one, store, 8)] for one in phones]
    at_once([partial(town.cross, *way) for way in ways * 2])
    assert town.status() == "arrived"
    assert sorted(town.history(), key=str).count(("arrived", "location")) == 1
    assert sorted(town.told()) == [("o-1", DAY), ("o-1", "arrived")]


# away again


def _arrived(town: Pickups) -> tuple[str, str, str]:
    phone = town.build()
    ring, store = fence(town, "kalverstraat", "approach"), fence(town, "kalverstraat")
    town.cross(enter(phone, ring, 4), enter(phone, store, 5))
    assert town.status() == "arrived"
    return phone, ring, store


def test_who_leaves_without_having_collected_is_near_again_and_then_gone_and_may_come_again(town: Pickups) -> None:
    phone, ring, store = _arrived(town)
    town.cross(leave(phone, store, 10))
    assert town.status() == "nearby"
    town.cross(leave(phone, ring, 12))
    assert town.status() == "ready"
    town.cross(enter(phone, ring, 20), enter(phone, store, 21))
    assert (town.status(), town.told()) == ("arrived", [("o-1", DAY), ("o-1", "arrived")])


def test_who_leaves_store_and_ring_the_other_way_round_is_gone_too(town: Pickups) -> None:
    phone, ring, store = _arrived(town)
    town.cross(leave(phone, ring, 10))
    assert town.status() == "arrived"
    town.cross(leave(phone, store, 10.5))
    assert town.status() == "ready"


def test_the_station_again_is_the_way_no_more(town: Pickups) -> None:
    phone = town.build()
    station = fence(town, "centraal")
    town.cross(enter(phone, station, 1), leave(phone, station, 5))
    assert town.status() == "on_the_way"
    town.cross(enter(phone, station, 9))
    assert town.status() == "ready"


def test_silence_in_the_store_turns_nobody_away_and_silence_in_the_ring_does(town: Pickups) -> None:
    phone, ring, store = _arrived(town)
    town.cross(fall_silent(phone, store, 10), fall_silent(phone, ring, 10), now=at(25))
    assert town.status() == "arrived", "the phone is in a pocket at the counter"
    town.cross(come_back(phone, ring, 30), come_back(phone, store, 30), leave(phone, store, 31))
    assert town.status() == "nearby"
    town.cross(fall_silent(phone, ring, 35), now=at(50))
    assert town.status() == "ready"
    before = town.told()
    town.cross(come_back(phone, ring, 55))
    assert (town.status(), town.told()) == ("nearby", before)


@pytest.mark.parametrize(("reason", "source", "then"), [("jumped", "server", "arrived"), (None, "device", "ready")])
def test_a_jump_is_no_way_out_and_the_phones_own_word_is(
    town: Pickups, reason: str | None, source: str, then: str
) -> None:
    phone, ring, store = _arrived(town)
    for one in (store, ring):
        town.cross(Crossing(phone, "exit", one, at(10).timestamp(), source, reason))
    assert town.status() == then


def test_silence_in_a_station_is_no_way_out_of_it(town: Pickups) -> None:
    phone = town.build()
    station = fence(town, "centraal")
    town.cross(enter(phone, station, 1), fall_silent(phone, station, 5), now=at(20))
    assert (town.status(), town.told()) == ("ready", [])


@pytest.mark.parametrize("source", ["page", "device", "staff", "server"])
def test_what_a_button_or_staff_said_is_not_taken_back_by_pings(town: Pickups, source: Any) -> None:
    phone = town.build()
    ring, store = fence(town, "kalverstraat", "approach"), fence(town, "kalverstraat")

    def button(session: Any) -> None:
        order, customer = session.get_one(Order, "o-1"), session.get_one(Customer, "sanne")
        take_step(session, order, customer, "arrived", source, now=at(2))

    town.write(button)
    town.cross(enter(phone, ring, 4), enter(phone, store, 5), leave(phone, store, 10), leave(phone, ring, 12))
    assert town.status() == "arrived"


def test_who_was_here_yesterday_and_left_with_a_silent_phone_comes_in_anew(town: Pickups) -> None:
    phone, _, store = _arrived(town)
    town.cross(fall_silent(phone, store, 10), now=at(25))
    again = town.cross(enter(phone, store, 24 * 60))
    assert town.read(lambda session: session.get_one(Order, "o-1").arrived_at) == at(24 * 60)
    assert [one["what"] for one in again.happened if one["type"] == "order"] == ["away", "arrived"]
    assert [moment for _, moment in town.told()].count("arrived") == 1


def test_staying_moves_nothing_that_coming_in_did_not(town: Pickups) -> None:
    phone, _, store = _arrived(town)
    before = (town.history(), town.told())
    town.cross(Crossing(phone, "dwell", store, at(90).timestamp(), "server"))
    assert (town.history(), town.told()) == before


# several orders, several stores


def test_several_orders_at_one_store_all_step_and_the_first_is_told_of(town: Pickups) -> None:
    phone = town.build()
    town.order("a-later", minute=1)
    town.cross(enter(phone, fence(town, "kalverstraat", "approach"), 5))
    town.cross(enter(phone, fence(town, "kalverstraat"), 8))
    assert (town.status("o-1"), town.status("a-later")) == ("arrived", "arrived")
    assert town.told() == [("o-1", DAY), ("o-1", "arrived")]


def test_with_orders_at_two_stores_either_is_right_and_one_message_goes_at_the_station(town: Pickups) -> None:
    phone = town.build()
    town.order("at-damrak", place="damrak", minute=-5)
    town.cross(enter(phone, fence(town, "centraal"), 1), leave(phone, fence(town, "centraal"), 5))
    assert (town.status(), town.status("at-damrak")) == ("on_the_way", "on_the_way")
    assert town.told() == [("o-1", DAY)], "the nearer one"
    town.cross(enter(phone, fence(town, "damrak"), 20))
    assert (town.status(), town.status("at-damrak")) == ("on_the_way", "arrived")
    assert town.told() == [("o-1", DAY), ("at-damrak", "arrived")]


# ready while they are here


@pytest.mark.parametrize(("role", "status"), [("premises", "arrived"), ("approach", "nearby")])
def test_an_order_that_becomes_ready_while_its_customer_is_here_steps_at_once_and_tells_one_thing(
    town: Pickups, role: str, status: str
) -> None:
    phone = town.build(ready=False)
    town.order(status="placed")
    town.cross(enter(phone, fence(town, "kalverstraat", role), 5))
    assert town.status() == "placed"
    town.order(minute=10)
    assert town.status() == status
    assert town.history()[-2:] == [("ready", "server"), (status, "location")]
    assert town.told(but="") == [("o-1", "ready")]


def test_who_is_at_another_store_or_did_not_agree_is_not_taken_to_be_here(town: Pickups) -> None:
    phone = town.build(["location"], ready=False)
    town.cross(enter(phone, fence(town, "kalverstraat"), 5))
    town.order()
    assert town.status() == "ready"


# service first


def test_an_offer_that_would_have_had_the_moment_gives_way_and_spends_nothing(town: Pickups) -> None:
    phone = town.build()
    town.offer(budget=1)
    town.campaign(offer="ten-percent", hold_out_percent=100)
    town.campaign("boots", priority=90)
    town.limits(frequency_cap={"messages": 1, "window": "P1D"})
    town.campaign("later", "dwell")
    arrived = town.cross(enter(phone, fence(town, "kalverstraat"), 5))
    assert town.outcomes() == [("boots", "enter", "outranked"), ("sneakers", "enter", "outranked")]
    facts = [{name: one["facts"][name] for name in ("by", "kind")} for one in town.decisions()]
    assert facts == [{"by": "o-1", "kind": "order"}] * 2
    assert (len(arrived.deliveries), town.counts()["left"]) == (1, 1)
    town.cross(Crossing(phone, "dwell", fence(town, "kalverstraat"), at(7).timestamp(), "server"))
    assert ("later", "dwell", "send") in town.outcomes()


def test_where_no_message_goes_out_for_the_order_the_offer_has_its_moment(town: Pickups) -> None:
    phone = town.build()
    town.campaign()
    store = fence(town, "kalverstraat")
    town.cross(enter(phone, store, 5), leave(phone, store, 10))
    town.cross(enter(phone, store, 100))
    assert [outcome for _, _, outcome in town.outcomes()] == ["outranked", "send"]


# what it costs


def test_who_has_no_order_that_is_ready_costs_one_question_whatever_they_agreed_to(town: Pickups) -> None:
    phone = town.build(ready=False)
    body = CustomerBody.model_validate({"consents": {"location": True, "offers": True, "orders": False}})
    town.write(lambda session: put_customer(session, "ben", body, now=at(0)))
    other, counts = town.device("ben"), []
    for one in (other, phone):
        with town.statements() as seen:
            town.cross(enter(one, fence(town, "kalverstraat"), 5))
        counts.append((len(seen), sum("FROM orders" in " ".join(each.split()) for each in seen)))
    assert counts[1] == counts[0]
    assert counts[0][1] == 1
