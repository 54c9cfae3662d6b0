"""What was decided live is rehearsed to the fact: what waited out the night, whose clock it was, what an offer's end and holidays did."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from offers.records.tables import Customer, Place
from offers.rehearsal import rehearse
from tests.offers.nights import EVENING, MORNING, decide
from tests.offers.stories import Town, at, dwell, enter, leave

ONLY_WHEN_SENT = ("coupon", "distance_m")
LATER = MORNING + 10


def outcomes_as_decided(town: Town, campaign: str = "sneakers", *, minute: float = LATER) -> list[str]:
    """The outcomes of a live campaign's rehearsal, by customer and moment; its answers and facts are those of the decisions."""
    told = town.read(lambda session: rehearse(session, campaign, 2, now=at(minute)))
    decided = [one for one in town.decisions() if one["campaign"] == campaign]
    assert _answers(told["sample"]) == _answers(decided)
    return [one["outcome"] for one in sorted(told["sample"], key=_named)]


def _named(one: dict[str, Any]) -> tuple[str, str]:
    return one["customer"], one["moment"]


def _answers(items: list[dict[str, Any]]) -> dict[Any, Any]:
    found = {}
    for one in items:
        facts = {name: value for name, value in one["facts"].items() if name not in ONLY_WHEN_SENT}
        found[_named(one)] = one["outcome"], one["variant"], facts
    return found


def come_and_go(town: Town, phone: str, fence: str, minute: float) -> None:
    town.cross(enter(phone, fence, minute))
    town.cross(leave(phone, fence, minute + 0.5))


def test_a_moment_that_came_due_is_lost_to_who_ranks_higher(town: Town) -> None:
    store, phone = town.place(), town.phone()
    town.campaign(quiet_hours="defer")
    town.campaign("strong", quiet_hours="defer", priority=80)
    town.cross(enter(phone, store, EVENING))
    decide(town, MORNING)
    assert outcomes_as_decided(town) == ["quiet_hours", "outranked"]
    assert outcomes_as_decided(town, "strong") == ["quiet_hours", "send"]


@pytest.mark.parametrize("late", [0, 0.5])
def test_moments_that_come_due_at_once_share_the_cap_in_their_order(town: Town, late: float) -> None:
    """Also where a worker came by half a minute later."""
    store, phone = town.place(), town.phone()
    town.campaign("came", quiet_hours="defer")
    town.campaign("stayed", "dwell", quiet_hours="defer")
    town.limits(frequency_cap={"messages": 1, "window": "P1D"})
    town.cross(enter(phone, store, EVENING))
    town.cross(dwell(phone, store, EVENING + 2))
    decide(town, MORNING + late)
    assert outcomes_as_decided(town, "came") == ["quiet_hours", "frequency_cap"]
    assert outcomes_as_decided(town, "stayed") == ["quiet_hours", "send"]


def test_what_is_sent_after_it_at_the_same_instant_counts_not_yet(town: Town) -> None:
    """Else the cap would come before the offer's end, which is what it failed by."""
    store, phone = town.place(), town.phone()
    town.campaign("came", quiet_hours="defer")
    town.campaign("stayed", "dwell", quiet_hours="defer", offer=town.offer(valid_until=at(MORNING - 60).isoformat()))
    town.limits(frequency_cap={"messages": 1, "window": "P1D"})
    town.cross(enter(phone, store, EVENING))
    town.cross(dwell(phone, store, EVENING + 2))
    decide(town, MORNING)
    assert outcomes_as_decided(town, "stayed") == ["quiet_hours", "sold_out"]
    assert outcomes_as_decided(town, "came") == ["quiet_hours", "send"]


def test_the_last_unit_goes_to_who_is_decided_first_in_the_morning(town: Town) -> None:
    store = town.place()
    town.campaign(quiet_hours="defer", offer=town.offer(budget=1))
    for minute, customer in enumerate(("zoe", "anna")):
        town.cross(enter(town.phone(customer), store, EVENING + minute))
    decide(town, MORNING)
    assert outcomes_as_decided(town) == ["quiet_hours", "send", "quiet_hours", "sold_out"]


