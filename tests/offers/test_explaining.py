"""Why: a campaign's decisions for a customer, or what kept it from deciding, with the part of the trigger that was not met."""

from datetime import datetime
from functools import partial
from typing import Any

import pytest

from offers.campaigns import put_campaign, step_campaign
from offers.errors import NotFound
from offers.explaining import why
from offers.rules.campaign import CampaignBody
from tests.offers.stories import Town, at, campaign_body, circle, dwell, enter, leave

AN_HOUR_LATER = at(60)


def _why(town: Town, customer: str = "sanne", now: datetime = AN_HOUR_LATER) -> Any:
    return town.read(lambda session: why(session, customer, "sneakers", now=now))


def test_why_tells_the_decisions(town: Town) -> None:
    kalverstraat, damrak = town.place(), town.place("damrak")
    town.campaign()
    phone = town.phone()
    town.cross(enter(phone, kalverstraat, 5), leave(phone, kalverstraat, 15), now=at(15))
    town.cross(enter(phone, damrak, 25))
    told = _why(town)
    assert (told["customer"], told["campaign"], told["never"]) == ("sanne", "sneakers", None)
    assert [one["outcome"] for one in told["decisions"]] == ["send", "send"]


def test_why_tells_the_no_that_was_decided_with_its_facts(town: Town) -> None:
    store = town.place()
    town.campaign(audience={"all": [{"fact": "tags", "has": "vip"}]})
    town.cross(enter(town.phone(), store, 5))
    [decision] = _why(town)["decisions"]
    assert decision["outcome"] == "not_in_audience"
    assert decision["facts"]["path"] == "all[0]"


@pytest.mark.parametrize(
    ("customer", "device", "status", "reason"),
    [
        ({}, True, "draft", "not_live"),
        ({"consents": []}, True, "draft", "not_live"),
        ({"consents": ["location"]}, True, "live", "no_consent"),
        ({"consents": []}, False, "live", "no_consent"),
        ({"language": "de", "consents": []}, False, "live", "not_in_audience"),
        ({"language": "de"}, True, "live", "not_in_audience"),
        ({}, False, "live", "no_device"),
        ({}, True, "live", "no_moment"),
    ],
    ids=repr,
)
def test_why_it_was_never_considered(
    town: Town, customer: dict[str, Any], device: bool, status: str, reason: str
) -> None:
    town.place()
    town.campaign(audience={"fact": "language", "is": "nl"}, live=status == "live")
    town.customer("sanne", **customer)
    if device:
        town.device()
    told = _why(town)
    assert told["decisions"] == []
    assert told["never"]["reason"] == reason
    assert told["never"]["reason"] not in [one["reason"] for one in told["never"]["also"]]


def test_why_names_what_a_paused_campaign_is_and_what_consent_is_missing(town: Town) -> None:
    town.place()
    town.campaign()
    town.customer("sanne", consents=["offers"])
    missing = {"reason": "no_consent", "facts": {"missing": ["location"]}}
    never = _why(town)["never"]
    assert {name: never[name] for name in missing} == missing
    assert [one["reason"] for one in never["also"]] == ["no_device", "no_moment"]
    town.write(lambda session: step_campaign(session, "sneakers", "pause", now=at(1)))
    never = _why(town)["never"]
    assert (never["reason"], never["facts"]) == ("not_live", {"status": "paused", "since": at(1)})
    assert never["also"][0] == missing


def test_why_of_nobody_and_of_nothing(town: Town) -> None:
    with pytest.raises(NotFound, match="customer"):
        _why(town, "nobody")
    town.customer()
    with pytest.raises(NotFound, match="campaign"):
        _why(town)


def _facts(town: Town, reason: str, now: datetime = AN_HOUR_LATER) -> dict[str, Any]:
    never = _why(town, now=now)["never"]
    [facts] = [one["facts"] for one in [never, *never["also"]] if one["reason"] == reason]
    return dict(facts)


def test_before_its_time_and_after_it(town: Town) -> None:
    town.place()
    town.phone()
    town.campaign(schedule={"from": at(10).isoformat(), "until": at(100).isoformat()})
    assert _facts(town, "outside_schedule", at(5)) == {"from": at(10), "until": at(100), "now": at(5)}
    assert _facts(town, "outside_schedule", at(101))["now"] == at(101)
    assert _why(town, now=at(50))["never"]["reason"] == "no_moment"


def test_since_when_it_is_not_live(town: Town) -> None:
    town.place()
    town.phone()
    town.campaign(live=False)
    assert _facts(town, "not_live") == {"status": "draft", "since": at(0)}
    for step, minute in (("launch", 1), ("pause", 2)):
        town.write(partial(step_campaign, campaign_id="sneakers", step=step, now=at(minute)))  # type: ignore[arg-type]
    assert _facts(town, "not_live") == {"status": "paused", "since": at(2)}
    body = CampaignBody.model_validate(campaign_body(priority=9))
    town.write(partial(put_campaign, campaign_id="sneakers", body=body, now=at(3)))
    assert _facts(town, "not_live") == {"status": "paused"}


