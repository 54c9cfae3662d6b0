"""The list of "no", in its order; and what each rests on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.rules.audience import Profile
from offers.rules.campaign import CampaignBody
from offers.rules.eligibility import (
    OUTCOMES,
    Circumstances,
    Verdict,
    decide_one,
    expires_at,
    is_quiet,
    quiet_clock,
    rank,
)
from offers.rules.limits import Limits
from tests.offers.stories import NOON, campaign_body, minutes

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NIGHT = datetime(2026, 6, 10, 21, 30, tzinfo=UTC)

CAMPAIGN = CampaignBody.model_validate(
    campaign_body(audience={"fact": "language", "is": "nl"}, schedule={"only_when_open": True}, cooldown="P1D")
)
WELL = Circumstances(
    now=NOON,
    moment_at=NOON,
    profile=Profile(language="nl"),
    consents_to=frozenset({"location", "offers"}),
    customer_zone=AMSTERDAM,
    place_zone=AMSTERDAM,
    opening_hours="Mo-Su 09:00-19:00",
    reachable=True,
    sent_in_window=0,
    last_sent=None,
)

# Each "no" in the order of the list, as what has to change for it. One that stands later never hides one before it.
NOS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("not_live", {"live": False}, {}),
    ("outside_schedule", {"schedule": {"from": "2027-01-01T00:00:00Z", "only_when_open": True}}, {}),
    ("place_closed", {}, {"opening_hours": "off"}),
    ("no_consent", {}, {"consents_to": frozenset({"location"})}),
    ("not_in_audience", {}, {"profile": Profile(language="de")}),
    ("quiet_hours", {"quiet_hours": {"from": "13:00", "until": "15:00"}}, {}),
    ("campaign_cooldown", {}, {"last_sent": NOON - timedelta(hours=23)}),
    ("frequency_cap", {}, {"sent_in_window": 3}),
    ("sold_out", {}, {"sold_out": {"offer": "ten-percent", "budget": 5}}),
    ("no_reachable_device", {}, {"reachable": False}),
    ("too_late", {}, {"moment_at": NOON - minutes(16)}),
]


def _decide(nos: list[tuple[str, dict[str, Any], dict[str, Any]]]) -> Verdict | None:
    rules = {name: value for _, rule, _ in nos for name, value in rule.items()}
    campaign = CAMPAIGN
    if "schedule" in rules:
        campaign = CampaignBody.model_validate({**CAMPAIGN.as_json(), "schedule": rules["schedule"]})
    limits = Limits.model_validate({"quiet_hours": rules.get("quiet_hours")})
    circumstances = replace(WELL, **{name: value for _, _, change in nos for name, value in change.items()})
    return decide_one(campaign, rules.get("live", True), limits, circumstances)


def test_the_list_is_the_products() -> None:
    assert OUTCOMES == (
        "not_live", "outside_schedule", "place_closed", "no_consent", "not_in_audience", "quiet_hours", "campaign_cooldown",
        "frequency_cap", "sold_out", "no_reachable_device", "too_late", "outranked", "held_out", "send",
    )  # fmt: skip
    named = [outcome for outcome, _, _ in NOS]
    assert named == [outcome for outcome in OUTCOMES if outcome in named]


def test_with_nothing_against_it_a_campaign_may_compete() -> None:
    assert _decide([]) is None


@pytest.mark.parametrize("first", range(len(NOS)), ids=[outcome for outcome, _, _ in NOS])
def test_each_no_stands_alone_and_wins_over_all_that_come_after_it(first: int) -> None:
    alone, together = _decide([NOS[first]]), _decide(NOS[first:])
    assert alone is not None
    assert together is not None
    assert alone.outcome == together.outcome == NOS[first][0]


@given(st.sets(st.integers(0, len(NOS) - 1), min_size=1))
def test_of_any_of_them_the_first_of_the_list_is_the_answer(chosen: set[int]) -> None:
    verdict = _decide([NOS[number] for number in sorted(chosen)])
    assert verdict is not None
    assert verdict.outcome == NOS[min(chosen)][0]


def test_an_answer_names_what_it_rests_on() -> None:
    facts = {outcome: dict((_decide([no]) or Verdict("send")).facts) for no in NOS for outcome in [no[0]]}
    assert facts["place_closed"] == {"opening_hours": "off", "local_time": "Wed 14:00"}
    assert facts["no_consent"] == {"missing": ["offers"]}
    assert facts["not_in_audience"] == {"path": "", "condition": {"fact": "language", "is": "nl"}}
    assert facts["quiet_hours"] == {
        "from": "13:00", "until": "15:00", "local_time": "Wed 14:00",
        "time_zone": "Europe/Amsterdam", "zone_of": "customer",
    }  # fmt: skip
    assert facts["campaign_cooldown"] == {"cooldown": "P1D", "last_sent": "2026-06-09T13:00:00+00:00"}
    assert facts["frequency_cap"] == {"messages": 3, "window": "P1D", "sent": 3}
    assert facts["too_late"] == {"happened_at": "2026-06-10T11:44:00+00:00", "life": "PT15M"}


def test_of_a_long_condition_an_answer_keeps_the_beginning() -> None:
    audience = {"all": [{"fact": "language", "is": "nl"}, {"fact": "tags", "in": [str(one) for one in range(1000)]}]}
    campaign = CampaignBody.model_validate(campaign_body(audience=audience))
    verdict = decide_one(campaign, True, Limits(), WELL)
    assert verdict is not None
    kept = {"fact": "tags", "in": [str(one) for one in range(10)], "more": 990}
    assert verdict.facts == {"path": "all[1]", "condition": kept}


def test_a_weekly_schedule_goes_by_the_places_clock() -> None:
    campaign = CampaignBody.model_validate(campaign_body(schedule={"weekly": "We 14:00-15:00"}))
    assert decide_one(campaign, True, Limits(), WELL) is None
    tokyo = decide_one(campaign, True, Limits(quiet_hours=None), replace(WELL, place_zone=ZoneInfo("Asia/Tokyo")))
    assert tokyo == Verdict("outside_schedule", {"weekly": "We 14:00-15:00", "local_time": "Wed 21:00"})


def test_the_edges_of_cooldown_cap_and_life() -> None:
    day = timedelta(days=1)
    assert _decide([("", {}, {"last_sent": NOON - day})]) is None
    assert _decide([("", {}, {"sent_in_window": 2})]) is None
    assert _decide([("", {}, {"moment_at": NOON - minutes(14.9)})]) is None
    late = _decide([("", {}, {"moment_at": NOON - minutes(15)})])
    assert late is not None, "a delivery that is claimed at the moment it expires is too late as well"
    assert late.outcome == "too_late"


def test_a_campaigns_own_life_counts_before_the_settings_one() -> None:
    short = CampaignBody.model_validate(campaign_body(life="PT5M"))
    assert expires_at(short, Limits(), NOON) == NOON + minutes(5)
    assert expires_at(CAMPAIGN, Limits(), NOON) == NOON + minutes(15)


def test_no_cap_no_quiet_hours_no_cooldown() -> None:
    campaign = CampaignBody.model_validate(campaign_body())
    free = Limits(frequency_cap=None, quiet_hours=None)
    often = replace(WELL, sent_in_window=1000, last_sent=NOON, now=NIGHT, moment_at=NIGHT)
    assert decide_one(campaign, True, free, often) is None


@pytest.mark.parametrize(
    ("utc", "quiet"),
    [
        # winter time, UTC+1, the evening before the clock jumps
        ("2026-03-28T19:59", False),
        ("2026-03-28T20:00", True),
        # 01:59 becomes 03:00; in the morning it is summer time, UTC+2
        ("2026-03-29T00:59", True),
        ("2026-03-29T01:00", True),
        ("2026-03-29T05:59", True),
        ("2026-03-29T06:00", False),
        # summer time, the evening before the clock is put back
        ("2026-10-24T18:59", False),
        ("2026-10-24T19:00", True),
        # 02:30 comes twice; in the morning it is winter time again
        ("2026-10-25T00:30", True),
        ("2026-10-25T01:30", True),
        ("2026-10-25T06:59", True),
        ("2026-10-25T07:00", False),
    ],
)
def test_quiet_hours_are_the_clock_on_the_wall_on_the_nights_it_changes(utc: str, quiet: bool) -> None:
    assert is_quiet(Limits(), datetime.fromisoformat(utc).replace(tzinfo=UTC), AMSTERDAM) is quiet


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 31)))  # noqa: DTZ001 - made aware below
def test_quiet_hours_hold_by_the_local_hour_all_year_round(naive: datetime) -> None:
    at = naive.replace(tzinfo=UTC)
    hour = at.astimezone(AMSTERDAM).hour
    assert is_quiet(Limits(), at, AMSTERDAM) is (hour >= 21 or hour < 8)


def test_quiet_hours_go_by_the_customers_zone_and_by_the_places_where_it_is_not_known() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    assert quiet_clock(replace(WELL, customer_zone=tokyo)).zone == tokyo
    assert quiet_clock(replace(WELL, customer_zone=None)).zone == AMSTERDAM
    night_there = decide_one(CAMPAIGN, True, Limits(), replace(WELL, customer_zone=tokyo))
    assert night_there is not None
    assert night_there.facts["local_time"] == "Wed 21:00"


def test_a_hold_out_starts_a_cooldown_and_says_so() -> None:
    verdict = _decide([("", {}, {"last_held_out": NOON - timedelta(hours=23)})])
    assert verdict == Verdict("campaign_cooldown", {"cooldown": "P1D", "last_held_out": "2026-06-09T13:00:00+00:00"})
    assert _decide([("", {}, {"last_held_out": NOON - timedelta(days=1)})]) is None


def test_what_serves_an_order_is_before_every_offer() -> None:
    assert rank("z", 0, "order") < rank("a", 1000)


def test_the_higher_priority_is_first_and_then_the_id() -> None:
    assert sorted([("b", 50), ("c", 90), ("a", 50)], key=lambda one: rank(*one)) == [("c", 90), ("a", 50), ("b", 50)]
