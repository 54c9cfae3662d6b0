"""Caps, cooldowns, ranks and hold-outs, as they come out of whole visits."""

from datetime import timedelta
from typing import Any

import pytest

from offers.campaigns import step_campaign
from offers.deciding import Decided, Moment, decide
from offers.records.queries.customers import customers_locked
from offers.records.tables import Decision
from tests.offers.stories import NOON, Town, at, circle, dwell, enter, leave, minutes

DAY = 24 * 60


@pytest.fixture
def store(town: Town) -> str:
    return town.place()


def _visit(town: Town, phone: str, store: str, minute: float) -> list[str]:
    deliveries = town.cross(enter(phone, store, minute)).deliveries
    town.cross(leave(phone, store, minute + 10))
    return deliveries


def test_an_offer_that_is_decided_is_queued_until_its_moment_has_outlived_itself(town: Town, store: str) -> None:
    town.campaign(life="PT20M")
    phone = town.phone()
    [delivery] = town.cross(enter(phone, store, 5), now=at(7)).deliveries
    [item] = town.deliveries()
    assert item["id"] == delivery
    assert (item["state"], item["kind"], item["campaign"], item["device_id"]) == ("queued", "offer", "sneakers", phone)
    assert (item["created_at"], item["expires_at"]) == (at(7), at(25))
    [decision] = town.decisions()
    assert decision["at"] == at(7)
    assert decision["facts"]["happened_at"] == at(5).isoformat()
    assert decision["campaign_version"] == 1


def test_what_is_learnt_too_late_is_too_late(town: Town, store: str) -> None:
    town.campaign()
    phone = town.phone()
    assert town.cross(enter(phone, store, 5), now=at(20)).deliveries == []
    assert town.outcomes() == [("sneakers", "enter", "too_late")]


def test_one_message_a_moment_the_highest_priority_first_and_then_the_id(town: Town, store: str) -> None:
    for campaign, priority in (("b-second", 50), ("c-first", 90), ("a-not-for-her", 100), ("a-third", 40)):
        audience = {"fact": "language", "is": "de"} if campaign == "a-not-for-her" else None
        town.campaign(campaign, priority=priority, audience=audience)
    town.cross(enter(town.phone(), store, 5))
    assert town.outcomes() == [
        ("a-not-for-her", "enter", "not_in_audience"),
        ("a-third", "enter", "outranked"),
        ("b-second", "enter", "outranked"),
        ("c-first", "enter", "send"),
    ]
    assert [one["campaign"] for one in town.deliveries()] == ["c-first"]
    outranked = next(one for one in town.decisions() if one["campaign"] == "b-second")
    assert outranked["facts"]["by"] == "c-first"


def test_of_equals_the_first_by_id_wins(town: Town, store: str) -> None:
    for campaign in ("b", "a"):
        town.campaign(campaign)
    town.cross(enter(town.phone(), store, 5))
    assert town.outcomes() == [("a", "enter", "send"), ("b", "enter", "outranked")]


def test_a_campaign_launched_between_two_phones_dwells_adds_no_second_message(town: Town, store: str) -> None:
    town.campaign("first", "dwell")
    town.campaign("second", "dwell", live=False)
    phone, tablet = town.phone(), town.device()
    town.cross(enter(phone, store, 1), enter(tablet, store, 1), dwell(phone, store, 3))
    town.write(lambda session: step_campaign(session, "second", "launch", now=at(3)))
    town.cross(dwell(tablet, store, 4))
    assert town.outcomes() == [("first", "dwell", "send")]


def test_the_cap_holds_over_all_campaigns_in_a_rolling_window(town: Town) -> None:
    stores = [town.place(f"store-{number}") for number in range(4)]
    for number in range(4):
        town.campaign(f"campaign-{number}", trigger={"on": "enter", "places": [f"store-{number}"]})
    town.limits(frequency_cap={"messages": 2, "window": "P1D"}, quiet_hours=None)
    phone = town.phone()
    sent = [
        len(_visit(town, phone, stores[0], 0)),
        len(_visit(town, phone, stores[1], 60)),
        len(_visit(town, phone, stores[2], 120)),
    ]
    assert sent == [1, 1, 0]
    capped = next(one for one in town.decisions() if one["outcome"] == "frequency_cap")
    assert capped["facts"] | {"happened_at": ""} == {"messages": 2, "window": "P1D", "sent": 2, "happened_at": ""}
    assert _visit(town, phone, stores[3], DAY - 20) == []
    assert len(_visit(town, phone, stores[3], DAY)) == 1, "the first of the two is out of the window, the second is not"
    assert _visit(town, phone, stores[3], DAY + 45) == []


