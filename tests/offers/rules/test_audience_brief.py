"""What a decision keeps of the condition that failed: bounded, and the same where it is small."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from offers.rules.audience import Profile, read_audience
from offers.rules.audience.brief import brief

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LETTERS = "x" * 1000


@pytest.mark.parametrize(
    "condition",
    [
        {"tag": "vip"},
        {"fact": "purchases.category", "in": ["a"] * 10, "within_days": 90},
        {"fact": "attributes.points", "at_least": 5},
        {"fact": "attributes.member", "is": True},
        {"not": {"any": [{"all": [{"tag": "a"}, {"near": ["b", "c"]}]}, {"fact": "name", "known": False}]}},
        {"any": [{"tag": str(number)} for number in range(19)]},
    ],
)
def test_a_small_condition_stays_as_it_is(condition: dict[str, Any]) -> None:
    read_audience(condition)
    assert brief(condition) == condition


def test_a_long_list_of_values_says_how_many_more_there_are() -> None:
    values = [str(number) for number in range(1000)]
    said = brief({"fact": "purchases.sku", "in": values, "within_days": 30})
    assert said == {"fact": "purchases.sku", "in": values[:10], "more": 990, "within_days": 30}
    assert brief({"visited": values}) == {"visited": values[:10], "more": 990}


def test_of_a_large_tree_the_first_few_conditions() -> None:
    tags = [{"tag": str(number)} for number in range(60)]
    assert brief({"any": tags}) == {"any": tags[:9], "more": 51}
    assert brief({"not": {"all": tags}}) == {"not": {"all": tags[:8], "more": 52}}
    nested = brief({"any": [{"all": tags[:30]}, {"tag": "last"}]})
    assert nested == {"any": [{"all": tags[:8], "more": 22}], "more": 1}


def test_a_long_text_or_number_is_cut() -> None:
    assert brief({"fact": "name", "is": LETTERS}) == {"fact": "name", "is": "x" * 100 + "…"}
    assert brief({"fact": "attributes.n", "in": [10**900]})["in"] == ["1" + "0" * 99 + "…"]


@pytest.mark.parametrize(
    "condition",
    [
        {"any": [{"fact": "tags", "in": [f"{LETTERS[:-4]}{number}" for number in range(100)]}] * 99},
        {"not": {"any": [{"all": [{"fact": "name", "in": [LETTERS] * 500}] * 18}]}},
        {"not": {"not": {"not": {"not": {"not": {"not": {"any": [{"tag": LETTERS}] * 90}}}}}}},
    ],
)
def test_nothing_grows_past_a_few_kilobytes(condition: dict[str, Any]) -> None:
    read_audience(condition)
    assert len(json.dumps(condition)) > 50_000
    assert len(json.dumps(brief(condition))) < 10_000


def test_a_condition_is_not_changed_by_being_said_briefly() -> None:
    condition = {"fact": "tags", "in": [str(number) for number in range(50)]}
    audience = read_audience(condition)
    miss = audience.miss(Profile(), NOW)
    assert miss is not None
    brief(miss.condition)
    assert miss.condition == condition
