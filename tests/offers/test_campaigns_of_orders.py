"""Campaigns that wait for an order: it is ready, its customer comes near, they arrive. Once each, and never beside the order's own message."""

from typing import Any

import pytest

from offers.board import make_ready
from offers.campaigns import check_campaign
from offers.deferrals import decide_deferred, due_deferrals
from offers.explaining import why
from offers.pickups import say_step
from offers.records.tables import Delivery
from offers.rules.order import StepBody
from tests.offers.collecting import staff
from tests.offers.pickups import KILOMETRE, Pickups, fence
from tests.offers.stories import KEYS, LAT, at, enter, leave

CONSENTING = ("location", "offers")


@pytest.fixture
def town(either_database: Any) -> Pickups:
    return Pickups(either_database)


def offers(town: Pickups) -> list[str]:
    rows = town.read(lambda session: session.query(Delivery).filter_by(kind="offer").order_by(Delivery.id).all())
    return [row.source_id for row in rows]


# ready


def test_an_order_that_becomes_ready_is_decided_once_where_no_message_of_its_own_goes(town: Pickups) -> None:
    town.build(("offers",), ready=False)
    town.campaign("ready", "order_ready")
    town.order(status="placed")
    assert town.outcomes() == []
    town.order(minute=1)
    town.order(minute=2)
    assert town.outcomes() == [("ready", "order_ready", "send")]
    [decision] = town.decisions()
    assert (decision["place"], decision["facts"]["order"]) == ("kalverstraat", "o-1")
    assert offers(town) == ["ready"]


def test_where_the_orders_own_message_goes_it_is_outranked_and_says_by_what(town: Pickups) -> None:
    town.build(ready=False)
    town.campaign("ready", "order_ready", hold_out_percent=100)
    town.order()
    [decision] = town.decisions()
    assert (decision["outcome"], decision["facts"]["by"], decision["facts"]["kind"]) == ("outranked", "o-1", "order")
    assert (town.told(but=""), offers(town)) == ([("o-1", "ready")], [])


@pytest.mark.parametrize("by", ["shop", "staff"])
def test_whoever_says_that_it_is_ready_campaigns_decide(town: Pickups, by: str) -> None:
    town.build(("offers",), ready=False)
    town.campaign("ready", "order_ready")
    town.order(status="placed")
    if by == "shop":
        body = StepBody.model_validate({})
        town.write(lambda session: say_step(session, "o-1", "ready", body, keys=KEYS, now=at(1)))
    else:
        who = staff(town)
        town.write(lambda session: make_ready(session, "o-1", who, None, now=at(1)))
    assert town.outcomes() == [("ready", "order_ready", "send")]


def test_an_order_at_another_store_and_one_without_consent_offers(town: Pickups) -> None:
    town.build(("location",), ready=False)
    town.campaign("here", "order_ready", trigger={"on": "order_ready", "places": ["damrak"]})
    town.campaign("all", "order_ready")
    town.order()
    [decision] = town.decisions()
    assert (decision["campaign"], decision["outcome"], decision["facts"]["missing"]) == (
        "all",
        "no_consent",
        ["offers"],
    )


@pytest.mark.parametrize(("closed", "outcomes"), [(False, ["quiet_hours", "send"]), (True, ["quiet_hours"])])
def test_what_waits_for_the_morning_is_left_where_the_order_was_closed_meanwhile(
    town: Pickups, closed: bool, outcomes: list[str]
) -> None:
    town.build(("offers",), ready=False)
    town.campaign("ready", "order_ready", quiet_hours="defer")
    night, morning = 10 * 60, 19 * 60
    town.order(minute=night)
    if closed:
        town.order(status="collected", minute=night + 1)
    ids = town.read(lambda session: due_deferrals(session, now=at(morning)))
    assert len(ids) == 1
    town.write(lambda session: decide_deferred(session, ids, now=at(morning)))
    assert [one[2] for one in reversed(town.outcomes())] in (outcomes, outcomes[::-1])


# near, there


