from typing import Any

import pytest

from offers.desk_settings import change_limits, get_limits
from offers.errors import BadInput
from offers.rules.limits import Limits
from tests.offers.stories import Town

DEFAULTS = Limits().model_dump(mode="json")


def _change(town: Town, **change: Any) -> dict[str, Any]:
    return town.write(lambda session: change_limits(session, change))


def test_the_defaults_are_there_before_anybody_chose(town: Town) -> None:
    assert town.read(get_limits) == DEFAULTS


def test_a_change_sets_what_it_names_and_leaves_the_rest(town: Town) -> None:
    _change(town, default_language="nl")
    written = _change(town, frequency_cap={"messages": 1, "window": "P7D"})
    assert written == DEFAULTS | {"default_language": "nl", "frequency_cap": {"messages": 1, "window": "P7D"}}
    assert town.read(get_limits) == written


def test_null_switches_off_and_a_value_on_again(town: Town) -> None:
    assert _change(town, quiet_hours=None, frequency_cap=None) == DEFAULTS | {
        "quiet_hours": None,
        "frequency_cap": None,
    }
    assert town.read(get_limits)["quiet_hours"] is None
    window = {"from": "22:00", "until": "07:30"}
    assert _change(town, quiet_hours=window)["quiet_hours"] == window
    assert town.read(get_limits)["frequency_cap"] is None


def test_an_empty_change_changes_nothing(town: Town) -> None:
    assert _change(town) == DEFAULTS


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({"frequency_cap": {"messages": 0, "window": "soon"}}, ["frequency_cap.messages", "frequency_cap.window"]),
        ({"quiet_hours": {"from": "21:00", "until": "21:00"}}, ["quiet_hours"]),
        ({"quiet_hours": {"from": "21:00:10", "until": "21:00:50"}}, ["quiet_hours"]),
        ({"hold_out_percent": 101}, ["hold_out_percent"]),
        ({"hold_out_percent": None}, ["hold_out_percent"]),
        ({"delivery_rate": 0}, ["delivery_rate"]),
        ({"delivery_rate": 2.5}, ["delivery_rate"]),
        ({"colour": "red"}, ["colour"]),
    ],
    ids=repr,
)
def test_a_refusal_names_each_field_and_changes_nothing(town: Town, change: dict[str, Any], paths: list[str]) -> None:
    _change(town, default_language="nl")
    with pytest.raises(BadInput) as refused:
        _change(town, message_life="PT1H", **change)
    assert [fault.path for fault in refused.value.faults] == paths
    assert town.read(get_limits) == DEFAULTS | {"default_language": "nl"}
