"""Launch checks: each by its name, refused or warned of, at a launch, at an edit of a live campaign, and when only asked."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from offers.campaigns import (
    check_campaign,
    get_campaign,
    list_versions,
    put_campaign,
    step_campaign,
    whom_a_check_needs,
)
from offers.customers import erase_customer
from offers.errors import BadInput, Conflict, NotFound
from offers.rules.campaign import CampaignBody
from offers.rules.launch import Finding, Reach
from tests.offers.stories import NOON, Town, at, campaign_body, circle

TITLES = {"en": {"title": "Hi {{ customer.first_name }}", "body": "Come in"}}


def _draft(town: Town, campaign: str = "sneakers", **more: Any) -> None:
    town.campaign(campaign, more.pop("on", "enter"), live=False, **more)


def _found(town: Town, campaign: str = "sneakers", minute: float = 0) -> list[Finding]:
    return town.read(partial(check_campaign, campaign_id=campaign, now=at(minute)))


def _names(town: Town, **more: Any) -> list[tuple[str, str, bool]]:
    _draft(town, **more)
    return [(one.name, one.path, one.refuses) for one in _found(town, more.get("campaign", "sneakers"))]


@pytest.fixture
def peopled(town: Town) -> Town:
    town.place()
    town.phone()
    return town


def test_nothing_to_say(peopled: Town) -> None:
    assert _names(peopled) == []


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"schedule": {"until": NOON.isoformat()}}, "schedule_over", "schedule.until"),
    ({"trigger": {"on": "enter", "role": "approach"}}, "no_geofence", "trigger"),
    ({"trigger": {"on": "enter", "tags": ["nobody-has-it"]}}, "no_geofence", "trigger"),
    ({"trigger": {"on": "dwell", "role": "other"}}, "no_dwell", "trigger.on"),
    ({"trigger": {"on": "enter", "places": ["damrak"]}}, "places_paused", "trigger.places"),
    ({"schedule": {"weekly": "2020 Mo 10:00-12:00"}}, "never_runs", "schedule.weekly"),
    (
        {"schedule": {"only_when_open": True, "weekly": "Mo-Su 20:00-20:30"}},
        "never_open",
        "schedule.only_when_open",
    ),
    ({"schedule": {"weekly": "Mo-Su 22:00-07:00"}}, "always_quiet", "schedule.weekly"),
    ({"offer": "spent"}, "empty_budget", "offer"),
    ({"offer": "nowhere"}, "empty_budget", "offer"),
    ({"offer": "no-codes"}, "empty_budget", "offer"),
    ({"offer": "unshared"}, "empty_budget", "offer"),
]


@pytest.mark.parametrize(("more", "name", "path"), REFUSED, ids=[f"{one[1]}-{n}" for n, one in enumerate(REFUSED)])
def test_what_could_never_send_is_refused_by_name_and_nothing_changes(
    town: Town, more: dict[str, Any], name: str, path: str
) -> None:
    town.place(geofences=[circle(), circle(role="other", dwell_s=None)], opening_hours="Mo-Su 09:00-18:00")
    town.place("damrak", paused=True)
    town.phone()
    for offer, said in (
        ("spent", {"budget": 0}),
        ("nowhere", {"budget_per_place": 0}),
        ("unshared", {"codes": "shared"}),
    ):
        town.offer(offer, **said)
    town.offer("no-codes", codes="imported")
    _draft(town, **more)
    assert (name, path, True) in [(one.name, one.path, one.refuses) for one in _found(town)]
    with pytest.raises(Conflict) as refused:
        town.write(partial(step_campaign, campaign_id="sneakers", step="launch", now=NOON))
    assert [(fault.name, fault.path) for fault in refused.value.faults] == [(name, path)]
    item = town.read(partial(get_campaign, campaign_id="sneakers"))
    assert (item["status"], item["version"], item["launched_at"]) == ("draft", 1, None)


WARNED: list[tuple[dict[str, Any], str, str, str]] = [
    ({"trigger": {"on": "enter", "places": ["kalverstraat", "bare"]}}, "no_geofence", "trigger", "bare has no"),
    ({"trigger": {"on": "dwell"}}, "no_dwell", "trigger.on", "still has no dwell_s"),
    (
        {"trigger": {"on": "enter", "places": ["kalverstraat", "damrak"]}},
        "places_paused",
        "trigger.places",
        "damrak is",
    ),
    (
        {"schedule": {"weekly": "Mo-Su 22:00-07:00"}, "quiet_hours": "defer"},
        "always_quiet",
        "schedule.weekly",
        "waits for their end",
    ),
    ({"messages": {"nl": TITLES["en"]}}, "no_default_language", "messages", "no text in en"),
    ({"messages": TITLES}, "missing_facts", "messages.en.title", "customer.first_name }} has no default, and 1 of 2"),
    (
        {"messages": {"en": {"title": "Hi", "body": "{{ place.address }}"}}},
        "missing_facts",
        "messages.en.body",
        "3 of 3 places lack it",
    ),
    ({"hold_out_percent": 100}, "all_held_out", "hold_out_percent", "nobody gets it"),
    ({"audience": {"fact": "tags", "has": "vip"}}, "no_audience", "audience", "nobody is in it"),
    (
        {"audience": {"fact": "language", "is": "de"}},
        "nobody_reachable",
        "audience",
        "of 2 in it 1 can be reached and 1 agreed",
    ),
]


@pytest.mark.parametrize(
    ("more", "name", "path", "said"), WARNED, ids=[f"{one[1]}-{n}" for n, one in enumerate(WARNED)]
)
def test_what_its_writer_would_want_to_know_is_warned_of(
    town: Town, more: dict[str, Any], name: str, path: str, said: str
) -> None:
    town.place()
    town.place("damrak", paused=True)
    town.place("still", geofences=[circle(dwell_s=None)])
    town.place("bare", geofences=[circle(role="other")], kind="landmark")
    town.phone()
    town.phone("nameless", name=None)
    town.phone("far", consents=[], language="de")
    town.customer("without", language="de")
    _draft(town, **more)
    item = town.write(partial(step_campaign, campaign_id="sneakers", step="launch", now=NOON))
    assert item["status"] == "live"
    [warning] = [one for one in item["warnings"] if (one["name"], one["path"]) == (name, path)]
    assert said in warning["message"]
    assert town.write(partial(step_campaign, campaign_id="sneakers", step="launch", now=NOON)) == item


def test_of_many_places_ten_are_named(peopled: Town) -> None:
    for number in range(12):
        peopled.place(f"bare-{number:02}", geofences=[circle(role="other")], kind="landmark")
    _draft(peopled)
    [found] = _found(peopled)
    assert (found.name, len(found.facts["places"]), found.facts["more"]) == ("no_geofence", 10, 2)
    assert found.message.startswith("bare-00, bare-01")
    assert "and 2 more" in found.message


def test_a_small_budget_is_one_for_fewer_than_a_tenth(peopled: Town) -> None:
    for number in range(20):
        peopled.phone(f"customer-{number}")
    peopled.offer("two", budget=2)
    peopled.offer("three", budget=3)
    assert ("small_budget", "offer", False) in _names(peopled, offer="two")
    assert _names(peopled, campaign="other", offer="three") == []


RIVALS: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({"priority": 60}, {}, ["outranked_always"]),
    ({"priority": 40}, {}, []),
    ({"priority": 50}, {}, ["outranked_always"]),
    ({"priority": 60, "cooldown": "P1D"}, {}, ["overlap"]),
    ({"priority": 60, "offer": "ten-percent"}, {}, ["overlap"]),
    ({"priority": 60, "audience": {"fact": "language", "is": "nl"}}, {}, []),
    ({"priority": 60, "trigger": {"on": "enter", "places": ["damrak"]}}, {}, ["overlap"]),
    (
        {"priority": 60, "trigger": {"on": "enter", "places": ["damrak"]}},
        {"trigger": {"on": "enter", "places": ["damrak"]}},
        ["outranked_always"],
    ),
    (
        {"priority": 60, "trigger": {"on": "enter", "places": ["damrak"]}},
        {"trigger": {"on": "enter", "places": ["kalverstraat"]}},
        [],
    ),
    ({"priority": 60, "trigger": {"on": "exit"}}, {}, []),
    ({"priority": 60, "schedule": {"weekly": "Mo-Fr 10:00-12:00"}}, {}, ["overlap"]),
    (
        {"priority": 60, "schedule": {"weekly": "Mo-Fr 10:00-12:00"}},
        {"schedule": {"weekly": "Mo-Fr 10:00-12:00"}},
        ["outranked_always"],
    ),
    ({"priority": 60, "schedule": {"until": "2026-07-01T00:00:00Z"}}, {}, ["overlap"]),
    (
        {"priority": 60, "schedule": {"until": "2026-07-01T00:00:00Z"}},
        {"schedule": {"from": "2026-07-02T00:00:00Z"}},
        [],
    ),
]


@pytest.mark.parametrize(("rival", "mine", "names"), RIVALS)
def test_who_goes_before_it(peopled: Town, rival: dict[str, Any], mine: dict[str, Any], names: list[str]) -> None:
    peopled.place("damrak")
    peopled.offer()
    peopled.campaign("a-rival", **rival)
    assert [name for name, _, _ in _names(peopled, **mine)] == names


def test_a_draft_goes_before_nobody(peopled: Town) -> None:
    _draft(peopled, "a-rival", priority=60)
    assert _names(peopled) == []


def _edit(town: Town, **more: Any) -> dict[str, Any]:
    body = CampaignBody.model_validate(campaign_body(**more))
    return town.write(partial(put_campaign, campaign_id="sneakers", body=body, now=at(5)))[0]


def test_a_live_campaign_is_checked_when_it_is_edited(peopled: Town) -> None:
    peopled.campaign()
    with pytest.raises(Conflict) as refused:
        _edit(peopled, schedule={"weekly": "Mo-Su 22:00-23:00"})
    assert [fault.name for fault in refused.value.faults] == ["always_quiet"]
    item = peopled.read(partial(get_campaign, campaign_id="sneakers"))
    assert (item["version"], item["schedule"]) == (1, {"only_when_open": False})
    item = _edit(peopled, hold_out_percent=100)
    assert (item["version"], [one["name"] for one in item["warnings"]]) == (2, ["all_held_out"])
    assert "warnings" not in peopled.read(partial(get_campaign, campaign_id="sneakers"))


def test_whom_it_reaches_is_counted_before_and_anew_where_the_audience_is_another_by_then(peopled: Town) -> None:
    _draft(peopled)
    needed = partial(whom_a_check_needs, campaign_id="sneakers", now=at(1))
    counted = peopled.read(needed)
    assert counted is not None
    assert counted.reach == Reach(1, 1, 1, 1)
    nobody = replace(counted, reach=Reach(0, 0, 0, 0))
    launch = partial(step_campaign, campaign_id="sneakers", step="launch", now=at(1), reached=nobody)
    assert [one["name"] for one in peopled.write(launch)["warnings"]] == ["no_audience"]
    body = CampaignBody.model_validate(campaign_body(audience={"fact": "language", "is": "nl"}))
    edit = partial(put_campaign, campaign_id="sneakers", body=body, now=at(2), reached=nobody)
    assert peopled.write(edit)[0]["warnings"] == []
    edited = peopled.read(partial(needed, body=body))
    assert (edited and edited.audience) == body.audience


def test_nobody_is_counted_for_what_is_not_checked(town: Town) -> None:
    town.place()
    body = CampaignBody.model_validate(campaign_body())
    needed = partial(whom_a_check_needs, campaign_id="sneakers", now=at(1))
    assert town.read(needed) is None
    _draft(town)
    assert town.read(partial(needed, body=body)) is None
    assert [one.name for one in _found(town)] == ["no_audience"]
    assert town.read(partial(check_campaign, campaign_id="sneakers", now=at(1), count=False)) == []


def test_a_draft_is_written_without_a_check(town: Town) -> None:
    assert "warnings" not in _edit(town, hold_out_percent=100)


def test_who_comes_later_is_reached_later(town: Town) -> None:
    town.place()
    _draft(town)
    assert [one.name for one in _found(town)] == ["no_audience"]
    town.phone()
    assert _found(town) == []
    town.write(partial(erase_customer, customer_id="sanne", now=NOON))
    assert [one.name for one in _found(town)] == ["no_audience"]


def test_the_versions_newest_first_page_by_page(peopled: Town) -> None:
    for priority in (1, 2, 3):
        _edit(peopled, priority=priority)
    items, cursor = peopled.read(partial(list_versions, campaign_id="sneakers", limit=2))
    assert [(one["version"], one["priority"]) for one in items] == [(3, 3), (2, 2)]
    assert all(one["at"] == at(5) for one in items)
    items, end = peopled.read(partial(list_versions, campaign_id="sneakers", after=str(cursor), limit=2))
    assert ([one["version"] for one in items], end) == ([1], None)
    with pytest.raises(BadInput, match="cursor"):
        peopled.read(partial(list_versions, campaign_id="sneakers", after="first"))
    with pytest.raises(NotFound):
        peopled.read(partial(list_versions, campaign_id="boots"))


def test_nobody_inside_a_store_right_now_is_no_reason_for_a_warning(town: Town) -> None:
    town.place()
    town.phone()
    for audience in ({"inside": "kalverstraat"}, {"not": {"inside": "*"}}, {"all": [{"near": "*"}, {"tag": "vip"}]}):
        body = CampaignBody.model_validate(campaign_body(audience=audience))
        town.write(partial(put_campaign, campaign_id="there", body=body, now=NOON))
        found = town.read(partial(check_campaign, campaign_id="there", now=NOON))
        assert "no_audience" not in {one.name for one in found}
