"""Which campaigns wait for a moment, and one winner of them."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from offers.rules.campaign import CampaignBody
from offers.rules.choosing import Running, Waiting, answers
from offers.rules.eligibility import OUTCOMES, Circumstances, Verdict, rank
from offers.rules.limits import Limits
from tests.offers.rules.test_eligibility import WELL
from tests.offers.stories import campaign_body

LIMITS = Limits(quiet_hours=None)
PLACES, TAGS = ("kalverstraat", "damrak"), ("flagship", "outlet")

triggers = st.builds(
    lambda on, role, places, tags: {"on": on, "role": role, "places": places, "tags": tags},
    st.sampled_from(["enter", "exit"]),
    st.sampled_from(["premises", "approach"]),
    st.lists(st.sampled_from(PLACES), max_size=2),
    st.lists(st.sampled_from(TAGS), max_size=2),
)


def running(campaign: str, *, live: bool = True, on: str = "enter", **more: Any) -> Running:
    return Running(campaign, 1, live, CampaignBody.model_validate(campaign_body(on, **more)))


def _outcomes(waiting: list[Running], limits: Limits = LIMITS, **wrong: Circumstances) -> list[tuple[str, str]]:
    ranked = Waiting(waiting).all()
    found = answers(ranked, "sanne", limits, lambda one: wrong.get(one.id, WELL))
    return [(one.id, verdict.outcome) for one, verdict in found]


@given(
    st.lists(st.tuples(triggers, st.integers(0, 3)), max_size=6),
    st.sampled_from(["enter", "exit"]),
    st.sampled_from(["premises", "approach"]),
    st.sampled_from(PLACES),
    st.sets(st.sampled_from(TAGS)),
)
def test_a_moment_finds_those_whose_trigger_covers_it_the_best_first(
    campaigns: list[tuple[dict[str, Any], int]], on: str, role: str, place: str, tags: set[str]
) -> None:
    every = [running(f"c{number}", trigger=one, priority=p) for number, (one, p) in enumerate(campaigns)]
    covered = [one for one in every if one.body.trigger.covers(on, role, place, frozenset(tags))]
    expected = sorted(covered, key=lambda one: rank(one.id, one.body.priority))
    assert Waiting(every).for_moment(on, role, place, tags) == expected


def test_the_best_that_may_send_wins_and_the_others_say_by_whom() -> None:
    waiting = [
        running("b"),
        running("a", priority=40),
        running("c", priority=90),
        running("d", live=False, priority=99),
    ]
    assert _outcomes(waiting, c=replace(WELL, reachable=False)) == [
        ("d", "not_live"),
        ("c", "no_reachable_device"),
        ("b", "send"),
        ("a", "outranked"),
    ]


def test_nothing_is_sent_in_the_place_of_what_was_held_out() -> None:
    waiting = [running("a", hold_out_percent=100, priority=90, variants=[{"name": "only"}]), running("b")]
    assert _outcomes(waiting) == [("a", "held_out"), ("b", "outranked")]
    assert _outcomes([running("a"), running("b")], Limits(quiet_hours=None, hold_out_percent=100)) == [
        ("a", "held_out"),
        ("b", "outranked"),
    ]
    [(_, verdict), (_, outranked)] = answers(waiting, "sanne", LIMITS, lambda _: WELL)
    assert verdict == Verdict("held_out", {"percent": 100, "of": "campaign"}, "only")
    assert outranked == Verdict("outranked", {"by": "a", "priority": 90})


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 100), st.booleans(), st.booleans()), max_size=8))
def test_at_most_one_campaign_wins_and_all_answer(campaigns: list[tuple[int, int, bool, bool]]) -> None:
    waiting = [
        running(f"c{number}", priority=priority, hold_out_percent=percent, live=live)
        for number, (priority, percent, live, _) in enumerate(campaigns)
    ]
    away = {f"c{number}": replace(WELL, reachable=False) for number, one in enumerate(campaigns) if one[3]}
    found = _outcomes(waiting, LIMITS, **away)
    assert len(found) == len(campaigns)
    winners = [number for number, (_, outcome) in enumerate(found) if outcome in ("send", "held_out")]
    assert len(winners) <= 1
    for number, (_, outcome) in enumerate(found):
        assert outcome in OUTCOMES
        assert (outcome == "outranked") <= bool(winners and number > winners[0])
    may = [one for one in waiting if one.live and one.id not in away]
    assert bool(winners) is bool(may)
