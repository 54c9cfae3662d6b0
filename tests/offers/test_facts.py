"""What a decision says it rested on: JSON, and nothing in it of where somebody stood, how they are reached, or what opens their device."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from offers.campaigns import step_campaign
from offers.records.tables import Device
from offers.rules.campaign import CampaignBody
from offers.rules.choosing import Running, Waiting, answers
from offers.rules.eligibility import OUTCOMES, Circumstances
from offers.rules.limits import Limits
from tests.offers.rules.test_eligibility import WELL
from tests.offers.stories import LAT, LON, NOON, TELLS, Town, at, campaign_body, circle, enter

PHONE = "+31612345678"
NIGHTLY = "Mo-Su 20:00-20:30"
"""Closed at noon, and not for ever: a launch would be refused for that."""

circumstances = st.builds(
    lambda **change: replace(WELL, **change),
    moment_at=st.timedeltas(timedelta(0), timedelta(minutes=30)).map(lambda ago: NOON - ago),
    consents_to=st.frozensets(st.sampled_from(["location", "offers", "orders"])),
    opening_hours=st.sampled_from([None, "off", "Mo-Su 09:00-19:00"]),
    reachable=st.booleans(),
    sent_in_window=st.integers(0, 5),
    last_sent=st.none() | st.timedeltas(timedelta(0), timedelta(days=3)).map(lambda ago: NOON - ago),
    last_held_out=st.none() | st.timedeltas(timedelta(0), timedelta(days=3)).map(lambda ago: NOON - ago),
    sold_out=st.none() | st.just({"offer": "ten-percent", "budget": 5}),
)
campaigns = st.builds(
    lambda **more: CampaignBody.model_validate(campaign_body(**more)),
    priority=st.integers(0, 3),
    hold_out_percent=st.sampled_from([None, 0, 50, 100]),
    cooldown=st.sampled_from([None, "P1D", "PT1H"]),
    audience=st.sampled_from([None, {"fact": "language", "is": "nl"}, {"fact": "language", "is": "de"}]),
    schedule=st.sampled_from([{}, {"only_when_open": True}, {"until": "2026-01-01T00:00:00Z"}, {"weekly": "Su"}]),
)
limits = st.builds(
    lambda quiet, percent: Limits.model_validate({"quiet_hours": quiet, "hold_out_percent": percent}),
    st.sampled_from([None, {"from": "13:00", "until": "15:00"}]),
    st.sampled_from([0, 50, 100]),
)


def _holds(one: Running, now_is: Circumstances, limit: Limits) -> list[str]:
    """Which of the list's "no" hold, said anew and in any order: by what they are, not by where they stand."""
    body = one.body
    last = [at for at in (now_is.last_sent, now_is.last_held_out) if at]
    said = {
        "not_live": not one.live,
        "outside_schedule": body.schedule.until is not None or body.schedule.weekly is not None,
        "place_closed": body.schedule.only_when_open and now_is.opening_hours == "off",
        "no_consent": not {"location", "offers"} <= now_is.consents_to,
        "not_in_audience": body.audience == {"fact": "language", "is": "de"},
        "quiet_hours": limit.quiet_hours is not None,
        "campaign_cooldown": any(body.cooldown and now_is.now - at < body.cooldown for at in last),
        "frequency_cap": now_is.sent_in_window >= 3,
        "sold_out": now_is.sold_out is not None,
        "no_reachable_device": not now_is.reachable,
        "too_late": now_is.now - now_is.moment_at >= timedelta(minutes=15),
    }
    return [name for name, holds in said.items() if holds]


@given(st.lists(st.tuples(campaigns, st.booleans(), circumstances), min_size=1, max_size=5), limits)
def test_the_first_of_the_list_that_holds_is_the_answer_and_its_facts_are_json(
    drawn: list[tuple[CampaignBody, bool, Circumstances]], limit: Limits
) -> None:
    running = [Running(f"c{number}", 1, live, body) for number, (body, live, _) in enumerate(drawn)]
    around = {f"c{number}": now_is for number, (_, _, now_is) in enumerate(drawn)}
    found = answers(Waiting(running).all(), "sanne", limit, lambda one: around[one.id])
    won = False
    for one, verdict in found:
        holds = _holds(one, around[one.id], limit)
        if holds:
            assert verdict.outcome == min(holds, key=OUTCOMES.index)
        else:
            assert verdict.outcome in (("outranked",) if won else ("held_out", "send"))
            won = True
        assert json.loads(json.dumps(dict(verdict.facts))) == dict(verdict.facts)


def test_no_decision_holds_a_position_a_token_or_a_phone_number(town: Town) -> None:
    store = town.place(geofences=[circle()], opening_hours=NIGHTLY)
    town.offer(budget=1)
    hers = {"fact": "attributes.club", "is": "gold"}
    town.campaign("paused", priority=99)
    town.write(lambda session: step_campaign(session, "paused", "pause", now=NOON))
    town.campaign("weekly", schedule={"weekly": "Su 09:00-10:00"}, priority=98)
    town.campaign("closed", schedule={"only_when_open": True}, priority=97)
    town.campaign("club", audience=hers, priority=96)
    town.campaign("hurried", life="PT1S", priority=95)
    town.campaign("cooled", cooldown="P7D", priority=94, devices="all")
    town.campaign("few", offer="ten-percent", messages=TELLS, priority=93)
    town.campaign("held", hold_out_percent=100, priority=92)
    town.campaign("last", priority=1)
    town.limits(frequency_cap={"messages": 2, "window": "P1D"}, quiet_hours={"from": "21:00", "until": "22:00"})
    people: dict[str, dict[str, Any]] = {
        "sanne": {"phone": PHONE},
        "ann": {},
        "ben": {"consents": ("location",)},
        "tomo": {"time_zone": "Asia/Tokyo"},
        "away": {},
    }
    phones = {name: town.phone(name, **more) for name, more in people.items()}
    town.tell(phones["away"], None)
    for number in range(5):
        where = store if number == 0 else town.place(f"store-{number}", opening_hours=NIGHTLY)
        town.cross(*(enter(phone, where, 5 + number) for phone in phones.values()), now=at(5.1 + number))
    said = town.decisions()
    assert {one["outcome"] for one in said} == set(OUTCOMES)
    tokens = town.read(lambda session: [one.push_token for one in session.query(Device) if one.push_token])
    for one in said:
        told = json.dumps(one["facts"])
        assert not [
            secret for secret in (PHONE, PHONE[1:], str(LAT), str(LON), str(LAT)[:6], *tokens) if secret in told
        ]