def test_the_cap_holds_within_one_batch(town: Town) -> None:
    stores = [town.place(f"store-{number}") for number in range(5)]
    town.campaign()
    town.limits(frequency_cap={"messages": 2, "window": "P1D"})
    phone = town.phone()
    assert len(town.cross(*(enter(phone, store, 5) for store in stores)).deliveries) == 2


def test_one_customers_cap_is_not_anothers(town: Town, store: str) -> None:
    town.campaign()
    town.limits(frequency_cap={"messages": 1, "window": "P1D"})
    phones = [town.phone(name) for name in ("sanne", "ben", "ann")]
    assert len(town.cross(*(enter(phone, store, 5) for phone in phones)).deliveries) == 3


def test_a_cooldown_is_the_campaigns_own(town: Town, store: str) -> None:
    town.campaign("sneakers", cooldown="P1D")
    town.limits(quiet_hours=None)
    phone = town.phone()
    sent = [len(_visit(town, phone, store, minute)) for minute in (0, 60, DAY - 1, DAY + 20, DAY + 80)]
    assert sent == [1, 0, 0, 1, 0]
    assert {outcome for _, _, outcome in town.outcomes()} == {"send", "campaign_cooldown"}


def test_a_cooldown_holds_within_one_batch(town: Town) -> None:
    stores = [town.place(f"store-{number}") for number in range(3)]
    town.campaign("sneakers", cooldown="P1D")
    phone = town.phone()
    assert len(town.cross(*(enter(phone, store, 5) for store in stores)).deliveries) == 1


def test_who_is_held_out_gets_nothing_spends_nothing_and_is_on_record(town: Town, store: str) -> None:
    town.campaign("sneakers", hold_out_percent=100, priority=90, cooldown="P1D")
    town.campaign("boots")
    phone = town.phone()
    assert _visit(town, phone, store, 5) == []
    assert town.outcomes() == [("boots", "enter", "outranked"), ("sneakers", "enter", "held_out")]
    assert town.read(lambda session: [one.spends_cap for one in session.query(Decision)]) == [False, False]


def test_being_held_out_starts_the_cooldown_and_spends_no_cap(town: Town, store: str) -> None:
    """Both groups come up equally often; and what comes after is the same campaign's turn, or another's, for both."""
    town.campaign("sneakers", hold_out_percent=100, priority=90, cooldown="P1D")
    town.campaign("boots")
    town.limits(frequency_cap={"messages": 1, "window": "P1D"}, quiet_hours=None)
    phone = town.phone()
    sent = [len(_visit(town, phone, store, minute)) for minute in (0, 60, DAY + 70)]
    assert sent == [0, 1, 0]
    assert town.outcomes() == [
        ("boots", "enter", "outranked"),
        ("boots", "enter", "outranked"),
        ("boots", "enter", "send"),
        ("sneakers", "enter", "campaign_cooldown"),
        ("sneakers", "enter", "held_out"),
        ("sneakers", "enter", "held_out"),
    ]
    cooling = next(one for one in town.decisions() if one["outcome"] == "campaign_cooldown")
    assert cooling["facts"]["last_held_out"] == at(0).isoformat()


def test_a_hold_out_cools_within_one_batch_too(town: Town) -> None:
    stores = [town.place(f"store-{number}") for number in range(3)]
    town.campaign("sneakers", cooldown="P1D", hold_out_percent=100)
    phone = town.phone()
    town.cross(*(enter(phone, store, 5) for store in stores))
    outcomes = [outcome for _, _, outcome in town.outcomes()]
    assert sorted(outcomes) == ["campaign_cooldown", "campaign_cooldown", "held_out"]


def test_one_share_is_held_out_of_everything_and_each_campaign_adds_its_own(town: Town, store: str) -> None:
    town.campaign("of-its-own", hold_out_percent=100)
    town.campaign("of-nothing", "exit")
    _visit(town, town.phone(), store, 5)
    assert town.outcomes() == [("of-its-own", "enter", "held_out"), ("of-nothing", "exit", "send")]
    town.limits(hold_out_percent=100)
    town.campaign("none-of-its-own", "exit", hold_out_percent=0, priority=90)
    _visit(town, town.phone("ben"), store, 25)
    facts = {one["campaign"]: one["facts"] for one in town.decisions("ben") if one["outcome"] == "held_out"}
    assert {name: (one["percent"], one["of"]) for name, one in facts.items()} == {
        "of-its-own": (100, "all"),
        "none-of-its-own": (100, "all"),
    }