def test_what_comes_due_after_the_last_moment_looked_at_is_put_off_only(town: Town) -> None:
    store, phone = town.place(), town.phone()
    town.campaign(quiet_hours="defer")
    town.cross(enter(phone, store, EVENING))
    assert outcomes_as_decided(town, minute=MORNING - 1) == ["quiet_hours"]
    told = town.read(lambda session: rehearse(session, "sneakers", 2, now=at(MORNING - 1)))
    assert (told["moments"], told["deferred"], told["decided_again"]) == (1, 1, 0)


def test_whose_clock_it_was_is_said(town: Town) -> None:
    """Neither this machine's zones nor the place's know where they are."""
    store, phone = town.place(), town.phone()
    town.campaign()
    town.campaign("strong", priority=80, schedule={"until": at(60).isoformat()})

    def forget(session: Session) -> None:
        session.get_one(Customer, "sanne").time_zone = "Mars/Base"
        session.get_one(Place, "kalverstraat").time_zone = "Mars/Crater"

    town.write(forget)
    for minute in (1, 70, EVENING + 60):
        come_and_go(town, phone, store, minute)
    assert sorted(outcomes_as_decided(town)) == ["outranked", "quiet_hours", "send"]
    told = town.read(lambda session: rehearse(session, "sneakers", 2, now=at(LATER)))
    for one in told["sample"]:
        assert (one["facts"]["zone_of"], one["facts"]["customer_zone"]) == ("utc", "unknown"), one


def test_an_offer_ends_when_it_ended(town: Town) -> None:
    store, phone = town.place(), town.phone()
    town.campaign(offer=town.offer(valid_until=at(30).isoformat()))
    for minute in (1, 29, 30, 50):
        come_and_go(town, phone, store, minute)
    town.limits(frequency_cap=None)
    outcomes = outcomes_as_decided(town, minute=60)
    assert sorted(outcomes) == sorted(one for _, _, one in town.outcomes())
    told = town.read(lambda session: rehearse(session, "sneakers", 2, now=at(60)))
    ended = [one["at"] for one in told["sample"] if one["facts"].get("ended_at") == at(30).isoformat()]
    assert ended == [at(50), at(30)]
    assert told["outcomes"]["sold_out"] == 2


def test_an_offer_that_ended_since_is_rehearsed_as_it_was(town: Town) -> None:
    """Days later: it sends to whom it sent, though nothing is given out today."""
    store, phone = town.place(), town.phone()
    town.campaign(offer=town.offer(valid_until=at(30).isoformat()))
    town.cross(enter(phone, store, 1))
    assert outcomes_as_decided(town, minute=1440) == ["send"]


def test_holidays_and_the_sun_count_as_at_the_place(town: Town) -> None:
    """Portugal Day is the day of these stories; in Amsterdam it is none."""
    hours = "Mo-Su 08:00-sunset; PH off"
    lisbon: dict[str, Any] = {"lat": 38.7110, "lon": -9.1394, "time_zone": "Europe/Lisbon"}
    fences = {"amsterdam": town.place("amsterdam", opening_hours=hours)}
    fences["lisbon"] = town.place("lisbon", opening_hours=hours, **lisbon)
    town.limits(quiet_hours=None)
    town.campaign(schedule={"only_when_open": True})
    for name, fence in fences.items():
        phone = town.phone(f"from-{name}")
        for minute in (1, 8 * 60 - 5, 8 * 60 + 30):
            come_and_go(town, phone, fence, minute)
    outcomes = outcomes_as_decided(town)
    assert outcomes[:3] == ["send", "send", "place_closed"]
    assert outcomes[3:] == ["place_closed"] * 3


def test_a_message_to_all_devices_is_one_moment_of_one_variant(town: Town) -> None:
    store, phone = town.place(), town.phone()
    second = town.device()
    town.campaign(devices="all", variants=[{"name": "a"}, {"name": "b"}])
    town.cross(enter(phone, store, 1), enter(second, store, 2))
    assert len(town.deliveries()) == 2
    assert outcomes_as_decided(town, minute=60) == ["send"]
    told = town.read(lambda session: rehearse(session, "sneakers", 2, now=at(60)))
    assert sum(told["variants"].values()) == 1
