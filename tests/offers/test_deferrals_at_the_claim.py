"""What meets the quiet hours only when it is claimed, and by whose clock anything waits."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from offers.push import Outcome
from offers.records.tables import Delivery, Place
from tests.offers.nights import EVENING, MORNING, decide, move_to, newest, rows
from tests.offers.stories import Town, at, enter


@pytest.fixture
def store(town: Town) -> str:
    return town.place()


@pytest.fixture
def phone(town: Town) -> str:
    return town.phone()


def test_what_is_claimed_after_the_quiet_hours_began_is_put_off_and_gives_back(
    town: Town, store: str, phone: str
) -> None:
    town.offer()
    town.campaign(quiet_hours="defer", offer="ten-percent", messages={"en": {"title": "For you", "body": "Now"}})
    began = EVENING - 90
    [delivery] = town.cross(enter(phone, store, began - 1)).deliveries  # 20:59
    assert town.claim([delivery], now=at(began)).held == []
    assert town.coupon_states() == ["released"]
    [row] = rows(town)
    assert (row.not_before, row.happened_at, row.role, row.trigger) == (at(MORNING), at(began - 1), "premises", "enter")
    [decision] = town.decisions()
    assert decision["facts"]["deferred_until"] == "2026-06-11T08:00:00+02:00"
    [again] = decide(town, MORNING).deliveries
    assert town.send([again], now=at(MORNING + 1)) == ["For you"]
    assert sorted(one["state"] for one in town.deliveries()) == ["failed", "sent"]
    assert town.coupon_states() == ["released", "issued"]
    assert town.claim([delivery], now=at(MORNING + 2)).held == []
    assert rows(town) == []


def test_what_is_claimed_in_the_quiet_hours_and_drops_is_dropped(town: Town, store: str, phone: str) -> None:
    town.campaign()
    [delivery] = town.cross(enter(phone, store, EVENING - 91)).deliveries
    assert town.claim([delivery], now=at(EVENING - 90)).held == []
    assert rows(town) == []


def test_a_decision_of_which_another_phone_has_the_message_is_not_told_anew(town: Town, store: str, phone: str) -> None:
    town.campaign(quiet_hours="defer")
    [first] = town.cross(enter(phone, store, EVENING - 91)).deliveries
    second = _copy_for(town, first, town.device())
    town.send([first], now=at(EVENING - 91))
    assert town.claim([second], now=at(EVENING - 90)).held == []
    assert rows(town) == []


def test_two_phones_of_which_neither_got_it_are_put_off_as_one(town: Town, store: str, phone: str) -> None:
    town.campaign(quiet_hours="defer")
    [first] = town.cross(enter(phone, store, EVENING - 91)).deliveries
    second = _copy_for(town, first, town.device())
    town.claim([first], now=at(EVENING - 90))
    assert rows(town) == [], "the second is still under way"
    town.claim([second], now=at(EVENING - 89))
    assert len(rows(town)) == 1
    assert len(decide(town, MORNING).deliveries) == 1


def test_the_second_phone_fails_surely_after_the_first_met_the_quiet_hours(town: Town, store: str, phone: str) -> None:
    town.campaign(quiet_hours="defer")
    [first] = town.cross(enter(phone, store, EVENING - 91)).deliveries
    second = _copy_for(town, first, town.device())
    held = town.claim([second], now=at(EVENING - 90.5)).held
    assert len(held) == 1
    town.claim([first], now=at(EVENING - 90))
    assert rows(town) == []
    town.record(held, Outcome("failed", "unregistered"), now=at(EVENING - 89))
    assert len(rows(town)) == 1


def _copy_for(town: Town, delivery: str, device: str) -> str:
    """The same message to another device of the customer."""

    def copy(session: Any) -> str:
        table = Delivery.__table__
        row = dict(session.execute(select(table).where(table.c.id == delivery)).mappings().one())
        session.execute(table.insert(), [{**row, "id": f"{delivery}x", "device_id": device}])  # type: ignore[attr-defined]
        return f"{delivery}x"

    return town.write(copy)


def test_a_zone_that_nobody_knows_is_the_places_and_said_to_be(town: Town, store: str, phone: str) -> None:
    town.campaign(quiet_hours="defer")
    move_to(town, "Mars/Olympus")
    town.cross(enter(phone, store, EVENING))
    facts = newest(town)["facts"]
    assert (facts["time_zone"], facts["zone_of"], facts["customer_zone"]) == ("Europe/Amsterdam", "place", "unknown")
    [delivery] = decide(town, MORNING).deliveries
    assert newest(town)["facts"]["customer_zone"] == "unknown", "a send by another clock says so too"
    assert town.send([delivery], now=at(MORNING)) == ["Hoi Sanne"]


def test_a_place_whose_zone_is_broken_goes_by_utc(town: Town, store: str) -> None:
    town.campaign(quiet_hours="defer", schedule={"weekly": "Mo-Su 00:00-24:00"})
    phone = town.phone("tim", time_zone=None)

    def break_it(session: Any) -> None:
        session.get_one(Place, "kalverstraat").time_zone = "Mars/Olympus"

    town.write(break_it)
    town.cross(enter(phone, store, EVENING + 60))  # 21:30 in UTC
    facts = newest(town, "tim")["facts"]
    assert (facts["time_zone"], facts["zone_of"], facts["customer_zone"]) == ("UTC", "utc", "missing")
    [row] = rows(town)
    assert row.not_before == datetime(2026, 6, 11, 8, tzinfo=UTC)


def test_who_moves_meanwhile_is_told_by_their_new_clock(town: Town, store: str, phone: str) -> None:
    town.campaign(quiet_hours="defer")
    town.cross(enter(phone, store, EVENING))
    move_to(town, "America/New_York")
    assert decide(town, MORNING).deliveries == [], "two at night there"
    [row] = rows(town)
    assert row.not_before == datetime(2026, 6, 11, 12, tzinfo=UTC)
