"""A rehearsal held against reality: whatever happens, a campaign that was live answers its past moments as it did."""

from collections import Counter
from dataclasses import dataclass
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offers.places import get_place
from offers.rehearsal import Bounds, rehearse
from tests.offers.nights import decide, rows
from tests.offers.stories import NOON, Town, at, circle, crossing, minutes

STEPS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["premises", "door", "station"]),
        st.sampled_from(
            ["enter", "enter", "enter", "dwell", "exit", "silent", "jump", "reopen", "edit in", "edit out"]
        ),
        st.integers(1, 40),
    ),
    min_size=5,
    max_size=30,
)
CAMPAIGNS = st.fixed_dictionaries(
    {
        "on": st.sampled_from(["enter", "dwell", "exit"]),
        "cooldown": st.sampled_from([None, "PT1H", "PT5H"]),
        "hold_out_percent": st.sampled_from([0, 50]),
        "priority": st.sampled_from([40, 60]),
        "quiet_hours": st.sampled_from(["drop", "defer", "defer"]),
        "schedule": st.sampled_from([{}, {"only_when_open": True}]),
        "variants": st.sampled_from([[], [{"name": "a"}, {"name": "b"}]]),
        "audience": st.sampled_from(
            [
                None,
                {"fact": "tags", "has": "sneakers"},
                {"fact": "visits.count", "at_least": 2},
                {"inside": "*"},
                {"not": {"near": "*"}},
            ]
        ),
    }
)
BUDGETS = st.fixed_dictionaries(
    {"budget": st.sampled_from([None, 2, 4]), "budget_per_place": st.sampled_from([None, 1, 3])}
)
LIMITS = st.fixed_dictionaries(
    {
        "frequency_cap": st.sampled_from([None, {"messages": 1, "window": "PT1H"}, {"messages": 3, "window": "PT6H"}]),
        "quiet_hours": st.sampled_from(
            [None, {"from": "18:00", "until": "20:00"}, *[{"from": "14:20", "until": "15:40"}] * 3]
        ),
        "hold_out_percent": st.sampled_from([0, 30]),
    }
)
ZONES = st.sampled_from(["Europe/Amsterdam", "Europe/London", None])
HOURS = st.sampled_from(
    [
        {},
        {"opening_hours": "Mo-Su sunrise-(sunset-05:30)"},
        # Portugal Day is the day of these stories
        {
            "opening_hours": "Mo-Su 08:00-20:00; PH 08:00-15:00",
            "lat": 38.7110,
            "lon": -9.1394,
            "time_zone": "Europe/Lisbon",
        },
    ]
)
REASONS = {"edit in": "geofence_created", "edit out": "geofence_changed", "jump": "jumped"}
KINDS = {"silent": "exit", "jump": "exit", "edit in": "enter", "edit out": "exit"}
NUMBERS = count()


def a_street(town: Town, zone: str | None, hours: dict[str, Any]) -> tuple[list[str], dict[str, str], str]:
    """New phones, two a customer, and new geofences: two of a store, which share visits, and one of a station."""
    number = next(NUMBERS)
    fences = [circle(), circle(50)]
    town.place(f"store-{number}", fences, **hours)
    station = town.place(f"station-{number}", kind="landmark")
    premises, door = (
        one["id"] for one in town.read(lambda session: get_place(session, f"store-{number}"))["geofences"]
    )
    phones = []
    for name, more in ((f"anna-{number}", {"tags": ["sneakers"]}), (f"ben-{number}", {"time_zone": zone})):
        town.customer(name, **more)
        phones += [town.device(name), town.device(name)]
    return phones, {"premises": premises, "door": door, "station": station}, str(number)


def walk(town: Town, phones: list[str], fences: dict[str, str], steps: list[tuple[int, str, str, int]]) -> float:
    """Each step as it happens, decided at once, and what the quiet hours put off when they end; a while after the last."""
    minute = 0.0
    for phone, fence, step, wait in steps:
        minute += wait
        wake(town, minute)
        source = "inferred" if step == "silent" else "server"
        one = crossing(
            KINDS.get(step, step), phones[phone], fences[fence], minute, source=source, reason=REASONS.get(step)
        )
        town.cross(one)
    wake(town, minute + 100)
    return minute + 100


def wake(town: Town, minute: float) -> None:
    """Decide anew all that has come due by then, each at its time."""
    for due_at in sorted({row.not_before for row in rows(town)}):
        if due_at <= at(minute):
            decide(town, (due_at - NOON) / minutes(1))


def told_of(one: dict[str, Any]) -> tuple[str, str | None, dict[str, Any]]:
    """All that an answer says but for what only a real message has."""
    facts = {name: value for name, value in one["facts"].items() if name not in ("coupon", "distance_m")}
    return one["outcome"], one["variant"], facts


@dataclass(frozen=True)
class Case:
    steps: list[tuple[int, str, str, int]]
    one: dict[str, Any]
    two: dict[str, Any]
    budget: dict[str, Any]
    limits: dict[str, Any]
    zone: str | None
    hours: dict[str, Any]
    slice: int


CASES = st.builds(Case, STEPS, CAMPAIGNS, CAMPAIGNS, BUDGETS, LIMITS, ZONES, HOURS, st.integers(1, 12))


@given(case=CASES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_campaign_that_was_live_answers_as_it_did(town: Town, case: Case) -> None:
    phones, fences, number = a_street(town, case.zone, case.hours)
    town.limits(**case.limits)
    here = {"places": [f"store-{number}", f"station-{number}"]}
    offer = town.offer(f"offer-{number}", **case.budget)
    for name, body in ((f"one-{number}", {**case.one, "offer": offer}), (f"two-{number}", dict(case.two))):
        town.campaign(name, trigger={"on": body.pop("on"), **here}, **body)
    end = walk(town, phones, fences, case.steps)
    real = {
        (one["customer"], one["moment"]): told_of(one)
        for customer in (f"anna-{number}", f"ben-{number}")
        for one in town.decisions(customer)
        if one["campaign"] == f"one-{number}"
    }
    bounds = Bounds(slice=case.slice)
    told = town.read(lambda session: rehearse(session, f"one-{number}", 7, now=at(end), bounds=bounds))
    simulated = {(one["customer"], one["moment"]): told_of(one) for one in told["sample"]}
    assert simulated == real
    drawn = Counter(variant for outcome, variant, _ in real.values() if outcome in ("send", "held_out") and variant)
    assert told["variants"] == drawn
    assert told["moments"] + told["decided_again"] == len(real) == sum(told["outcomes"].values())
    assert told["would_displace"] == {}
