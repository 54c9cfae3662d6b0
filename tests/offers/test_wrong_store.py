"""Another branch: told once, kindly, and nobody who only walks past it."""

from typing import Any

import pytest

from tests.offers.pickups import Pickups, fence
from tests.offers.stories import (
    at,
    circle,
    enter,
    leave,
)  # fmt: skip


@pytest.fixture
def town(database: Any) -> Pickups:
    return Pickups(database)


def test_the_wrong_store_is_said_once_an_order_and_kindly_says_where_to_go(town: Pickups) -> None:
    phone = town.build()
    damrak = fence(town, "damrak")
    town.cross(enter(phone, fence(town, "damrak", "approach"), 4))
    assert town.told() == [], "in the ring of another store nobody is wrong yet"
    town.cross(enter(phone, damrak, 5))
    assert (town.status(), town.told()) == ("ready", [("o-1", "wrong_store")])
    assert town.message("wrong_store").context == {
        "place_id": "kalverstraat",
        "at_place_id": "damrak",
        "distance_m": 1000,
    }
    town.cross(leave(phone, damrak, 10), enter(phone, damrak, 60 * 24))
    assert town.told() == [("o-1", "wrong_store")]


def _sent(town: Pickups, minute: float) -> list[tuple[str, str | None]]:
    """State and reason of the message about the wrong store, once whatever is due then was sent."""
    due = [row["id"] for row in town.deliveries() if row["state"] == "queued"]
    town.send(due, now=at(minute))
    return [(row["state"], row["reason"]) for row in town.deliveries() if row["moment"] == "wrong_store"]


def test_who_only_walks_past_another_store_is_not_told_that_it_is_the_wrong_one(town: Pickups) -> None:
    phone = town.build()
    damrak = fence(town, "damrak")
    town.cross(enter(phone, damrak, 5))
    assert _sent(town, 7) == [("queued", None)], "they may be through in a moment"
    town.cross(leave(phone, damrak, 7.5))
    assert _sent(town, 8.1) == [("failed", "over")]


def test_who_stays_in_another_store_is_told(town: Pickups) -> None:
    phone = town.build()
    town.cross(enter(phone, fence(town, "damrak"), 5))
    assert _sent(town, 8.1) == [("sent", None)]


def test_where_two_stores_overlap_nothing_is_wrong(town: Pickups) -> None:
    phone = town.build()
    town.place("next-door", [circle()])
    for first, second in (("kalverstraat", "next-door"), ("next-door", "kalverstraat")):
        town.cross(enter(phone, fence(town, first), 5), enter(phone, fence(town, second), 5))
        town.cross(leave(phone, fence(town, first), 50), leave(phone, fence(town, second), 50))
    assert [moment for _, moment in town.told()] == ["arrived"]
