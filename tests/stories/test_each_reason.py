"""A story for each answer that a campaign can give: told by HTTP, decided by a worker, and read again by HTTP, with what it rested on."""

from collections.abc import Callable
from datetime import datetime

import pytest

from offers.rules import eligibility
from tests.stories.town_by_doors import Phone, Told, TownByDoors


def not_live(town: TownByDoors) -> Told:
    """A campaign that is paused."""
    town.campaign()
    town.step("sneakers", "pause")
    town.walk_in(town.somebody())
    return Told("sanne", "sneakers", {})


def outside_schedule(town: TownByDoors) -> Told:
    """Noon, and the campaign runs in the evening, by the store's clock."""
    town.campaign(schedule={"weekly": "Mo-Fr 18:00-20:00"})
    town.walk_in(town.somebody(time_zone="America/New_York"))
    return Told("sanne", "sneakers", {"weekly": "Mo-Fr 18:00-20:00", "local_time": "Mon 12:00"})


def place_closed(town: TownByDoors) -> Told:
    """The store opens at one on Mondays."""
    town.store(opening_hours="Mo 13:00-18:00; Tu-Sa 09:00-18:00")
    town.campaign(schedule={"only_when_open": True})
    town.walk_in(town.somebody())
    hours = {"opening_hours": "Mo 13:00-18:00; Tu-Sa 09:00-18:00", "local_time": "Mon 12:00"}
    return Told("sanne", "sneakers", hours)


def no_consent(town: TownByDoors) -> Told:
    """A customer who agreed to positions, and not to offers."""
    town.campaign()
    town.walk_in(town.somebody(consents={"location": True, "offers": False}))
    return Told("sanne", "sneakers", {"missing": ["offers"]})


def not_in_audience(town: TownByDoors) -> Told:
    """The second of two conditions does not hold."""
    town.campaign(audience={"all": [{"fact": "language", "is": "en"}, {"fact": "tags", "has": "sneakers"}]})
    town.walk_in(town.somebody(tags=["boots"]))
    return Told("sanne", "sneakers", {"path": "all[1]", "condition": {"fact": "tags", "has": "sneakers"}})


def quiet_hours(town: TownByDoors) -> Told:
    """One o'clock in Amsterdam is nine at night in Tokyo, by which the customer's clock goes."""
    town.pass_minutes(60)
    town.campaign()
    town.walk_in(town.somebody(time_zone="Asia/Tokyo"))
    window = {"from": "21:00", "until": "08:00"}
    return Told("sanne", "sneakers", {**window, "local_time": "Mon 21:00", "time_zone": "Asia/Tokyo"})


def campaign_cooldown(town: TownByDoors) -> Told:
    """Two stores in twenty minutes, and one message a day."""
    town.campaign(cooldown="P1D")
    sanne = town.somebody()
    sent_at = town.now()
    town.walk_in(sanne)
    _on_to_the_next(town, sanne)
    facts = {"cooldown": "P1D", "last_sent": sent_at.isoformat()}
    return Told("sanne", "sneakers", facts, delivered=["sneakers"])


def frequency_cap(town: TownByDoors) -> Told:
    """One offer a day over all campaigns: what one sent counts against the next."""
    town.settings(frequency_cap={"messages": 1, "window": "P1D"})
    town.campaign("boots", trigger={"on": "enter", "places": ["kalverstraat"]})
    town.campaign(trigger={"on": "enter", "places": ["damrak"]})
    sanne = town.somebody()
    town.walk_in(sanne)
    _on_to_the_next(town, sanne)
    return Told("sanne", "sneakers", {"messages": 1, "window": "P1D", "sent": 1}, delivered=["boots"])


def sold_out(town: TownByDoors) -> Told:
    """There was one, and Ben had it."""
    town.offer(budget=1)
    town.campaign(offer="ten-percent")
    town.walk_in(town.somebody("ben"))
    town.walk_in(town.somebody())
    assert [one["campaign"] for one in town.deliveries("ben")] == ["sneakers"]
    return Told("sanne", "sneakers", {"offer": "ten-percent", "budget": 1})