def test_a_paused_campaign_says_that_it_is_and_a_draft_or_ended_one_says_nothing(town: Town, store: str) -> None:
    town.campaign("paused")
    town.campaign("ended")
    town.campaign("draft", live=False)
    town.write(lambda session: step_campaign(session, "paused", "pause", now=NOON))
    town.write(lambda session: step_campaign(session, "ended", "end", now=NOON))
    town.cross(enter(town.phone(), store, 5))
    assert town.outcomes() == [("paused", "enter", "not_live")]


def test_only_the_places_and_roles_that_a_campaign_names(town: Town) -> None:
    kalverstraat = town.place(geofences=[circle(), circle(30, "other")], tags=["flagship"])
    damrak = town.place("damrak", tags=["outlet"])
    town.campaign("named", trigger={"on": "enter", "places": ["damrak"]})
    town.campaign("tagged", trigger={"on": "enter", "tags": ["flagship"]})
    town.campaign("inner", trigger={"on": "enter", "role": "other"})
    inner = town.fences("kalverstraat")["other"]
    phone = town.phone()
    town.cross(enter(phone, kalverstraat, 1))
    assert town.outcomes() == [("tagged", "enter", "send")]
    town.cross(enter(phone, inner, 2))
    assert ("inner", "enter", "send") in town.outcomes()
    town.cross(enter(phone, damrak, 3))
    assert ("named", "enter", "send") in town.outcomes()
    assert len(town.outcomes()) == 3


def test_the_quiet_hours_are_the_customers_own(town: Town, store: str) -> None:
    town.campaign()
    town.cross(enter(town.phone("ann", time_zone="Asia/Tokyo"), store, 5))
    town.cross(enter(town.phone("ben", time_zone=None), store, 5))
    assert town.outcomes("ann") == [("sneakers", "enter", "quiet_hours")]
    assert town.outcomes("ben") == [("sneakers", "enter", "send")]


def test_a_closed_store(town: Town) -> None:
    store = town.place(opening_hours="Mo-Sa 09:00-13:00")
    town.campaign("only-open", schedule={"only_when_open": True})
    town.campaign("always", "exit")
    phone = town.phone()
    _visit(town, phone, store, 5)
    assert town.outcomes() == [("always", "exit", "send"), ("only-open", "enter", "place_closed")]


def test_the_message_goes_to_the_phone_that_was_seen_else_to_the_one_last_used(town: Town, store: str) -> None:
    town.campaign()
    town.limits(frequency_cap=None)
    town.customer()
    old = town.device(now=NOON - minutes(60))
    new = town.device(now=NOON - minutes(30))
    tracker = town.device(push_token=None)
    town.cross(enter(old, store, 5), leave(old, store, 6))
    town.cross(enter(tracker, store, 10), leave(tracker, store, 11))
    assert [one["device_id"] for one in reversed(town.deliveries())] == [old, new]
    for one in (old, new):
        town.tell(one, None)
    town.cross(enter(tracker, store, 20))
    assert town.outcomes().count(("sneakers", "enter", "no_reachable_device")) == 1


def test_the_decision_of_a_new_version_names_it(town: Town, store: str) -> None:
    town.campaign()
    town.campaign(priority=60)
    town.cross(enter(town.phone(), store, 5))
    assert [one["campaign_version"] for one in town.decisions()] == [2]


def _moment(key: str, device: str, **more: Any) -> Moment:
    plain = {"trigger": "enter", "customer_id": "sanne", "place_id": "kalverstraat", "role": "premises", "at": NOON}
    return Moment(key=key, device_id=device, **{**plain, **more})


def test_a_moment_is_decided_once_however_often_it_is_told(town: Town, store: str) -> None:
    town.campaign()
    phone = town.phone()
    moments = [_moment("enter:x", phone), _moment("enter:x", phone, at=at(1)), _moment("enter:y", phone)]

    def tell(minute: float) -> Decided:
        return town.write(
            lambda session: decide(session, moments, customers_locked(session, ["sanne"]), now=at(minute))
        )

    first, again = tell(1), tell(2)
    assert [one["moment"] for one in first.happened] == ["enter:x", "enter:y"]
    assert len(first.deliveries) == 2
    assert again == Decided([], [])


def test_moments_of_customers_who_are_not_there_are_passed_over(town: Town, store: str) -> None:
    town.campaign()
    phone = town.phone()
    nobody = _moment("enter:x", phone, customer_id="nobody")
    assert town.write(lambda session: decide(session, [nobody], {}, now=NOON)) == Decided([], [])


def test_a_long_window_does_not_run_out_of_the_calendar(town: Town, store: str) -> None:
    town.limits(frequency_cap={"messages": 1, "window": "P3660D"}, message_life="P3660D")
    town.campaign(cooldown="P3660D")
    town.cross(enter(town.phone(), store, 5))
    assert [one["expires_at"] for one in town.deliveries()] == [at(5) + timedelta(days=3660)]