@pytest.mark.parametrize(
    ("condition", "has"),
    [
        ({"fact": "language", "is": "de"}, {"has": "nl"}),
        ({"fact": "sizes.shoes", "is": "42"}, {"has": "38"}),
        ({"fact": "sizes.shirt", "is": "M"}, {"has": None}),
        ({"fact": "attributes.age", "at_least": 18}, {"has": 17}),
        ({"fact": "tags", "has": "vip"}, {"has": ["sneakers"]}),
        ({"tag": "vip"}, {"has": ["sneakers"]}),
        ({"inside": "kalverstraat"}, {}),
        ({"any": [{"tag": "vip"}, {"tag": "boots"}]}, {}),
    ],
)
def test_what_the_profile_has_instead(town: Town, condition: dict[str, Any], has: dict[str, Any]) -> None:
    town.place()
    town.campaign(audience={"all": [condition]})
    town.phone(sizes={"shoes": "38"}, attributes={"age": 17}, tags=["sneakers"])
    facts = _facts(town, "not_in_audience")
    assert {name: value for name, value in facts.items() if name == "has"} == has
    assert facts["path"].startswith("all[0]")


def test_of_a_long_condition_the_beginning(town: Town) -> None:
    town.place()
    town.campaign(audience={"any": [{"tag": str(number)} for number in range(60)]})
    town.phone()
    facts = _facts(town, "not_in_audience")
    assert (facts["path"], facts["condition"]["more"]) == ("any", 51)


def test_a_phone_that_can_not_be_pushed_to(town: Town) -> None:
    town.place()
    town.campaign()
    town.customer()
    town.device(push_token=None)
    never = _why(town)["never"]
    assert (never["reason"], never["facts"]) == ("no_reachable_device", {"devices": 1})
    assert [one["reason"] for one in never["also"]] == ["no_moment"]


def _unmet(town: Town, **expected: Any) -> None:
    facts = _facts(town, "no_moment")
    assert {name: facts.get(name) for name in expected} == expected
    assert facts["trigger"]["on"] in ("enter", "dwell", "exit")


def test_seen_nowhere(town: Town) -> None:
    town.place()
    town.campaign()
    town.phone()
    _unmet(town, unmet="seen_nowhere")


def test_seen_elsewhere(town: Town) -> None:
    town.place()
    town.campaign(trigger={"on": "enter", "places": ["kalverstraat"]})
    phone = town.phone()
    for number in range(7):
        town.cross(enter(phone, town.place(f"store-{number}"), 5 + number))
    _unmet(town, unmet="other_places", places=[f"store-{number}" for number in (6, 5, 4, 3, 2)], more=2)


def test_seen_in_another_outline(town: Town) -> None:
    town.place(geofences=[circle(), circle(400, "approach")])
    town.campaign(trigger={"on": "enter", "role": "premises"})
    town.cross(enter(town.phone(), town.fences("kalverstraat")["approach"], 5))
    _unmet(town, unmet="other_role", place="kalverstraat", roles=["approach"], role="premises")


def test_came_and_did_not_stay(town: Town) -> None:
    store = town.place(geofences=[circle(dwell_s=120)])
    town.campaign(on="dwell")
    phone = town.phone()
    town.cross(enter(phone, store, 5), leave(phone, store, 6), enter(phone, store, 20), leave(phone, store, 20.5))
    _unmet(town, unmet="never_dwelled", place="kalverstraat", dwell_s=120, stayed_s=60, kinds=["enter", "exit"])


def test_came_and_has_not_left(town: Town) -> None:
    store = town.place()
    town.campaign(on="exit")
    town.cross(enter(town.phone(), store, 5))
    _unmet(town, unmet="other_kind", place="kalverstraat", kinds=["enter"], at=at(5))


def test_came_before_it_was_launched(town: Town) -> None:
    store = town.place()
    town.campaign(live=False)
    town.cross(enter(town.phone(), store, 5))
    _unmet(town, unmet="never_launched", at=at(5))
    town.write(partial(step_campaign, campaign_id="sneakers", step="launch", now=at(10)))
    _unmet(town, unmet="before_launch", at=at(5), launched_at=at(10))


def test_came_before_it_waited_there(town: Town) -> None:
    store = town.place()
    town.place("damrak")
    town.campaign(trigger={"on": "enter", "places": ["damrak"]})
    town.cross(enter(town.phone(), store, 5))
    for minute, priority in ((10, 50), (12, 60)):
        body = CampaignBody.model_validate(campaign_body(priority=priority))
        town.write(partial(put_campaign, campaign_id="sneakers", body=body, now=at(minute)))
    _unmet(town, unmet="before_version", at=at(5), since=at(10))


def test_an_edit_put_them_there(town: Town) -> None:
    store = town.place()
    town.campaign()
    town.cross(enter(town.phone(), store, 5, reason="geofence_created"))
    _unmet(town, unmet="by_edit", place="kalverstraat", at=at(5))


def test_another_phone_was_there_already(town: Town) -> None:
    store = town.place()
    town.campaign(live=False)
    first = town.phone()
    town.cross(enter(first, store, 5))
    town.write(partial(step_campaign, campaign_id="sneakers", step="launch", now=at(10)))
    town.cross(enter(town.device(), store, 15))
    _unmet(town, unmet="no_new_moment", place="kalverstraat", at=at(15))


def test_it_asks_the_same_number_of_times_however_much_there_is(town: Town) -> None:
    town.place()
    town.campaign(trigger={"on": "enter", "places": ["kalverstraat"]})
    phone = town.phone()
    counts = []
    for number in (1, 9):
        for store in range(number):
            fence = town.place(f"store-{number}-{store}")
            town.cross(enter(phone, fence, 5 + store), dwell(phone, fence, 7 + store), leave(phone, fence, 9 + store))
        with town.statements() as seen:
            _why(town)
        counts.append(len(seen))
    assert counts[0] == counts[1]
