"""Why a campaign of posters has never decided about a customer: in which part of a scan, or of what was left, it stopped."""

from typing import Any

import pytest

from offers.abandoned import decide_abandoned
from offers.campaigns import step_campaign
from offers.explaining import why
from tests.offers.posters import answer, finish, poster, scan
from tests.offers.stories import NOON, Town, at

AN_HOUR = 60.0


@pytest.fixture
def hung(town: Town) -> Town:
    town.place()
    town.phone(consents=("offers",))
    return town


def never(town: Town, minute: float = AN_HOUR) -> dict[str, Any]:
    told = town.read(lambda session: why(session, "sanne", "sneakers", now=at(minute)))
    assert told["decisions"] == []
    found: dict[str, Any] = told["never"]
    return found


def unmet(town: Town, minute: float = AN_HOUR) -> dict[str, Any]:
    told = never(town, minute)
    assert told["reason"] == "no_moment"
    assert told["facts"].pop("trigger")["on"] in ("scan", "abandoned")
    facts: dict[str, Any] = told["facts"]
    return facts


def test_offers_alone_is_asked_of_a_customer_and_a_device_of_a_reminder(town: Town) -> None:
    town.place()
    town.customer(consents=())
    town.campaign(on="scan")
    told = never(town)
    assert (told["reason"], told["facts"]) == ("no_consent", {"missing": ["offers"]})
    assert [one["reason"] for one in told["also"]] == ["no_moment"]
    town.campaign(on="abandoned")
    assert [one["reason"] for one in never(town)["also"]] == ["no_device", "no_moment"]


@pytest.mark.parametrize("on", ["scan", "abandoned"])
def test_who_never_scanned(hung: Town, on: str) -> None:
    hung.campaign(on=on)
    poster(hung, campaign_id="sneakers")
    scan(hung, 1, customer=None, campaign_id="sneakers")
    scan(hung, 1, kind="bot", campaign_id="sneakers")
    assert unmet(hung) == {"unmet": "scanned_nothing"}


def test_who_scanned_other_posters(hung: Town) -> None:
    hung.campaign(on="scan")
    for number in range(7):
        poster(hung, f"poster-{number}")
        scan(hung, number, poster=f"poster-{number}")
    assert unmet(hung) == {
        "unmet": "scanned_others",
        "posters": ["poster-6", "poster-5", "poster-4", "poster-3", "poster-2"],
        "more": 2,
    }


@pytest.mark.parametrize("on", ["scan", "abandoned"])
def test_who_scanned_elsewhere(hung: Town, on: str) -> None:
    hung.place("far", lat=53.0)
    hung.campaign(on=on, trigger={"on": on, "places": ["far"]})
    poster(hung)
    scan(hung, 1, campaign_id="sneakers")
    assert unmet(hung) == {
        "unmet": "scanned_elsewhere",
        "poster": "centraal",
        "at": at(1),
        "place": "kalverstraat",
    }


def test_who_scanned_before_it_waited(hung: Town) -> None:
    hung.campaign(on="scan", live=False)
    poster(hung)
    scan(hung, 1, campaign_id="sneakers")
    told = never(hung)
    assert told["reason"] == "not_live"
    assert told["also"][-1]["facts"]["unmet"] == "scanned_before"
    hung.write(lambda session: step_campaign(session, "sneakers", "launch", now=at(5)))
    assert unmet(hung) == {"unmet": "scanned_before", "poster": "centraal", "at": at(1), "since": at(5)}


def test_whose_decision_is_not_there(hung: Town) -> None:
    hung.campaign(on="scan")
    poster(hung)
    scan(hung, 1, campaign_id="sneakers")
    assert unmet(hung)["unmet"] == "scanned_undecided"


def test_a_scan_that_was_decided_is_told(hung: Town) -> None:
    hung.campaign(on="scan")
    poster(hung)
    answer(hung, scan(hung, 1, campaign_id="sneakers"))
    told = hung.read(lambda session: why(session, "sanne", "sneakers", now=NOON))
    assert (told["never"], [one["outcome"] for one in told["decisions"]]) == (None, ["send"])


def test_what_keeps_somebody_from_being_reminded(hung: Town) -> None:
    hung.campaign(on="abandoned")
    poster(hung)
    left = scan(hung, 1)
    assert unmet(hung, 30) == {"unmet": "scan_fresh", "poster": "centraal", "at": at(1), "abandoned_after": "PT1H"}
    hung.purchase({"sku": "X", "quantity": 1}, minute=10)
    hung.write(lambda session: decide_abandoned(session, [left], now=at(70)))
    assert unmet(hung, 80)["unmet"] == "scan_came_to_something"
    finish(hung, left, "reserved", 90)
    assert unmet(hung, 100) == {
        "unmet": "scan_finished",
        "poster": "centraal",
        "at": at(1),
        "finished_by": "reserved",
    }
    hung.limits(abandoned_after=None)
    assert unmet(hung, 100) == {"unmet": "abandoned_off"}