def test_coming_near_and_arriving_are_decided_once_each_for_who_did_not_agree_to_orders(town: Pickups) -> None:
    phone = town.build(CONSENTING)
    town.campaign("near", "approach")
    town.campaign("there", "arrived")
    store, ring, station = fence(town, "kalverstraat"), fence(town, "kalverstraat", "approach"), fence(town, "centraal")
    town.cross(enter(phone, station, 1), leave(phone, station, 5))
    assert town.outcomes() == [("near", "approach", "send")]
    assert town.decisions()[0]["facts"]["distance_m"] == 500
    town.cross(enter(phone, ring, 10))
    town.cross(enter(phone, store, 12))
    town.cross(leave(phone, store, 14), enter(phone, store, 16))
    assert sorted(town.outcomes()) == [("near", "approach", "send"), ("there", "arrived", "send")]
    assert {one["place"] for one in town.decisions()} == {"kalverstraat"}
    assert (town.status(), town.told(but="")) == ("ready", []), "positions move no order without consent orders"


def test_where_the_orders_own_message_goes_at_that_moment_nothing_else_does(town: Pickups) -> None:
    phone = town.build()
    town.campaign("near", "approach")
    town.campaign("there", "arrived")
    town.cross(enter(phone, fence(town, "kalverstraat", "approach"), 5))
    town.cross(enter(phone, fence(town, "kalverstraat"), 8))
    assert sorted(town.outcomes()) == [("near", "approach", "outranked"), ("there", "arrived", "outranked")]
    assert {one["facts"]["by"] for one in town.decisions()} == {"o-1"}
    assert offers(town) == []


@pytest.mark.parametrize(("priority", "winner"), [(40, "walk-in"), (60, "there")])
def test_who_enters_for_an_order_is_one_event_of_which_one_campaign_wins(
    town: Pickups, priority: int, winner: str
) -> None:
    phone = town.build(CONSENTING)
    town.campaign("walk-in", "enter")
    town.campaign("there", "arrived", priority=priority)
    town.cross(enter(phone, fence(town, "kalverstraat"), 5))
    assert offers(town) == [winner]
    assert sorted(one[2] for one in town.outcomes()) == ["outranked", "send"]


def test_of_positions_that_orders_alone_cover_and_without_an_order_nothing_is_decided(town: Pickups) -> None:
    phone = town.build(("orders", "offers"))
    town.campaign("there", "arrived")
    town.cross(enter(phone, fence(town, "kalverstraat"), 5))
    other = town.device(town.customer("tom", consents=CONSENTING))
    town.cross(enter(other, fence(town, "kalverstraat"), 6))
    assert (town.status(), town.outcomes()) == ("arrived", [])


def test_two_orders_at_one_store_are_one_moment(town: Pickups) -> None:
    phone = town.build(CONSENTING)
    town.order("o-2", minute=1)
    town.campaign("there", "arrived")
    town.cross(enter(phone, fence(town, "kalverstraat"), 5))
    assert [one["facts"]["order"] for one in town.decisions()] == ["o-1"]


# why


@pytest.mark.parametrize(
    ("on", "order", "unmet"),
    [
        ("order_ready", None, "nothing_ready"),
        ("order_ready", "before", "ready_before"),
        ("arrived", "before", "not_come"),
        ("approach", "elsewhere", "ready_elsewhere"),
    ],
)
def test_why_says_which_part_has_not_happened(town: Pickups, on: str, order: str | None, unmet: str) -> None:
    town.build(CONSENTING, ready=False)
    if order:
        town.order(minute=-5, place="damrak" if order == "elsewhere" else "kalverstraat")
    town.campaign("it", on, trigger={"on": on, "places": ["kalverstraat"]})
    never = town.read(lambda session: why(session, "sanne", "it", now=at(5)))["never"]
    assert (never["reason"], never["facts"]["unmet"]) == ("no_moment", unmet)
    assert "role" not in never["facts"]["trigger"]


# launch


@pytest.mark.parametrize(
    ("on", "place", "names"),
    [
        ("order_ready", "kalverstraat", ["service_first"]),
        ("arrived", "kalverstraat", ["service_first"]),
        ("approach", "kalverstraat", ["service_first"]),
        ("order_ready", "centraal", ["no_collecting", "service_first"]),
        ("approach", "far", ["no_geofence", "service_first"]),
    ],
)
def test_a_launch_asks_for_what_the_moment_needs(town: Pickups, on: str, place: str, names: list[str]) -> None:
    town.build(CONSENTING)
    town.place("far", [town.round(50)], lat=LAT + KILOMETRE * 50)
    town.campaign("it", on, live=False, trigger={"on": on, "places": [place]})
    found = town.read(lambda session: check_campaign(session, "it", now=at(0)))
    assert [one.name for one in found if one.path.startswith("trigger")] == names