def no_reachable_device(town: TownByDoors) -> Told:
    """A phone that tells where it is, and that nobody can push to."""
    town.campaign()
    town.walk_in(town.phone(town.customer(), push_token=None))
    return Told("sanne", "sneakers", {})


def too_late(town: TownByDoors) -> Told:
    """The workers were away for as long as the message lives."""
    town.campaign(life="PT10M")
    happened_at = town.now()
    town.walk_in(town.somebody(), work=False)
    town.pass_minutes(10)
    town.work()
    return Told("sanne", "sneakers", {"happened_at": happened_at.isoformat(), "life": "PT10M"})


def outranked(town: TownByDoors) -> Told:
    """Two campaigns want the moment, and one is worth more."""
    town.campaign("boots", priority=90)
    town.campaign(priority=50)
    town.walk_in(town.somebody())
    return Told("sanne", "sneakers", {"by": "boots", "priority": 90}, delivered=["boots"])


def held_out(town: TownByDoors) -> Told:
    """Everybody is held out, and the campaign that is worth less does not step in."""
    town.offer(budget=1)
    town.campaign(priority=90, offer="ten-percent", hold_out_percent=100)
    town.campaign("boots", priority=50)
    town.walk_in(town.somebody())
    assert town.outcomes(campaign="boots") == ["outranked"]
    assert town.admin.get("/v1/offers/ten-percent").json()["left"] == 1
    return Told("sanne", "sneakers", {"percent": 100})


def send(town: TownByDoors) -> Told:
    town.campaign()
    happened_at = town.now()
    town.walk_in(town.somebody())
    [delivery] = town.deliveries()
    said = {name: delivery[name] for name in ("state", "title", "body", "language", "place")}
    assert said == {
        "state": "sent",
        "title": "Hello Sanne",
        "body": "You are near",
        "language": "en",
        "place": "kalverstraat",
    }
    assert town.metric("passerby_deliveries_total", "sent") == 1
    facts = {"distance_m": 50, "happened_at": happened_at.isoformat()}
    return Told("sanne", "sneakers", facts, delivered=["sneakers"])


def _on_to_the_next(town: TownByDoors, phone: Phone) -> None:
    town.walk_out(phone)
    town.pass_minutes(20)
    town.walk_in(phone, "damrak")


STORIES: dict[str, Callable[[TownByDoors], Told]] = {
    story.__name__: story
    for story in (
        not_live,
        outside_schedule,
        place_closed,
        no_consent,
        not_in_audience,
        quiet_hours,
        campaign_cooldown,
        frequency_cap,
        sold_out,
        no_reachable_device,
        too_late,
        outranked,
        held_out,
        send,
    )
}


def test_every_reason_has_a_story() -> None:
    assert set(STORIES) == set(eligibility.OUTCOMES)


@pytest.mark.parametrize("reason", STORIES)
def test_it_is_decided_told_counted_and_nothing_else_goes_out(town: TownByDoors, reason: str) -> None:
    town.store("kalverstraat")
    town.store("damrak")
    told = STORIES[reason](town)
    decision = town.decisions(told.customer, told.campaign)[-1]
    assert decision["outcome"] == reason
    facts = decision["facts"]
    assert {name: facts.get(name) for name in told.facts} == told.facts
    assert datetime.fromisoformat(facts["happened_at"]) <= town.now()
    assert (decision["campaign_version"], decision["trigger"]) == (1, "enter")
    why = town.why(told.customer, told.campaign)
    assert (why["decisions"][0], why["never"]) == (decision, None)
    assert [one["campaign"] for one in town.deliveries(told.customer)] == list(told.delivered)
    assert all(one["state"] == "sent" for one in town.deliveries(told.customer))
    assert town.metric("passerby_decisions_total", reason) == told.times
