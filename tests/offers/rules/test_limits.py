from datetime import time, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from offers.rules.limits import Limits


def test_the_defaults_are_those_of_the_api() -> None:
    assert Limits().model_dump(mode="json") == {
        "frequency_cap": {"messages": 3, "window": "P1D"},
        "quiet_hours": {"from": "21:00", "until": "08:00"},
        "hold_out_percent": 0,
        "default_language": "en",
        "message_life": "PT15M",
        "abandoned_after": "PT1H",
        "uncollected_after": "P3D",
        "approach_reach_m": 2000,
        "delivery_rate": None,
    }


def test_what_was_written_is_read_back() -> None:
    limits = Limits.model_validate(
        {
            "frequency_cap": {"messages": 5, "window": "P1W"},
            "quiet_hours": {"from": "22:30", "until": "07:15"},
            "hold_out_percent": 10,
            "default_language": "nl-be",
            "message_life": "PT20M",
        }
    )
    assert limits.frequency_cap is not None
    assert limits.quiet_hours is not None
    assert limits.frequency_cap.window == timedelta(days=7)
    assert limits.quiet_hours.start == time(22, 30)
    assert limits.default_language == "nl-BE"
    assert Limits.model_validate(limits.model_dump(mode="json")) == limits


def test_null_switches_the_cap_and_the_quiet_hours_off() -> None:
    limits = Limits.model_validate({"frequency_cap": None, "quiet_hours": None})
    assert limits.frequency_cap is None
    assert limits.quiet_hours is None


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ({"frequency_cap": {"messages": 0, "window": "P1D"}}, ("frequency_cap", "messages")),
        ({"frequency_cap": {"messages": 3}}, ("frequency_cap", "window")),
        ({"frequency_cap": {"messages": 3, "window": "P1M"}}, ("frequency_cap", "window")),
        ({"frequency_cap": {"messages": 3, "window": "P900000000D"}}, ("frequency_cap", "window")),
        ({"quiet_hours": {"from": "21:00"}}, ("quiet_hours", "until")),
        ({"quiet_hours": {"from": "21:00", "until": "21:00"}}, ("quiet_hours",)),
        ({"hold_out_percent": 101}, ("hold_out_percent",)),
        ({"hold_out_percent": None}, ("hold_out_percent",)),
        ({"default_language": "dutch"}, ("default_language",)),
        ({"message_life": "PT0S"}, ("message_life",)),
        ({"cap": 3}, ("cap",)),
    ],
    ids=repr,
)
def test_a_refusal_names_its_field(raw: dict[str, Any], path: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError) as refused:
        Limits.model_validate(raw)
    assert [error["loc"] for error in refused.value.errors()] == [path]
